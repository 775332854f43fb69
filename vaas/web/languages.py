"""Which languages a viewer reads, as browsers tell it."""

from __future__ import annotations

import re

_ONE = re.compile(
    r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?"
)
_MOST = 20


def accepted(header: str) -> tuple[str, ...]:
    """The languages of an ``Accept-Language`` header, the best first.

    Args:
        header: as RFC 9110 has it; what is not so is passed over.
    """
    found = [
        match.groups("1") for one in header.split(",")[:_MOST] if (match := _ONE.fullmatch(one))
    ]
    wanted = [(float(weight), language) for language, weight in found if float(weight)]
    return tuple(language for _, language in sorted(wanted, key=lambda one: -one[0]))


__all__ = ["accepted"]
