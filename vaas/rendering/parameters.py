"""Parameters of a dashboard: its address gives their values, its notebook reads them.

A share's manifest declares them, or else the notebook itself does (see
``vaas.rendering.tagged``).
"""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vaas.errors import ParameterWrong

Value = str | int | float | bool | date

LONGEST = 1_000
"""Characters of a text that an address may give."""

OURS = "vaas"
"""The name in addresses that no notebook is told of."""

_SHOWN = 100
_WORDS = {"true": True, "1": True, "yes": True, "on": True}
_WORDS |= {"false": False, "0": False, "no": False, "off": False}
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?")
_HALF = re.compile("[\ud800-\udfff]")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Parameter(BaseModel):
    """A parameter, as a manifest declares it.

    Attributes:
        type: of its values.
        default: one of them.
        title: what people call it.
        choices: the values of a ``choice``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    type: Literal["text", "integer", "number", "boolean", "date", "choice"]
    default: str | int | float | bool | None = None
    title: str = Field(default="", max_length=200)
    choices: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> Parameter:
        if bool(self.choices) != (self.type == "choice"):
            raise ValueError("choices belong to the type “choice”, and to no other")
        if self.default is not None and self.value is None:
            raise ValueError(f"the default is none of type “{self.type}”")
        return self

    @property
    def value(self) -> Value | None:
        """The default as a value of the type."""
        # True is an integer to Python: types are compared, not asked for.
        given = self.default
        return self.read(text_of(given)) if type(given) in _GIVEN_AS[self.type] else None

    def read(self, text: str) -> Value | None:
        """The value that a text stands for; ``None`` if it is none of the type."""
        match self.type:
            case "text":
                return text if len(text) <= LONGEST and not _HALF.search(text) else None
            case "choice":
                return text if text in self.choices else None
            case "boolean":
                return _WORDS.get(text.strip().lower())
            case "date":
                return _date(text.strip())
            case "integer":
                return int(text) if _INTEGER.fullmatch(text := text.strip()) else None
            case "number":
                return _number(text.strip())

    @property
    def expected(self) -> str:
        """What its values are, in words."""
        if self.type == "choice":
            names = ", ".join(self.choices)
            return f"one of: {names if len(names) <= _SHOWN else names[:_SHOWN] + '…'}"
        return _EXPECTED[self.type]


_GIVEN_AS: dict[str, tuple[type, ...]] = {
    "text": (str,), "choice": (str,), "date": (str,),
    "boolean": (bool,), "integer": (int,), "number": (int, float),
}  # fmt: skip
_EXPECTED = {
    "text": f"a text of at most {LONGEST} characters",
    "integer": "a whole number, such as 12",
    "number": "a number, such as 1.5",
    "boolean": "yes or no",
    "date": "a date, such as 2026-05-31",
}


@dataclass(frozen=True, slots=True)
class Declared:
    """A parameter of one notebook.

    Attributes:
        name: in the notebook and in the address.
        parameter: its type.
        default: the value where the address gives none; ``None`` if that is the
            notebook's own affair, or there is none.
        required: whether there is none, so that viewers must choose one.
    """

    name: str
    parameter: Parameter
    default: Value | None
    required: bool

    @property
    def label(self) -> str:
        """What people call it."""
        return self.parameter.title or self.name

    def __str__(self) -> str:
        """One line for the notebook's author."""
        otherwise = "the notebook's own" if self.default is None else repr(text_of(self.default))
        told = "must be given" if self.required else f"otherwise {otherwise}"
        return f"{self.name}: {self.parameter.expected}; {told}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address says of a parameter.

    Attributes:
        of: the parameter.
        text: as a form shows it.
        value: what the notebook gets, if anything.
        wrong: what was expected, if the address gives something else.
    """

    of: Declared
    text: str
    value: Value | None
    wrong: str = ""


def answers(parameters: Iterable[Declared], query: str) -> tuple[Answer, ...]:
    """What an address says of each parameter; of several values the last counts.

    Args:
        parameters: of the notebook.
        query: of the address; what is in it beside them is passed over.
    """
    given = dict(parse_qsl(query, keep_blank_values=True))
    return tuple(_answer(one, given.get(one.name)) for one in parameters)


def query_of(told: Iterable[Answer]) -> str:
    """The shortest query that gives the same values."""
    differs = [one for one in told if one.value is not None and one.value != one.of.default]
    return urlencode([(one.of.name, text_of(one.value)) for one in differs])


def is_all(parameters: Iterable[Declared], query: str) -> bool:
    """Whether a query gives nothing but values of parameters."""
    names = {one.name for one in parameters}
    return all(name in names for name, _ in parse_qsl(query, keep_blank_values=True))


def refuse_wrong(told: Iterable[Answer]) -> None:
    """Let only values pass that the notebook can be given.

    Raises:
        ParameterWrong: the address gives others, or a necessary one is missing.
    """
    wrong = [f"{one.of.name}: expected {one.wrong}" for one in told if one.wrong]
    if wrong:
        raise ParameterWrong("; ".join(wrong))


def text_of(value: Value | None) -> str:
    """A value as addresses and forms have it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _answer(one: Declared, text: str | None) -> Answer:
    # An empty field of a form is none that was filled in.
    if text is None or (not text and one.parameter.type != "text"):
        wrong = one.parameter.expected if one.required else ""
        return Answer(one, text_of(one.default), one.default, wrong)
    value = one.parameter.read(text)
    if value is None:
        return Answer(one, text[:LONGEST], None, one.parameter.expected)
    return Answer(one, text_of(value), value)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def _number(text: str) -> float | None:
    value = float(text) if _NUMBER.fullmatch(text) else math.inf
    return value if math.isfinite(value) else None


def is_name(text: str) -> bool:
    """Whether a parameter may be called so."""
    plain = text.isascii() and text.isidentifier() and not text.startswith("_")
    return plain and not keyword.iskeyword(text) and text != OURS


__all__ = [
    "OURS",
    "Answer",
    "Declared",
    "Parameter",
    "Value",
    "answers",
    "is_all",
    "is_name",
    "query_of",
    "refuse_wrong",
    "text_of",
]
