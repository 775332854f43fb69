"""Public links of a site with a gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from vaas.errors import NotAnEfss
from vaas.model import Secret, Share, ShareLink
from vaas.shares.client import OutboundClient
from vaas.shares.cs3.access import AccessTokens
from vaas.shares.cs3.files import About, Files
from vaas.shares.cs3.gateway import Gateway
from vaas.shares.cs3.places import Place
from vaas.shares.cs3.spaces import roots
from vaas.shares.policy import OutboundPolicy, SiteRule


class Cs3(Files):
    """All links of one site."""

    def __init__(self, rule: SiteRule, client: OutboundClient, policy: OutboundPolicy) -> None:
        """Speak to one site.

        Args:
            rule: names its gateway.
            client: downloads from its data gateway.
            policy: says which hosts are the site's.

        Raises:
            ConfigError: a certificate cannot be read.
        """
        super().__init__(client, policy)
        self._rule = rule
        self._gateway = Gateway(rule)
        self._tokens = AccessTokens(self._gateway)

    async def close(self) -> None:
        """See ``Provider.close``."""
        await self._gateway.close()

    def rule(self, link: ShareLink) -> SiteRule:  # noqa: ARG002 (there is one)
        """See ``Files.rule``."""
        return self._rule

    async def call(
        self, link: ShareLink, password: Secret | None, method: str, request: object
    ) -> Any:
        """See ``Files.call``."""
        return await self._tokens.call(link, password, method, request)

    async def resolve(self, link: ShareLink, password: Secret | None) -> Share:
        """See ``Provider.resolve``."""
        if link.token == "-":  # noqa: S105 (no token at all)
            raise NotAnEfss(f"{link.host}: an address without a link's token")
        return await super().resolve(link, password)

    async def places(self, link: ShareLink, password: Secret | None) -> AsyncIterator[Place]:
        """See ``Files.places``."""
        yield Place(f"/public/{link.token}")

        async def ask(method: str, request: object) -> Any:
            """Ask as the link."""
            return await self.call(link, password, method, request)

        for place in await roots(ask, link.token):
            yield place
        shared = (await self._tokens.of(link, password)).shared
        if shared[2]:
            yield Place(id=shared)

    async def about(self, link: ShareLink, password: Secret | None) -> About:
        """See ``Files.about``."""
        access = await self._tokens.of(link, password)
        return About((access.name,), access.shared[2])


__all__ = ["Cs3"]
