"""The whole service, a cloud beside it, and viewers who speak as a dashboard's page does.

``Stage`` is both in one: ``stage.share`` puts files into the cloud and returns
the address under which the service shows them. ``Viewer`` opens addresses and
``Line`` is its websocket in frames of ``v1.kernel.websocket.jupyter.org``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from unittest import mock
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import nbformat.v4 as nb
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from vaas import app
from vaas.config import Settings, Site, load_settings
from vaas.demo import DemoEfss
from vaas.kernels.wire import Frame, pack, unpack
from vaas.shares import parse_link
from vaas.shares.links import canonical_path
from vaas.web import Front, dashboards

PROTOCOL = "v1.kernel.websocket.jupyter.org"
PATIENCE = 60.0


def code(*sources: str) -> str:
    """A Python notebook of these code cells."""
    return book([nb.new_code_cell(source) for source in sources])


def book(cells: Iterable[Any], **metadata: Any) -> str:
    """A notebook as the text of its file."""
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    told = {"nbformat": 4, "nbformat_minor": 5, "metadata": spec | metadata}
    return json.dumps(told | {"cells": list(cells)})


def message(
    kind: str, content: Any, channel: str = "shell", *, metadata: Any = None, **header: Any
) -> bytes:
    """A frame as a page would send it."""
    head = {"msg_id": uuid4().hex, "msg_type": kind, "session": "page", "username": ""}
    head |= {"date": "2026-01-01T00:00:00Z", "version": "5.3", **header}
    return pack(
        Frame(channel, [json.dumps(part).encode() for part in (head, {}, metadata or {}, content)])
    )


@dataclass
class Message:
    """One message of the kernel's, or of the server's own."""

    channel: str
    kind: str
    parent: Mapping[str, Any]
    content: dict[str, Any]


@dataclass
class Page:
    """An answer to a GET: its status, headers and text."""

    status: int
    headers: httpx.Headers
    text: str

    @property
    def kernel(self) -> str:
        """The kernel of a dashboard's page."""
        found = re.search(r'"(?:session|kernelId)": "([0-9a-f]{32})"', self.text)
        assert found, f"no dashboard: {self.status} {self.text[:2000]}"
        return found[1]

    @property
    def failure(self) -> str:
        """What an error page, or a failing progress page, is called."""
        if found := re.search(r"vaasFail\((\{.*\})\)</script>", self.text):
            return str(json.loads(found[1])["code"])
        found = re.search(r'<p class="fine"><code>([a-z_]+)</code>', self.text)
        return found[1] if found else ""


class Line:
    """A page's websocket; ``heard`` grows as messages come."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.heard: list[Message] = []
        self.size = 0
        self.cells: dict[int, list[dict[str, Any]]] = {}
        self.ready: dict[str, Any] | None = None

    async def hear(self) -> Message:
        """The next message."""
        data = await self.socket.recv(decode=False)
        self.size += len(data)
        frame = unpack(bytes(data))
        header, parent, _, content = (json.loads(part) for part in frame.parts[:4])
        heard = Message(frame.channel, header["msg_type"], parent, content)
        self.heard.append(heard)
        if heard.kind == "vaas_cell":
            self.cells[content["index"]] = content["outputs"]
        if heard.kind == "vaas_ready":
            self.ready = content
        return heard

    async def until(
        self, wanted: str | Callable[[Message], bool], within: float = PATIENCE
    ) -> Message:
        """Hear messages until one of a kind comes."""
        fits = wanted if callable(wanted) else lambda heard: heard.kind == wanted
        async with asyncio.timeout(within):
            while not fits(heard := await self.hear()):
                pass
        return heard

    async def until_closed(self, within: float = PATIENCE) -> int:
        """Hear messages until the server closes; its code."""
        async with asyncio.timeout(within):
            try:
                while True:
                    await self.hear()
            except ConnectionClosed as end:
                return end.rcvd.code if end.rcvd else 1006

    async def send(self, kind: str, content: Any, channel: str = "shell", **header: Any) -> str:
        """Send a message as the page would; its id."""
        name = uuid4().hex
        await self.socket.send(message(kind, content, channel, msg_id=name, **header))
        return name

    async def ask(self, kind: str, content: Any | None = None, channel: str = "shell") -> Message:
        """Send a request and wait for its reply."""
        name = await self.send(kind, content or {}, channel)
        return await self.until(
            lambda heard: heard.channel != "iopub" and heard.parent.get("msg_id") == name
        )

    def texts(self, index: int) -> str:
        """All that a cell shows, its plain texts joined."""
        return "".join(map(shown, self.cells[index]))

    def html(self, index: int) -> str:
        """The HTML that a cell shows."""
        return "".join(one.get("data", {}).get("text/html", "") for one in self.cells[index])


def shown(output: Mapping[str, Any]) -> str:
    return str(output.get("text") or output.get("data", {}).get("text/plain", ""))


class Viewer:
    """A browser without eyes."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        # Plain http: the certificates of the world would take longer to load than a page.
        self.client = httpx.AsyncClient(base_url=self.url, timeout=PATIENCE, verify=False)  # noqa: S501

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def get(self, address: str, **headers: str) -> Page:
        """GET without following redirects."""
        answer = await self.client.get(address, headers=headers)
        return Page(answer.status_code, answer.headers, answer.text)

    async def state(self, kernel: str) -> dict[str, Any]:
        """What the page is told of its session."""
        return dict((await self.client.get(f"/api/v1/sessions/{kernel}")).json())

    async def leave(self, kernel: str) -> None:
        """What a page does when it is closed."""
        answer = await self.client.post(
            f"/voila/api/shutdown/{kernel}", headers={"Origin": self.url}
        )
        assert answer.status_code == 204

    @contextlib.asynccontextmanager
    async def line(
        self, kernel: str, origin: str | None = None, *, again: bool = False
    ) -> AsyncIterator[Line]:
        """The page's websocket, or the one after that was lost."""
        address = f"{self.url.replace('http', 'ws', 1)}/api/kernels/{kernel}/channels?session_id=x"
        address += "&ours=1&again=1" if again else "&ours=1"
        async with connect(
            address,
            origin=origin or self.url,  # type: ignore[arg-type]
            subprotocols=[PROTOCOL],  # type: ignore[list-item]
            max_size=1 << 28,
            open_timeout=PATIENCE,
        ) as socket:
            yield Line(socket)

    @contextlib.asynccontextmanager
    async def dashboard(self, address: str) -> AsyncIterator[Line]:
        """Open a dashboard and its line; leave as a page does, and see the session end."""
        page = await self.get(address)
        assert page.status == 200, f"{page.status} {page.failure}"
        kernel = page.kernel
        try:
            async with self.line(kernel) as line:
                yield line
        finally:
            await self.leave(kernel)
            await until_ended(self, kernel)

    async def view(self, address: str) -> Line:
        """Open a dashboard, wait until it is ready, leave."""
        async with self.dashboard(address) as line:
            await line.until("vaas_ready")
        return line


