"""What a widget may be given: errors that name the argument and what was expected."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from typing import Any

__all__ = ["checked_day", "checked_index", "checked_link", "checked_option"]


def checked_link(address: str | None) -> str | None:
    """Return an address that a viewer may be led to.

    Raises:
        ValueError: it is a program.
    """
    # Browsers read the scheme of an address without the white space in it.
    scheme = re.sub(r"[\x00-\x20]", "", address or "").partition(":")[0].lower()
    if scheme in {"javascript", "vbscript"}:
        raise ValueError(f"href is {address!r}; expected the address of a page")
    return address


def checked_index(value: Any, labels: Collection[Any]) -> Any:
    """Return an index of ``labels``, or None.

    Raises:
        ValueError: it is none of its indices.
    """
    whole = isinstance(value, int) and not isinstance(value, bool)
    if value is not None and not (whole and 0 <= value < max(1, len(labels))):
        raise ValueError(f"value is {value!r}; expected an index of the {len(labels)} labels")
    return value


def checked_option(value: Any, options: list[dict[str, Any]]) -> Any:
    """Return one of the options' values, or None.

    Raises:
        ValueError: it is not among them.
    """
    known = [one["value"] for one in options]
    if value is not None and value not in known:
        shown = ", ".join(map(repr, known[:8])) + (" …" if known[8:] else "")
        raise ValueError(f"value is {value!r}; expected one of {shown or 'no options'}")
    return value


def checked_day(day: date | str | None, name: str) -> str | None:
    """Return a day as ISO text.

    Args:
        day: as date, as text such as ``2024-05-31``, or None.
        name: of the argument.

    Raises:
        ValueError: the text is no day.
    """
    if not day:
        return None
    if isinstance(day, date):
        return day.isoformat()[:10]
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        raise ValueError(f"{name} is {day!r}; expected a day as 2024-05-31") from None
