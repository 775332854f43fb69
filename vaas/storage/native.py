"""Data mode ``native``: the share is a folder of this machine, shown where it is.

For ``vaas open ./folder`` and for sites whose storage is mounted here. Nothing
is copied, so what its owner changes shows at once; the sandbox binds the
folder read-only and nothing else, so a link that leads out of it leads nowhere.
"""

from __future__ import annotations

import functools
import os
import shutil
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from itertools import islice
from pathlib import Path

from vaas.errors import FolderPrivate, ShareUnknown
from vaas.model import Phase, Reader, Share, Version, Workspace
from vaas.storage.base import OnProgress, Storage
from vaas.storage.names import is_debris, order_notebooks
from vaas.storage.tasks import grasp, in_thread
from vaas.storage.trees import SEALED_FILE, SEALED_FOLDER, remove_tree

MOST_FILES = 50_000
"""Files that are looked at for notebooks; a home folder has more than anybody waits for."""


_OTHERS_READ = stat.S_IROTH | stat.S_IXOTH


class NativeStorage(Storage):
    """Local folders and notebooks, by the token of their share."""

    def __init__(self, paths: Mapping[str, Path]) -> None:
        """Remember which paths may be opened.

        Args:
            paths: folder or file for each share's token; nothing else is opened.
        """
        self._paths = paths

    def open(
        self, share: Share, reader: Reader, on_progress: OnProgress
    ) -> AbstractAsyncContextManager[Workspace]:
        """Show the folder itself; of a single file, a copy in a folder of its own.

        A folder in place can change while it is open: that is the point of it.

        Raises:
            ShareUnknown: no such token, or nothing is at its path.
            FolderPrivate: kernels run as a user who may not read it.
            FolderPrivate: the kernel's user could not read it.
            WorkspaceError: the disk refuses to read it.
        """
        del reader
        return self._open(share, on_progress)

    @asynccontextmanager
    async def _open(self, share: Share, on_progress: OnProgress) -> AsyncIterator[Workspace]:
        named = self._paths.get(share.link.token)
        if named is None:
            raise ShareUnknown("no local folder is open under this name")
        path = await in_thread(_resolve, named)
        private = None
        try:
            if await in_thread(path.is_file):
                private = await grasp(functools.partial(_alone, path), remove_tree)
            else:
                await in_thread(require_readable, path)
            found = await in_thread(_look, private / "share" if private else path, share.version)
            on_progress(Phase("data", found.files, found.files, found.size))
            yield found
        finally:
            if private:
                await in_thread(remove_tree, private)

    async def close(self) -> None:
        """Nothing lives here."""


def _resolve(path: Path) -> Path:
    try:
        return path.resolve(strict=True)
    except (FileNotFoundError, NotADirectoryError, RuntimeError) as error:
        raise ShareUnknown(f"nothing is at {path.name!r}") from error


def require_readable(folder: Path) -> None:
    """Refuse what only its owner may read, where kernels have a user of their own.

    Raises:
        FolderPrivate: it is such a folder.
    """
    mode = folder.stat().st_mode
    if os.geteuid() == 0 and mode & _OTHERS_READ != _OTHERS_READ:
        raise FolderPrivate(f"kernels may not read {folder.name!r}, its mode is {mode & 0o777:o}")


def _alone(path: Path) -> Path:
    """A new folder whose ``share`` holds a copy of one file.

    A copy, not a hard link: its mode must suit the kernel's user, and the
    original's must not change.
    """
    private = Path(tempfile.mkdtemp(prefix="vaas-"))
    try:
        if os.geteuid() == 0:
            private.chmod(0o755)  # the kernel runs as another user, who must get in
        folder = private / "share"
        folder.mkdir()
        shutil.copyfile(path, folder / path.name)
        (folder / path.name).chmod(SEALED_FILE)
        folder.chmod(SEALED_FOLDER)
    except BaseException:
        remove_tree(private)
        raise
    return private


def _look(root: Path, version: Version) -> Workspace:
    """Describe a folder without following links out of it."""
    found = [(local, info.st_size) for local, info in islice(files_below(root), MOST_FILES)]
    return Workspace(
        path=root,
        version=version,
        notebooks=order_notebooks(local for local, _ in found),
        files=len(found),
        size=sum(size for _, size in found),
    )


def files_below(root: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Relative path and state of the files that belong to a folder; it blocks.

    Links are followed where they stay inside.
    """
    for folder, below, names in os.walk(root):
        below[:] = sorted(name for name in below if not is_debris(name, is_folder=True))
        for name in sorted(names):
            path = Path(folder, name)
            if is_debris(name, is_folder=False) or not path.resolve().is_relative_to(root):
                continue
            with suppress(OSError):  # gone meanwhile
                info = path.stat()
                if stat.S_ISREG(info.st_mode):
                    yield path.relative_to(root).as_posix(), info


__all__ = ["MOST_FILES", "NativeStorage", "files_below", "require_readable"]
