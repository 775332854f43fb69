"""Parts of files that a quick line brings beyond what was asked, kept for the next reads.

On a long line the wait counts, not the bytes, and formats that are read in
parts (COG, NetCDF, Parquet) have what is read next close to what was read last.
So more is fetched than was asked where it is likely to be read:

- near the read before: twice as much each time;
- where that ended: most (rclone begins each run of reads with little);
- elsewhere, as much as the run before was long (columns of Parquet, tiles);
- all of a small file whose beginning is read, such as a chunk of Zarr's;

but never more than the line has shown to bring in ``QUICK`` seconds. Single
reads at random and slow lines fetch nothing more. Whoever asked has his part as
soon as it is there.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

from vaas.model import Entry
from vaas.storage.stretch import LEAST, QUICK, Rate, Stretch
from vaas.storage.view import View

MOST = 2 << 20
"""Bytes that are fetched at most, and within which two reads are near one another."""

KEPT = 64 << 20
"""Bytes kept of all files together; those not read for longest go first."""

_FILES = 1000
"""Files of one share of which it is known where they were read."""


@dataclass(slots=True)
class _File:
    """What is kept of a file, and how it is read: in runs of reads that go on where the last ended.

    Attributes:
        stretches: what is kept.
        begun: where the present run began.
        last: where the last read ended.
        run: bytes of the run before.
        near: whether the last read began near the end of the one before.
        ahead: bytes that the last unforeseen read fetched.
    """

    stretches: list[Stretch] = field(default_factory=list)
    begun: int = 0
    last: int = 0
    run: int = 0
    near: bool = False
    ahead: int = 0

    def holding(self, offset: int) -> Stretch | None:
        """The stretch that has what is at an offset, or soon will."""
        return next((one for one in self.stretches if one.start <= offset < one.reach), None)

    def asked(self, offset: int, size: int) -> None:
        """Notice a read."""
        self.near = self.last > 0 and abs(offset - self.last) <= MOST
        if offset != self.last:
            self.run, self.begun = self.last - self.begun, offset
        self.last = offset + size

    def unforeseen(self, entry: Entry, offset: int) -> int:
        """Bytes that are worth to be fetched from ``offset`` on, which is not kept."""
        if offset > self.begun or (offset == 0 and entry.size <= MOST):
            self.ahead = MOST
        else:
            more = max(2 * self.ahead, LEAST) if self.near else 0
            self.ahead = min(max(more, self.run), MOST)
        return self.ahead


@dataclass(slots=True, eq=False)
class _Share:
    """What is kept of a share, and what its line brought lately, in bytes a second."""

    files: OrderedDict[str, _File] = field(default_factory=OrderedDict)
    rate: float = 0.0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def learn(self, rate: float) -> None:
        """Note what the line brought; 0 where nothing could be measured."""
        self.rate = rate or self.rate


class Ahead:
    """What is kept of the files of any number of shares."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self._shares: dict[View, _Share] = {}
        self._kept: OrderedDict[Stretch, _File] = OrderedDict()

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
        file = self._file(share, entry.path)
        file.asked(offset, size)
        while offset < end:
            if view.stopped:
                raise view.stopped.with_traceback(None)
            stretch = self._stretch(view, entry, file, offset, end - offset)
            if stretch is None:
                async with aclosing(view.read(entry, offset, end - offset)) as pieces:
                    async for piece in _measured(share, pieces):
                        yield piece
                return
            piece = await stretch.piece(offset, end - offset)
            offset += len(piece)
            yield piece

    def _stretch(
        self, view: View, entry: Entry, file: _File, offset: int, size: int
    ) -> Stretch | None:
        """Where the next bytes are or will be; ``None`` if they are to be passed through."""
        share = self._shares.get(view)
        if share is None:  # it was forgotten while somebody read
            return None
        if found := file.holding(offset):
            self._kept.move_to_end(found)
            return found
        wanted = file.unforeseen(entry, offset)
        length = min(wanted, int(share.rate * QUICK), entry.size - offset)
        if size >= length:
            return None
        stretch = Stretch(offset, length)
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

    def _fill(self, share: _Share, stretch: Stretch, pieces: AsyncGenerator[bytes, None]) -> None:
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

    def _drop(self, stretch: Stretch) -> None:
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
    rate = Rate()
    async for piece in pieces:
        rate.came(piece)
        yield piece
    share.learn(rate.per_second)


__all__ = ["KEPT", "MOST", "Ahead"]
