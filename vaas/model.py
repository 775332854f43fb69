"""The values that travel between the rooms.

All are frozen: a room hands on a new value and never changes one it was given.
Secrets ride in ``Secret``, which shows itself only when asked to by name.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal, Protocol

PhaseName = Literal["resolve", "data", "line", "environment", "run", "ready"]

PRODUCT_NAMES = {
    "nextcloud": "Nextcloud",
    "owncloud": "ownCloud",
    "ocis": "oCIS",
    "reva": "Reva",
    "cs3": "Reva",
    "seafile": "Seafile",
    "webdav": "WebDAV",
    "ocm": "Open Cloud Mesh",
    "local": "this machine",
}
"""What people call the system that shares, by ``Share.product``."""

FRAME_HOST = r"^(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d{1,5})?$"
"""A host whose pages may frame others; ``*.`` stands for all below it."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Text that must not be seen: its ``repr`` and ``str`` are stars.

    Attributes:
        value: the text itself, read only where it is put on the wire.
    """

    value: str = field(repr=False)

    def __repr__(self) -> str:
        """Stars, so that no log or traceback shows the value."""
        return "Secret(***)"

    __str__ = __repr__

    def fingerprint(self) -> str:
        """Eight hex digits that tell two secrets apart in a log."""
        return hashlib.sha256(self.value.encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class ShareLink:
    """An address that somebody pasted, taken apart before any request is made.

    Attributes:
        root: web root of the EFSS without trailing slash, for instance
            ``https://cloud.example.org/nextcloud``; for plain WebDAV the URL of
            the shared collection; for a local share ``local:``.
        token: the link's token, a bearer secret; ``-`` for plain WebDAV.
        path: what the link points at inside the share, relative, no leading
            slash, decoded; empty for the share's root.
        hint: product the link's shape speaks for (``seafile``, ``local``,
            ``webdav``), or how it came (``ocm``, ``gathered``, ``opened``); empty
            when only a probe can tell.
    """

    root: str
    token: str = field(repr=False)
    path: str = ""
    hint: str = ""

    @property
    def host(self) -> str:
        """``host[:port]`` in lower case; ``local`` for a local share."""
        return self.root.split("://", 1)[-1].split("/", 1)[0].rstrip(":").lower()

    @property
    def fingerprint(self) -> str:
        """A name of the share for logs and caches that gives no access."""
        return hashlib.sha256(f"{self.root}\n{self.token}".encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Version:
    """One immutable state of a share, the key of every cache.

    Attributes:
        share: ``ShareLink.fingerprint`` of the share.
        tag: the root's ETag, or the nearest thing the system has (a digest of
            names, sizes and times where it has none).
    """

    share: str
    tag: str

    @property
    def key(self) -> str:
        """32 hex digits, safe as a file name."""
        return hashlib.sha256(f"{self.share}\n{self.tag}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder of a share, as its system lists it.

    Attributes:
        path: relative to the share's root, ``/`` between parts, decoded.
        is_folder: whether it holds other entries.
        size: bytes; 0 for folders and where the system does not say.
        tag: changes when the content does (ETag, or size and time); may be empty.
        modified: the system's own text for the time of the last change, or empty.
    """

    path: str
    is_folder: bool
    size: int = 0
    tag: str = ""
    modified: str = ""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return PurePosixPath(self.path).name


@dataclass(frozen=True, slots=True)
class Share:
    """A share that answered: what a link leads to, at one version.

    Attributes:
        link: where it came from.
        product: the system that shares it, a key of ``PRODUCT_NAMES``.
        name: what people call it: the folder's or file's name.
        is_file: whether the share is one single file; its entry is then the
            only one listed.
        version: its state now.
        password: the link's password, if it asked for one.
        size: bytes in all where the system says, else ``None``.
    """

    link: ShareLink
    product: str
    name: str
    is_file: bool
    version: Version
    password: Secret | None = None
    size: int | None = None

    @property
    def product_name(self) -> str:
        """What people call the system."""
        return PRODUCT_NAMES[self.product]


class Reader(Protocol):
    """What storage needs of a share: list one folder, read one file."""

    async def list(self, share: Share, folder: str) -> Sequence[Entry]:
        """The entries directly inside ``folder`` (empty text: the root)."""
        ...

    def read(
        self, share: Share, entry: Entry, offset: int = 0, size: int | None = None
    ) -> AsyncIterator[bytes]:
        """The bytes of a file from ``offset`` on, ``size`` at most, in pieces as they arrive."""
        ...


def _nothing(hard: bool) -> None:
    """A copy has nothing to interrupt."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A share as plain local files, for one version, read-only.

    Attributes:
        path: folder that holds the share's tree; for a single-file share the
            folder that holds the file.
        version: which state of the share this is.
        notebooks: paths of the ``.ipynb`` files relative to ``path``, sorted,
            hidden folders left out.
        files: how many files.
        size: bytes in all.
        names: for entries whose name had to be neutralised, the share's path
            by the local one.
        front: for a share that only kernels may touch, since its file system
            can hang, a local folder with those of its files that the service
            itself reads: notebooks, and what the link names.
        mounted: whether ``path`` is a mount of ours that may be made anew
            while it is open, alone in the folder around it.
        interrupt: lets a process end that is stuck in a read of a mount: called
            with ``False``, reads that wait for the share's system fail; with
            ``True``, a mount that does not even notice that is made anew.
    """

    path: Path
    version: Version
    notebooks: tuple[str, ...]
    files: int
    size: int
    names: Mapping[str, str] = field(default_factory=dict)
    front: Path | None = None
    mounted: bool = False
    interrupt: Callable[[bool], None] = field(default=_nothing, repr=False, compare=False)

    @property
    def near(self) -> Path:
        """Where the service itself reads files; never a network mount."""
        return self.front or self.path


@dataclass(frozen=True, slots=True)
class Installation:
    """A set of packages in which kernels run, as it is now.

    Attributes:
        name: as the operator calls it; ``base`` is the one that VaaS runs in.
        key: of its present state: one that is made anew has another. Empty for ``base``.
        prefix: of its interpreter.
    """

    name: str = "base"
    key: str = ""
    prefix: Path = Path(sys.prefix)


BASE = Installation()


@dataclass(frozen=True, slots=True)
class KernelRef:
    """Which kernel serves which view.

    Attributes:
        id: random, unguessable; whoever knows it is the viewer.
        version: the share's state it runs on.
        notebook: path in the workspace.
    """

    id: str = field(repr=False)
    version: Version
    notebook: str


@dataclass(frozen=True, slots=True)
class Phase:
    """How far a launch has come, in numbers that are true.

    Attributes:
        name: which part of the way.
        done: units finished (files, cells); in the ``line``, how many that stood
            before are gone; 0 where nothing can be counted.
        total: units in all, or ``None`` where that is not yet known; in the
            ``line``, one's number.
        size: bytes so far, in the ``data`` phase.
    """

    name: PhaseName
    done: int = 0
    total: int | None = None
    size: int = 0


__all__ = [
    "BASE",
    "FRAME_HOST",
    "PRODUCT_NAMES",
    "Entry",
    "Installation",
    "KernelRef",
    "Phase",
    "PhaseName",
    "Reader",
    "Secret",
    "Share",
    "ShareLink",
    "Version",
    "Workspace",
]
