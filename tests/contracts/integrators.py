"""Clouds that send their viewers to us (OCM-IP), and those that take what we share.

An ``Integrator`` keeps its files behind the tokens that it signs. The others show a
dashboard of ours to their people, each in its product's own way.
"""

from __future__ import annotations

import json
import re
import secrets
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import SecurityWarning

from tests.contracts.clouds import US, Cloud, Grant, Signed, Strict14, deliver
from vaas.demo import dav
from vaas.demo.http import Answer, Request, as_json, text
from vaas.demo.links import Link

BOB = "bob@receiver.example.org"


class Integrator(Strict14):
    """By the letter of the draft: names of its own for each share, relative addresses."""

    capabilities = ("exchange-token", "http-sig", "protocol-object")
    closing = "revoke"
    names_shares = False
    """Whether it answers a question about a secret by the name of a share that it told of."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.shared: dict[str, Grant] = {}
        self.introspected = 0

    def forget(self) -> None:
        super().forget()
        self.shared.clear()
        self.introspected = 0

    def grant(self, path: Path) -> Grant:
        """Share something; what it is called between us is ``provider_id``."""
        self.number += 1
        grant = Grant(f"share-{self.number}", secrets.token_urlsafe(15), Link("-", path))
        self.shared[grant.provider_id] = grant
        return grant

    def told(self, grant: Grant, **more: Any) -> dict[str, Any]:
        """What is pushed to us."""
        return {
            "shareWith": BOB,
            "name": grant.link.target.name,
            "providerId": f"the-{grant.provider_id}",
            "owner": f"alice@{self.host}",
            "sender": f"alice@{self.host}",
            "shareType": "user",
            "resourceType": "folder",
            "protocol": self.pushed(grant),
        } | more

    def pushed(self, grant: Grant) -> dict[str, Any]:
        webdav = {"uri": grant.provider_id, "permissions": ["read", "write"]}
        webapp = {"uri": "https://set.example.org/open", "viewMode": "write"}
        webapp["clientId"] = grant.provider_id
        return {"name": "multi", "webdav": webdav, "webapp": webapp}

    def over(self, grant: Grant) -> dict[str, Any]:
        """The message that ends a share."""
        return {"sender": f"alice@{self.host}", "clientId": grant.provider_id}

    def token(self, grant: Grant, *, header: Any = None, key: Any = None, **claims: Any) -> str:
        """A token that opens a share, signed as the draft wants it unless told otherwise."""
        now = int(time.time())
        whole = {
            "iss": self.url,
            "sub": "alice",
            "aud": BOB,
            "client_id": grant.provider_id,
            "iat": now,
            "exp": now + 600,
            "jti": secrets.token_hex(8),
        } | claims
        whole = {name: value for name, value in whole.items() if value is not None}
        head = {"typ": "at+jwt", "alg": "EdDSA", "kid": self.keyid} | (header or {})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # of what all clouds use
            token = jwt.encode(head, whole, key or self.key, algorithms=[head["alg"]])
        self.tokens[token] = grant
        return token

    def itself(self, grant: Grant, **more: Any) -> dict[str, Any]:
        """What a token tells of its share (``ocm_ip``)."""
        webdav = {"uri": grant.provider_id, "permissions": ["read"]}
        about = {"providerId": grant.provider_id, "resourceType": "folder"}
        return about | {"name": grant.link.target.name, "protocol": {"webdav": webdav}} | more

    def opaque(self, grant: Grant) -> str:
        """A secret that says nothing of itself."""
        self.tokens[grant.secret] = grant
        return grant.secret

    def more(self, request: Request) -> Answer:
        if request.path == "/ocm/introspect":
            return self.introspect(request)
        return super().more(request)

    def introspect(self, request: Request) -> Answer:
        body = self.body(request)
        assert self.is_signed(request, body)
        self.introspected += 1
        request.environ["wsgi.input"] = SimpleNamespace(read=lambda _size: body)
        grant = self.tokens.get(request.form["token"])
        if grant is None:
            return as_json({"active": False})
        about = {"iss": self.url, "sub": "alice", "aud": BOB, "exp": time.time() + self.lasts}
        if self.names_shares:
            return as_json({"active": True, **about, "client_id": grant.provider_id})
        return as_json({"active": True, **about, "ocm_ip": self.itself(grant)})


class Sunet(Integrator):
    """Nextcloud with its JupyterHub app: numbers, one name for all, ``close``, own WebDAV root."""

    closing = "close"
    dav_root = "/public.php/webdav/"

    def discovery(self) -> dict[str, Any]:
        told = super().discovery()
        del told["jwksUri"]  # its keys are where they always were
        return told

    def more(self, request: Request) -> Answer:
        if request.path == "/.well-known/jwks.json":
            public = self.key.as_dict(private=False)
            return as_json({"keys": [public | {"kid": self.keyid, "alg": "EdDSA"}]})
        return text(404, "nothing") if request.path == "/ocm/jwks" else super().more(request)

    def grant(self, path: Path) -> Grant:
        grant = super().grant(path)
        grant.provider_id = str(self.number)
        return grant

    def told(self, grant: Grant, **more: Any) -> dict[str, Any]:
        told = super().told(grant) | {"providerId": grant.provider_id, "description": None}
        return told | {"owner": f"alice@{self.url}/"} | more

    def pushed(self, _grant: Grant) -> dict[str, Any]:
        webdav = {
            "uri": f"{self.url}{self.dav_root}",
            "permissions": ["read"],
            "requirements": ["must-exchange-token"],
        }
        webapp = {"uri": "https://set.example.org/open", "targets": ["blank", "iframe"]}
        return {"name": "multi", "webdav": webdav, "webapp": webapp | {"permissions": ["read"]}}

    def over(self, grant: Grant) -> dict[str, Any]:
        return {"sender": f"alice@{self.host}", "providerId": grant.provider_id}

    def itself(self, grant: Grant, **more: Any) -> dict[str, Any]:
        webdav = {"uri": f"{self.url}{self.dav_root}", "permissions": ["read"]}
        return super().itself(grant) | {"protocol": {"webdav": webdav}} | more

    def files(self, request: Request, root: str, inside: str) -> Answer:
        grant = self.tokens.get(self.bearer(request))
        if grant is None:
            self.refused += 1
            return text(401, "no")
        return dav.serve(request, grant.link, self.dialect, root, inside)


INTEGRATORS: tuple[type[Integrator], ...] = (Integrator, Sunet)


class Receiver(Strict14):
    """Nextcloud 35 with its app for web applications: exchanges the secret, posts the token."""

    signs = True

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.taken: list[dict[str, Any]] = []

    def forget(self) -> None:
        super().forget()
        self.taken.clear()

    def discovery(self) -> dict[str, Any]:
        told = super().discovery()
        protocols = {"webapp-receive": {"targets": ["blank", "redirect", "iframe"]}}
        app = {"name": "folder", "shareTypes": ["user"], "protocols": protocols}
        return told | {"resourceTypes": [*told["resourceTypes"], app]}

    def more(self, request: Request) -> Answer:
        if request.path != "/ocm/shares":
            return super().more(request)
        body = self.body(request)
        if self.signs:
            assert self.is_signed(request, body)
        told = json.loads(body)
        if wrong := self.wrong(told):
            return as_json({"message": "wrong", "validationErrors": wrong}, 400)
        self.taken.append(told)
        return as_json({"recipientDisplayName": "Bob"}, 201)

    def wrong(self, told: Mapping[str, Any]) -> list[str]:
        """What this product would miss."""
        protocol, app = told["protocol"], told["protocol"].get("webapp", {})
        needed = {
            "name": protocol.get("name") in {"multi", "webapp"},
            "options": bool(protocol.get("options", {}).get("sharedSecret")),
            "uri": str(app.get("uri", "")).startswith("http"),
            "permissions": set(app.get("permissions", ["?"])) <= {"view", "read", "write", "share"},
            "sharedSecret": bool(app.get("sharedSecret")),
            "requirements": "must-exchange-token" in app.get("requirements", []),
            "resourceType": told["resourceType"] in {"file", "folder"},
        }
        return [name for name, fits in needed.items() if not fits]

    @property
    def app(self) -> dict[str, Any]:
        """The application that was shared last."""
        return dict(self.taken[-1]["protocol"]["webapp"])

    async def exchange(self, us: str, **changed: Any) -> httpx.Response:
        """Ask for a token."""
        async with httpx.AsyncClient(verify=False) as client:  # noqa: S501 (http)
            about = (await client.get(f"{us}/.well-known/ocm")).json()
        assert "exchange-token" in about["capabilities"]
        form = {
            "grant_type": "authorization_code",
            "client_id": self.host.partition(":")[0],
            "code": self.app["sharedSecret"],
        } | changed
        body = urlencode({name: one for name, one in form.items() if one is not None}).encode()
        kind = "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind, "Content-Length": str(len(body))}
        message = Signed("POST", about["tokenEndPoint"], headers, body)
        if self.signs:
            self.sign(message)
        return await deliver(message)

    def notification(self, kind: str, **about: Any) -> dict[str, Any]:
        """What it says of the share that it took last."""
        told = self.taken[-1]
        return {
            "notificationType": kind,
            "resourceType": "folder",
            "providerId": told["providerId"],
            "notification": about,
        }


class RevaReceiver(Receiver):
    """Reva 3.12: opens the address, and that is all."""

    signs = False

    def discovery(self) -> dict[str, Any]:
        return Cloud.discovery(self)

    def sign(self, message: Signed, **_: Any) -> None:
        """It does not."""

    def answer(self, request: Request) -> Answer:
        return Cloud.answer(self, request)  # nor does it look at signatures

    def wrong(self, told: Mapping[str, Any]) -> list[str]:
        app = told["protocol"].get("webapp", {})
        needed = {
            "uri": bool(app.get("uri")),
            "viewMode": app.get("viewMode") in {"view", "read", "write"},
            "options": not told["protocol"].get("options"),
            "resourceType": told["resourceType"] in {"file", "folder"},
        }
        return [name for name, fits in needed.items() if not fits]


class OlderReceiver(RevaReceiver):
    """The dialect before: an address under another name."""

    places = ("/ocm-provider", "/ocm-provider/")

    def wrong(self, told: Mapping[str, Any]) -> list[str]:
        app = told["protocol"].get("webapp", {})
        fits = app.get("uriTemplate") and app.get("sharedSecret") and app.get("viewMode")
        return [] if fits else ["protocol"]

    @property
    def app(self) -> dict[str, Any]:
        app = super().app
        return app | {"uri": app["uriTemplate"]}


class FilesOnly(RevaReceiver):
    """Takes no applications."""

    def more(self, request: Request) -> Answer:
        if request.path == "/ocm/shares":
            return as_json({"message": "not supported"}, 501)
        return super().more(request)


def address_in(answer: httpx.Response) -> str:
    """The share that an entered browser is led to."""
    assert answer.status_code == 303, answer.text
    found = re.fullmatch(r"/ocm/s/([0-9a-f]{32})/(\?vaas=embed)?", answer.headers["Location"])
    assert found
    return found[1]


def visit_in(answer: httpx.Response) -> str:
    """The pass that it was given."""
    found = re.match(r"vaas-visit-\w{8}=([\w.-]+);", answer.headers["Set-Cookie"])
    assert found
    return found[1]


__all__ = ["BOB", "INTEGRATORS", "US", "Integrator", "Receiver", "Sunet"]
