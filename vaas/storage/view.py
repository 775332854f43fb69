"""A share at one version as the mount's daemon sees it: folders and parts of files.

Folders are listed once and then remembered, so that the tree stays as it was
when it was opened; a file that has changed since gives an error instead of a
mixture. Whatever the share's system does, an answer or an error comes within
``PATIENCE`` seconds (see ``Pace``); after such an error the share is left alone for
a while. A refusal that only people can change (wrong password, link gone, asked to
wait) is final: nothing more is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager

from vaas.errors import (
    AddressRefused,
    EfssTooSlow,
    EfssUnreachable,
    FileMissing,
    LinkError,
    NotAnEfss,
    PasswordNeeded,
    PasswordWrong,
    ShareChanged,
    ShareExpired,
    ShareThrottled,
    ShareTooLarge,
    ShareUnknown,
    VaasError,
)
from vaas.model import Entry, Reader, Share
from vaas.observability import metrics
from vaas.storage.line import PAUSE, Line
from vaas.storage.names import inside, is_debris, neutral
from vaas.storage.pace import Pace, Waits

PIECE = 4096
"""Bytes of a file that are passed on at a time, at least."""

DEAF = 1.0
"""Seconds in which an interrupted share refuses to ask again, so that the stuck one gives up."""

MOST_ENTRIES = 200_000
"""Entries of one share that are remembered."""

FINAL = (
    AddressRefused,
    LinkError,
    NotAnEfss,
    PasswordNeeded,
    PasswordWrong,
    ShareExpired,
    ShareThrottled,
    ShareUnknown,
)


class View:
    """One share at one version.

    Attributes:
        share: what is shown.
        stopped: the refusal after which nothing is asked any more.
    """

    def __init__(
        self,
        share: Share,
        reader: Reader,
        line: Line,
        known: Mapping[str, Mapping[str, Entry]] | None = None,
    ) -> None:
        """Remember what to ask; nothing is asked yet.

        Args:
            share: what to show.
            reader: asks the share's system.
            line: of the share's site.
            known: folders that need not be listed, by their path as shown.
        """
        self.share = share
        self.stopped: VaasError | None = None
        self._reader, self._line = reader, line
        self._folders = dict(known or {})
        self._count = 0
        self._listing: dict[str, asyncio.Lock] = {}
        self._waits = Waits()
        self._deaf_until = 0.0

    def resume(self, share: Share) -> None:
        """The share was resolved anew: what refused before may be asked again."""
        self.share = share
        self.stopped = None

    def interrupt(self, *, hard: bool = False) -> None:
        """Let what has been waited for in vain fail now; quick answers go on.

        Args:
            hard: parts of files that come, but slowly, fail too.
        """
        if self._waits.interrupt(hard=hard):
            self._rest(DEAF)

    def _rest(self, seconds: float) -> None:
        """Ask nothing for a while."""
        until = asyncio.get_running_loop().time() + seconds
        self._deaf_until = max(self._deaf_until, until)

    async def folder(self, path: str) -> Mapping[str, Entry]:
        """What is in a folder, by the names under which it is shown.

        Args:
            path: as shown; empty for the root.

        Raises:
            FileMissing: there is no such folder.
            VaasError: the share's system refuses or does not answer.
        """
        if path in self._folders:
            return self._folders[path]
        async with self._listing.setdefault(path, asyncio.Lock()):
            try:
                if path not in self._folders:
                    self._folders[path] = await self._list(path)
            finally:
                self._listing.pop(path, None)
        return self._folders[path]

    async def entry(self, path: str) -> Entry:
        """The file or folder at a path as shown, not empty.

        Raises:
            FileMissing: there is none.
            VaasError: the share's system refuses or does not answer.
        """
        above, _, name = path.rpartition("/")
        try:
            return (await self.folder(above))[name]
        except KeyError:
            raise FileMissing("no such file in the share") from None

    async def read(self, entry: Entry, offset: int, size: int) -> AsyncGenerator[bytes, None]:
        """A part of a file.

        Args:
            entry: the file.
            offset: bytes before the part.
            size: bytes wanted, more than 0.

        Raises:
            EfssTooSlow: the share's system does not answer, or trickles.
            VaasError: it refuses, or the file is not what was listed.
        """
        left, pace = size, Pace()
        async with self._asking(pace), aclosing(self._part(entry, offset, size)) as pieces:
            while left > 0:
                async with self._waits.limit(pace):
                    gathered = (await _gather(pieces, min(left, PIECE)))[:left]
                if not gathered:
                    raise ShareChanged("a file is shorter than it was listed")
                left -= len(gathered)
                pace.take(len(gathered))
                self._line.heard()
                metrics.mounted_bytes.inc(len(gathered))
                yield gathered
            async with self._waits.limit(pace):
                await anext(pieces, b"")  # its end, so that the connection can be used again

    async def _part(self, entry: Entry, offset: int, size: int) -> AsyncGenerator[bytes, None]:
        pieces = self._reader.read(self.share, entry, offset, size)
        try:
            async for piece in pieces:
                yield piece
        finally:
            if isinstance(pieces, AsyncGenerator):
                await pieces.aclose()

    async def _list(self, path: str) -> Mapping[str, Entry]:
        remote = ""
        if path:
            entry = await self.entry(path)
            if not entry.is_folder:
                raise FileMissing("a file, not a folder")
            remote = entry.path
        pace = Pace()
        async with self._asking(pace), self._waits.limit(pace):
            entries = await self._reader.list(self.share, remote)
        self._line.heard()
        shown = dict(_shown(remote, entries))
        self._count += len(shown)
        if self._count > MOST_ENTRIES:
            raise ShareTooLarge(f"the share has more than {MOST_ENTRIES} entries")
        return shown

    @asynccontextmanager
    async def _asking(self, pace: Pace) -> AsyncIterator[None]:
        """One question: in turn, and remembered if the answer is no, or none."""
        self._require()
        share, began = self.share.version.share, asyncio.get_running_loop().time()
        try:
            async with AsyncExitStack() as stack:
                await self._turn(stack, pace)
                self._require()
                yield
        except FINAL as error:
            self.stopped = error
            raise
        except EfssTooSlow:
            self._rest(PAUSE)
            if not pace.came:
                self._line.silent(share, began)
            raise
        except ShareChanged:
            await self._look_again(pace)
            raise

    def _require(self) -> None:
        if self.stopped:
            raise self.stopped.with_traceback(None)
        if asyncio.get_running_loop().time() < self._deaf_until:
            raise EfssUnreachable("reads of this share failed a moment ago")

    async def _turn(self, stack: AsyncExitStack, pace: Pace) -> None:
        """Wait for the turn to ask, which ends with ``stack``."""
        try:
            async with self._waits.limit(pace):
                await stack.enter_async_context(self._line.turn(self.share.version.share))
        except EfssTooSlow:
            raise EfssUnreachable("the site is busy with other reads") from None

    async def _look_again(self, pace: Pace) -> None:
        """A file is gone: find out whether the link is, too."""
        try:
            async with self._waits.limit(pace):
                await self._reader.list(self.share, "")
        except FINAL as error:
            self.stopped = error
        except VaasError:
            pass


async def _gather(pieces: AsyncIterator[bytes], least: int) -> bytes:
    """The next pieces, ``least`` bytes at least unless the end comes first."""
    got: list[bytes] = []
    size = 0
    while size < least:
        piece = await anext(pieces, b"")
        if not piece:
            break
        got.append(piece)
        size += len(piece)
    return b"".join(got) if len(got) != 1 else got[0]


def _shown(folder: str, entries: Sequence[Entry]) -> Iterator[tuple[str, Entry]]:
    """What is shown of a folder, as the copy would have it."""
    taken: set[str] = set()
    for entry in entries:
        name = inside(folder, entry.path)
        if name is None or is_debris(name, is_folder=entry.is_folder):
            continue
        local = neutral(name)
        if local not in taken:
            taken.add(local)
            yield local, entry


__all__ = ["View"]
