"""What the service itself needs of a mounted share: its notebooks, as local files.

A mount can hang whoever looks into it, so the service never does. It lists the
share through the view, the nearest folders first and not for long, and fetches
the notebooks that it finds there, and whatever the link names.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from vaas.errors import FileMissing, VaasError
from vaas.model import Entry
from vaas.storage.line import AT_ONCE
from vaas.storage.names import neutral, order_notebooks
from vaas.storage.tasks import crew, in_thread
from vaas.storage.view import View

SECONDS = 3.0
"""Time spent on looking for notebooks below the root."""

MOST_SEEN = 5_000
"""Entries after which no further folder is looked into."""

MOST_BROUGHT = 50
"""Notebooks that are fetched without being named by a link."""

LARGEST = 64 << 20
"""Bytes of a file that is fetched."""


@dataclass(slots=True)
class Seen:
    """What was found in a share.

    Attributes:
        files: local path and entry of each file.
        folders: how many folders were found.
    """

    files: dict[str, Entry] = field(default_factory=dict)
    folders: int = 0

    @property
    def notebooks(self) -> tuple[str, ...]:
        """Notebooks in the order in which they are offered."""
        return order_notebooks(self.files)

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(max(entry.size, 0) for entry in self.files.values())

    def names(self) -> dict[str, str]:
        """The share's path by the local one, where the two differ."""
        return {ours: e.path for ours, e in self.files.items() if ours != e.path}


class Front:
    """The local files of one mounted share."""

    def __init__(self, view: View, folder: Path) -> None:
        """Remember where from and where to.

        Args:
            view: of the share.
            folder: existing, empty.
        """
        self._view, self._folder = view, folder
        self._seen: Seen | None = None

    async def look(self, wished: str) -> Seen:
        """Find the share's notebooks and fetch them.

        Args:
            wished: what the link names, as the share calls it: a file, a
                folder, or empty.

        Returns:
            what was found; a share too large to be looked through in a moment
            has more.

        Raises:
            VaasError: the root cannot be listed, or the wished file not be read.
        """
        if self._seen is None:
            self._seen = await self._survey()
        seen = self._seen
        named = "/".join(neutral(part) for part in wished.split("/") if part)
        named = await self._add(seen, named) if named else ""
        wanted = [path for path in seen.notebooks[:MOST_BROUGHT] if path != named]
        async with crew() as group:
            for path in wanted:
                group.create_task(self._try(path, seen.files[path]))
        if named in seen.files:
            await self._bring(named, seen.files[named])
        return seen

    async def _survey(self) -> Seen:
        seen = Seen()
        level = _take(seen, "", await self._view.folder(""))
        try:
            async with asyncio.timeout(SECONDS):
                while level and len(seen.files) + seen.folders < MOST_SEEN:
                    batch, level = level[:AT_ONCE], level[AT_ONCE:]
                    async with crew() as group:
                        tasks = [group.create_task(self._below(seen, path)) for path in batch]
                    level += [path for task in tasks for path in task.result()]
        except TimeoutError:
            pass  # what was found so far is offered; a link to a notebook opens it all the same
        return seen

    async def _below(self, seen: Seen, path: str) -> list[str]:
        try:
            return _take(seen, path, await self._view.folder(path))
        except VaasError:
            return []  # gone meanwhile, or refused: then the mount shows the same

    async def _add(self, seen: Seen, path: str) -> str:
        """Take in what the link names; returns its path, empty if it is no file that is there."""
        try:
            entry = await self._view.entry(path)
            if entry.is_folder:
                _take(seen, path, await self._view.folder(path))
                return ""
        except FileMissing:
            return ""
        seen.files[path] = entry
        return path

    async def _try(self, path: str, entry: Entry) -> None:
        # Else it is offered by its name; who opens it is told why it cannot be read.
        with suppress(VaasError):
            await self._bring(path, entry)

    async def _bring(self, path: str, entry: Entry) -> None:
        place = self._folder / path
        if entry.size > LARGEST or await in_thread(place.exists):
            return
        content = b""
        if entry.size > 0:
            async with aclosing(self._view.read(entry, 0, entry.size)) as pieces:
                content = b"".join([piece async for piece in pieces])
        await in_thread(_put, place, content)


def _take(seen: Seen, folder: str, inside: Mapping[str, Entry]) -> list[str]:
    """Note a folder's content; returns the folders in it."""
    above = f"{folder}/" if folder else ""
    seen.files |= {above + n: e for n, e in inside.items() if not e.is_folder}
    folders = [above + n for n, e in inside.items() if e.is_folder]
    seen.folders += len(folders)
    return folders


def _put(place: Path, content: bytes) -> None:
    """Write a file so that nobody sees half of it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{secrets.token_hex(8)}.part")
    part.write_bytes(content)
    part.rename(place)


__all__ = ["Front", "Seen"]
