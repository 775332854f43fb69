"""Clouds that share by Open Cloud Mesh, each in its product's own way, on loopback.

A ``Cloud`` tells who it is, announces shares in its own form, keeps its files behind
WebDAV, opened by the keys that the product takes, and notes what it is told. What
products differ in, and nothing else, stands in the classes below it.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import re
import secrets
import threading
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar
from urllib.parse import urlsplit

import httpx
from cheroot.wsgi import Server
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    MappingKeyResolver,
    algorithms,
)
from joserfc.jwk import OKPKey

from vaas.demo import dav
from vaas.demo.http import Answer, Request, as_json, text
from vaas.demo.links import Link
from vaas.demo.nextcloud import DIALECT

US = "dashboards"
RSA = rsa.generate_private_key(65537, 2048)


class _Quiet(Server):
    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        pass


@dataclass
class Grant:
    """A share that was announced."""

    provider_id: str
    secret: str
    link: Link
    exchanged: bool = False


@dataclass
class Signed:
    """A message on its way."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes


class Cloud:
    """One product's installation; as a context manager it serves.

    ``heard`` holds notifications that the product could make something of, ``refused`` how
    many keys opened nothing.
    """

    places: tuple[str, ...] = ("/.well-known/ocm", "/ocm-provider", "/ocm-provider/")
    dav_root = "/public.php/webdav/"
    version = "1.1.0"
    capabilities: tuple[str, ...] = ()
    dialect = DIALECT
    numbers_shares = False

    agent = "cloud"
    asks: tuple[str, ...] = ("/.well-known/ocm", "/ocm-provider")
    knows: tuple[str, ...] = ()
    """Versions that it takes of others; none: whatever they say."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.grants: dict[str, Grant] = {}
        self.tokens: dict[str, Grant] = {}
        self.heard: list[dict[str, Any]] = []
        self.asked: list[tuple[str, str]] = []
        self.refused = 0
        self.number = 6
        self.signed = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=2)
        self._server = _Quiet(("127.0.0.1", 0), self._wsgi, numthreads=6, shutdown_timeout=1)
        self._thread = threading.Thread(target=self._server.serve, daemon=True)

    def __enter__(self):
        self._server.prepare()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        self._thread.join(2)

    def forget(self) -> None:
        """Know of no share, and of nothing that was asked."""
        for known in (self.grants, self.tokens, self.heard, self.asked):
            known.clear()
        self.refused = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.bind_addr[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    # What it says of itself.

    def discovery(self) -> dict[str, Any]:
        return {
            "enabled": True,
            "apiVersion": self.version,
            "endPoint": f"{self.url}/ocm",
            "provider": type(self).__name__,
            "resourceTypes": [
                {
                    "name": "file",
                    "shareTypes": ["user", "group"],
                    "protocols": {"webdav": self.dav_root},
                }
            ],
            "capabilities": list(self.capabilities),
        }

    # What it asks others.

    async def find(self, url: str) -> str:
        """Where messages for somebody go, as the product finds that out."""
        async with httpx.AsyncClient(timeout=20, verify=False) as client:  # noqa: S501 (http)
            for place in self.asks:
                headers = {"User-Agent": self.agent, "Accept": "application/json"}
                answer = await client.get(f"{url}{place}", headers=headers)
                if answer.status_code == 200 and self.takes(answer.json()):
                    return str(answer.json()["endPoint"]).rstrip("/")
        raise AssertionError(f"{type(self).__name__} does not know us")

    def takes(self, told: Mapping[str, Any]) -> bool:
        """Whether it can share with who says that."""
        files = [
            one
            for one in told["resourceTypes"]
            if one["name"] == "file" and "user" in one["shareTypes"] and one["protocols"]["webdav"]
        ]
        known = not self.knows or told["apiVersion"] in self.knows
        return bool(known and told["enabled"] is True and told["endPoint"] and files)

    def understands(self, _told: Mapping[str, Any]) -> bool:
        """Whether a notification binds to a share, in the product's way."""
        return True

    # What it sends.

    def share(self, path: Path, to: str) -> dict[str, Any]:
        """Share a file or folder; the message that announces it."""
        self.number += 1
        provider_id = str(self.number) if self.numbers_shares else secrets.token_hex(8)
        secret = secrets.token_urlsafe(15)
        grant = Grant(provider_id, secret, Link(secret, path))
        self.grants[secret] = grant
        return self.announcement(grant, to)

    def announcement(self, grant: Grant, to: str) -> dict[str, Any]:
        return {
            "shareWith": to,
            "name": grant.link.target.name,
            "providerId": grant.provider_id,
            "owner": f"alice@{self.host}",
            "sender": f"alice@{self.host}",
            "ownerDisplayName": "Alice",
            "senderDisplayName": "Alice",
            "shareType": "user",
            "resourceType": "file",
            "protocol": self.protocol(grant),
        }

    def protocol(self, grant: Grant) -> dict[str, Any]:
        permissions = "{http://open-cloud-mesh.org/ns}share-permissions"
        options = {"sharedSecret": grant.secret, "permissions": permissions}
        return {"name": "webdav", "options": options}

    def unsharing(self, announced: Mapping[str, Any]) -> dict[str, Any] | None:
        """End a share; the message that says so, if the product sends one."""
        grant = self.grant_of(announced)
        del self.grants[grant.secret]
        self.tokens = {token: one for token, one in self.tokens.items() if one is not grant}
        return {
            "notificationType": "SHARE_UNSHARED",
            "resourceType": "file",
            "providerId": grant.provider_id,
            "notification": self.proof(grant),
        }

    def proof(self, grant: Grant) -> dict[str, str]:
        return {"sharedSecret": grant.secret, "message": "file is no longer shared with you"}

    def grant_of(self, announced: Mapping[str, Any]) -> Grant:
        return next(g for g in self.grants.values() if g.provider_id == announced["providerId"])

    def moment(self) -> dt.datetime:
        """When a message is signed: no two in one second, as if time passed between them."""
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        self.signed = max(now, self.signed + dt.timedelta(seconds=1))
        return self.signed

    def sign(self, message: Signed) -> None:
        """Add what proves where a message comes from; most products have nothing."""

    def prepared(self, url: str, told: object) -> Signed:
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        message = Signed("POST", url, headers, body)
        self.sign(message)
        return message

    async def post(self, url: str, told: object) -> httpx.Response:
        return await deliver(self.prepared(url, told))

    # What it is asked.

    def _wsgi(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        answer = self.answer(request)
        self.asked.append((request.method, request.path))
        start_response(answer.line, list(answer.headers))
        return () if request.method == "HEAD" else answer.body

    def answer(self, request: Request) -> Answer:
        if request.path in self.places:
            return as_json(self.discovery())
        if request.path == "/ocm/notifications":
            told = json.loads(self.body(request))
            if not self.understands(told):
                return as_json({"message": "RESOURCE_NOT_FOUND"}, 400)
            self.heard.append(told)
            return as_json({}, 201)
        root = self.dav_root.rstrip("/")
        if request.path == root or request.path.startswith(f"{root}/"):
            return self.files(request, root, request.path[len(root) :].strip("/"))
        return self.more(request)

    def more(self, _request: Request) -> Answer:
        return text(404, "nothing here")

    def body(self, request: Request) -> bytes:
        return request.environ["wsgi.input"].read(int(request.environ["CONTENT_LENGTH"]))

    def files(self, request: Request, root: str, inside: str) -> Answer:
        grant = self.opened(request)
        if grant is None:
            self.refused += 1
            return text(401, "no")
        return dav.serve(request, grant.link, self.dialect, root, inside)

    def opened(self, request: Request) -> Grant | None:
        """The share that a request's key opens."""
        user, password = request.basic or ("", "")
        return self.grants.get(user) if password == "" else None

    def bearer(self, request: Request) -> str:
        kind, _, value = request.header("Authorization").partition(" ")
        return value if kind == "Bearer" else ""


async def deliver(message: Signed) -> httpx.Response:
    async with httpx.AsyncClient(timeout=20, verify=False) as client:  # noqa: S501 (http)
        return await client.request(
            message.method, message.url, headers=message.headers, content=message.body
        )


class _Rfc9421(Cloud):
    """Signs with a key of its own set."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.key = OKPKey.generate_key("Ed25519", private=True)

    @property
    def keyid(self) -> str:
        return f"{self.url}/ocm#signature"

    def discovery(self) -> dict[str, Any]:
        return super().discovery() | {"jwksUri": f"{self.url}/ocm/jwks"}

    def more(self, request: Request) -> Answer:
        if request.path == "/ocm/jwks":
            public = self.key.as_dict(private=False)
            return as_json({"keys": [public | {"kid": self.keyid, "alg": "EdDSA"}]})
        return super().more(request)

    def sign(self, message: Signed, *, label: str = "ocm", tag: str | None = "ocm") -> None:
        moment = self.moment()
        message.headers["Date"] = format_datetime(moment, usegmt=True)
        private = self.key.private_key
        assert isinstance(private, ed25519.Ed25519PrivateKey)
        signer = HTTPMessageSigner(
            signature_algorithm=algorithms.ED25519,
            key_resolver=MappingKeyResolver(public_keys={}, private_keys={self.keyid: private}),
        )
        signer.sign(
            message,
            key_id=self.keyid,
            created=moment,
            label=label,
            tag=tag,
            covered_component_ids=(
                "@method",
                "@target-uri",
                "content-digest",
                "content-length",
                "date",
            ),
            body=message.body,
        )


class _Nextcloud(Cloud):
    """Looks for others as its crawler does; binds what it is told by the share's secret."""

    agent = "Nextcloud Server Crawler"

    def understands(self, told: Mapping[str, Any]) -> bool:
        grant = self.grants.get(told["notification"]["sharedSecret"])
        return grant is not None and grant.provider_id == told["providerId"]


class Nextcloud28(_Nextcloud):
    """28 to 30: the oldest form, a folder is called a file, addresses with scheme and slash."""

    places = asks = ("/ocm-provider/",)
    knows = ("1.0-proposal1", "1.0", "1.1")
    version = "1.0-proposal1"
    numbers_shares = True

    def announcement(self, grant: Grant, to: str) -> dict[str, Any]:
        told = super().announcement(grant, to)
        del told["sender"], told["senderDisplayName"], told["shareType"]
        who = f"alice@{self.url}/"
        return told | {"owner": who, "sharedBy": who, "providerId": int(told["providerId"])}

    def grant_of(self, announced: Mapping[str, Any]) -> Grant:
        return super().grant_of({"providerId": str(announced["providerId"])})


class Nextcloud31(Nextcloud28):
    """31 to 34: known at the newer place too; signs in the older way."""

    places = Cloud.places
    asks = ("/.well-known/ocm", "/ocm-provider/")
    knows = (*Nextcloud28.knows, "1.1.0")
    version = "1.1.0"

    def discovery(self) -> dict[str, Any]:
        pem = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        key = {"keyId": f"{self.url}/ocm#signature", "publicKeyPem": pem.decode()}
        return super().discovery() | {"publicKey": key}

    def sign(self, message: Signed) -> None:
        where = urlsplit(message.url)
        digest = base64.b64encode(hashlib.sha256(message.body).digest()).decode()
        message.headers["Date"] = format_datetime(self.moment(), usegmt=True)
        message.headers["Digest"] = f"SHA-256={digest}"
        signed = {
            "(request-target)": f"post {where.path}",
            "content-length": message.headers["Content-Length"],
            "date": message.headers["Date"],
            "digest": message.headers["Digest"],
            "host": where.netloc,
        }
        base = "\n".join(f"{name}: {value}" for name, value in signed.items()).encode()
        made = base64.b64encode(RSA.sign(base, padding.PKCS1v15(), hashes.SHA256())).decode()
        message.headers["Signature"] = (
            f'keyId="{self.url}/ocm#signature",algorithm="rsa-sha256",'
            f'headers="{" ".join(signed)}",signature="{made}"'
        )


class _Exchanging(_Rfc9421):
    """Gives tokens for secrets; each revokes the one before."""

    token_path = "/ocm/token"
    grant_types: tuple[str, ...] = ("authorization_code",)
    lasts = 3600
    wrong_code = 400

    def discovery(self) -> dict[str, Any]:
        return super().discovery() | {"tokenEndPoint": f"{self.url}{self.token_path}"}

    def more(self, request: Request) -> Answer:
        if request.path == self.token_path:
            return self.exchanged(request)
        return super().more(request)

    def exchanged(self, request: Request) -> Answer:
        form = request.form
        if form["grant_type"] not in self.grant_types:
            return as_json({"error": "unsupported_grant_type"}, 400)
        grant = self.grants.get(form["code"])
        if grant is None:
            return as_json({"error": "invalid_grant"}, self.wrong_code)
        grant.exchanged = True
        self.tokens = {token: one for token, one in self.tokens.items() if one is not grant}
        token = secrets.token_urlsafe(20)
        self.tokens[token] = grant
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": self.lasts}
        return as_json(answer)


class Nextcloud35(_Exchanging, _Nextcloud):
    """35: both forms side by side; once exchanged, the plain secret opens nothing."""

    numbers_shares = True
    capabilities = ("exchange-token", "http-sig", "notifications", "protocol-object")
    token_path = "/index.php/apps/cloud_federation_api/api/v1/access-token"
    wrong_code = 401

    def protocol(self, grant: Grant) -> dict[str, Any]:
        new = {
            "sharedSecret": grant.secret,
            "permissions": ["read", "write", "share"],
            "uri": f"{self.url}{self.dav_root}",
        }
        return super().protocol(grant) | {"webdav": new}

    def opened(self, request: Request) -> Grant | None:
        if grant := self.tokens.get(self.bearer(request)):
            return grant
        plain = super().opened(request)
        return None if plain and plain.exchanged else plain


class OwnCloud10(Cloud):
    """Tells that a share is over by its receiver, not by its secret."""

    places = ("/ocm-provider", "/ocm-provider/")
    asks = ("/ocm-provider/",)
    version = "1.0-proposal1"
    numbers_shares = True

    def understands(self, told: Mapping[str, Any]) -> bool:
        known = {grant.provider_id for grant in self.grants.values()}
        return told["providerId"] in known and bool(told["notification"]["grantee"])

    def proof(self, _grant: Grant) -> dict[str, str]:
        return {"grantee": US, "message": "no longer shared"}


class _ByPath(Cloud):
    """Shares lie side by side below one root, opened by the secret as a bearer's."""

    def protocol(self, grant: Grant) -> dict[str, Any]:
        new = {
            "sharedSecret": grant.secret,
            "permissions": ["read"],
            "uri": grant.provider_id,
        }
        return {"name": "multi", "options": {}, "webdav": new}

    def files(self, request: Request, root: str, inside: str) -> Answer:
        provider_id, _, rest = inside.partition("/")
        grant = self.opened(request)
        if grant is None or grant.provider_id != provider_id:
            self.refused += 1
            return text(401, "no")
        return dav.serve(request, grant.link, self.dialect, f"{root}/{provider_id}", rest)

    def opened(self, request: Request) -> Grant | None:
        return self.grants.get(self.bearer(request))


class Ocis(_ByPath):
    """Addresses with the scheme in them, twice the host."""

    places = ("/.well-known/ocm",)
    dav_root = "/dav/ocm/"
    capabilities = ("/invite-accepted",)
    invitations: ClassVar[dict[str, dict[str, str]]] = {}

    def discovery(self) -> dict[str, Any]:
        return super().discovery() | {"inviteAcceptDialog": f"{self.url}/open-cloud-mesh/accept"}

    def more(self, request: Request) -> Answer:
        if request.path != "/ocm/invite-accepted":
            return super().more(request)
        told = json.loads(self.body(request))
        if told["token"] not in self.invitations:
            return as_json({"message": "unknown"}, 400)
        taken = bool(self.invitations[told["token"]])
        self.invitations[told["token"]] = told
        marie = {"userID": "marie", "email": "marie@example.org", "name": "Marie"}
        return as_json({} if taken else marie, 409 if taken else 200)

    def announcement(self, grant: Grant, to: str) -> dict[str, Any]:
        who = f"marie@{self.host}@{self.url}/"
        told = super().announcement(grant, to) | {"owner": who, "sender": who}
        user, host = to.split("@")
        return told | {"shareWith": f"{user}@https://{host}", "resourceType": "folder"}

    def protocol(self, grant: Grant) -> dict[str, Any]:
        return super().protocol(grant) | {"name": "webdav"}


class Reva312(_ByPath, _Exchanging):
    """Several protocols at once; takes secrets and tokens, tells nothing when a share ends."""

    dav_root = "/remote.php/dav/ocm/"
    version = "1.3.0"
    capabilities = ("invites", "protocol-object", "exchange-token")
    grant_types = ("ocm_share",)

    def protocol(self, grant: Grant) -> dict[str, Any]:
        app = {"uri": f"{self.url}/app", "permissions": ["view"], "sharedSecret": grant.secret}
        return super().protocol(grant) | {"webapp": app}

    def unsharing(self, announced: Mapping[str, Any]) -> None:
        super().unsharing(announced)

    def sign(self, message: Signed, **_: Any) -> None:
        """It does not."""

    def opened(self, request: Request) -> Grant | None:
        return self.tokens.get(self.bearer(request)) or super().opened(request)


class Strict14(_Exchanging):
    """1.4 by the letter: all is signed, on both sides; files only for tokens."""

    places = ("/.well-known/ocm",)
    version = "1.4.0"
    dav_root = "/dav/shares/"
    capabilities = ("exchange-token", "http-sig", "notifications", "protocol-object")

    asks = ("/.well-known/ocm",)
    knows = ("1.4.0",)

    def takes(self, told: Mapping[str, Any]) -> bool:
        """Who gets its shares must sign, say with which keys, and exchange secrets."""
        able = {"http-sig", "exchange-token", "notifications"} <= set(told["capabilities"])
        keys = told["jwksUri"].startswith(told["endPoint"].removesuffix("ocm"))
        reads = any("webdav-receive" in one["protocols"] for one in told["resourceTypes"])
        return super().takes(told) and able and keys and reads

    def discovery(self) -> dict[str, Any]:
        criteria = ["must-use-http-sig", "must-exchange-token"]
        return super().discovery() | {"criteria": criteria}

    def protocol(self, grant: Grant) -> dict[str, Any]:
        new = {
            "accessTypes": ["remote"],
            "sharedSecret": grant.secret,
            "permissions": ["read"],
            "requirements": ["must-exchange-token"],
            "uri": f"{self.url}{self.dav_root}{grant.provider_id}",
        }
        return {"name": "multi", "webdav": new}

    def files(self, request: Request, root: str, inside: str) -> Answer:
        provider_id, _, rest = inside.partition("/")
        grant = self.tokens.get(self.bearer(request))
        if grant is None or grant.provider_id != provider_id:
            self.refused += 1
            return text(401, "no")
        return dav.serve(request, grant.link, self.dialect, f"{root}/{provider_id}", rest)

    def exchanged(self, request: Request) -> Answer:
        body = self.body(request)
        if not self.is_signed(request, body):
            return as_json({"error": "invalid_request"}, 401)
        request.environ["wsgi.input"] = SimpleNamespace(read=lambda _size: body)
        return super().exchanged(request)

    def answer(self, request: Request) -> Answer:
        if request.path == "/ocm/notifications":
            body = self.body(request)
            if not self.is_signed(request, body):
                return as_json({"message": "unsigned"}, 401)
            request.environ["wsgi.input"] = SimpleNamespace(read=lambda _size: body)
        return super().answer(request)

    def is_signed(self, request: Request, body: bytes) -> bool:
        """Whether a request is signed with a key that its sender publishes."""
        named = re.search(r'keyid="(http://[^/"]+)(/[^"]*)"', request.header("Signature-Input"))
        assert named
        about = _get(f"{named[1]}/.well-known/ocm")
        keys = {one["kid"]: one for one in _get(about["jwksUri"])["keys"]}
        keyid = named[1] + named[2]
        key = OKPKey.import_key(keys[keyid]).public_key
        names = ("Signature", "Signature-Input", "Content-Digest", "Date")
        headers = {name: request.header(name) for name in names}
        headers["Content-Length"] = str(request.environ["CONTENT_LENGTH"])
        verifier = HTTPMessageVerifier(
            signature_algorithm=algorithms.ED25519,
            key_resolver=MappingKeyResolver(public_keys={keyid: key}, private_keys={}),
        )
        verifier.verify(
            Signed(request.method, f"{self.url}{request.path}", headers, body),
            expect_tag="ocm",
            require_components=(
                "@method",
                "@target-uri",
                "content-digest",
                "content-length",
                "date",
            ),
            body=body,
        )
        return True


def _get(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return dict(json.load(answer))


SENDERS: tuple[type[Cloud], ...] = (
    Nextcloud28,
    Nextcloud31,
    Nextcloud35,
    OwnCloud10,
    Ocis,
    Reva312,
    Strict14,
)


def settings_of(*clouds: Cloud) -> list[dict[str, Any]]:
    """As settings name clouds of this machine, ``[[ocm.peer]]``."""
    return [{"host": one.host, "insecure": True, "private": True} for one in clouds]
