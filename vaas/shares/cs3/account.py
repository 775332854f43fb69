"""Our account at a site, and the shares that other clouds sent to it by Open Cloud Mesh."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

from cs3.gateway.v1beta1.gateway_api_pb2 import AuthenticateRequest
from cs3.sharing.ocm.v1beta1.ocm_api_pb2 import (
    ListReceivedOCMSharesRequest,
    UpdateReceivedOCMShareRequest,
)
from cs3.sharing.ocm.v1beta1.resources_pb2 import ShareState

from vaas.errors import (
    AnswerTooLarge,
    EfssFailed,
    ShareChanged,
    ShareUnknown,
    ShareWithdrawn,
)
from vaas.model import Secret, Share, ShareLink
from vaas.shares.client import OutboundClient
from vaas.shares.cs3.files import About, Files, Refusals
from vaas.shares.cs3.gateway import Gateway, Refused
from vaas.shares.cs3.places import Place
from vaas.shares.cs3.rules import AccountRule, Told
from vaas.shares.cs3.spaces import roots
from vaas.shares.cs3.tokens import Access, Tokens
from vaas.shares.multistatus import MAX_ENTRIES
from vaas.shares.policy import OutboundPolicy, SiteRule

_STATES = {
    ShareState.SHARE_STATE_PENDING: "pending",
    ShareState.SHARE_STATE_ACCEPTED: "accepted",
    ShareState.SHARE_STATE_TRANSFERRING: "accepted",
}


class Account:
    """Asks a gateway as our account there; belongs to one event loop.

    Attributes:
        rule: the operator's word on it.
    """

    def __init__(self, rule: AccountRule) -> None:
        """Prepare; nothing is asked yet.

        Args:
            rule: the operator's word on it.

        Raises:
            ConfigError: a certificate cannot be read.
        """
        self.rule = rule
        self._gateway = Gateway(rule.site)
        self._tokens = Tokens(self._gateway)

    async def close(self) -> None:
        """End the connection."""
        await self._gateway.close()

    async def call(self, method: str, request: object) -> Any:
        """Ask as the account.

        Raises:
            Refused: the answer is no.
            VaasError: the account is not let in, or there is no answer.
        """
        return await self._tokens.call(self.rule.name, self._sign_in, method, request)

    async def shares(self) -> Sequence[Told]:
        """What other clouds sent to the account.

        Raises:
            VaasError: there is no answer that could be used.
        """
        request = ListReceivedOCMSharesRequest()
        told: list[Any] = []
        while True:
            page = await self._ask("ListReceivedOCMShares", request)
            told += page.shares
            if len(told) > MAX_ENTRIES:
                raise AnswerTooLarge(f"more than {MAX_ENTRIES} received shares")
            if not (page.shares and page.next_page_token):
                return [_told(one) for one in told if one.id.opaque_id]
            request.page_token = page.next_page_token

    async def accept(self, share_id: str) -> None:
        """Accept a share that waits for it.

        Raises:
            VaasError: that is not possible.
        """
        request = UpdateReceivedOCMShareRequest()
        request.share.id.opaque_id = share_id
        request.share.state = ShareState.SHARE_STATE_ACCEPTED
        request.update_mask.paths.append("state")
        await self._ask("UpdateReceivedOCMShare", request)

    async def _ask(self, method: str, request: object) -> Any:
        try:
            return await self.call(method, request)
        except Refused as refused:
            raise EfssFailed(f"{self.rule.site.host}: {refused.code} to {method}") from None

    async def _sign_in(self) -> Access:
        rule, now = self.rule, self._tokens.clock()
        request = AuthenticateRequest(
            type=rule.kind, client_id=rule.name, client_secret=rule.password.value
        )
        try:
            answer = await self._gateway.call("Authenticate", request)
        except Refused as refused:
            raise EfssFailed(f"{rule.site.host}: {refused.code} to our account") from None
        return Access(answer.token, self._tokens.until(answer.token, now))


class Doors(Protocol):
    """What the mesh tells of received shares."""

    async def called(self, link: ShareLink) -> tuple[str, str]:
        """What a share's gateway calls it, and what people do.

        Raises:
            ShareUnknown: there never was such a share.
            ShareWithdrawn: it is gone, or its time is over.
        """
        ...

    async def seen(self, link: ShareLink) -> None:
        """The share has answered."""
        ...

    async def missed(self, link: ShareLink) -> None:
        """Its gateway says that it is not there."""
        ...


class Gathered(Files):
    """Shares that our accounts received."""

    product = "ocm"
    at_root: ClassVar[Refusals] = MappingProxyType(
        {"NOT_FOUND": ShareWithdrawn, "PERMISSION_DENIED": ShareWithdrawn, "LOCKED": ShareChanged}
    )

    def __init__(
        self,
        accounts: Mapping[str, Account],
        doors: Doors,
        client: OutboundClient,
        policy: OutboundPolicy,
    ) -> None:
        """Take what it asks; accounts are closed by who made them.

        Args:
            accounts: by their site's host.
            doors: knows the shares.
            client: downloads from data gateways.
            policy: says which hosts are a site's.
        """
        super().__init__(client, policy)
        self._accounts, self._doors = accounts, doors

    def rule(self, link: ShareLink) -> SiteRule:
        """See ``Files.rule``."""
        return self._account(link).rule.site

    async def resolve(self, link: ShareLink, password: Secret | None) -> Share:
        """See ``Provider.resolve``; there are no passwords."""
        await self._doors.called(link)
        try:
            share = await super().resolve(link, password)
        except ShareWithdrawn:
            await self._doors.missed(link)
            raise
        await self._doors.seen(link)
        return share

    async def call(
        self,
        link: ShareLink,
        password: Secret | None,  # noqa: ARG002
        method: str,
        request: object,
    ) -> Any:
        """See ``Files.call``."""
        return await self._account(link).call(method, request)

    async def places(
        self,
        link: ShareLink,
        password: Secret | None,  # noqa: ARG002
    ) -> AsyncIterator[Place]:
        """See ``Files.places``."""
        account = self._account(link)
        share_id, _ = await self._doors.called(link)
        yield Place(f"{account.rule.mount.rstrip('/')}/{share_id}")
        for place in await roots(account.call, share_id):
            yield place

    async def about(self, link: ShareLink, password: Secret | None) -> About:  # noqa: ARG002
        """See ``Files.about``."""
        _, name = await self._doors.called(link)
        return About((name,))

    def _account(self, link: ShareLink) -> Account:
        if link.host not in self._accounts:
            raise ShareUnknown(f"{link.host}: no account there any more")
        return self._accounts[link.host]


def _told(share: Any) -> Told:
    return Told(
        id=share.id.opaque_id,
        name=share.name,
        owner=_address(share.owner),
        sender=_address(share.creator) or _address(share.owner),
        state=_STATES.get(share.state, ""),
        expires=float(share.expiration.seconds) or None,
    )


def _address(user: Any) -> str:
    """A user of another cloud as people write it."""
    host = user.idp.split("://")[-1].rstrip("/")
    return f"{user.opaque_id}@{host}" if host and "@" not in user.opaque_id else user.opaque_id


__all__ = ["Account", "Doors", "Gathered"]
