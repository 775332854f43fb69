"""A CS3 gateway and its data gateway, as Reva's behave, over real gRPC and HTTP on loopback.

It says no inside of answers that gRPC takes for good ones, with texts that name
tokens and paths; a token that it does not accept is refused by gRPC's own
status, as Reva does it. The bindings that a client uses are the ones it is made from.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
from cs3.gateway.v1beta1 import gateway_api_pb2 as api
from cs3.gateway.v1beta1 import gateway_api_pb2_grpc as service
from cs3.rpc.v1beta1.code_pb2 import Code
from cs3.sharing.link.v1beta1 import link_api_pb2 as links
from cs3.sharing.link.v1beta1.resources_pb2 import PublicShare
from cs3.storage.provider.v1beta1 import provider_api_pb2 as storage
from cs3.storage.provider.v1beta1.resources_pb2 import ResourceId, ResourceInfo, ResourceType
from cs3.types.v1beta1.types_pb2 import OpaqueEntry, Timestamp

from tests.contracts.people import PUBLIC, People, Refuse, id_of
from vaas.demo.links import Link
from vaas.demo.tree import inside, members, survey
from vaas.model import Secret

_SECRET = b"the site's own"


@dataclass(frozen=True)
class Root:
    """Something shared; ``shown`` is what paths in it are told to begin with, or how by id."""

    target: Path
    shown: str
    around: bool = False
    token: str = ""

    def is_around(self, path: str) -> bool:
        return self.around and not path and self.target.is_file()

    def path(self, path: str) -> str:
        if self.shown == "name":
            return path.rpartition("/")[2]
        return f"{self.shown}/{path}".rstrip("/")


class Gateway(People, service.GatewayAPIServicer):
    """What it knows, what it was asked, and how it is to behave.

    ``life`` is that of tokens in seconds, ``later`` how far its clock is ahead,
    ``mild`` whether it says inside of an answer that one has expired; ``names``
    whether it tells the names of what it stats, ``called`` what it says instead,
    ``around`` whether a single file has a folder around it, ``strays`` what it
    lists besides, ``paged`` how much at a time; ``in_path`` whether the data
    gateway's addresses hold their tokens, ``elsewhere`` another one's address,
    ``etags`` whether it tells them, ``stale`` how many downloads it refuses;
    ``says`` the statuses of calls that are to fail, and ``before`` is called with
    each call's name; ``by_id`` whether references are ids, as oCIS has them, and
    ``shown`` how it then tells paths (``.``, or ``name`` for names alone), ``parents``
    whether it tells the ids of folders around.
    """

    def __init__(self) -> None:
        self.links: dict[str, Link] = {}
        self.transfers: dict[str, Path] = {}
        self.calls: list[str] = []
        self.tokens: list[str] = []
        self.downloads: list[tuple[str, dict[str, str]]] = []
        self.endpoint = ""
        self.reset()

    def reset(self) -> None:
        self.life, self.later, self.mild = 3600.0, 0.0, False
        self.names, self.around, self.in_path, self.etags = True, False, False, False
        self.says: dict[str, str] = {}
        self.stale = self.paged = 0
        self.elsewhere = self.called = ""
        self.strays: list[ResourceInfo] = []
        self.by_id, self.shown, self.parents = False, ".", True
        self.forget_people()
        self.before: Callable[[str], None] = lambda _: None

    def add(self, target: Path, **options: Any) -> str:
        token = uuid4().hex[:15]
        password = options.pop("password", None)
        link = Link(token, target, Secret(password) if password else None)
        self.links[token] = replace(link, **options)
        return token

    def Authenticate(self, request: Any, _context: Any) -> Any:  # noqa: N802 (the API's names)
        def answer() -> Any:
            if request.type in {"appauth", "basic"}:
                return self._sign_in(request)
            link = self._link(request.client_id)
            if request.type != "publicshares" or not request.client_secret.startswith("password|"):
                raise Refuse("INTERNAL", "no auth provider")
            if not link.opens_with(request.client_secret.removeprefix("password|")):
                raise Refuse("PERMISSION_DENIED", f"wrong password for {link.token}")
            found = api.AuthenticateResponse(token=self._mint(link=link.token))
            role = b"uploader" if link.upload_only else b"viewer"
            entry = OpaqueEntry(decoder="plain", value=role)
            found.user.opaque.map["public-share-role"].CopyFrom(entry)
            return found

        return self._answered("Authenticate", api.AuthenticateResponse, answer)

    def GetPublicShareByToken(self, request: Any, context: Any) -> Any:  # noqa: N802
        def answer() -> Any:
            link = self._link(request.token)
            share = PublicShare(resource_id=id_of(link.target), display_name="a label")
            return links.GetPublicShareByTokenResponse(share=share)

        kind = links.GetPublicShareByTokenResponse
        return self._answered("GetPublicShareByToken", kind, answer, context)

    def GetPath(self, request: Any, context: Any) -> Any:  # noqa: N802
        def answer() -> Any:
            for link in self.links.values():
                if id_of(link.target) == request.resource_id:
                    return storage.GetPathResponse(path=f"/users/someone/{link.target.name}")
            raise Refuse("NOT_FOUND")

        return self._answered("GetPath", storage.GetPathResponse, answer, context)

    def Stat(self, request: Any, context: Any) -> Any:  # noqa: N802
        def answer() -> Any:
            return storage.StatResponse(info=self._info(*self._placed(request.ref, context)))

        return self._answered("Stat", storage.StatResponse, answer, context)

    def ListContainer(self, request: Any, context: Any) -> Any:  # noqa: N802
        def answer() -> Any:
            root, path = self._placed(request.ref, context)
            above = f"{path}/" if path else ""
            infos = [self._info(root, above + name) for name in self._inside(root, path)]
            infos = [*self.strays, *infos]
            if not self.paged:
                return storage.ListContainerResponse(infos=infos)
            start = int(request.page_token or 0)
            more = str(start + self.paged) if start + self.paged < len(infos) else ""
            page = infos[start : start + self.paged]
            return storage.ListContainerResponse(infos=page, next_page_token=more)

        return self._answered("ListContainer", storage.ListContainerResponse, answer, context)

    def InitiateFileDownload(self, request: Any, context: Any) -> Any:  # noqa: N802
        def answer() -> Any:
            file = self._found(*self._placed(request.ref, context))
            if not file.is_file():
                raise Refuse("INVALID_ARGUMENT", "no file")
            transfer = uuid4().hex
            self.transfers[transfer] = file
            base = self.elsewhere or self.endpoint
            found = api.InitiateFileDownloadResponse()
            found.protocols.add()  # Reva leaves some empty
            found.protocols.add(protocol="tus", download_endpoint=f"{base}/tus", token=transfer)
            if self.in_path:
                endpoint = f"{base}/data/{transfer}"
                found.protocols.add(protocol="simple", download_endpoint=endpoint)
            else:
                endpoint = f"{base}/data"
                found.protocols.add(protocol="simple", download_endpoint=endpoint, token=transfer)
            return found

        return self._answered(
            "InitiateFileDownload", api.InitiateFileDownloadResponse, answer, context
        )

    def _answered(
        self, name: str, kind: Any, answer: Callable[[], Any], context: Any = None
    ) -> Any:
        self.calls.append(name)
        self.before(name)
        if name in self.says:
            return kind(status=Refuse(self.says[name], f"about {list(self.links)}").status)
        try:
            if context is not None:
                self._let_in(context)
            found = answer()
        except Refuse as refused:
            return kind(status=refused.status)
        found.status.code = Code.CODE_OK
        return found

    def _mint(self, **who: str) -> str:
        now = time.time() + self.later
        parts = ({"alg": "HS256"}, {"iat": now, "exp": now + self.life, **who})
        signed = ".".join(_base64(json.dumps(part).encode()) for part in parts)
        minted = f"{signed}.{_base64(hmac.digest(_SECRET, signed.encode(), 'sha256'))}"
        self.tokens.append(minted)
        return minted

    def _let_in(self, context: Any) -> dict[str, Any]:
        """Who a call's token is for: a link or a user."""
        token = str(dict(context.invocation_metadata()).get("x-access-token", ""))
        signed, _, signature = token.rpartition(".")
        right = _base64(hmac.digest(_SECRET, signed.encode(), "sha256"))
        if not signed or not hmac.compare_digest(signature, right):
            context.abort(grpc.StatusCode.UNAUTHENTICATED, f"auth: {token} is not valid")
        payload = signed.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        if claims["exp"] <= time.time() + self.later:
            if self.mild:
                raise Refuse("UNAUTHENTICATED", f"auth: {token} has expired")
            context.abort(grpc.StatusCode.UNAUTHENTICATED, f"auth: {token} has expired")
        return dict(claims)

    def _link(self, token: str) -> Link:
        link = self.links.get(token)
        if link is None or link.expired:
            raise Refuse("NOT_FOUND", f"share {token} not found")
        return link

    def _placed(self, ref: Any, context: Any) -> tuple[Root, str]:
        """What a reference names: something shared, and a path in it."""
        who = self._let_in(context)
        by_id = ref.HasField("resource_id")
        if by_id is not self.by_id:
            raise Refuse("INVALID_ARGUMENT", "no storage provider found")
        root, path = self._by_id(ref, who) if by_id else self._by_path(ref.path, who)
        if any(part == ".." for part in path.split("/")):
            raise Refuse("INVALID_ARGUMENT", path)
        return root, path

    def _by_path(self, path: str, who: dict[str, Any]) -> tuple[Root, str]:
        matched = re.fullmatch(r"/public/([^/]+)/?(.*)", path)
        if matched is None:
            return self._theirs(path, who)
        if matched[1] != who.get("link"):
            raise Refuse("PERMISSION_DENIED", path)
        link = self._link(matched[1])
        return Root(link.target, f"/public/{link.token}", self.around, matched[1]), matched[2]

    def _by_id(self, ref: Any, who: dict[str, Any]) -> tuple[Root, str]:
        if not ref.path.startswith("."):
            raise Refuse("INVALID_ARGUMENT", ref.path)
        path = ref.path.removeprefix(".").strip("/")
        shared = self.links.get(who.get("link", ""))
        if shared and ref.resource_id == id_of(shared.target):
            return Root(shared.target, self.shown, self.around), path
        if ref.resource_id.storage_id != PUBLIC:
            return self._theirs_by_id(ref.resource_id, who), path
        if ref.resource_id.opaque_id != who.get("link"):
            raise Refuse("PERMISSION_DENIED", path)
        link = self._link(ref.resource_id.opaque_id)
        return Root(link.target, self.shown, self.around, link.token), path

    def _found(self, root: Root, path: str) -> Path:
        if root.target.is_file():
            wanted = root.target.name if root.around else ""
            found = root.target if path == wanted else None
        else:
            found = inside(root.target, path)
        if found is None or not found.exists():
            raise Refuse("NOT_FOUND", f"{root.shown}/{path}")
        return found

    def _inside(self, root: Root, path: str) -> list[str]:
        if root.is_around(path):
            return [root.target.name]
        folder = self._found(root, path)
        if not folder.is_dir():
            raise Refuse("INVALID_ARGUMENT", "no container")
        return [member.name for member in members(folder)]

    def _info(self, root: Root, path: str) -> ResourceInfo:
        info = ResourceInfo(path=root.path(path))
        if root.is_around(path):
            info.type, info.id.opaque_id = ResourceType.RESOURCE_TYPE_CONTAINER, "around"
            return info
        found = self._found(root, path)
        facts = survey(found, {})
        kind = "CONTAINER" if found.is_dir() else "FILE"
        info.type = ResourceType.Value(f"RESOURCE_TYPE_{kind}")
        info.id.CopyFrom(id_of(found))
        if self.parents:
            info.parent_id.CopyFrom(id_of(found.parent))
        if root.token and not path and self.by_id:
            info.id.CopyFrom(ResourceId(storage_id=PUBLIC, space_id=PUBLIC, opaque_id=root.token))
        info.etag, info.size = f'"{facts.tag}"', facts.size
        info.mtime.CopyFrom(Timestamp(seconds=int(facts.modified)))
        info.name = self.called or (found.name if self.names else "")
        return info


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class _Data(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client may leave in the middle of an answer."""


@contextmanager
def _data(gateway: Gateway) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            gateway.downloads.append((self.path, dict(self.headers)))
            transfer = self.headers.get("X-Reva-Transfer") or self.path.rpartition("/")[2]
            file = gateway.transfers.pop(transfer, None)
            if gateway.stale:
                gateway.stale -= 1
                file = None
            if file is None:
                self._answer(403)
                return
            try:
                data = file.read_bytes()
            except FileNotFoundError:
                self._answer(404)
                return
            gateway.before("GET")
            self._give(file, data)

        def _give(self, file: Path, data: bytes) -> None:
            more = {"ETag": f'"{survey(file, {}).tag}"'} if gateway.etags else {}
            wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            if wanted is None:
                self._answer(200, data, more)
                return
            first, last = int(wanted[1]), min(int(wanted[2] or len(data)), len(data) - 1)
            if first >= len(data):
                self._answer(416)
                return
            more["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
            self._answer(206, data[first : last + 1], more)

        def _answer(
            self, status: int, body: bytes = b"", headers: dict[str, str] | None = None
        ) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(ConnectionError):
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with _Data(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def serving(
    gateway: Gateway, credentials: grpc.ServerCredentials | None = None, port: int = 0
) -> Iterator[int]:
    """The gateway alone, on a port of loopback."""
    with ThreadPoolExecutor(16) as workers:
        server = grpc.server(workers)
        service.add_GatewayAPIServicer_to_server(gateway, server)
        where = f"127.0.0.1:{port}"
        if credentials is None:
            port = server.add_insecure_port(where)
        else:
            port = server.add_secure_port(where, credentials)
        server.start()
        try:
            yield port
        finally:
            server.stop(0).wait()


@contextmanager
def data_gateway(gateway: Gateway) -> Iterator[str]:
    """The gateway's other half; its address is that of the site."""
    with _data(gateway) as url:
        gateway.endpoint = url
        yield url
