"""Reva, and CERNBox which is made with it."""

from __future__ import annotations

from vaas.shares.owncloud import OwnCloud


class Reva(OwnCloud):
    """Like ownCloud 10 in all that a reader sees."""

    product = "reva"


__all__ = ["Reva"]
