"""Which notebooks that have run are kept, where there is room for few.

The addresses of one notebook can ask for it with any values of its parameters:
however many do, they take half of the room, and the first to go for them are of
the same notebook.
"""

from __future__ import annotations

from collections.abc import Iterable

from vaas.model import Installation, Version

Key = tuple[Version, str, str, Installation, tuple[tuple[str, str], ...]]
"""Version, notebook, kernel's name, environment, variables: what a run depends on."""

SHARE_VERSION = "VAAS_SHARE_VERSION"
"""The variable that names the version, and so is none of those."""


def may_be_made(making: Iterable[Key], key: Key, most: int) -> bool:
    """Whether a notebook may run for one more address at the same time.

    Args:
        making: those that run now.
        key: the one wanted.
        most: that are kept.
    """
    others = [one for one in making if _same_notebook(one, key) and _varies(one)]
    return not _varies(key) or len(others) < _share(most)


def to_let_go(kept: Iterable[Key], key: Key, most: int) -> list[Key]:
    """Which are to go so that one more can be kept.

    Those of older versions of the same notebook, then the ones used least.

    Args:
        kept: the one not used for longest first.
        key: the new one.
        most: that may be kept.
    """
    old = [one for one in kept if _is_older(one, key) or one == key]
    left = [one for one in kept if one not in old]
    if _varies(key):
        same = [one for one in left if _same_notebook(one, key)]
        # What most viewers ask for, the plain address, stays as long as there are others.
        same.sort(key=_varies, reverse=True)
        old += same[: max(0, len(same) + 1 - _share(most))]
        left = [one for one in left if one not in old]
    return old + left[: max(0, len(left) + 1 - most)]


def lasting(key: Key) -> tuple[object, ...]:
    """What is the same of a run at all versions of its share."""
    return key[0].share, *key[1:]


def query(key: Key) -> str:
    """The query of an address, as far as the run depends on it."""
    return dict(key[4]).get("QUERY_STRING", "")


def _varies(key: Key) -> bool:
    return bool(query(key))


def _share(most: int) -> int:
    return max(1, most // 2)


def _same_notebook(one: Key, other: Key) -> bool:
    return one[0].share == other[0].share and one[1] == other[1]


def _is_older(one: Key, other: Key) -> bool:
    return _same_notebook(one, other) and one[0] != other[0]


__all__ = ["SHARE_VERSION", "Key", "lasting", "may_be_made", "query", "to_let_go"]
