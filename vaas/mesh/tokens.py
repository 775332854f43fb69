"""An OpenID provider as a client asks it: what it says of itself, its keys, its tokens.

Whatever it says is checked: addresses by the outbound policy, ID tokens by its keys
and by what must stand in them.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import KeySet

from vaas.errors import LoginFailed, OutboundError, ShareError
from vaas.mesh.keys import key_set
from vaas.mesh.objects import read_object
from vaas.model import Secret
from vaas.shares import OutboundClient
from vaas.shares.client import Answer

ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
"""None that the client's own secret could make, and not ``none``."""

_SLACK = 60
"""Seconds by which clocks may differ."""

_KNOWN_FOR, _KEYS_AGAIN = 3600.0, 30.0
_BYTES, _DEADLINE = 1 << 18, 15.0
_OK = 200


@dataclass(frozen=True, slots=True)
class About:
    """What a provider says of itself.

    Attributes:
        authorize: where people log in.
        token: where codes are exchanged.
        keys: where its keys are.
        more: where further claims are, or empty.
        posts: whether it wants the client's secret in the form.
    """

    authorize: str
    token: str
    keys: str
    more: str
    posts: bool


class Issuer:
    """Asks one provider; belongs to one event loop."""

    def __init__(self, client: OutboundClient, issuer: str, client_id: str, secret: Secret) -> None:
        """Know nothing yet.

        Args:
            client: asks; its policy admits this provider alone.
            issuer: what the provider calls itself.
            client_id: what it calls us.
            secret: by which it knows us; may be empty.
        """
        self._client, self._issuer = client, issuer
        self._id, self._secret = client_id, secret
        self._about: tuple[float, About] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def about(self) -> About:
        """What the provider says of itself.

        Raises:
            LoginFailed: nothing that we can use.
        """
        if self._about is None or self._about[0] < time.monotonic() - _KNOWN_FOR:
            url = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
            told = _object(await self._ask("GET", url), "of itself")
            if told.get("issuer") != self._issuer:
                raise LoginFailed("the provider calls itself by another name")
            self._about = time.monotonic(), _about(told)
        return self._about[1]

    async def claims(
        self, code: Secret, verifier: str, back: str, nonce: str
    ) -> tuple[dict[str, Any], Secret]:
        """What the provider says of who came back with a code.

        Args:
            code: theirs.
            verifier: whose digest was sent with them.
            back: where they came back to.
            nonce: that must stand in the answer.

        Returns:
            the claims, and a token that opens more of them, or nothing.

        Raises:
            LoginFailed: it is refused, or does not hold.
        """
        about = await self.about()
        form = {
            "grant_type": "authorization_code",
            "code": code.value,
            "redirect_uri": back,
            "code_verifier": verifier,
            "client_id": self._id,
        }
        told = _object(await self._exchange(about, form), "for the code")
        token, access = told.get("id_token"), told.get("access_token")
        if not isinstance(token, str):
            raise LoginFailed("the provider gave no ID token")
        claims = await self._verified(token)
        self._check(claims, nonce)
        return claims, Secret(access if isinstance(access, str) else "")

    async def more(self, claims: dict[str, Any], access: Secret) -> dict[str, Any]:
        """What it says elsewhere of the same person, where it does; nothing is mixed.

        Args:
            claims: known already.
            access: as of ``claims``.

        Raises:
            LoginFailed: it speaks of somebody else.
        """
        about = await self.about()
        if not about.more or not access.value:
            return claims
        key = {"Authorization": f"Bearer {access.value}"}
        told = _object(await self._ask("GET", about.more, headers=key), "of the person")
        if told.get("sub") != claims["sub"]:
            raise LoginFailed("the provider speaks of two people")
        return told

    async def _exchange(self, about: About, form: dict[str, str]) -> Answer:
        password = None
        if self._secret.value and about.posts:
            form["client_secret"] = self._secret.value
        elif self._secret.value:
            # As forms write them, which comes before the colon between them.
            secret = Secret(quote(self._secret.value, safe=""))
            password = (quote(self._id, safe=""), secret)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(form).encode()
        return await self._ask("POST", about.token, headers=kind, content=body, password=password)

    async def _verified(self, token: str) -> dict[str, Any]:
        """The claims of a token that one of the provider's keys signed."""
        asked, keys = self._keys or (0.0, KeySet([]))
        for _ in range(2):
            try:
                return _decoded(token, keys)
            except (JoseError, ValueError) as error:
                if asked and asked > time.monotonic() - _KEYS_AGAIN:
                    raise LoginFailed(f"the ID token does not hold: {error}") from None
            told = _object(await self._ask("GET", (await self.about()).keys), "of its keys")
            asked, keys = self._keys = time.monotonic(), key_set(told)
        raise LoginFailed("the ID token does not hold")

    def _check(self, claims: dict[str, Any], nonce: str) -> None:
        rules = jwt.JWTClaimsRegistry(
            leeway=_SLACK,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            rules.validate(claims)
        except JoseError as error:
            raise LoginFailed(f"the ID token does not hold: {error}") from None
        audience = claims["aud"]
        several = isinstance(audience, list) and len(audience) > 1
        if claims.get("azp", None if several else self._id) != self._id:
            raise LoginFailed("the ID token was made for another service")

    async def _ask(self, method: str, url: str, **more: Any) -> Answer:
        headers = {"Accept": "application/json", **more.pop("headers", {})}
        more |= {"max_bytes": _BYTES, "deadline": _DEADLINE, "follow": False}
        try:
            return await self._client.request(method, url, headers=headers, **more)
        except (OutboundError, ShareError) as error:
            raise LoginFailed(f"the provider cannot be asked: {error.detail}") from None


def _decoded(token: str, keys: KeySet) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)  # of the older name for Ed25519
        return jwt.decode(token, keys, algorithms=ALGORITHMS).claims


def _about(told: Mapping[str, Any]) -> About:
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
    urls = [told.get(name, "") for name in names]
    if not all(isinstance(url, str) for url in urls) or not all(urls[:3]):
        raise LoginFailed("the provider does not say where its addresses are")
    ways = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    authorize, token, keys, more = urls
    return About(authorize, token, keys, more, "client_secret_basic" not in ways)


def _object(answer: Answer, what: str) -> dict[str, Any]:
    if answer.status != _OK:
        raise LoginFailed(f"the provider answered with status {answer.status} {what}")
    try:
        return read_object(answer.body)
    except ValueError:
        raise LoginFailed(f"the provider says nothing {what}") from None


__all__ = ["ALGORITHMS", "About", "Issuer"]
