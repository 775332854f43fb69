"""What a share says of itself: ``vaas.toml`` in its root, written by its author.

All of it is checked. One that is wrong is passed over as a whole: viewers get
the dashboard as without it, and its author learns from ``vaas check`` in which
line what is wrong.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from vaas.kernels import Limits

LARGEST = 32 << 10
"""Bytes of a manifest that is read."""

_STRICT = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def _inside(path: str) -> str:
    parts = PurePosixPath(path).parts
    if path.startswith("/") or ".." in parts or "\0" in path or "\\" in path:
        raise ValueError("a path inside the share is wanted")
    return "/".join(parts)


def _ending(*endings: str) -> AfterValidator:
    def check(path: str) -> str:
        """Let a path pass whose name ends as it must."""
        if not path.lower().endswith(endings):
            raise ValueError(f"its name must end in {', '.join(endings)}")
        return path

    return AfterValidator(check)


Inside = Annotated[str, Field(min_length=1, max_length=1_000), AfterValidator(_inside)]
Picture = Annotated[Inside, _ending(".png", ".jpg", ".jpeg", ".webp", ".gif", ".svg")]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(gt=0)]


class Wanted(BaseModel):
    """Limits of the share's kernels, as ``[kernel]`` of the operator's settings names them.

    They hold where they are lower than the operator's.
    """

    model_config = _STRICT

    memory: Annotated[int, Field(ge=128 << 20)] | None = None
    cpus: Positive | None = None
    processes: Annotated[int, Field(ge=16)] | None = None
    file_size: Count | None = None
    scratch: Count | None = None
    start: Positive | None = None
    cell: Positive | None = None
    idle: Positive | None = None
    life: Positive | None = None

    def within(self, limits: Limits) -> Limits:
        """The operator's limits, lowered to what is wanted.

        Args:
            limits: the operator's.
        """
        wanted = self.model_dump(exclude_none=True)
        return replace(limits, **{k: min(v, getattr(limits, k)) for k, v in wanted.items()})


class Parameter(BaseModel):
    """A parameter of the dashboard's address; it is checked, and not yet used.

    Attributes:
        type: of its values.
        default: one of them.
        title: what people call it.
        choices: the values of a ``choice``.
    """

    model_config = _STRICT

    type: Literal["text", "integer", "number", "boolean", "date", "choice"]
    default: str | int | float | bool | None = None
    title: str = Field(default="", max_length=200)
    choices: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> Parameter:
        if bool(self.choices) != (self.type == "choice"):
            raise ValueError("choices belong to the type “choice”, and to no other")
        if self.default is not None and not self._takes(self.default):
            raise ValueError(f"the default is none of type “{self.type}”")
        return self

    def _takes(self, value: object) -> bool:
        match self.type:
            case "text":
                return isinstance(value, str)
            case "boolean":
                return isinstance(value, bool)
            case "integer":
                return isinstance(value, int) and not isinstance(value, bool)
            case "number":
                return isinstance(value, int | float) and not isinstance(value, bool)
            case "choice":
                return value in self.choices
            case "date":
                return isinstance(value, str) and _is_date(value)


class Manifest(BaseModel):
    """A share's manifest.

    Attributes:
        title: what people call the share, and its entry notebook.
        description: one or two sentences.
        thumbnail: path of a picture for lists.
        entry: path of the notebook that opens under the share's address.
        data: how its files come here, where the operator leaves it open.
        refresh: seconds between looks for changes at least; 0 for none.
        limits: for its kernels.
        environment: name of the operator's set of packages in which its notebooks run.
        languages: of its texts, as ``en`` or ``pt-BR``; not yet used.
        embed: hosts whose pages may show it; not yet used.
        parameters: by name; not yet used.
    """

    model_config = _STRICT

    title: str = Field(default="", max_length=200)
    description: str = Field(default="", max_length=2_000)
    thumbnail: Picture | None = None
    entry: Annotated[Inside, _ending(".ipynb")] | None = None
    data: Literal["auto", "copy", "sync", "mount"] = "auto"
    refresh: Annotated[float, Field(ge=0)] | None = None
    limits: Wanted = Wanted()
    environment: str = Field(default="", pattern=r"^([a-z0-9][a-z0-9._-]{0,63})?$")
    languages: tuple[
        Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")], ...
    ] = ()
    embed: tuple[Annotated[str, Field(pattern=r"^(\*\.)?[A-Za-z0-9.-]+(:\d{1,5})?$")], ...] = ()
    parameters: dict[Annotated[str, Field(pattern=r"^[A-Za-z_]\w{0,63}$")], Parameter] = {}

    def names(self, path: str) -> bool:
        """Whether its title is also that of a notebook."""
        return bool(self.title) and path == self.entry

    def every(self, least: float) -> float:
        """Seconds between looks for changes; 0 for none.

        Args:
            least: the operator's; 0 for none.
        """
        return 0.0 if not least or self.refresh == 0 else max(least, self.refresh or 0.0)


def parse(content: bytes) -> Manifest:
    """Read a manifest.

    Raises:
        ValueError: it is none; ``problems`` tells why.
    """
    if len(content) > LARGEST:
        raise ValueError(f"larger than {LARGEST >> 10} KiB")
    # By way of JSON, whose rules of strictness take a list for a tuple.
    plain = json.dumps(tomllib.loads(content.decode()), default=_plain)
    return Manifest.model_validate_json(plain)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _plain(value: object) -> str:
    """TOML's dates and times as text."""
    return str(value)


__all__ = ["LARGEST", "Manifest", "Parameter", "Wanted", "parse"]
