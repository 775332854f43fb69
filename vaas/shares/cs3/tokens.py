"""Tokens that a gateway gives: kept until shortly before they expire, renewed when it minds them."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64decode
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from vaas.errors import EfssFailed
from vaas.shares.cs3.gateway import Gateway, Refused
from vaas.shares.flight import SingleFlight

LONGEST = 300.0
"""Seconds for which a token is used, however long it is good."""

_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody whom the gateway has let in.

    Attributes:
        token: what each further call carries.
        until: when it is to be renewed, by the clock of ``Tokens``.
        shared: what the gateway calls a link's file or folder, as ``Place.id`` has
            it; nothing if it does not say, or for an account.
        name: what people call that; empty likewise.
    """

    token: str = field(repr=False)
    until: float
    shared: tuple[str, str, str] = ("", "", "")
    name: str = ""


SignIn = Callable[[], Coroutine[Any, Any, Access]]


class Tokens:
    """The tokens of one gateway's users; belongs to one event loop, needs no closing."""

    def __init__(self, gateway: Gateway, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with none.

        Args:
            gateway: gives them.
            clock: seconds that only grow.
        """
        self.gateway = gateway
        self.clock = clock
        self._known: OrderedDict[Hashable, Access] = OrderedDict()
        self._flight: SingleFlight[Access] = SingleFlight()

    async def call(self, key: Any, sign_in: SignIn, method: str, request: object) -> Any:
        """Ask as somebody; once more with a new token where the gateway minds the old one.

        Args:
            key: who that is.
            sign_in: gets a token for them.
            method: of the gateway's API.
            request: its message.

        Raises:
            Refused: the answer is no.
            VaasError: they are not let in, or there is no answer.
        """
        access = await self.of(key, sign_in)
        try:
            return await self.gateway.call(method, request, access.token)
        except Refused as refused:
            if refused.code != "UNAUTHENTICATED":
                raise
        if self._known.get(key) is access:
            del self._known[key]
        access = await self.of(key, sign_in)
        return await self.gateway.call(method, request, access.token)

    async def of(self, key: Any, sign_in: SignIn) -> Access:
        """What the gateway knows somebody by, asked for if need be.

        Raises:
            VaasError: as ``sign_in`` does.
        """
        known = self._known.get(key)
        if known is None or not self.clock() < known.until:
            known = await self._flight.run(key, sign_in)
            self._known[key] = known
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return known

    def until(self, token: str, asked: float) -> float:
        """When a token is to be renewed that was asked for at some time.

        Raises:
            EfssFailed: it is none that could be sent.
        """
        if not sendable(token):
            _unsendable()
        return asked + min(lifetime(token), LONGEST)


def sendable(token: str) -> bool:
    """Whether a token can be part of a call."""
    return bool(token) and token.isascii() and token.isprintable()


def _unsendable() -> NoReturn:
    raise EfssFailed("a token that cannot be sent")


def claims(token: str) -> dict[str, Any]:
    """What a token says of itself; nothing if that cannot be read.

    It is not checked: only its site could.
    """
    try:
        payload = token.split(".")[1]
        told = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (LookupError, RecursionError, TypeError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def lifetime(token: str) -> float:
    """Seconds for which a token is used, with a tenth of its life to spare.

    Believing what it says costs a sign-in more or less.
    """
    told = claims(token)
    try:
        began = told.get("iat") or time.time()
        return float(told["exp"] - began) * 0.9
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return LONGEST


__all__ = ["LONGEST", "Access", "SignIn", "Tokens", "claims", "lifetime", "sendable"]
