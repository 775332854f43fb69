"""The one HTTP client with which VaaS asks other hosts.

It stands on ``httpcore``, the engine below httpx, because what is needed is less
than a browser: no cookie jar, no proxies, no redirects but those checked here. Every
URL passes ``OutboundPolicy``; every new connection resolves and checks the name
anew and goes to the checked addresses (certificate and ``Host`` still are the
name's). Answers are bounded in bytes, before and after decompression, and in time.

Errors name the host alone: paths hold tokens, which are bearer secrets.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Self
from weakref import WeakValueDictionary

import httpcore
import httpx

from vaas.errors import AnswerTooLarge, EfssTooSlow, TooManyRedirects
from vaas.shares.body import Body, plain_errors
from vaas.shares.exchange import Ask, Credentials, Head, request_headers
from vaas.shares.network import CONNECT_DEADLINE, CheckedNetwork, trusted_certificates
from vaas.shares.policy import Destination, OutboundPolicy

MAX_REDIRECTS = 3
PER_HOST = 12
"""Requests and streams at once to one host."""

STREAMS_PER_HOST = 10
"""Streams among them, so that long downloads never shut out a listing."""

QUEUE_DEADLINE = 300.0
"""Seconds that a stream waits for its turn at a busy host."""

KEEP_ALIVE = 4.0
"""Seconds; below the 5 s after which Apache closes, so that no request is lost."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer.

    Attributes:
        status: HTTP status.
        headers: as received, looked up in any case.
        body: decompressed.
        url: where it finally came from; may hold a token.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    url: str = field(repr=False)


class StreamAnswer:
    """An answer whose body is read in pieces, once.

    Attributes:
        status: HTTP status.
        headers: as received, looked up in any case.
    """

    def __init__(self, status: int, headers: Mapping[str, str], body: Body) -> None:
        """Made by ``OutboundClient.stream``."""
        self.status = status
        self.headers = headers
        self._body = body

    def chunks(self) -> AsyncIterator[bytes]:
        """The body's pieces as they arrive, decompressed.

        Raises:
            AnswerTooLarge: more than the cap.
            EfssTooSlow: nothing, or next to nothing, within the idle deadline.
            EfssUnreachable: the connection broke.
        """
        return self._body


class _Turns:
    """How many may ask one host at once."""

    def __init__(self) -> None:
        self.all = asyncio.Semaphore(PER_HOST)
        self.streams = asyncio.Semaphore(STREAMS_PER_HOST)


