"""Data mode ``native`` for sites: shares whose folders are on this machine as well.

EOS, CephFS or NFS are often mounted where VaaS runs, or a sync client keeps a
copy there. A rule of the operator's leads from a link to the folder. The link
must open at its site first, as every link; then only kernels touch the folder,
read-only, and what the service itself reads still comes from the site: neither
a link that leads out of the folder nor a file system that hangs concerns it.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from threading import BoundedSemaphore
from typing import TypeVar
from urllib.parse import unquote

from vaas.errors import WorkspaceError
from vaas.model import Phase, Reader, Share, ShareLink, Version, Workspace
from vaas.observability import logger
from vaas.storage.base import OnProgress, Storage
from vaas.storage.front import Front
from vaas.storage.line import Line
from vaas.storage.native import files_below, require_readable
from vaas.storage.tasks import grasp, in_own_thread, in_thread
from vaas.storage.trees import FOLDER, remove_tree
from vaas.storage.view import View

ANSWERS = 5.0
"""Seconds in which the machine's own file systems must answer."""

THREADS = 16
"""Looks at one site's folders at a time."""

STAMPED = 20_000
"""Files that a folder's version takes in."""

T = TypeVar("T")

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class PathRule:
    r"""How links lead to folders.

    Attributes:
        link: must match all of a link's address, percent-decoded, as
            ``https://cloud.example.org/s/TOKEN`` or a WebDAV folder's URL.
        folder: the folder's path below ``inside``, with the groups that
            matched as ``\1`` or ``\g<name>``.
        inside: the folder that all of them lie in.
    """

    link: re.Pattern[str]
    folder: str
    inside: Path

    def path(self, link: ShareLink) -> Path | None:
        """Where a link leads, or ``None``: also if that is not inside, or a link on the way.

        It blocks, for as long as the file system does.
        """
        found = self.link.fullmatch(address(link))
        if found is None or not _plain(link.root):
            return None
        try:
            inside = self.inside.resolve(strict=True)
            path = inside / found.expand(self.folder).strip("/")
            # One that is reached through links may be somebody else's.
            if path.resolve(strict=True) == path and path != inside and path.is_dir():
                return path
        except (OSError, ValueError, RuntimeError, IndexError, re.error):
            pass
        _log.warning("no native folder for a share", share=link.fingerprint)
        return None


class MappedStorage(Storage):
    """Shows folders of this machine for one site's links, or leaves them to another mode."""

    def __init__(self, rules: Sequence[PathRule], otherwise: Storage) -> None:
        """Take the rules; the first that matches a link holds.

        Args:
            rules: the operator's.
            otherwise: serves links without a folder, and shares of one file.
                It is closed by whoever made it.
        """
        self._rules, self._otherwise = rules, otherwise
        self._line = Line()
        # One file system that hangs keeps no other site's folders from being shown.
        self._slots = BoundedSemaphore(THREADS)

    def open(
        self, share: Share, reader: Reader, on_progress: OnProgress
    ) -> AbstractAsyncContextManager[Workspace]:
        """Show the folder itself, which may change while it is open.

        Raises:
            FolderPrivate: kernels run as a user who may not read it.
            WorkspaceError: the machine's file system does not answer.
            VaasError: whatever the other mode or ``reader`` raises.
        """
        return self._open(share, reader, on_progress)

    @asynccontextmanager
    async def _open(
        self, share: Share, reader: Reader, on_progress: OnProgress
    ) -> AsyncIterator[Workspace]:
        path = await self._find(share)
        if path is None:
            async with self._otherwise.open(share, reader, on_progress) as workspace:
                yield workspace
            return
        await self._ask(lambda: require_readable(path))
        private = await grasp(_private, remove_tree)
        try:
            front = Front(View(share, reader, self._line), private)
            seen = await front.look(share.link.path)
            on_progress(Phase("data", len(seen.files), len(seen.files), seen.size))
            # Names that a mount would have to change are other ones here.
            here = tuple(one for one in seen.notebooks if seen.files[one].path == one)
            yield Workspace(path, share.version, here, len(seen.files), seen.size, front=private)
        finally:
            await in_thread(remove_tree, private)

    async def stamped(self, share: Share) -> Share:
        """See ``Storage.stamped``: the version is that of the folder here, not of the site."""
        try:
            path = await self._find(share)
            if path is not None:
                tag = await self._ask(lambda: stamp(path))
                return replace(share, version=Version(share.version.share, f"native {tag}"))
        except WorkspaceError as error:
            _log.warning("a native folder has no version", detail=error.detail)
            return share
        return await self._otherwise.stamped(share)

    async def _find(self, share: Share) -> Path | None:
        if share.is_file:
            return None

        def look() -> Path | None:
            """The first place that a rule of the operator's names."""
            return next(filter(None, (rule.path(share.link) for rule in self._rules)), None)

        return await self._ask(look)

    async def _ask(self, look: Callable[[], T]) -> T:
        return await in_own_thread(look, ANSWERS, self._slots)

    async def close(self) -> None:
        """Nothing of its own lives here."""


def address(link: ShareLink) -> str:
    """A link as rules see it: one spelling for each, percent-decoded, no slash at its end."""
    root = unquote(link.root).rstrip("/")
    if link.hint == "webdav":
        return root
    kind, _, token = link.token.rpartition(".")
    return f"{root}/{kind or 's'}/{token}"


def _plain(root: str) -> bool:
    """Whether an address means the same folder to everybody who decodes it."""
    parts = [unquote(part) for part in root.partition("://")[2].rstrip("/").split("/")]
    return not any(part in {"", ".", ".."} or "/" in part or "\0" in part for part in parts)


def stamp(folder: Path) -> str:
    """A tag for what lies in a folder: names, sizes and times of its nearest files."""
    found = hashlib.sha256()
    for path, info in islice(files_below(folder), STAMPED):
        found.update(f"{path}\0{info.st_size}\0{info.st_mtime_ns}\n".encode(errors="surrogatepass"))
    return found.hexdigest()[:40]


def _private() -> Path:
    """A folder for the service's own files."""
    path = Path(tempfile.mkdtemp(prefix="vaas-"))
    if os.geteuid() == 0:
        path.chmod(FOLDER)
    return path


__all__ = ["ANSWERS", "MappedStorage", "PathRule", "address", "stamp"]
