"""The key with which we sign, and key sets as peers publish them."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import KeySet, OctKey, OKPKey

from vaas.mesh import jwts
from vaas.mesh.signatures import sign
from vaas.model import Secret
from vaas.state import Store

_MOST_KEYS = 50


class Signer:
    """Signs what we send.

    Attributes:
        key_set: what others check it with (JWKS).
        keyid: the key's name.
    """

    def __init__(self, secret: Secret, url: str) -> None:
        """Take the key.

        Args:
            secret: the private key as a JWK.
            url: of the service; the key's name is a place below it.
        """
        key = OKPKey.import_key(json.loads(secret.value))
        private = key.private_key
        assert isinstance(private, Ed25519PrivateKey)
        self._key, self.keyid = private, f"{url}/ocm#{key.thumbprint()[:16]}"
        self._jwk = key
        public = {name: key.as_dict(private=False)[name] for name in ("kty", "crv", "x")}
        told = {"kid": self.keyid, "use": "sig", "alg": "EdDSA"}
        self.key_set: dict[str, Any] = {"keys": [public | told]}

    @classmethod
    async def of(cls, store: Store, url: str) -> Signer:
        """The signer whose key the store keeps, made when first asked for."""
        return cls(await store.secret("signing key", _made), url)

    def headers(self, method: str, url: str, body: bytes) -> dict[str, str]:
        """The headers that sign a request."""
        return sign(method, url, body, keyid=self.keyid, key=self._key)

    def token(self, claims: Mapping[str, Any], lasts: float) -> str:
        """An access token of ours, see ``vaas.mesh.jwts.make``."""
        return jwts.make(self._jwk, self.keyid, claims, lasts)

    @property
    def public(self) -> object:
        """The public key."""
        return self._key.public_key()


def _made() -> Secret:
    return Secret(json.dumps(OKPKey.generate_key("Ed25519", private=True).as_dict(private=True)))


def public_keys(told: Mapping[str, Any]) -> dict[str, object]:
    """The keys of a key set by their names; weak ones and those that we do not understand are left out."""
    return {name: key.public_key for name, key in _imported(told) if name}


def key_set(told: Mapping[str, Any]) -> KeySet:
    """A key set without those that are weak, secret or not understood."""
    return KeySet([key for _, key in _imported(told)])


def _imported(told: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    keys = told.get("keys")
    for one in keys[:_MOST_KEYS] if isinstance(keys, list) else []:
        try:
            name = str(one.get("kid", ""))
            with warnings.catch_warnings():
                warnings.simplefilter("error", SecurityWarning)  # of weak ones
                (key,) = KeySet.import_key_set({"keys": [one]}).keys
            if not isinstance(key, OctKey):
                yield name, key
        except (JoseError, SecurityWarning, AttributeError, KeyError, TypeError, ValueError):
            continue


__all__ = ["Signer", "key_set", "public_keys"]
