"""Bring the missing files of a plan into a stage, several at a time, within the limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import ParamSpec

from vaas.errors import (
    DiskFull,
    EfssFailed,
    EfssTooSlow,
    EfssUnreachable,
    ShareChanged,
    ShareUnknown,
)
from vaas.model import Phase, Reader, Share
from vaas.storage.limits import CopyLimits
from vaas.storage.listing import AT_ONCE, Item, refuse
from vaas.storage.stage import Stage, Survey
from vaas.storage.tasks import crew, in_thread

SPILL = 1 << 20
"""Bytes of one file held in memory before they go to disk."""

_BATCH_FILES, _BATCH_BYTES, _BATCH_SECONDS = 64, 4 << 20, 0.5

_AGAIN = (EfssUnreachable, EfssTooSlow, EfssFailed, ShareChanged)

P = ParamSpec("P")


@dataclass(slots=True)
class _Arriving:
    """A file under way: ``stored`` bytes on disk, then ``held`` ones in memory."""

    item: Item
    stored: int
    held: list[bytes] = field(default_factory=list)
    holding: int = 0

    @property
    def got(self) -> int:
        """Bytes so far, on disk and in memory."""
        return self.stored + self.holding


class Fetcher:
    """One round of fetching.

    Attributes:
        left: bytes that the missing files will still take on disk.
    """

    def __init__(
        self,
        share: Share,
        reader: Reader,
        *,
        limits: CopyLimits,
        stage: Stage,
        survey: Survey,
        tell: Callable[[Phase], None],
        make_room: Callable[[], Awaitable[None]],
    ) -> None:
        """Prepare.

        Args:
            share: where the files come from.
            reader: how.
            limits: what is refused, whatever sizes were announced.
            stage: where they go.
            survey: what is missing there.
            tell: called with each bit of progress.
            make_room: called when the disk is full; raises ``DiskFull`` if it
                cannot help.
        """
        self._share = share
        self._reader = reader
        self._limits = limits
        self._stage = stage
        self._tell = tell
        self._make_room = make_room
        self._small: list[_Arriving] = []
        self._flushed = 0.0
        self._missing = survey.missing
        self._done, self._size = survey.files, survey.size
        self._total = survey.files + len(survey.missing)
        self.left = sum(item.size - there for item, there in survey.missing)

    async def run(self) -> None:
        """Fetch what is missing.

        Raises:
            ShareTooLarge: more bytes arrived than the limits allow.
            ShareChanged: a file is not what was listed, twice.
            DiskFull: no room, even after eviction.
            ShareError, OutboundError: whatever the reader raises, the second
                time for those that a second try may cure.
        """
        self._report()
        todo = iter(self._missing)
        try:
            async with crew() as group:
                for _ in range(min(AT_ONCE, len(self._missing))):
                    group.create_task(self._work(todo))
        finally:
            await self._flush()

    async def _work(self, todo: Iterator[tuple[Item, int]]) -> None:
        for item, there in todo:
            file = _Arriving(item, there)
            self._size += there
            try:
                await self._receive(file)
            except _AGAIN:
                await self._receive(file)
            self._done += 1
            self._report()

    async def _receive(self, file: _Arriving) -> None:
        """Read a file to its end; what came before an interruption is kept."""
        try:
            await self._read(file)
            await self._finish(file)
        except ShareUnknown as error:
            await self._restart(file)
            raise ShareChanged(f"{file.item.entry.path!r} is gone") from error
        except (ShareChanged, EfssFailed):
            await self._restart(file)
            raise
        except BaseException:
            await self._keep(file)
            raise

    async def _read(self, file: _Arriving) -> None:
        entry = file.item.entry
        async with _closing(self._reader.read(self._share, entry, file.stored)) as pieces:
            async for piece in pieces:
                self._count(file, piece)
                if file.holding >= SPILL:
                    await self._spill(file)
        if file.item.size and file.got != file.item.size:
            raise ShareChanged(f"{entry.path!r}: {file.got} of {file.item.size} bytes came")

    def _count(self, file: _Arriving, piece: bytes) -> None:
        file.held.append(piece)
        file.holding += len(piece)
        self._size += len(piece)
        limits, item = self._limits, file.item
        refuse(self._size > limits.size, f"more than {limits.size} bytes")
        refuse(file.got > limits.file_size, f"a file over {limits.file_size} bytes")
        if item.size and file.got > item.size:
            raise ShareChanged(f"{item.entry.path!r}: more than {item.size} bytes came")
        self._report()

    async def _finish(self, file: _Arriving) -> None:
        if file.stored:
            await self._disk(self._stage.finish, file.item.digest, file.stored, file.held)
            self.left -= file.holding
            return
        self._small.append(file)
        now = asyncio.get_running_loop().time()
        if (
            len(self._small) >= _BATCH_FILES
            or sum(small.holding for small in self._small) >= _BATCH_BYTES
            or now - self._flushed >= _BATCH_SECONDS
        ):
            await self._flush()

    async def _flush(self) -> None:
        """Store the small files that are complete: one thread for many of them."""
        small, self._small = self._small, []
        self._flushed = asyncio.get_running_loop().time()
        if small:
            await self._disk(self._stage.put, [(file.item.digest, file.held) for file in small])
            self.left -= sum(file.holding for file in small)

    async def _spill(self, file: _Arriving) -> None:
        held, holding = file.held, file.holding
        await self._disk(self._stage.write, file.item.digest, file.stored, held)
        self.left -= holding
        file.stored, file.held, file.holding = file.stored + holding, [], 0

    async def _keep(self, file: _Arriving) -> None:
        """Save what came before the interruption, if it can be continued."""
        if not (file.item.known and file.got < file.item.size):
            await self._restart(file)
        elif file.holding:
            await self._spill(file)

    async def _restart(self, file: _Arriving) -> None:
        self._size -= file.got
        self.left += file.stored
        file.stored, file.held, file.holding = 0, [], 0
        await self._disk(self._stage.discard, file.item.digest)

    async def _disk(self, work: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Write in a thread; when the disk is full, evict and write once more."""
        try:
            await in_thread(work, *args, **kwargs)
        except DiskFull:
            await self._make_room()
            await in_thread(work, *args, **kwargs)

    def _report(self) -> None:
        self._tell(Phase("data", self._done, self._total, self._size))


@asynccontextmanager
async def _closing(pieces: AsyncIterator[bytes]) -> AsyncIterator[AsyncIterator[bytes]]:
    """Close a reader's iterator at the end, if it is one that can be closed."""
    try:
        yield pieces
    finally:
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()


__all__ = ["SPILL", "Fetcher"]