class OutboundClient:
    """Asks other hosts, under the policy; ``async with`` closes its connections."""

    def __init__(self, policy: OutboundPolicy, *, tls: ssl.SSLContext | None = None) -> None:
        """Build the pool; no connection is made yet.

        Args:
            policy: what may be asked.
            tls: which certificates are trusted; the system's and certifi's by default.
        """
        # At their debug level these two write headers, and with them tokens.
        for name in ("httpcore", "httpx"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._policy = policy
        self._turns: WeakValueDictionary[tuple[str, int], _Turns] = WeakValueDictionary()
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or trusted_certificates(),
            max_connections=None,
            max_keepalive_connections=64,
            keepalive_expiry=KEEP_ALIVE,
            network_backend=CheckedNetwork(policy),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._pool.aclose()

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        password: Credentials | None = None,
        max_bytes: int = 16 * 1024 * 1024,
        deadline: float = 30.0,
        follow: bool = True,
    ) -> Answer:
        """Ask and read the whole answer, whatever its status.

        Args:
            method: HTTP or WebDAV method.
            url: absolute.
            headers: besides those that the client sets; ``Authorization``,
                ``Cookie`` and ``X-Reva-Transfer`` never leave the origin of ``url``.
            content: request body.
            password: user name and password, sent as Basic without being asked.
            max_bytes: of the answer, on the wire as well as decompressed.
            deadline: seconds for everything, waiting for a turn included.
            follow: whether redirects are followed.

        Raises:
            AddressRefused: the policy refuses this address or a redirect's.
            AnswerTooLarge: more than ``max_bytes``.
            EfssTooSlow: not done within the deadline.
            EfssUnreachable: no connection, or it broke.
            SiteNotAllowed: this host, or a redirect's, is not open here.
            TooManyRedirects: more than three.
        """
        sent = request_headers(headers, password, "gzip")
        ask = Ask(method.upper(), self._policy.admit(url), sent, content, deadline)
        try:
            async with (
                asyncio.timeout(deadline),
                self._exchange(ask, follow=follow, max_bytes=max_bytes) as (head, body),
            ):
                whole = b"".join([piece async for piece in body])
        except TimeoutError:
            raise EfssTooSlow(f"{ask.where.host}: no whole answer in {deadline:g} s") from None
        return Answer(head.status, head.headers, whole, head.where.url)

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        password: Credentials | None = None,
        deadline_idle: float = 30.0,
        max_bytes: int | None = None,
    ) -> AsyncIterator[StreamAnswer]:
        """Ask and hand out the answer while it arrives.

        Args:
            method: HTTP method.
            url: absolute.
            headers: besides those that the client sets.
            password: user name and password, sent as Basic without being asked.
            deadline_idle: seconds until the answer begins, and between its pieces.
            max_bytes: of the body, or no cap.

        Yields:
            The answer; its body lives as long as the context.

        Raises:
            The same as ``request``.
        """
        sent = request_headers(headers, password, "identity")
        ask = Ask(method.upper(), self._policy.admit(url), sent, None, deadline_idle)
        turns = self._turns_at(ask.where)
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(QUEUE_DEADLINE):
                    await stack.enter_async_context(turns.streams)
                async with asyncio.timeout(deadline_idle):
                    head, body = await stack.enter_async_context(
                        self._exchange(ask, follow=True, max_bytes=max_bytes)
                    )
            except TimeoutError:
                raise EfssTooSlow(f"{ask.where.host}: no answer in {deadline_idle:g} s") from None
            yield StreamAnswer(head.status, head.headers, body)

    @asynccontextmanager
    async def _exchange(
        self, ask: Ask, *, follow: bool, max_bytes: int | None
    ) -> AsyncIterator[tuple[Head, Body]]:
        for _ in range(MAX_REDIRECTS + 1):
            turns = self._turns_at(ask.where)
            async with turns.all, self._sent(ask) as response:
                head = Head(response.status, httpx.Headers(response.headers), ask.where)
                location = head.location if follow else None
                if location is None:
                    yield head, _body(ask, head, response, max_bytes)
                    return
            ask = ask.moved(head.status, self._policy.admit(location))
        raise TooManyRedirects(f"{ask.where.host}: more than {MAX_REDIRECTS} redirects")

    @asynccontextmanager
    async def _sent(self, ask: Ask) -> AsyncIterator[httpcore.Response]:
        where = ask.where
        timeouts = dict.fromkeys(("read", "write", "pool"), ask.patience)
        url = httpcore.URL(
            scheme=where.scheme, host=where.host, port=where.port, target=where.target
        )
        with plain_errors(where.host):
            async with self._pool.stream(
                ask.method,
                url,
                headers=[(b"Host", where.authority.encode()), *ask.headers.raw],
                content=ask.content,
                extensions={"timeout": {"connect": CONNECT_DEADLINE, **timeouts}},
            ) as response:
                yield response

    def _turns_at(self, where: Destination) -> _Turns:
        """A host's turns; they live as long as somebody holds them."""
        return self._turns.setdefault((where.host, where.port), _Turns())


def _body(ask: Ask, head: Head, response: httpcore.Response, cap: int | None) -> Body:
    declared = head.headers.get("Content-Length", "")
    too_large = cap is not None and declared.isdecimal() and int(declared) > cap
    if too_large and ask.method != "HEAD":
        raise AnswerTooLarge(f"{head.where.host}: more than {cap} bytes")
    encoding = head.headers.get("Content-Encoding", "")
    return Body(response, head.where.host, encoding, cap=cap, idle=ask.patience)


__all__ = ["Answer", "OutboundClient", "StreamAnswer"]
