"""The addresses at which clouds tell us of shares that they send their viewers here with."""

from __future__ import annotations

from vaas.mesh.handlers import Counter, Machine, Route
from vaas.mesh.hosted import Provisions


class _Integration(Machine):
    """Takes messages of clouds that a rule names."""

    def initialize(  # type: ignore[override]
        self, counter: Counter, provisions: Provisions, opener: str
    ) -> None:
        """Tornado's constructor hook.

        Args:
            counter: as for all messages.
            provisions: takes them.
            opener: where viewers are sent.
        """
        super().initialize(counter)
        self.provisions, self.opener = provisions, opener


class Provision(_Integration):
    """``POST {prefix}/shares``."""

    async def post(self) -> None:
        """Keep a share; its cloud is told where to send viewers."""
        await self.provisions.take(self.message)
        await self.tell({"status": "stored", "protocol": {"webapp": {"uri": self.opener}}}, 201)


class Revoke(_Integration):
    """``POST {prefix}/revoke`` and, as older clouds have it, ``/close``."""

    async def post(self) -> None:
        """End a share."""
        await self.tell({"status": await self.provisions.revoke(self.message)})


class Alive(_Integration):
    """``GET {prefix}`` and ``{prefix}/``."""

    def get(self) -> None:
        """Say that we are here."""
        self.tell({"status": "alive"})

    def post(self) -> None:
        """Say that we are here."""
        self.get()


def hosted_routes(counter: Counter, provisions: Provisions, prefix: str) -> list[Route]:
    """This part of the route table.

    Args:
        counter: as for all messages.
        provisions: takes these.
        prefix: of their addresses.
    """
    opener = f"{counter.url}{prefix}/open"
    given = {"counter": counter, "provisions": provisions, "opener": opener}
    return [
        (f"{prefix}/shares", Provision, given),
        (f"{prefix}/(?:revoke|close)", Revoke, given),
        (f"{prefix}/?", Alive, given),
    ]


__all__ = ["hosted_routes"]
