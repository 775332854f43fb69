"""Readers for tests: one for a real WebDAV server, one that misbehaves on demand."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, Self
from urllib.parse import quote, unquote, urlsplit

import httpx
from cheroot.wsgi import Server
from defusedxml import ElementTree
from wsgidav.fs_dav_provider import FilesystemProvider
from wsgidav.wsgidav_app import WsgiDAVApp

from vaas.model import Entry, Phase, Share, ShareLink, Version

DAV = "{DAV:}"


def a_share(tag: str = "1", *, url: str = "https://cloud.test", is_file: bool = False) -> Share:
    link = ShareLink(root=url, token="ThisIsTheToken")
    return Share(link, "webdav", "share", is_file, Version(link.fingerprint, tag))


class Seen:
    """Collects progress."""

    def __init__(self) -> None:
        self.phases: list[Phase] = []

    def __call__(self, phase: Phase) -> None:
        self.phases.append(phase)


class DavReader:
    """Reads a WebDAV server and counts what it asks for."""

    def __init__(self) -> None:
        self.client = httpx.AsyncClient(trust_env=False)
        self.fetched: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def list(self, share: Share, folder: str) -> Sequence[Entry]:
        url = f"{share.link.root}/{quote(folder)}"
        answer = await self.client.request("PROPFIND", url, headers={"Depth": "1"})
        assert answer.status_code == 207
        base = urlsplit(share.link.root).path.rstrip("/") + "/"
        found = [self._entry(item, base) for item in ElementTree.fromstring(answer.content)]
        return [entry for entry in found if entry.path != folder]

    @staticmethod
    def _entry(item, base: str) -> Entry:
        path = unquote(urlsplit(item.findtext(f"{DAV}href")).path)
        prop = item.find(f"{DAV}propstat/{DAV}prop")
        return Entry(
            path.removeprefix(base).strip("/"),
            prop.find(f"{DAV}resourcetype/{DAV}collection") is not None,
            int(prop.findtext(f"{DAV}getcontentlength") or 0),
            prop.findtext(f"{DAV}getetag") or "",
            prop.findtext(f"{DAV}getlastmodified") or "",
        )

    async def read(self, share: Share, entry: Entry, offset: int = 0) -> AsyncIterator[bytes]:
        self.fetched[entry.path] += 1
        headers = {"Range": f"bytes={offset}-"} if offset else {}
        url = f"{share.link.root}/{quote(entry.path)}"
        async with self.client.stream("GET", url, headers=headers) as answer:
            assert answer.status_code == (206 if offset else 200)
            async for piece in answer.aiter_bytes():
                yield piece


class DavServer:
    """A real WebDAV server on loopback.

    Attributes:
        url: of its root.
        gets: number of downloads by path.
    """

    def __init__(self, folder: Path) -> None:
        self.gets: Counter[str] = Counter()
        self._app = WsgiDAVApp(
            {
                "provider_mapping": {"/": FilesystemProvider(str(folder), readonly=True)},
                "simple_dc": {"user_mapping": {"*": True}},
                "logging": {"enable": False},
                "verbose": 0,
            }
        )
        self.server = Server(("127.0.0.1", 0), self._answer, numthreads=10)
        self.server.prepare()
        self.url = f"http://127.0.0.1:{self.server.bind_addr[1]}"

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] == "GET":
            self.gets[environ["PATH_INFO"].encode("latin-1").decode().strip("/")] += 1
        return self._app(environ, start_response)


@contextmanager
def webdav(folder: Path) -> Iterator[DavServer]:
    dav = DavServer(folder)
    thread = Thread(target=dav.server.serve)
    thread.start()
    try:
        yield dav
    finally:
        dav.server.stop()
        thread.join()


Hook = Callable[[Entry, int], Awaitable[None]]


class FaultyReader:
    """A share in memory whose faults a test switches on.

    Attributes:
        files: content by path; folders follow from the paths.
        sizes: sizes to announce instead of the true ones.
        tags: tags to announce; else a digest of the content.
        broken: path to (bytes after which reading fails once, the error).
        on_list: called with the folder before it is listed.
        gate: awaited before each piece of a file, given the entry and position.
    """

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = dict(files)
        self.sizes: dict[str, int] = {}
        self.tags: dict[str, str] = {}
        self.broken: dict[str, tuple[int, Exception]] = {}
        self.gate: Hook | None = None
        self.on_list: Callable[[str], None] | None = None
        self.reads: list[tuple[str, int]] = []
        self.lists: list[str] = []
        self.extra: list[Entry] = []
        self.piece = 64 << 10
        self.closed = 0

    async def list(self, _share: Share, folder: str) -> Sequence[Entry]:
        await asyncio.sleep(0)
        self.lists.append(folder)
        if self.on_list:
            self.on_list(folder)
        prefix = f"{folder}/" if folder else ""
        found: dict[str, Entry] = {}
        for path, content in self.files.items():
            if not path.startswith(prefix):
                continue
            name, slash, _ = path[len(prefix) :].partition("/")
            here = prefix + name
            if slash:
                found[here] = Entry(here, is_folder=True, tag=self._folder_tag(here))
            else:
                tag = self.tags.get(path, hashlib.sha256(content).hexdigest())
                found[here] = Entry(path, False, self.sizes.get(path, len(content)), tag)
        return [*found.values(), *(self.extra if not folder else [])]

    def _folder_tag(self, folder: str) -> str:
        inside = sorted((p, c) for p, c in self.files.items() if p.startswith(f"{folder}/"))
        return hashlib.sha256(repr(inside).encode()).hexdigest()

    async def read(
        self, _share: Share, entry: Entry, offset: int = 0, _size: int | None = None
    ) -> AsyncIterator[bytes]:
        self.reads.append((entry.path, offset))
        content = self.files[entry.path]
        stop, error = self.broken.pop(entry.path, (None, None))
        try:
            for start in range(offset, len(content), self.piece):
                if self.gate:
                    await self.gate(entry, start)
                if stop is not None and start >= stop:
                    assert error is not None
                    raise error
                yield content[start : start + self.piece]
                await asyncio.sleep(0)
        finally:
            self.closed += 1


async def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until ``condition`` is true."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - other processes set no event
            await asyncio.sleep(0.005)
