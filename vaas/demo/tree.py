"""What products know of a tree beyond plain WebDAV: entity tags, sizes, checksums."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Facts:
    """State of a file or of all that is below a folder.

    Attributes:
        tag: 32 hex digits that change with any descendant.
        size: bytes in all.
        modified: seconds since the epoch of the latest change.
    """

    tag: str
    size: int
    modified: float


def members(folder: Path) -> Iterator[Path]:
    """What a folder shows, sorted by name: plain files and folders, no symbolic links."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda e: e.name):
            if entry.is_dir(follow_symlinks=False) or entry.is_file(follow_symlinks=False):
                yield Path(entry.path)


def inside(root: Path, path: str) -> Path | None:
    """The file or folder at ``path`` below ``root``, never through a symbolic link.

    Args:
        root: a resolved folder.
        path: with or without slashes around it.
    """
    found = root / path.strip("/")
    try:
        return found if found.resolve(strict=True) == found else None
    except (OSError, ValueError):  # not there; a name that no file can have
        return None


def survey(path: Path, memo: dict[Path, Facts]) -> Facts:
    """The facts of ``path``, from names, sizes and times of all below it.

    Tags and times of folders thus propagate upwards, as in Nextcloud, ownCloud
    and oCIS: a look at the root tells whether anything changed.

    Args:
        path: file or folder.
        memo: what is known already; one for each request.
    """
    if path not in memo:
        memo[path] = _folder(path, memo) if path.is_dir() else _file(path)
    return memo[path]


def _file(path: Path) -> Facts:
    stat = path.stat()
    tag = _digest(f"{stat.st_ino} {stat.st_mtime_ns} {stat.st_size}")
    return Facts(tag, stat.st_size, stat.st_mtime)


def _folder(path: Path, memo: dict[Path, Facts]) -> Facts:
    stat = path.stat()
    below: dict[str, Facts] = {}
    for member in members(path):
        with suppress(FileNotFoundError):  # gone since the folder was read
            below[member.name] = survey(member, memo)
    lines = [f"{name}\0{facts.tag}" for name, facts in below.items()]
    return Facts(
        tag=_digest("\n".join([str(stat.st_ino), *lines])),
        size=sum(facts.size for facts in below.values()),
        modified=max([stat.st_mtime, *(facts.modified for facts in below.values())]),
    )


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def checksums(path: Path) -> str:
    """``SHA1:… MD5:… ADLER32:…`` of a file, as ownCloud's family writes them."""
    stat = path.stat()
    return _checksums(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4096)
def _checksums(path: Path, _mtime: int, _size: int) -> str:
    sha1, md5 = hashlib.sha1(usedforsecurity=False), hashlib.md5(usedforsecurity=False)
    adler = 1
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            sha1.update(chunk)
            md5.update(chunk)
            adler = zlib.adler32(chunk, adler)
    return f"SHA1:{sha1.hexdigest()} MD5:{md5.hexdigest()} ADLER32:{adler:08x}"
