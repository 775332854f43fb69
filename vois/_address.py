"""Values as text of a page's address, and back."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

__all__ = ["as_text", "can_be_typed", "typed"]

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def typed(raw: str, first: Any) -> Any:
    """Turn text into the type of ``first``.

    Args:
        raw: text of an address.
        first: a bool, number, date, text, None (as text), or a list or tuple of these.

    Raises:
        ValueError: the text does not fit that type.
    """
    if isinstance(first, bool):
        return _flag(raw)
    if isinstance(first, (list, tuple)):
        kind = first[0] if first else ""
        parts = [_unquoted(part) for part in raw.split(",")] if raw else []
        return type(first)(typed(part, kind) for part in parts)
    if isinstance(first, date):
        return type(first).fromisoformat(raw)
    if isinstance(first, (int, float)):
        number = type(first)(raw)
        try:
            finite = math.isfinite(number)
        except OverflowError:
            finite = False
        if not finite:
            raise ValueError(f"{raw[:40]!r} is no finite number")
        return number
    return raw


def can_be_typed(first: Any) -> bool:
    """Whether `typed` knows the type of ``first``."""
    if isinstance(first, (list, tuple)):
        return all(can_be_typed(one) for one in first)
    return first is None or isinstance(first, (bool, int, float, str, date))


def as_text(value: Any) -> str:
    """Return a value as text that `typed` understands; commas part the items of a list."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (list, tuple)):
        return ",".join(_quoted(as_text(part)) for part in value)
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _flag(raw: str) -> bool:
    word = raw.lower()
    if word not in _TRUE | _FALSE:
        raise ValueError(f"{raw!r} is neither true nor false")
    return word in _TRUE


def _quoted(part: str) -> str:
    return part.replace("%", "%25").replace(",", "%2C")


def _unquoted(part: str) -> str:
    return part.replace("%2C", ",").replace("%25", "%")
