"""The addresses by which other clouds come in."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from tornado.web import HTTPError, RequestHandler

from vaas.errors import MeshError, MessageInvalid, StateAway, TooManyShares, VaasError
from vaas.mesh.desk import Desk
from vaas.mesh.document import document
from vaas.mesh.sharing import Sharing
from vaas.mesh.signatures import Message
from vaas.observability import logger

log = logger(__name__)

RETRY_AFTER = 600

Route = tuple[str, type[RequestHandler], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Counter:
    """What the handlers need.

    Attributes:
        desk: takes messages.
        url: ours.
        name: what people call us.
        closed: whether only listed clouds are trusted.
        key_set: our public keys.
        status_of: the status of an error.
        sharing: what we send.
    """

    desk: Desk
    url: str
    name: str
    closed: bool
    key_set: Mapping[str, Any]
    status_of: Callable[[VaasError], int]
    sharing: Sharing


class Machine(RequestHandler):
    """Speaks JSON with other clouds; no browser is meant."""

    counter: Counter

    def initialize(self, counter: Counter) -> None:
        """Tornado's constructor hook."""
        self.counter = counter

    def set_default_headers(self) -> None:
        """Headers that every answer carries."""
        self.set_header("Server", "VaaS")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        self.set_header("Content-Type", "application/json; charset=utf-8")

    def tell(self, what: Mapping[str, Any], status: int = 200) -> Awaitable[None]:
        """Answer; done when it is sent."""
        self.set_status(status)
        return self.finish(json.dumps(what))

    @property
    def message(self) -> Message:
        """The request as its sender signed it: to our own name, whatever a proxy made of it."""
        request = self.request
        url = f"{self.counter.url}{request.uri}"
        lines = tuple(request.headers.get_all())
        return Message(request.method or "", url, lines, request.body)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with what is wrong; tornado calls it for what handlers raise."""
        error = (kwargs.get("exc_info") or (None, None))[1]
        if isinstance(error, VaasError):
            status_code = self.counter.status_of(error)
        told: dict[str, Any] = {"message": "this cannot be answered"}
        if isinstance(error, MeshError):
            told["message"] = str(error)
        if isinstance(error, MessageInvalid):
            problems = error.problems.items()
            told["validationErrors"] = [{"name": name, "message": why} for name, why in problems]
        if isinstance(error, TooManyShares | StateAway):
            self.set_header("Retry-After", str(RETRY_AFTER))
        self.tell(told, status_code)

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """One line for what was foreseen, the whole traceback for what was not."""
        if isinstance(value, VaasError):
            fields = sorted(value.problems) if isinstance(value, MessageInvalid) else []
            log.info("mesh_refused", error=value.label, detail=value.detail, fields=fields)
        elif not isinstance(value, HTTPError):
            log.error("failed", exc_info=(typ, value, tb))

    def data_received(self, chunk: bytes) -> None:
        """Bodies are small and read whole."""


class Discovery(Machine):
    """``GET /.well-known/ocm``, ``/ocm-provider``, ``/ocm-provider/``."""

    def get(self) -> None:
        """Say who we are."""
        here = self.counter
        agent = self.request.headers.get("User-Agent", "")
        known = self.request.path.startswith("/.well-known/")
        self.set_header("Cache-Control", "max-age=300")
        self.set_header("Vary", "User-Agent")
        self.tell(document(here.url, here.name, agent=agent, well_known=known, closed=here.closed))


class Keys(Machine):
    """``GET /.well-known/jwks.json``, ``/ocm/jwks``."""

    def get(self) -> None:
        """Our public keys."""
        self.set_header("Cache-Control", "max-age=300")
        self.tell(self.counter.key_set)


class Shares(Machine):
    """``POST /ocm/shares``."""

    async def post(self) -> None:
        """Take a share; it is looked at when its sender knows that we have it."""
        share, told = await self.counter.desk.receive(self.message)
        await self.tell(told, 201)
        self.counter.desk.follow(share)


class Notifications(Machine):
    """``POST /ocm/notifications``."""

    async def post(self) -> None:
        """Take note, of what we sent or what we were sent."""
        if not await self.counter.sharing.notified(self.message):
            await self.counter.desk.notified(self.message)
        await self.tell({}, 201)


class Accepted(Machine):
    """``POST /ocm/invite-accepted``."""

    async def post(self) -> None:
        """Take an acceptance."""
        await self.tell(await self.counter.desk.accepted(self.message))


class Token(Machine):
    """``POST /ocm/token``."""

    async def post(self) -> None:
        """A token for the secret of what we sent, or a refusal as OAuth words it."""
        told = await self.counter.sharing.exchange(self.message)
        self.set_header("Cache-Control", "no-store")
        await self.tell(told, 400 if "error" in told else 200)


def routes(counter: Counter) -> list[Route]:
    """The mesh's part of the route table."""
    given = {"counter": counter}
    return [
        (r"/\.well-known/ocm", Discovery, given),
        (r"/ocm-provider/?", Discovery, given),
        (r"/\.well-known/jwks\.json", Keys, given),
        (r"/ocm/jwks", Keys, given),
        (r"/ocm/shares", Shares, given),
        (r"/ocm/notifications", Notifications, given),
        (r"/ocm/invite-accepted", Accepted, given),
        (r"/ocm/token", Token, given),
    ]


__all__ = ["Counter", "Machine", "Route", "routes"]
