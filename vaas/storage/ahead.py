"""Parts of files that a quick line brings beyond what was asked, kept for the next reads.

On a long line the wait counts, not the bytes, and formats that are read in
parts (COG, NetCDF, Parquet) have what is read next close to what was read last.
So a read near the one before fetches some of what follows, too: twice as much
each time, but no more than the line has shown to bring in ``QUICK`` seconds.
Reads at random and slow lines fetch nothing more. Whoever asked has his part as
soon as it is there.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

from vaas.errors import EfssUnreachable, VaasError
from vaas.model import Entry
from vaas.storage.view import View

LEAST = 256 << 10
"""Bytes that a read near the last one fetches; a reader waits for no more than these."""

MOST = 2 << 20
"""Bytes that are fetched at most, and within which two reads are near one another."""

KEPT = 64 << 20
"""Bytes kept of all files together; those not read for longest go first."""

QUICK = 0.02
"""Seconds of the line's time for what nobody asked for."""

LATE = 5 * QUICK
"""Seconds after which a stretch ends that nobody waits for: the line has become slow."""

_FILES = 1000
"""Files of one share of which it is known where they were read."""


class _Stretch:
    """A part of a file, kept from its beginning to wherever it has come."""

    def __init__(self, start: int, size: int) -> None:
        self.start, self.end = start, start + size
        self._held = bytearray()
        self._more = asyncio.Event()
        self._arriving = True
        self._waiting = 0
        self._error: VaasError | None = None

    @property
    def reach(self) -> int:
        """Where what is here ends, or comes next."""
        come = self.start + len(self._held)
        return min(self.end, come + LEAST) if self._arriving else come

    async def arrive(self, pieces: AsyncGenerator[bytes, None]) -> float:
        """Take in what comes, and tell its rate in bytes a second."""
        pace = _Pace()
        try:
            async with aclosing(pieces):
                async for piece in pieces:
                    self._held += piece
                    pace.came(piece)
                    self._wake()
                    if pace.seconds > LATE and not self._waiting:
                        break
                    await asyncio.sleep(0)  # what is there already does not keep others waiting
        except VaasError as error:
            self._error = error
        return pace.rate

    def ended(self) -> None:
        """Nothing more comes; for whoever cut it short, too."""
        self._arriving = False
        self.end = self.start + len(self._held)
        self._wake()

    async def piece(self, offset: int, most: int) -> bytes:
        """Some bytes from ``offset`` on, when they are there.

        Raises:
            VaasError: they do not come.
        """
        at = offset - self.start
        self._waiting += 1
        try:
            while self._arriving and len(self._held) <= at:
                await self._more.wait()  # ``View.read`` ends in time, and this with it
        finally:
            self._waiting -= 1
        if found := bytes(self._held[at : at + most]):
            return found
        raise self._error.with_traceback(None) if self._error else EfssUnreachable("reads ended")

    def _wake(self) -> None:
        self._more.set()
        self._more = asyncio.Event()


class _Pace:
    """How quickly a part comes, from its first piece on."""

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop().time
        self._began: float | None = None
        self._bytes = 0
        self.seconds = 0.0

    def came(self, piece: bytes) -> None:
        if self._began is None:
            self._began = self._clock()
        else:
            self._bytes += len(piece)
        self.seconds = self._clock() - self._began

    @property
    def rate(self) -> float:
        """Bytes a second; 0 where one piece was all."""
        return self._bytes / max(self.seconds, 1e-4)


@dataclass(slots=True)
class _File:
    """What is kept of a file, and how it was read: where last, and how much with it."""

    stretches: list[_Stretch] = field(default_factory=list)
    last: int | None = None
    ahead: int = 0

    def holding(self, offset: int) -> _Stretch | None:
        return next((one for one in self.stretches if one.start <= offset < one.reach), None)

    def unforeseen(self, offset: int) -> None:
        """A read of what is not kept: was it near the last?"""
        near = self.last is not None and abs(offset - self.last) <= MOST
        self.ahead = min(max(2 * self.ahead, LEAST), MOST) if near else 0
        self.last = offset


