"""Who we are to a gateway: each link, with its password, is a user of its own.

The token that a gateway gives for them is kept until shortly before it expires,
and five minutes at most, so that a changed password counts.
"""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64decode
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cs3.gateway.v1beta1.gateway_api_pb2 import AuthenticateRequest
from cs3.sharing.link.v1beta1.link_api_pb2 import GetPublicShareByTokenRequest
from cs3.sharing.link.v1beta1.resources_pb2 import PublicShareAuthentication
from cs3.storage.provider.v1beta1.provider_api_pb2 import GetPathRequest

from vaas.errors import EfssFailed, FileDrop, PasswordNeeded, PasswordWrong, ShareUnknown, VaasError
from vaas.model import Secret, ShareLink
from vaas.shares.cs3.gateway import Gateway, Refused
from vaas.shares.flight import SingleFlight

LONGEST = 300.0
"""Seconds for which a token is used, however long it is good."""

_KEPT = 1_000
_DENIED = frozenset({"PERMISSION_DENIED", "UNAUTHENTICATED"})


@dataclass(frozen=True, slots=True)
class Access:
    """A link that the gateway has let in.

    Attributes:
        token: what each further call carries.
        until: when it is to be renewed, by the clock of ``AccessTokens``.
        shared: what the gateway calls the shared file or folder; empty if it does not say.
        name: what people call it; empty likewise.
    """

    token: str = field(repr=False)
    until: float
    shared: str = ""
    name: str = ""


class AccessTokens:
    """The tokens of one gateway's links; belongs to one event loop, needs no closing."""

    def __init__(self, gateway: Gateway, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with none.

        Args:
            gateway: gives them.
            clock: seconds that only grow.
        """
        self._gateway = gateway
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], Access] = OrderedDict()
        self._flight: SingleFlight[Access] = SingleFlight()

    async def call(
        self, link: ShareLink, password: Secret | None, method: str, request: object
    ) -> Any:
        """Ask as this link; once more with a new token where the gateway minds the old one.

        Raises:
            Refused: the answer is no.
            VaasError: the link is not let in, or there is no answer.
        """
        access = await self.of(link, password)
        try:
            return await self._gateway.call(method, request, access.token)
        except Refused as refused:
            if refused.code != "UNAUTHENTICATED":
                raise
        key = _key(link, password)
        if self._known.get(key) is access:
            del self._known[key]
        access = await self.of(link, password)
        return await self._gateway.call(method, request, access.token)

    async def of(self, link: ShareLink, password: Secret | None) -> Access:
        """What the gateway knows a link by, asked for if need be.

        Raises:
            ShareUnknown, PasswordNeeded, PasswordWrong, FileDrop: it is not let in.
            EfssFailed, OutboundError: there is no answer that could be used.
        """
        key = _key(link, password)
        known = self._known.get(key)
        if known is None or not self._clock() < known.until:
            known = await self._flight.run(key, lambda: self._sign_in(link, password))
            self._known[key] = known
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return known

    async def _sign_in(self, link: ShareLink, password: Secret | None) -> Access:
        now = self._clock()
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
        token = answer.token
        if not (token and token.isascii() and token.isprintable()):
            raise EfssFailed("a token that cannot be sent")
        shared, name = await self._told(link, secret, token)
        return Access(token, now + min(lifetime(token), LONGEST), shared, name)

    async def _told(self, link: ShareLink, secret: str, token: str) -> tuple[str, str]:
        """What the gateway calls the shared thing, and what people do, as far as it says."""
        who = PublicShareAuthentication(password=secret)
        request = GetPublicShareByTokenRequest(token=link.token, authentication=who)
        shared = ""
        try:
            answer = await self._gateway.call("GetPublicShareByToken", request, token)
            shared = answer.share.resource_id.opaque_id
            where = GetPathRequest(resource_id=answer.share.resource_id)
            path = (await self._gateway.call("GetPath", where, token)).path
        except Refused:
            return shared, ""
        return shared, path.rstrip("/").rpartition("/")[2].replace("\0", "")


def lifetime(token: str) -> float:
    """Seconds for which a token is used, with a tenth of its life to spare.

    What it says is not checked: only its site could, and believing it costs a
    sign-in more or less.
    """
    try:
        payload = token.split(".")[1]
        claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        began = claims.get("iat") or time.time()
        return float(claims["exp"] - began) * 0.9
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return LONGEST


def _not_let_in(code: str, password: Secret | None) -> VaasError:
    if code == "NOT_FOUND":
        return ShareUnknown("the gateway knows no such link")
    if code in _DENIED:
        return PasswordWrong(code) if password else PasswordNeeded(code)
    return EfssFailed(f"{code} to a link's token")


def _key(link: ShareLink, password: Secret | None) -> tuple[str, str]:
    secret = password.value if password else ""
    return link.token, sha256(secret.encode()).hexdigest()


__all__ = ["LONGEST", "Access", "AccessTokens", "lifetime"]
