"""What a share says of itself: ``vaas.toml`` in its root, written by its author.

All of it is checked. One that is wrong is passed over as a whole: viewers get
the dashboard as without it, and its author learns from ``vaas check`` in which
line what is wrong.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from vaas.kernels import Limits
from vaas.model import FRAME_HOST
from vaas.rendering import Notebook, Parameter, is_parameter_name

LARGEST = 32 << 10
"""Bytes of a manifest that is read."""

_STRICT = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def _inside(path: str) -> str:
    parts = PurePosixPath(path).parts
    if path.startswith("/") or ".." in parts or "\0" in path or "\\" in path:
        raise ValueError("a path inside the share is wanted")
    return "/".join(parts)


def _name(text: str) -> str:
    if not is_parameter_name(text):
        raise ValueError("a name of Python's is wanted, in ASCII, that begins with a letter")
    return text


def _ending(*endings: str) -> AfterValidator:
    def check(path: str) -> str:
        """Let a path pass whose name ends as it must."""
        if not path.lower().endswith(endings):
            raise ValueError(f"its name must end in {', '.join(endings)}")
        return path

    return AfterValidator(check)


Inside = Annotated[str, Field(min_length=1, max_length=1_000), AfterValidator(_inside)]
Picture = Annotated[Inside, _ending(".png", ".jpg", ".jpeg", ".webp", ".gif", ".svg")]
Name = Annotated[str, Field(max_length=64), AfterValidator(_name)]
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


class Manifest(BaseModel):
    """A share's manifest.

    Attributes:
        title: what people call the share, and its entry notebook.
        description: one or two sentences.
        thumbnail: path of a picture for lists.
        entry: path of the notebook that opens under the share's address.
        data: how its files come here, where the operator leaves it open.
        refresh: seconds between looks for changes at least; 0 for none.
        ttl: seconds after which its notebooks are run anew, where they do not say so themselves.
        limits: for its kernels.
        environment: name of the operator's set of packages in which its notebooks run.
        languages: of its texts, as ``en`` or ``pt-BR``, its main one first.
        embed: hosts whose pages may show it in a frame.
        parameters: of its dashboards' addresses, by name.
    """

    model_config = _STRICT

    title: str = Field(default="", max_length=200)
    description: str = Field(default="", max_length=2_000)
    thumbnail: Picture | None = None
    entry: Annotated[Inside, _ending(".ipynb")] | None = None
    data: Literal["auto", "copy", "sync", "mount"] = "auto"
    refresh: Annotated[float, Field(ge=0)] | None = None
    ttl: Positive | None = None
    limits: Wanted = Wanted()
    environment: str = Field(default="", pattern=r"^([a-z0-9][a-z0-9._-]{0,63})?$")
    languages: tuple[
        Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")], ...
    ] = ()
    embed: tuple[Annotated[str, Field(pattern=FRAME_HOST)], ...] = ()
    parameters: dict[Name, Parameter] = {}

    def complete(self, notebook: Notebook) -> Notebook:
        """A notebook with what is said of it here: its name, and how long its run is worth showing."""
        is_entry = bool(self.title) and notebook.path == self.entry
        title = self.title if is_entry else notebook.title
        return replace(notebook, title=title, ttl=notebook.ttl or self.ttl or 0.0)

    def language(self, wanted: Sequence[str]) -> str:
        """Which of its languages suits a viewer best: its first if none does.

        Args:
            wanted: what the viewer reads, the best first.
        """
        for one in wanted:
            ranked = [own for own in self.languages if _primary(own) == _primary(one)]
            ranked.sort(key=lambda own: own.lower() != one.lower())
            if ranked:
                return ranked[0]
        return self.languages[0]

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


def _primary(language: str) -> str:
    """What comes before the country: ``pt`` of ``pt-BR``."""
    return language.partition("-")[0].lower()


def _plain(value: object) -> str:
    """TOML's dates and times as text."""
    return str(value)


__all__ = ["LARGEST", "Manifest", "Wanted", "parse"]