@dataclass(slots=True, eq=False)
class _Share:
    """What is kept of a share, and what its line brought lately, in bytes a second."""

    files: OrderedDict[str, _File] = field(default_factory=OrderedDict)
    rate: float = 0.0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def learn(self, rate: float) -> None:
        self.rate = rate or self.rate


class Ahead:
    """What is kept of the files of any number of shares."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self._shares: dict[View, _Share] = {}
        self._kept: OrderedDict[_Stretch, _File] = OrderedDict()

    def add(self, view: View) -> None:
        """Keep what is read ahead of a share from now on."""
        self._shares[view] = _Share()

    async def read(
        self, view: View, entry: Entry, offset: int, size: int
    ) -> AsyncGenerator[bytes, None]:
        """A part of a file, as ``View.read`` gives it.

        Args:
            view: has the file.
            entry: the file.
            offset: bytes before the part.
            size: bytes wanted, more than 0.

        Raises:
            VaasError: as ``View.read``.
        """
        end = offset + size
        share = self._shares.get(view) or _Share()
        while offset < end:
            if view.stopped:
                raise view.stopped.with_traceback(None)
            stretch = self._stretch(view, entry, offset, end - offset)
            if stretch is None:
                async with aclosing(view.read(entry, offset, end - offset)) as pieces:
                    async for piece in _measured(share, pieces):
                        yield piece
                return
            piece = await stretch.piece(offset, end - offset)
            offset += len(piece)
            yield piece

    def _stretch(self, view: View, entry: Entry, offset: int, size: int) -> _Stretch | None:
        """Where the next bytes are or will be; ``None`` if they are to be passed through."""
        share = self._shares.get(view)
        if share is None:  # it was forgotten while somebody read
            return None
        file = self._file(share, entry.path)
        if found := file.holding(offset):
            self._kept.move_to_end(found)
            file.last = found.end
            return found
        file.unforeseen(offset)
        length = min(file.ahead, int(share.rate * QUICK), entry.size - offset)
        if size >= length:
            return None
        stretch = _Stretch(offset, length)
        file.stretches.append(stretch)
        self._kept[stretch] = file
        self._make_room()
        self._fill(share, stretch, view.read(entry, offset, length))
        return stretch

    def _file(self, share: _Share, path: str) -> _File:
        file = share.files.setdefault(path, _File())
        share.files.move_to_end(path)
        if len(share.files) > _FILES:
            self._forget(share.files.popitem(last=False)[1])
        return file

    def _fill(self, share: _Share, stretch: _Stretch, pieces: AsyncGenerator[bytes, None]) -> None:
        async def fill() -> None:
            """Bring the stretch, and learn how quickly."""
            share.learn(await stretch.arrive(pieces))

        def end(task: asyncio.Task[None]) -> None:
            """Also of one that was cancelled before it began."""
            share.tasks.discard(task)
            stretch.ended()
            if stretch.end == stretch.start and stretch in self._kept:
                self._drop(stretch)

        task = asyncio.create_task(fill(), name="reading ahead")
        share.tasks.add(task)
        task.add_done_callback(end)

    def _make_room(self) -> None:
        while sum(one.end - one.start for one in self._kept) > KEPT:
            self._drop(next(iter(self._kept)))

    def _drop(self, stretch: _Stretch) -> None:
        self._kept.pop(stretch).stretches.remove(stretch)

    def _forget(self, file: _File) -> None:
        for stretch in list(file.stretches):
            self._drop(stretch)

    def forget(self, view: View) -> None:
        """Keep nothing more of a share; what is under way for it ends."""
        if share := self._shares.pop(view, None):
            for task in share.tasks:
                task.cancel()
            for file in share.files.values():
                self._forget(file)

    async def close(self) -> None:
        """Keep nothing, and wait for what is under way to end."""
        tasks = [task for share in self._shares.values() for task in share.tasks]
        for view in list(self._shares):
            self.forget(view)
        if tasks:
            await asyncio.wait(tasks)


async def _measured(
    share: _Share, pieces: AsyncGenerator[bytes, None]
) -> AsyncGenerator[bytes, None]:
    pace = _Pace()
    async for piece in pieces:
        pace.came(piece)
        yield piece
    share.learn(pace.rate)


__all__ = ["KEPT", "LATE", "LEAST", "MOST", "QUICK", "Ahead"]
