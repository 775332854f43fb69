"""Hosts for the outbound tests: real servers on loopback that behave as told.

The client believes them to have public addresses: ``Detour`` stands where the
operating system's ``connect`` would, notes which address was asked for, and leads
every connection to loopback, since no public host can be reached from a test.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpcore
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PUBLIC = "93.184.216.34"
OTHER_PUBLIC = "151.101.1.69"


@dataclass
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Handler = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Host:
    """A server and what it saw."""

    port: int = 0
    requests: list[Request] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    connections: int = 0
    readers: set[asyncio.StreamReader] = field(default_factory=set)

    async def until_closed(self) -> None:
        """Wait until the client has closed each of its connections."""
        await until(lambda: all(r.at_eof() or r.exception() for r in self.readers))


async def until(true: Callable[[], bool]) -> None:
    """Let the loop turn until something holds."""
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 (what is waited for is the client's doing)
            await asyncio.sleep(0)


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    fields = {
        "Content-Length": str(len(body)),
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def says(*answers: bytes) -> Handler:
    """A handler that gives these answers in turn, the last one for ever."""
    left = list(answers)

    async def handle(request, writer):
        writer.write(left.pop(0) if len(left) > 1 else left[0])

    return handle


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    headers = {k.strip().lower(): v.strip() for k, v in (line.split(":", 1) for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    method, target, _ = first.split(" ")
    return Request(method, target, headers, body)


@asynccontextmanager
async def serving(handle: Handler, tls: ssl.SSLContext | None = None):
    host = Host()
    tasks: set[asyncio.Task] = set()

    async def connected(reader, writer):
        tasks.add(asyncio.current_task())
        host.connections += 1
        host.readers.add(reader)
        try:
            while True:
                request = await _read(reader)
                host.requests.append(request)
                await handle(request, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            host.readers.discard(reader)
            writer.transport.abort()

    if tls is not None:
        tls.sni_callback = lambda _socket, name, _context: host.names.append(name)
    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    host.port = server.sockets[0].getsockname()[1]
    try:
        yield host
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


_Network = httpcore.AnyIOBackend  # the real one; tests put a Detour in its place


class Detour(httpcore.AsyncNetworkBackend):
    """Notes the address that is connected to and leads to a port of loopback."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked: list[tuple[str, int]] = []
        self.by_address: dict[str, int] = {}
        self.network = _Network()

    async def connect_tcp(self, host, port, timeout=None, *_: object):
        self.asked.append((host, port))
        return await self.network.connect_tcp(
            "127.0.0.1", self.by_address.get(host, self.port), timeout
        )


class Names:
    """A resolver whose answers are set by the test, one after the other."""

    def __init__(self) -> None:
        self.answers: dict[str, list[list[str]]] = {}
        self.lookups: list[str] = []

    def set(self, name: str, *answers: list[str]) -> Names:
        self.answers[name] = list(answers)
        return self

    async def __call__(self, host: str, _port: int) -> list[str]:
        self.lookups.append(host)
        left = self.answers.get(host)
        if left is None:
            raise OSError("unknown name")
        return left.pop(0) if len(left) > 1 else left[0]


def certificate(folder, *names: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for ``names``, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "certificate.pem"
    pem.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cafile=pem)
