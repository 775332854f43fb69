"""Logging in where the operator's people do (OpenID Connect): code, PKCE, state and nonce.

Nothing is kept here between leaving and coming back: what must match stands signed
in a cookie of the browser that left. What comes of it is a pass, as any other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from vaas.errors import AddressRefused, ConfigError, LoginFailed, SiteNotAllowed
from vaas.mesh.addresses import parse_address
from vaas.mesh.passes import Passes, packed, unpacked
from vaas.mesh.tokens import Issuer
from vaas.model import Secret
from vaas.shares import OutboundClient, OutboundPolicy, SiteRule
from vaas.state import Vault

LASTS = 12 * 3600.0
"""Seconds for which somebody is logged in."""

_BACK_WITHIN = 900.0


@dataclass(frozen=True, slots=True)
class LoginTerms:
    """Where people log in.

    Attributes:
        issuer: address of the provider, as it calls itself.
        client_id: what it calls us.
        client_secret: by which it knows us; may be empty.
        scopes: asked for.
        claim: which of its claims is a person's address; or ``claim@host``, where
            it is the part before the ``@``.
        also: further hosts that its addresses may name.
        insecure: whether plain http is admitted.
        private: whether private addresses are admitted.
    """

    issuer: str
    client_id: str
    client_secret: Secret
    scopes: tuple[str, ...]
    claim: str
    also: tuple[str, ...] = ()
    insecure: bool = False
    private: bool = False


class Login:
    """Lets people log in; belongs to one event loop."""

    def __init__(
        self, terms: LoginTerms, back: str, vault: Vault, passes: Passes, issuer: Issuer
    ) -> None:
        """Made by ``opened``."""
        self._terms, self._back, self._vault = terms, back, vault
        self._passes, self._issuer = passes, issuer

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, terms: LoginTerms, url: str, vault: Vault, passes: Passes
    ) -> AsyncIterator[Login]:
        """A login, while the context is open; nothing is asked yet.

        Args:
            terms: the operator's.
            url: ours; people come back below it.
            vault: signs what browsers keep.
            passes: makes passes.

        Raises:
            ConfigError: the provider's address may not be asked.
        """
        rule = SiteRule(
            urlsplit(terms.issuer).netloc,
            insecure=terms.insecure,
            private=terms.private,
            aliases=terms.also,
        )
        policy = OutboundPolicy([rule])
        try:
            policy.admit(terms.issuer)
        except (AddressRefused, SiteNotAllowed) as error:
            raise ConfigError(f"oidc: issuer: {error.detail}") from None
        async with OutboundClient(policy) as client:
            issuer = Issuer(client, terms.issuer, terms.client_id, terms.client_secret)
            yield cls(terms, f"{url}/ocm/login/back", vault, passes, issuer)

    async def leave(self, to: str, *, anew: bool = False) -> tuple[str, str]:
        """Send somebody away to log in.

        Args:
            to: address of ours, for when they are back.
            anew: whether they are asked also if they are logged in there.

        Returns:
            where they log in, and what their browser keeps until then.

        Raises:
            LoginFailed: nobody can log in now.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        address = (await self._issuer.about()).authorize
        digest = hashlib.sha256(verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self._terms.client_id,
            "redirect_uri": self._back,
            "scope": " ".join(self._terms.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        if anew:
            query["prompt"] = "login"
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "to": to}
        between = "&" if "?" in address else "?"
        return f"{address}{between}{urlencode(query)}", self._sealed(kept)

    async def back(self, query: Mapping[str, str], cookie: str) -> tuple[str, str]:
        """Take somebody who comes back.

        Args:
            query: of the address that they come to.
            cookie: what their browser kept.

        Returns:
            a pass for them, and the address of ours to which they wanted.

        Raises:
            LoginFailed: they did not log in, or something does not fit.
        """
        kept = self._unsealed(cookie)
        if not hmac.compare_digest(query.get("state", "").encode(), kept["state"].encode()):
            raise LoginFailed("the answer is for another browser, or for an older try")
        if query.get("iss", self._terms.issuer) != self._terms.issuer:
            raise LoginFailed("the answer comes from another provider")
        if "error" in query or not query.get("code"):
            raise LoginFailed(f"the provider says {query.get('error', 'nothing')[:80]!r}")
        code = Secret(query["code"])
        asked = code, kept["verifier"], self._back, kept["nonce"]
        claims, access = await self._issuer.claims(*asked)
        if self._named not in claims:
            claims = await self._issuer.more(claims, access)
        return self._passes.of_person(self._address(claims), LASTS), kept["to"]

    @property
    def _named(self) -> str:
        return self._terms.claim.partition("@")[0]

    def _address(self, claims: Mapping[str, Any]) -> str:
        """Whose address the claims tell.

        Raises:
            LoginFailed: they tell none, or one that nobody has checked.
        """
        value, at = claims.get(self._named), self._terms.claim.partition("@")
        if not isinstance(value, str) or (at[2] and "@" in value):
            raise LoginFailed(f"the claim {self._named!r} is no name")
        if self._named == "email" and claims.get("email_verified") is not True:
            raise LoginFailed("the provider does not say that this e-mail address was verified")
        try:
            return str(parse_address(f"{value}@{at[2]}" if at[2] else value))
        except ValueError:
            raise LoginFailed(f"the claim {self._named!r} is no address") from None

    def _sealed(self, kept: Mapping[str, str]) -> str:
        text = packed(json.dumps({**kept, "until": time.time() + _BACK_WITHIN}))
        return f"{text}.{self._vault.sign(f'login {text}')}"

    def _unsealed(self, cookie: str) -> dict[str, str]:
        text, _, signature = cookie.partition(".")
        if not self._vault.verifies(f"login {text}", signature):
            raise LoginFailed("this browser did not leave to log in")
        kept = json.loads(unpacked(text))
        if kept.pop("until") < time.time():
            raise LoginFailed("it took too long")
        return dict(kept)


__all__ = ["LASTS", "Login", "LoginTerms"]
