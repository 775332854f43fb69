"""Who we are to a gateway: each link, with its password, is a user of its own.

Its token is used five minutes at most, so that a changed password counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from cs3.gateway.v1beta1.gateway_api_pb2 import AuthenticateRequest
from cs3.sharing.link.v1beta1.link_api_pb2 import GetPublicShareByTokenRequest
from cs3.sharing.link.v1beta1.resources_pb2 import PublicShareAuthentication
from cs3.storage.provider.v1beta1.provider_api_pb2 import GetPathRequest

from vaas.errors import EfssFailed, FileDrop, PasswordNeeded, PasswordWrong, ShareUnknown, VaasError
from vaas.model import Secret, ShareLink
from vaas.shares.cs3.gateway import Gateway, Refused
from vaas.shares.cs3.places import parts_of
from vaas.shares.cs3.tokens import Access, Tokens

_DENIED = frozenset({"PERMISSION_DENIED", "UNAUTHENTICATED"})


class AccessTokens:
    """The tokens of one gateway's links; belongs to one event loop, needs no closing."""

    def __init__(self, gateway: Gateway, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with none.

        Args:
            gateway: gives them.
            clock: seconds that only grow.
        """
        self._gateway = gateway
        self._tokens = Tokens(gateway, clock)

    async def call(
        self, link: ShareLink, password: Secret | None, method: str, request: object
    ) -> Any:
        """Ask as this link; once more with a new token where the gateway minds the old one.

        Raises:
            Refused: the answer is no.
            VaasError: the link is not let in, or there is no answer.
        """
        key = _key(link, password)
        return await self._tokens.call(key, lambda: self._sign_in(link, password), method, request)

    async def of(self, link: ShareLink, password: Secret | None) -> Access:
        """What the gateway knows a link by, asked for if need be.

        Raises:
            ShareUnknown, PasswordNeeded, PasswordWrong, FileDrop: it is not let in.
            EfssFailed, OutboundError: there is no answer that could be used.
        """
        return await self._tokens.of(_key(link, password), lambda: self._sign_in(link, password))

    async def _sign_in(self, link: ShareLink, password: Secret | None) -> Access:
        now = self._tokens.clock()
        secret = password.value if password else ""
        try:
            answer = await self._gateway.call(
                "Authenticate",
                AuthenticateRequest(
                    type="publicshares", client_id=link.token, client_secret=f"password|{secret}"
                ),
            )
        except Refused as refused:
            raise _not_let_in(refused.code, password) from None
        if answer.user.opaque.map["public-share-role"].value == b"uploader":
            raise FileDrop("the gateway says uploader")
        until = self._tokens.until(answer.token, now)
        return Access(answer.token, until, *await self._told(link, secret, answer.token))

    async def _told(
        self, link: ShareLink, secret: str, token: str
    ) -> tuple[tuple[str, str, str], str]:
        """What the gateway calls the shared thing, and what people do, as far as it says."""
        who = PublicShareAuthentication(password=secret)
        request = GetPublicShareByTokenRequest(token=link.token, authentication=who)
        shared = ("", "", "")
        try:
            answer = await self._gateway.call("GetPublicShareByToken", request, token)
            shared = parts_of(answer.share.resource_id)
            where = GetPathRequest(resource_id=answer.share.resource_id)
            path = (await self._gateway.call("GetPath", where, token)).path
        except Refused:
            return shared, ""
        return shared, path.rstrip("/").rpartition("/")[2].replace("\0", "")


def _not_let_in(code: str, password: Secret | None) -> VaasError:
    if code == "NOT_FOUND":
        return ShareUnknown("the gateway knows no such link")
    if code in _DENIED:
        return PasswordWrong(code) if password else PasswordNeeded(code)
    return EfssFailed(f"{code} to a link's token")


def _key(link: ShareLink, password: Secret | None) -> tuple[str, str]:
    secret = password.value if password else ""
    return link.token, sha256(secret.encode()).hexdigest()


__all__ = ["AccessTokens"]
