"""Parts of files that a quick line brings beyond what was asked, kept for the next reads.

On a long line the wait counts, not the bytes, and formats that are read in
parts (COG, NetCDF, Parquet) have what is read next close to what was read last.
So a read near the one before fetches some of what follows, too: the more, the
longer that goes on, as long as it takes no more than ``QUICK`` seconds of the
line. Reads at random fetch nothing more. Whoever asked has his part as soon as
it is there.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, field

from vaas.errors import EfssUnreachable, VaasError
from vaas.model import Entry
from vaas.storage.view import View

LEAST = 256 << 10
"""Bytes that a read near the last one fetches; twice as many the next time."""

MOST = 2 << 20
"""Bytes that are fetched at most, and within which two reads are near one another."""

KEPT = 64 << 20
"""Bytes kept of all files together; those not read for longest go first."""

QUICK = 0.02
"""Seconds that a stretch may take from its first byte to its last."""


class _Stretch:
    """A part of a file, kept from its beginning to wherever it has come."""

    def __init__(self, start: int, size: int) -> None:
        self.start, self.end = start, start + size
        self.took = 0.0
        self._held = bytearray()
        self._more = asyncio.Event()
        self._arriving = True
        self._error: VaasError | None = None

    async def arrive(self, pieces: AsyncGenerator[bytes, None]) -> None:
        """Take in what comes; the stretch ends where that ends."""
        clock = asyncio.get_running_loop().time
        began = 0.0
        try:
            async with aclosing(pieces):
                async for piece in pieces:
                    began = began or clock()
                    self._held += piece
                    self._wake()
                    await asyncio.sleep(0)  # what is there already does not keep others waiting
        except VaasError as error:
            self._error = error
        finally:
            self.took = clock() - began if began else 0.0
            self.end = self.start + len(self._held)
            self._arriving = False
            self._wake()

    async def piece(self, offset: int, most: int) -> bytes:
        """Some bytes from ``offset`` on, when they are there.

        Raises:
            VaasError: they do not come.
        """
        at = offset - self.start
        while self._arriving and len(self._held) <= at:
            await self._more.wait()  # ``View.read`` ends in time, and ``arrive`` with it
        if found := bytes(self._held[at : at + most]):
            return found
        raise self._error.with_traceback(None) if self._error else EfssUnreachable("reads ended")

    def _wake(self) -> None:
        self._more.set()
        self._more = asyncio.Event()


@dataclass(slots=True)
class _File:
    """What is kept of a file, and how it was read: where last, and how much with it."""

    stretches: list[_Stretch] = field(default_factory=list)
    last: int | None = None
    ahead: int = 0

    def holding(self, offset: int) -> _Stretch | None:
        return next((one for one in self.stretches if one.start <= offset < one.end), None)

    def unforeseen(self, offset: int) -> None:
        """A read of what is not kept: was it near the last?"""
        near = self.last is not None and abs(offset - self.last) <= MOST
        self.ahead = min(max(2 * self.ahead, LEAST), MOST) if near else 0
        self.last = offset


class Ahead:
    """What is kept of the files of any number of shares."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self._files: dict[View, dict[str, _File]] = {}
        self._kept: OrderedDict[_Stretch, _File] = OrderedDict()
        self._tasks: dict[asyncio.Task[None], View] = {}

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
        while offset < end:
            if view.stopped:
                raise view.stopped.with_traceback(None)
            stretch = self._stretch(view, entry, offset, end - offset)
            if stretch is None:
                async with aclosing(view.read(entry, offset, end - offset)) as pieces:
                    async for piece in pieces:
                        yield piece
                return
            piece = await stretch.piece(offset, end - offset)
            offset += len(piece)
            yield piece

    def _stretch(self, view: View, entry: Entry, offset: int, size: int) -> _Stretch | None:
        """Where the next bytes are or will be; ``None`` if they are to be passed through."""
        file = self._files.setdefault(view, {}).setdefault(entry.path, _File())
        if found := file.holding(offset):
            self._kept.move_to_end(found)
            file.last = found.end
            return found
        file.unforeseen(offset)
        length = min(file.ahead, entry.size - offset)
        if size >= length:
            return None
        stretch = _Stretch(offset, length)
        file.stretches.append(stretch)
        self._kept[stretch] = file
        self._make_room()
        self._own(view, self._fill(view, entry, file, stretch))
        return stretch

    async def _fill(self, view: View, entry: Entry, file: _File, stretch: _Stretch) -> None:
        await stretch.arrive(view.read(entry, stretch.start, stretch.end - stretch.start))
        if stretch.took > QUICK:
            file.ahead //= 4
        if stretch.end == stretch.start and stretch in self._kept:
            self._drop(stretch)

    def _own(self, view: View, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work, name="reading ahead")
        self._tasks[task] = view
        task.add_done_callback(self._tasks.pop)

    def _make_room(self) -> None:
        while sum(one.end - one.start for one in self._kept) > KEPT:
            self._drop(next(iter(self._kept)))

    def _drop(self, stretch: _Stretch) -> None:
        self._kept.pop(stretch).stretches.remove(stretch)

    def forget(self, view: View) -> None:
        """Keep nothing more of a share; what is under way for it ends."""
        for task in [task for task, one in self._tasks.items() if one is view]:
            task.cancel()
        for file in self._files.pop(view, {}).values():
            for stretch in list(file.stretches):
                self._drop(stretch)

    async def close(self) -> None:
        """Keep nothing, and wait for what is under way to end."""
        tasks = list(self._tasks)
        for view in list(self._files):
            self.forget(view)
        if tasks:
            await asyncio.wait(tasks)


__all__ = ["KEPT", "LEAST", "MOST", "QUICK", "Ahead"]
