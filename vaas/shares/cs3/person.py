"""Folders that somebody opened here from their cloud, read with the token that it gave us."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

from vaas.errors import OpenAgain, ShareChanged
from vaas.model import Secret, ShareLink
from vaas.shares.client import OutboundClient
from vaas.shares.cs3.files import About, Files, Refusals
from vaas.shares.cs3.gateway import Gateway, Refused
from vaas.shares.cs3.places import Place
from vaas.shares.policy import OutboundPolicy, SiteRule


@dataclass(frozen=True, slots=True)
class Pass:
    """How a folder is read.

    Attributes:
        token: of the person who opened it.
        place: where it lies.
        name: what people call it.
    """

    token: Secret
    place: Place
    name: str


class Passes(Protocol):
    """What is known of folders that were opened."""

    def of(self, link: ShareLink) -> Pass:
        """How one is read.

        Raises:
            OpenAgain: not any more.
        """
        ...


class Opened(Files):
    """Folders that people opened here from one site."""

    at_root: ClassVar[Refusals] = MappingProxyType(
        {"NOT_FOUND": OpenAgain, "PERMISSION_DENIED": OpenAgain, "LOCKED": ShareChanged}
    )

    def __init__(
        self,
        rule: SiteRule,
        gateway: Gateway,
        passes: Passes,
        client: OutboundClient,
        policy: OutboundPolicy,
    ) -> None:
        """Take what it asks; the gateway is closed by who made it.

        Args:
            rule: the site.
            gateway: of the site.
            passes: knows the tokens.
            client: downloads from the site's data gateway.
            policy: says which hosts are the site's.
        """
        super().__init__(client, policy)
        self._rule, self._gateway, self._passes = rule, gateway, passes

    def rule(self, link: ShareLink) -> SiteRule:  # noqa: ARG002 (there is one)
        """See ``Files.rule``."""
        return self._rule

    async def call(
        self,
        link: ShareLink,
        password: Secret | None,  # noqa: ARG002
        method: str,
        request: object,
    ) -> Any:
        """See ``Files.call``.

        Raises:
            OpenAgain: the token is no longer good.
        """
        token = self._passes.of(link).token
        try:
            return await self._gateway.call(method, request, token.value)
        except Refused as refused:
            if refused.code == "UNAUTHENTICATED":
                raise OpenAgain("the gateway no longer takes the token") from None
            raise

    async def places(
        self,
        link: ShareLink,
        password: Secret | None,  # noqa: ARG002
    ) -> AsyncIterator[Place]:
        """See ``Files.places``."""
        yield self._passes.of(link).place

    async def about(self, link: ShareLink, password: Secret | None) -> About:  # noqa: ARG002
        """See ``Files.about``."""
        return About((self._passes.of(link).name,))


__all__ = ["Opened", "Pass", "Passes"]
