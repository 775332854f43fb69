"""Where other clouds send viewers in: with a token in a form, or by a signed address.

The form comes from another site's page, into a frame of it or into a tab. What the
viewer gets for it is a pass for one share, kept as a cookie below the share's own
address, so that neither token nor signature stays in any address.
"""

from __future__ import annotations

from collections.abc import Awaitable

from vaas.errors import EntryRefused, VisitOver
from vaas.web import embedding
from vaas.web.base import Handler
from vaas.web.front import Front
from vaas.web.seams import Gate, Visit

_KEPT_DAYS = 7
"""Days for which a browser keeps a pass: one that has run out still knows the way back."""


class ComeIn(Handler):
    """``POST``, or ``GET`` with a signature, at a gate's address."""

    may_be_framed = True

    def initialize(self, front: Front, gate: Gate) -> None:  # type: ignore[override]
        """Tornado's constructor hook.

        Args:
            front: what handlers need.
            gate: lets viewers in.
        """
        super().initialize(front)
        self.gate = gate

    @property
    def modes(self) -> list[str]:
        """In a frame an answer is bare, as a dashboard would be."""
        return ["embed"] if embedding.is_framed(self.request, ()) else []

    async def get(self, name: str = "") -> None:
        """Let in who comes by a signed address."""
        await self._lead_in(self.gate.knock(name, self.get_query_argument("key", "")))

    async def post(self, name: str = "") -> None:
        """Let in who comes with a token."""
        token, *more = self.get_body_arguments("access_token") or [""]
        if more or not token.isascii():
            raise EntryRefused("not exactly one token was posted")
        ends = self.get_body_argument("access_token_ttl", "")
        back = self.get_body_argument("expired_session_redirect_uri", "")
        await self._lead_in(self.gate.enter(name, token, ends, back))

    async def _lead_in(self, visiting: Awaitable[tuple[Visit, str]]) -> None:
        """Give the viewer their pass, and show the share."""
        try:
            visit, value = await visiting
        except (EntryRefused, VisitOver) as error:
            self.frame_hosts = error.frames
            raise
        address = f"/ocm/s/{visit.share}/"
        self.keep_cookie(visit_cookie(visit.share), value, address, _KEPT_DAYS)
        shown = "?vaas=embed" if self.framed else ""
        self.redirect(f"{address}{shown}", status=303)


def visit_cookie(share_id: str) -> str:
    """The name of the cookie of a share's pass."""
    return f"vaas-visit-{share_id[:8]}"


__all__ = ["ComeIn", "visit_cookie"]
