"""The front-end files of Voilà, its templates and the widget libraries.

They are served below a name made of their content (``AssetStore.digest``), so
that browsers may keep them for ever, and compressed once, in a cache folder.
Nothing is read from anywhere but the installed packages.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import mimetypes
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import brotli
from jupyter_core.paths import jupyter_path

_COMPRESSIBLE = {".js", ".css", ".json", ".svg", ".map", ".html", ".txt", ".ttf", ".eot", ".wasm"}
_SMALL = 1024
_HOT_BYTES = 32 << 20
"""Bytes of answers kept in memory; what every page loads is a tenth of it."""

_PART = ".part"
_MADE = {"sources", "bundles"}
_MOST_MADE = 256 << 20
"""Bytes of what notebooks brought, or of bundles, compressed forms included."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it goes over the wire.

    Attributes:
        body: the bytes, encoded as ``encoding`` says.
        media_type: for ``Content-Type``.
        encoding: ``br``, ``gzip`` or empty.
    """

    body: bytes
    media_type: str
    encoding: str


class AssetStore:
    """Finds and compresses front-end files.

    Addresses below the digest: ``voila/...`` (Voilà's front end),
    ``labextensions/NAME/...`` (widget libraries), ``labextensions-KEY/NAME/...``
    (those of an environment, and ours where it has none), ``templates/NAME/static/...``,
    ``sources/HASH.js`` and ``bundles/HASH.js`` (see ``keep``).
    """

    def __init__(
        self, cache: Path, prefix_of: Callable[[str], Path | None] = lambda _key: None
    ) -> None:
        """Look at what is installed.

        Args:
            cache: folder for compressed copies.
            prefix_of: where the environment of a key is.
        """
        self._prefix_of = prefix_of
        self._cache = cache
        roots = [Path(path) for path in jupyter_path()]
        self._roots: dict[str, list[Path]] = {
            "voila": [root / "voila/templates/base/static" for root in roots],
            "labextensions": [
                *(root / "labextensions" for root in roots),
                *(root / "voila/labextensions" for root in roots),
            ],
        }
        self._extensions = {"": tuple(_extensions(self._roots["labextensions"]))}
        self.digest = self._digest()
        self._hot: dict[tuple[str, str], Asset] = {}
        self._hot_bytes = 0

    def extensions(self, key: str = "") -> tuple[dict[str, Any], ...]:
        """The widget libraries as a page's configuration lists them; blocks when first asked.

        Args:
            key: of the environment whose they are; empty for VaaS's own.
        """
        if key not in self._extensions:
            self._extensions[key] = tuple(_extensions(self._libraries(key)))
        return self._extensions[key]

    def _libraries(self, key: str) -> list[Path]:
        """Folders of widget libraries; an environment's own come first."""
        prefix = self._prefix_of(key) if key else None
        own = [prefix / "share" / "jupyter" / "labextensions"] if prefix else []
        return [*own, *self._roots["labextensions"]]

    def find(self, address: str) -> Path | None:
        """The file for an address below the digest, or ``None``; never one outside the roots."""
        kind, _, rest = address.partition("/")
        if kind == "templates":
            return _template_file(rest)
        if kind in _MADE:
            return _inside(self._cache / kind, rest)
        key = kind.removeprefix("labextensions-")
        for root in self._roots.get(kind, ()) if key == kind else self._libraries(key):
            if file := _inside(root, rest):
                return file
        return None

    async def get(self, address: str, accepts: str) -> Asset | None:
        """Read an asset, compressed as the browser accepts.

        Args:
            address: path below the digest.
            accepts: the request's ``Accept-Encoding``.

        Returns:
            the asset, or ``None`` if there is no such file.
        """
        encoding = "br" if "br" in accepts else "gzip" if "gzip" in accepts else ""
        if asset := self._hot.get((address, encoding)):
            return asset
        asset = await asyncio.to_thread(self._read, address, encoding)
        if asset:
            self._keep_hot((address, encoding), asset)
        return asset

    def keep(self, text: str, suffix: str, kind: str = "sources") -> str:
        """Make an asset of a text; blocks, call it in a thread.

        Args:
            text: a script or a style.
            suffix: ``.js`` or ``.css``.
            kind: ``sources`` of what a notebook brought, or ``bundles``.

        Returns:
            its address below the digest. The oldest are forgotten when there are too many.
        """
        data = text.encode("utf-8", "replace")
        folder = self._cache / kind
        file = folder / f"{hashlib.sha256(data).hexdigest()[:32]}{suffix}"
        folder.mkdir(parents=True, exist_ok=True)
        try:
            os.utime(file)
        except FileNotFoundError:
            _write(file, data)
            _trim(folder)
        return f"{kind}/{file.name}"

    def _keep_hot(self, key: tuple[str, str], asset: Asset) -> None:
        """Keep an answer in memory, the oldest ones dropped where there are too many."""
        if len(asset.body) > _HOT_BYTES // 4 or key in self._hot:
            return
        self._hot[key] = asset
        self._hot_bytes += len(asset.body)
        while self._hot_bytes > _HOT_BYTES:
            self._hot_bytes -= len(self._hot.pop(next(iter(self._hot))).body)

    def _read(self, address: str, encoding: str) -> Asset | None:
        file = self.find(address)
        if file is None:
            return None
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        try:
            body = file.read_bytes()
        except FileNotFoundError:  # forgotten meanwhile
            return None
        if not encoding or file.suffix not in _COMPRESSIBLE or len(body) < _SMALL:
            return Asset(body, kind, "")
        # What is made as it comes is limited as a whole, compressed or not.
        made = address.partition("/")[0]
        folder = self._cache / made if made in _MADE else self._cache
        return Asset(_compressed(body, encoding, folder), kind, encoding)

    def _digest(self) -> str:
        state = hashlib.sha256()
        for folder in [root for roots in self._roots.values() for root in roots]:
            for file in sorted(folder.rglob("*")) if folder.is_dir() else ():
                if file.is_file():
                    stat = file.stat()
                    state.update(
                        f"{file.relative_to(folder)}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode()
                    )
        return state.hexdigest()[:16]


def _compressed(body: bytes, encoding: str, folder: Path) -> bytes:
    kept = folder / f"{hashlib.sha256(body).hexdigest()[:32]}.{encoding}"
    with suppress(FileNotFoundError):
        return kept.read_bytes()
    packed = brotli.compress(body, quality=7) if encoding == "br" else gzip.compress(body, 7)
    folder.mkdir(parents=True, exist_ok=True)
    _write(kept, packed)
    return packed


def _write(file: Path, data: bytes) -> None:
    """Write a file that is there as a whole or not at all, also where others write the same."""
    staging = file.with_name(f"{file.name}.{uuid4().hex}{_PART}")
    try:
        staging.write_bytes(data)
        staging.replace(file)
    finally:
        staging.unlink(missing_ok=True)


def _trim(folder: Path) -> None:
    """Forget the oldest files of a folder that has grown too large."""
    files = sorted(_aged(folder))
    room = _MOST_MADE - sum(size for _, size, _ in files)
    for _, size, file in files:
        if room >= 0:
            return
        file.unlink(missing_ok=True)
        room += size


def _aged(folder: Path) -> Iterator[tuple[int, int, Path]]:
    """When each file of a folder was changed, its bytes and its path."""
    for file in folder.iterdir():
        if file.suffix == _PART:  # whoever writes it still needs it
            continue
        with suppress(FileNotFoundError):  # written or forgotten by others meanwhile
            stat = file.stat()
            yield stat.st_mtime_ns, stat.st_size, file


def _template_file(address: str) -> Path | None:
    """``NAME/static/FILE`` of a template, or of one that it is based on."""
    from voila.paths import collect_static_paths  # noqa: PLC0415 - slow; see page.py

    name, _, rest = address.partition("/static/")
    try:
        folders = collect_static_paths(["voila", "nbconvert"], name)
    except ValueError:
        return None
    return next((file for folder in folders if (file := _inside(Path(folder), rest))), None)


def _inside(root: Path, rest: str) -> Path | None:
    file = root / rest
    try:
        known = file.is_file() and file.resolve().is_relative_to(root.resolve())
    except OSError:  # a name longer than files have
        known = False
    return file if known else None


def _extensions(roots: list[Path]) -> Iterator[dict[str, Any]]:
    """The installed widget libraries as the page's configuration lists them.

    A library is a folder, or a folder in a scope's folder, with a
    ``package.json`` in which JupyterLab's builder left its entry points; of
    several with one name the first counts, as in JupyterLab.
    """
    found: dict[str, Any] = {}
    for root in roots:
        for file in sorted([*root.glob("*/package.json"), *root.glob("@*/*/package.json")]):
            found.setdefault(file.parent.relative_to(root).as_posix(), json.loads(file.read_text()))
    for name, data in sorted(found.items()):
        lab = data.get("jupyterlab", {})
        build = lab.get("_build", {})
        if build.get("load"):
            shared = lab.get("sharedPackages") or {}
            needs = [other for other in shared if other in found and other != name]
            yield {"name": name, **build, "needs": needs}


__all__ = ["Asset", "AssetStore"]
