"""Lists of people who may see something: addresses, and ``*@host`` for all of a cloud."""

from __future__ import annotations

from collections.abc import Iterable

from vaas.mesh.addresses import parse_address

MOST = 200
"""People that one share may list."""


def guest_list(text: str) -> tuple[list[str], list[str]]:
    """What somebody types into a list, one a line or divided by commas.

    Returns:
        the addresses, each once, and what is none.
    """
    good: dict[str, None] = {}
    wrong = []
    for word in text.replace(",", " ").replace(";", " ").split():
        try:
            good[str(parse_address(word))] = None
        except ValueError:
            wrong.append(word)
    return [*good][:MOST], wrong + [*good][MOST:]


def is_listed(address: str, guests: Iterable[str]) -> bool:
    """Whether somebody is on a list; people do not mind upper and lower case."""
    plain = address.casefold()
    wanted = {plain, f"*@{plain.rpartition('@')[2]}"}
    return any(one.casefold() in wanted for one in guests)


__all__ = ["MOST", "guest_list", "is_listed"]
