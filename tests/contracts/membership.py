"""VaaS as a member of the mesh, without kernels: messages in, files out."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from tornado.httpserver import HTTPServer
from tornado.web import Application

from tests.contracts.clouds import US, Cloud
from vaas.errors import VaasError
from vaas.mesh import Mesh, PeerRule, Terms
from vaas.mesh.keeper import Keeper
from vaas.model import Share, ShareLink
from vaas.shares import FailureMemory, OutboundClient, OutboundPolicy, Shares
from vaas.shares.base import Provider
from vaas.state.values import Received
from vaas.storage import CopyStorage
from vaas.web import Front
from vaas.web.gates import ComeIn
from vaas.web.routes import log_request
from vaas.web.statics import Statics
from vaas.web.statuses import status_of
from vaas.wish import Wish


class Rooms:
    """Shares and copies, as the mesh needs them."""

    def __init__(self, shares: Shares, storage: CopyStorage) -> None:
        self.shares, self.storage = shares, storage
        self.ended: list[tuple[str, VaasError]] = []
        self.withdrawn: list[tuple[str, VaasError | None]] = []

    async def resolve(self, wish: Wish) -> Share:
        return await self.shares.resolve(wish.link)

    def forget(self, link: ShareLink) -> None:
        self.shares.forget(link)

    async def notebooks(self, link: ShareLink) -> list[str]:
        share = await self.resolve(Wish(link))
        return [entry.path for entry in await self.shares.list(share, "")]

    async def end(self, session_id: str, why: VaasError) -> None:
        self.ended.append((session_id, why))

    async def withdraw(self, link: ShareLink, why: VaasError | None = None) -> bool:
        self.withdrawn.append((link.token, why))
        return await self.storage.erase(link.fingerprint)


@dataclass
class Member:
    """A VaaS that takes shares; ``url`` is where, ``address`` for whom."""

    url: str
    mesh: Mesh
    keeper: Keeper
    rooms: Rooms
    data: Path
    guests: dict[str, Provider]

    @property
    def address(self) -> str:
        return f"{US}@{self.url.removeprefix('http://')}"

    async def take(self, cloud: Cloud, path: Path, **more: Any) -> dict[str, Any]:
        """Have a cloud share something with us; what it announced."""
        announced = cloud.share(path, self.address) | more
        answer = await cloud.post(f"{await cloud.find(self.url)}/shares", announced)
        assert answer.status_code == 201, answer.text
        await self.keeper.settled()
        return announced

    async def tell(self, cloud: Cloud, told: object) -> httpx.Response:
        answer = await cloud.post(f"{await cloud.find(self.url)}/notifications", told)
        await self.keeper.settled()
        return answer

    async def all(self, *states: Any) -> list[Received]:
        wanted = states or ("pending", "open", "missing", "gone")
        return list(await self.mesh.store.received.all(*wanted))

    async def only(self) -> Received:
        (share,) = await self.all()
        return share

    def link(self, share: Received) -> ShareLink:
        return self.mesh.access.link(share)

    async def enter(self, path: str, **form: str) -> httpx.Response:
        """Post a form as a browser does; a framed one if the form says so."""
        frame = {"Sec-Fetch-Dest": "iframe"} if form.pop("framed", "") else {}
        headers = {"Origin": "https://receiver.example.org", "Sec-Fetch-Site": "cross-site"}
        async with httpx.AsyncClient(verify=False, timeout=20) as client:  # noqa: S501 (http)
            return await client.post(f"{self.url}{path}", data=form, headers=headers | frame)

    async def visited(self, share_id: str, visit: str) -> dict[str, bytes]:
        """What a kernel would see of a share, for who has a pass."""
        link = await self.mesh.entry.link(share_id, "", "", visit=visit)
        found = await self.rooms.shares.resolve(link)
        async with self.rooms.storage.open(found, self.rooms.shares, lambda _: None) as workspace:
            paths = [path for path in workspace.path.rglob("*") if path.is_file()]
            return {str(p.relative_to(workspace.path)): p.read_bytes() for p in paths}

    async def resolve(self, share: Received) -> Share:
        self.rooms.shares.forget(self.link(share))
        return await self.rooms.shares.resolve(self.link(share))

    async def files(self, share: Received) -> dict[str, bytes]:
        """What a kernel would see of a share."""
        found = await self.resolve(share)
        async with self.rooms.storage.open(found, self.rooms.shares, lambda _: None) as workspace:
            paths = [path for path in workspace.path.rglob("*") if path.is_file()]
            return {str(p.relative_to(workspace.path)): p.read_bytes() for p in paths}


@asynccontextmanager
async def joined(data: Path, rules: Iterable[PeerRule], **terms: Any) -> AsyncIterator[Member]:
    """A member that trusts some clouds."""
    sock = socket.create_server(("127.0.0.1", 0))
    sock.setblocking(False)
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    wanted = {"visible": "address", "open": False, "most": 100, "gone_after": 0.0} | terms
    given = Terms(url=url, user=US, name="VaaS", rules=tuple(rules), **wanted)
    policy = OutboundPolicy([])
    async with OutboundClient(policy) as client, Mesh.opened(given, data) as mesh:
        guests: dict[str, Provider] = {"ocm": mesh.provider}
        shares = Shares(client, policy, FailureMemory(), guests=guests)
        storage = CopyStorage(data / "shares")
        rooms = Rooms(shares, storage)
        async with mesh.serving(rooms, status_of) as (keeper, routes):
            front = Front(None, None, None, Statics(), None, None, public_url=url)  # type: ignore[arg-type]
            gates = [(at, ComeIn, {"front": front, "gate": gate}) for at, gate in mesh.gates]
            application = Application([*gates, *routes], log_function=log_request)
            server = HTTPServer(application, max_body_size=1 << 16)
            server.add_sockets([sock])
            try:
                yield Member(url, mesh, keeper, rooms, data, guests)
            finally:
                server.stop()
                await asyncio.wait_for(server.close_all_connections(), 5)
                await storage.close()


def trusted(cloud: Cloud, **more: Any) -> PeerRule:
    return PeerRule(cloud.host, insecure=True, private=True, **more)
