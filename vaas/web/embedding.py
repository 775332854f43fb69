"""Dashboards inside other sites' pages.

A share names the hosts whose pages may show it; the operator may allow fewer, or
none. The browser is told in the page's policy (``frame-ancestors``), and only where
it asks for a page to be framed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tornado.httputil import HTTPServerRequest

NOBODY = "'none'"
_FRAMES = {"iframe", "frame", "embed", "object"}
_ANCESTORS = re.compile(r"frame-ancestors [^;]*")


def is_framed(request: HTTPServerRequest, modes: Sequence[str]) -> bool:
    """Whether an answer is for a frame: by its address, or as the browser says.

    Args:
        request: a viewer's.
        modes: what its address asks of the service.
    """
    return "embed" in modes or request.headers.get("Sec-Fetch-Dest") in _FRAMES


def sources(operator: str | Sequence[str], share: Sequence[str] | None) -> str:
    """Whose pages may frame a page, as a policy has it.

    Args:
        operator: ``share`` for whom the share names, ``none``, or hosts.
        share: the hosts that the share names; ``None`` where that is not known, as
            before its password.
    """
    if operator == "none" or (operator == "share" and share is None):
        return NOBODY
    if share is None:
        return " ".join(operator) or NOBODY
    if operator == "share":
        return " ".join(share) or NOBODY
    both = {_both(one, other) for one in share for other in operator} - {""}
    return " ".join(sorted(both)) or NOBODY


def framed_by(policy: str, allowed: str) -> str:
    """A content security policy for pages that may be framed.

    Args:
        policy: of the page.
        allowed: as of ``sources``.
    """
    return _ANCESTORS.sub(f"frame-ancestors {allowed}", policy)


def cookie(name: str, value: str, path: str = "/") -> str:
    """A ``Set-Cookie`` header for a page in a frame.

    The browser keeps such a cookie for the site that frames us alone. Python writes
    the attribute only from 3.14 on.

    Args:
        name: a token, as RFC 6265 has it.
        value: likewise.
        path: of the addresses that it is for.
    """
    return f"{name}={value}; HttpOnly; Path={path}; SameSite=None; Secure; Partitioned"


def _both(one: str, other: str) -> str:
    """The hosts that both patterns name, as a pattern; empty for none."""
    one, other = one.lower(), other.lower()
    if _covers(one, other):
        return other
    return one if _covers(other, one) else ""


def _covers(wide: str, narrow: str) -> bool:
    return wide == narrow or (wide.startswith("*.") and narrow.endswith(wide[1:]))


__all__ = ["NOBODY", "cookie", "framed_by", "is_framed", "sources"]
