"""Dashboards as they last looked, on disk, for when their cloud does not answer.

One file for each address and version: what the page showed, and enough of the
share to find its files among the copies. Of a share's password there is a salted
digest alone, by which somebody who gives it again is known. The token of a link
is in none: who has no link finds nothing.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import hmac
import os
import secrets
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from vaas.manifest import Manifest
from vaas.model import Secret, Share, ShareLink, Version
from vaas.observability import logger

T = TypeVar("T")

log = logger(__name__)

_SALT_BYTES = 16
_ENDING = ".json.gz"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A dashboard as it looked once.

    Attributes:
        title: the dashboard's.
        scheme: ``light`` or ``dark``.
        html: the inside of its page.
        taken: when, in seconds since 1970.
        manifest: what the share said of itself.
        product: as in ``Share``, like those that follow.
        name: likewise.
        is_file: likewise.
        tag: of the version.
        size: likewise.
        salt: of the digest; empty if there was no password.
        proof: digest of the password.
    """

    title: str
    scheme: str
    html: str = field(repr=False)
    taken: float
    manifest: Manifest
    product: str
    name: str
    is_file: bool
    tag: str
    size: int | None
    salt: str = field(default="", repr=False)
    proof: str = field(default="", repr=False)

    def share(self, link: ShareLink, password: Secret | None) -> Share:
        """The share as it was.

        Args:
            link: of whoever asks.
            password: that they gave; it is the right one.
        """
        version = Version(link.fingerprint, self.tag)
        return Share(link, self.product, self.name, self.is_file, version, password, size=self.size)

    def opens_with(self, password: Secret | None) -> bool:
        """Whether the share had this password, or none; takes a tenth of a second."""
        if password is None or not self.proof:
            return password is None and not self.proof
        return hmac.compare_digest(_proof(password, self.salt), self.proof)


_SNAPSHOT = TypeAdapter(Snapshot)


class Snapshots:
    """The folder with the snapshots; what was not looked at for longest goes first."""

    def __init__(self, folder: Path, most: int) -> None:
        """Remember where; the disk is touched with the first one.

        Args:
            folder: for them alone.
            most: bytes of all; 0 for none at all.
        """
        self._folder, self._most = folder, most
        self._lock = asyncio.Lock()

    @property
    def wanted(self) -> bool:
        """Whether any are kept."""
        return bool(self._most)

    async def keep(
        self,
        share: Share,
        title: str,
        scheme: str,
        html: str,
        manifest: Manifest,
        *,
        unless: Callable[[], bool] = bool,
    ) -> None:
        """Keep how a dashboard looks, in place of older versions of it.

        Args:
            share: at the version that is shown, by the link that leads to it.
            title: the dashboard's.
            scheme: of its page.
            html: its page's inside.
            manifest: the share's.
            unless: asked at the last moment whether it must not be kept after all.
        """
        password, salt = share.password, ""
        if password is not None:
            salt = secrets.token_hex(_SALT_BYTES)
        snapshot = Snapshot(
            title,
            scheme,
            html,
            time.time(),
            manifest,
            share.product,
            share.name,
            share.is_file,
            share.version.tag,
            share.size,
            salt,
            await asyncio.to_thread(_proof, password, salt) if password else "",
        )
        async with self._lock:
            if not unless():
                await asyncio.to_thread(_tried, self._write, share, snapshot)

    async def find(self, link: ShareLink) -> Snapshot | None:
        """How the dashboard under an address looked last, whoever asks."""
        async with self._lock:
            return await asyncio.to_thread(_tried, self._find, link)

    async def use(self, link: ShareLink) -> None:
        """Note that somebody looks at a dashboard."""
        async with self._lock:
            await asyncio.to_thread(_tried, self._use, link)

    async def erase(self, link: ShareLink, which: Callable[[Snapshot], bool] | None = None) -> None:
        """Erase a share's snapshots, of all its addresses.

        Args:
            link: any link to it.
            which: tells which of them; ``None`` for all.
        """
        async with self._lock:
            await asyncio.to_thread(_tried, self._erase, link, which)

    def _erase(self, link: ShareLink, which: Callable[[Snapshot], bool] | None) -> None:
        for path in (self._folder / link.fingerprint).glob("*"):
            found = _read(path) if which else None
            if which is None or found is None or which(found):
                path.unlink(missing_ok=True)
                log.info("snapshot_erased", share=link.fingerprint)

    def _use(self, link: ShareLink) -> None:
        for path in self._of(link):
            os.utime(path)

    def _of(self, link: ShareLink) -> list[Path]:
        """The files of an address, the newest last."""
        begins = f"{_digest(link.path)}-"
        files = _files(self._folder / link.fingerprint)
        return _by_age(one for one in files if one.name.startswith(begins))

    def _find(self, link: ShareLink) -> Snapshot | None:
        for path in reversed(self._of(link)):
            if (found := _read(path)) is not None:
                os.utime(path)
                return found
        return None

    def _write(self, share: Share, snapshot: Snapshot) -> None:
        old = self._of(share.link)
        folder = self._folder / share.link.fingerprint
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{_digest(share.link.path)}-{share.version.key}{_ENDING}"
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_bytes(gzip.compress(_SNAPSHOT.dump_json(snapshot), 6))
        fresh.replace(path)
        for one in old:
            if one != path:
                one.unlink(missing_ok=True)
        self._make_room()

    def _make_room(self) -> None:
        kept = _by_age(self._folder.glob(f"*/*{_ENDING}"))
        sizes = {one: one.stat().st_size for one in kept}
        total = sum(sizes.values())
        for one in kept:
            if total <= self._most:
                return
            one.unlink(missing_ok=True)
            total -= sizes[one]


def _tried(work: Callable[..., T], *arguments: Any) -> T | None:
    """Do something with files; where the disk does not let us, it is as if there were none."""
    try:
        return work(*arguments)
    except OSError as error:
        log.warning("snapshots_out_of_reach", why=error.strerror)
        return None


def _proof(password: Secret, salt: str) -> str:
    cost: dict[str, Any] = {"n": 1 << 14, "r": 8, "p": 1, "dklen": 32}
    return hashlib.scrypt(password.value.encode(), salt=bytes.fromhex(salt), **cost).hex()


def _digest(path: str) -> str:
    return hashlib.sha256(path.strip("/").encode()).hexdigest()[:16]


def _files(folder: Path) -> list[Path]:
    return list(folder.glob(f"*{_ENDING}"))


def _by_age(files: Iterable[Path]) -> list[Path]:
    return sorted(files, key=lambda one: one.stat().st_mtime_ns)


def _read(path: Path) -> Snapshot | None:
    """What a file holds; one that is broken is as none, and goes."""
    try:
        return _SNAPSHOT.validate_json(gzip.decompress(path.read_bytes()))
    except (OSError, EOFError, zlib.error, ValidationError) as error:
        log.info("broken_snapshot", why=type(error).__name__)
        path.unlink(missing_ok=True)
        return None


__all__ = ["Snapshot", "Snapshots"]
