"""An OpenID provider on loopback, that logs everybody in who comes; each answer can be bent."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import unquote, urlencode

from cheroot.wsgi import Server
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from vaas.demo.http import Answer, Request, as_json, redirect, text

CLIENT, SECRET = "vaas client", "s3cret: of the client"


class _Quiet(Server):
    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        pass


class Provider:
    """As a context manager it serves.

    ``person`` holds the claims of who logs in; ``bend`` may change a token's header
    and claims, ``sign`` make another token of them; ``more`` is told besides.
    """

    def __init__(self, name: str = "127.0.0.1") -> None:
        self.name = name
        self.keys = [RSAKey.generate_key(2048, {"kid": "first"}, private=True)]
        self._codes: dict[str, dict[str, str]] = {}
        self._server = _Quiet(("127.0.0.1", 0), self._wsgi, numthreads=4, shutdown_timeout=1)
        self._thread = threading.Thread(target=self._server.serve, daemon=True)
        self.asked: list[str] = []
        self.straighten()

    def straighten(self) -> None:
        """Answer as a good provider does, to Alice."""
        self.person: dict[str, Any] = {"sub": "1", "email": "alice@cloud.example.org"}
        self.person["email_verified"] = True
        self.more: dict[str, Any] = {}
        self.about: dict[str, Any] = {}
        self.bend: Callable[[dict[str, Any], dict[str, Any]], object] = lambda *_: None
        self.sign: Callable[[dict[str, Any], dict[str, Any]], str] = self.signed
        self.asked.clear()

    def __enter__(self) -> Self:
        self._server.prepare()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        self._thread.join(2)

    @property
    def url(self) -> str:
        return f"http://{self.name}:{self._server.bind_addr[1]}"

    def signed(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        """A token as it is right."""
        return jwt.encode(header, claims, self.keys[-1], algorithms=[header["alg"]])

    def _wsgi(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        self.asked.append(request.path)
        answers = {
            "/.well-known/openid-configuration": self._discovery,
            "/authorize": self._authorize,
            "/token": self._token,
            "/jwks": lambda _: as_json(KeySet(self.keys).as_dict(private=False)),
            "/userinfo": self._userinfo,
        }
        answer: Answer = answers.get(request.path, lambda _: text(404, "nothing"))(request)
        start_response(answer.line, list(answer.headers))
        return answer.body

    def _discovery(self, _request: Request) -> Answer:
        told = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "userinfo_endpoint": f"{self.url}/userinfo",
        }
        return as_json(told | self.about)

    def _authorize(self, request: Request) -> Answer:
        asked = dict(request.query)
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(12)
        self._codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"], "iss": self.url})
        return redirect(f"{asked['redirect_uri']}?{back}", 302)

    def _token(self, request: Request) -> Answer:
        form = request.form
        asked = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        basic = request.basic
        known = basic is not None and (unquote(basic[0]), unquote(basic[1])) == (CLIENT, SECRET)
        known = known or (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        if not known:
            return as_json({"error": "invalid_client"}, 401)
        if asked is None or asked["code_challenge"] != proof:
            return as_json({"error": "invalid_grant"}, 400)
        if form["redirect_uri"] != asked["redirect_uri"]:
            return as_json({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60}
        claims |= {"nonce": asked["nonce"], **self.person}
        header = {"alg": "RS256", "kid": self.keys[-1].kid}
        self.bend(header, claims)
        told = {"access_token": "opens more", "token_type": "Bearer"}
        return as_json(told | {"id_token": self.sign(header, claims)})

    def _userinfo(self, request: Request) -> Answer:
        if request.header("Authorization") != "Bearer opens more":
            return text(401, "no")
        return as_json(self.person | self.more)


def unsecured(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """A token that nobody signed."""
    parts = [json.dumps(one).encode() for one in (header | {"alg": "none"}, claims)]
    return ".".join(base64.urlsafe_b64encode(one).rstrip(b"=").decode() for one in parts) + "."
