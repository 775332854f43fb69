"""What there is to copy: a share's tree, listed folder by folder within the limits."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from vaas.errors import ShareChanged, ShareTooLarge, ShareUnknown
from vaas.model import Entry, Reader, Share
from vaas.observability import logger
from vaas.storage.limits import CopyLimits
from vaas.storage.names import MAX_PATH, inside, is_debris, neutral
from vaas.storage.tasks import crew

AT_ONCE = 12
"""Requests that one copy has under way at a time."""

_LOGGED = 5

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Item:
    """A file to copy.

    Attributes:
        entry: as the share's system listed it.
        local: its path in the workspace.
    """

    entry: Entry
    local: str

    @property
    def size(self) -> int:
        """Bytes as the system says; 0 where it does not (or talks nonsense)."""
        return max(self.entry.size, 0)

    @property
    def known(self) -> bool:
        """Whether its state has a name, so that bytes fetched earlier may be used."""
        return bool(self.entry.tag or self.entry.modified)

    @property
    def digest(self) -> str:
        """32 hex digits for this content: same path, tag and size."""
        entry = self.entry
        # A missing tag must not look like an empty one of another kind.
        state = f"tag {entry.tag}" if entry.tag else f"time {entry.modified}"
        text = f"{entry.path}\n{state}\n{entry.size}"
        return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]


@dataclass(slots=True)
class Plan:
    """A share's tree as it was listed.

    Attributes:
        items: its files.
        folders: local paths of its folders.
        names: the share's path by the local one, where the two differ.
        size: bytes of all files, as far as the system says.
        root: what the root folder looked like, to tell whether it changed.
    """

    items: list[Item] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    size: int = 0
    root: frozenset[Entry] = frozenset()


class Lister:
    """Lists one share, several folders at a time."""

    def __init__(self, share: Share, reader: Reader, limits: CopyLimits) -> None:
        """Prepare.

        Args:
            share: what to list.
            reader: how.
            limits: what is refused; checked after each answer.
        """
        self._share = share
        self._reader = reader
        self._limits = limits
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._refused: list[str] = []
        self._plan = Plan()

    async def run(self) -> Plan:
        """List the whole tree.

        Raises:
            ShareTooLarge: over a limit; it tells what was listed.
            ShareChanged: a folder disappeared meanwhile.
            ShareError, OutboundError: whatever the reader raises.
        """
        try:
            async with crew() as group:
                group.create_task(self._visit(group, "", ""))
        except ShareTooLarge as error:
            error.listed = [(item.local, item.size) for item in self._plan.items]
            raise
        if self._refused:
            _log.warning(
                "entries refused",
                share=self._share.version.share,
                count=len(self._refused),
                paths=[repr(path) for path in self._refused[:_LOGGED]],
            )
        self._plan.items.sort(key=lambda item: item.local)
        self._plan.folders.sort()
        return self._plan

    async def _visit(self, group: asyncio.TaskGroup, folder: str, local: str) -> None:
        async with self._gate:
            entries = await self._list(folder)
        if not folder:
            self._plan.root = snapshot(entries)
        taken: set[str] = set()
        for entry in entries:
            path = self._place(entry, folder, local)
            if path is None:
                continue
            if path in taken:
                self._refused.append(entry.path)
                continue
            taken.add(path)
            self._take(entry, path)
            if entry.is_folder:
                group.create_task(self._visit(group, entry.path, path))

    async def _list(self, folder: str) -> Sequence[Entry]:
        try:
            return await self._reader.list(self._share, folder)
        except ShareUnknown as error:
            if not folder:
                raise
            raise ShareChanged(f"the folder {folder!r} is gone") from error

    def _place(self, entry: Entry, folder: str, local: str) -> str | None:
        """Where an entry goes, or ``None`` if it is left out."""
        name = inside(folder, entry.path)
        if name is not None and is_debris(name, is_folder=entry.is_folder):
            return None
        path = None if name is None else f"{local}/{neutral(name)}".lstrip("/")
        if path is None or len(path.encode()) > MAX_PATH:
            self._refused.append(entry.path)
            return None
        return path

    def _take(self, entry: Entry, local: str) -> None:
        plan, limits = self._plan, self._limits
        if entry.is_folder:
            plan.folders.append(local)
            refuse(len(plan.folders) > limits.folders, f"more than {limits.folders} folders")
            refuse(local.count("/") >= limits.depth, f"deeper than {limits.depth} folders")
        else:
            item = Item(entry, local)
            plan.items.append(item)
            plan.size += item.size
            refuse(len(plan.items) > limits.files, f"more than {limits.files} files")
            refuse(item.size > limits.file_size, f"a file over {limits.file_size} bytes")
            refuse(plan.size > limits.size, f"more than {limits.size} bytes")
        if local != entry.path:
            plan.names[local] = entry.path


def refuse(over: bool, detail: str) -> None:
    """Raise ``ShareTooLarge`` if a limit is passed.

    Args:
        over: whether it is.
        detail: which one.
    """
    if over:
        raise ShareTooLarge(f"the share has {detail}")


def snapshot(entries: Sequence[Entry]) -> frozenset[Entry]:
    """The entries of a folder that matter, for comparing two moments."""
    return frozenset(e for e in entries if not is_debris(e.name, is_folder=e.is_folder))


__all__ = ["AT_ONCE", "Item", "Lister", "Plan", "refuse", "snapshot"]
