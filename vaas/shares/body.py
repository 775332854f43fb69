"""Reading the body of an answer from a host that may mean harm.

Three bounds hold while the pieces arrive: bytes on the wire, bytes after
decompression (a few kilobytes can unfold to gigabytes), and pace (a host that
sends a byte now and then would otherwise hold its reader for ever).
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

import httpcore

from vaas.errors import AnswerTooLarge, EfssTooSlow, EfssUnreachable

PIECE = 64 * 1024
"""Bytes that one step of decompression yields at most."""

SLOWEST = 4 * 1024
"""Bytes that must arrive within each idle deadline spent waiting."""

_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


@contextmanager
def plain_errors(host: str) -> Iterator[None]:
    """Turn what httpcore raises into the errors of the house, naming the host only.

    Raises:
        EfssUnreachable: no connection, or it broke.
        EfssTooSlow: no answer in time.
    """
    try:
        yield
    except (httpcore.ConnectTimeout, httpcore.ConnectError) as error:
        raise EfssUnreachable(f"{host}: {_why_unconnected(error)}") from None
    except httpcore.TimeoutException:
        raise EfssTooSlow(f"{host}: no answer in time") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol):
        raise EfssUnreachable(f"{host}: the connection broke") from None


class Body:
    """An answer's pieces, decompressed and bounded; iterate once."""

    def __init__(
        self,
        response: httpcore.Response,
        host: str,
        encoding: str,
        *,
        cap: int | None,
        idle: float,
    ) -> None:
        """Wrap an answer whose body was not yet read.

        Args:
            response: the answer.
            host: for errors.
            encoding: the ``Content-Encoding`` header, empty if none.
            cap: bytes at most, on the wire as well as decompressed.
            idle: seconds of waiting within which ``SLOWEST`` bytes must come.

        Raises:
            EfssUnreachable: a compression that was not asked for.
        """
        self._pieces = response.aiter_stream()
        self._host = host
        self._inflate = self._decompressor(encoding.strip().lower())
        self._rest = b""
        self._cap = cap
        self._on_wire = self._decoded = 0
        self._idle = idle
        self._waited, self._came = 0.0, 0

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        """The next piece.

        Raises:
            AnswerTooLarge: over the cap.
            EfssTooSlow: below the slowest pace.
            EfssUnreachable: the connection broke, or the compression is unreadable.
            StopAsyncIteration: the end.
        """
        part = self._unfold(b"")
        while not part:
            part = self._unfold(await self._receive())
        self._decoded = self._count(self._decoded, part)
        return part

    async def _receive(self) -> bytes:
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            with plain_errors(self._host):
                piece = await anext(self._pieces)
        except StopAsyncIteration:
            self._expect_whole()
            raise
        self._on_wire = self._count(self._on_wire, piece)
        self._keep_pace(len(piece), clock() - began)
        return piece

    def _unfold(self, piece: bytes) -> bytes:
        if self._inflate is None:
            return piece
        data = self._rest + piece
        if not data or self._inflate.eof:
            return b""
        try:
            part = self._inflate.decompress(data, PIECE)
        except zlib.error:
            raise EfssUnreachable(f"{self._host}: the answer is garbled") from None
        self._rest = self._inflate.unconsumed_tail
        return part

    def _expect_whole(self) -> None:
        if self._inflate is not None and self._on_wire and not self._inflate.eof:
            raise EfssUnreachable(f"{self._host}: the answer is cut short")

    def _count(self, so_far: int, piece: bytes) -> int:
        total = so_far + len(piece)
        if self._cap is not None and total > self._cap:
            raise AnswerTooLarge(f"{self._host}: more than {self._cap} bytes")
        return total

    def _keep_pace(self, size: int, waited: float) -> None:
        self._came += size
        self._waited += waited
        if self._waited > self._idle:
            if self._came < SLOWEST:
                raise EfssTooSlow(f"{self._host}: the answer trickles")
            self._waited, self._came = 0.0, 0

    def _decompressor(self, encoding: str) -> zlib._Decompress | None:
        if encoding in {"", "identity"}:
            return None
        if encoding in {"gzip", "x-gzip", "deflate"}:
            return zlib.decompressobj(_GZIP_OR_ZLIB)
        raise EfssUnreachable(f"{self._host}: a compression that was not asked for")


def _why_unconnected(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if type(cause).__name__ in {"SSLCertVerificationError", "SSLError"}:
            return "its certificate or encryption is not accepted"
        cause = cause.__cause__ or cause.__context__
    return "no connection"


__all__ = ["PIECE", "SLOWEST", "Body", "plain_errors"]