async def until_ended(viewer: Viewer, kernel: str, within: float = 10) -> dict[str, Any]:
    """Wait until a session has ended; what its page is told."""
    async with asyncio.timeout(within):
        while (state := await viewer.state(kernel))["state"] != "ended":  # noqa: ASYNC110 - polled as a page does
            await asyncio.sleep(0.02)
    return state


@dataclass
class Stage:
    """A service that runs, and a cloud whose links it opens.

    ``root`` is what the cloud shares, ``data`` the service's own folder;
    ``said`` holds the service's structured log events.
    """

    url: str
    cloud: DemoEfss
    root: Path
    data: Path
    front: Front
    said: list[Any] = field(default_factory=list)
    folders: dict[str, str] = field(default_factory=dict)

    def share(
        self, files: Mapping[str, str | bytes], product: str = "nextcloud", **options: Any
    ) -> str:
        """Put a folder into the cloud; the address under which the service shows it."""
        return self.address(self.link(files, product, **options))

    def address(self, link: str) -> str:
        """Where the service shows a link."""
        return canonical_path(parse_link(link))

    def change(self, link: str, product: str = "nextcloud", **options: Any) -> None:
        """Let the owner set a link's options anew."""
        token = parse_link(link).token
        self.cloud.remove_link(link)
        self.cloud.add_link(product, self.folders[link], token=token, **options)

    def link(
        self, files: Mapping[str, str | bytes], product: str = "nextcloud", **options: Any
    ) -> str:
        """Put a folder into the cloud; its link there."""
        folder = f"f{uuid4().hex[:12]}"
        self.fill(folder, files)
        link = self.cloud.add_link(product, folder, **options)
        self.folders[link] = folder
        return link

    def fill(self, folder: str, files: Mapping[str, str | bytes]) -> None:
        """Write files."""
        for name, content in files.items():
            path = self.root / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def notebook(self, text: str | bytes, name: str = "app.ipynb") -> str:
        """Share one notebook in a folder."""
        return self.share({name: text})

    def viewer(self) -> Viewer:
        return Viewer(self.url)

    def heard(self, event: str) -> list[Any]:
        """Events of one name that the service logged."""
        return [one for one in self.said if one["event"] == event]

    async def emptied(self) -> None:
        """Wait until no kernel is left; each goes soon after its viewer."""
        async with asyncio.timeout(20):
            while self.kernels:  # noqa: ASYNC110 - kernels that end tell nobody
                await asyncio.sleep(0.05)

    @property
    def kernels(self) -> int:
        """Kernels that live now."""
        return int(self.front.health()["kernels"])


def settings_for(cloud: DemoEfss, data: Path, **wanted: Any) -> Settings:
    """Settings that open the cloud, and what other sites are wanted."""
    site = Site(host=urlsplit(cloud.url).netloc, insecure=True, private=True)
    sites = (site, *wanted.pop("site", ()))
    # Where tests do not want it, imports ahead would only take their time.
    kernel = {"zygotes": 0, **wanted.pop("kernel", {})}
    return load_settings(**{"port": 0, "data": data, "site": sites, "kernel": kernel} | wanted)


@contextlib.asynccontextmanager
async def staged(**wanted: Any) -> AsyncIterator[Stage]:
    """The service and the cloud, for as long as the context is open."""
    with (
        tempfile.TemporaryDirectory(prefix="vaas-cloud-") as root,
        # A thread that compresses an asset may outlive the service by a moment.
        tempfile.TemporaryDirectory(prefix="vaas-data-", ignore_cleanup_errors=True) as data,
        DemoEfss(Path(root)) as cloud,
    ):
        async with served(cloud, Path(root), Path(data), **wanted) as stage:
            yield stage


@contextlib.asynccontextmanager
async def served(cloud: DemoEfss, root: Path, data: Path, **wanted: Any) -> AsyncIterator[Stage]:
    """The service alone, for a cloud that shares ``root``."""
    fronts: list[Front] = []
    make = app.make_application

    def keep(front: Front) -> Any:
        fronts.append(front)
        return make(front)

    with (
        structlog.testing.capture_logs() as said,
        # On a busy machine the shell would go out first, and with it the status 200.
        mock.patch.object(dashboards, "PATIENCE", PATIENCE),
    ):
        app.make_application = keep  # type: ignore[assignment]
        try:
            async with app.service(settings_for(cloud, data, **wanted)) as url:
                yield Stage(url, cloud, root, data, fronts[0], said)  # type: ignore[arg-type]
        finally:
            app.make_application = make
