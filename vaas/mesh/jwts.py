"""Access tokens as Open Cloud Mesh has them: signed JWTs (RFC 9068), theirs read, ours made.

A token says who signed it; that cloud must be known before its keys are asked for,
and only its own keys count.
"""

from __future__ import annotations

import json
import re
import secrets
import time
import warnings
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws, jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey

from vaas.errors import EntryRefused, VisitOver
from vaas.mesh.addresses import authority, parse_address
from vaas.mesh.objects import read_object

LONGEST = 86_400.0
"""Seconds after which a token must be over, whoever signed it."""

_SKEW = 60.0
_SHAPE = re.compile(r"[\w-]{4,}\.[\w-]{4,}\.[\w-]*", re.ASCII)
_TYPES = {"at+jwt", "application/at+jwt"}
_WEAKEST_RSA = 2048
_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
_RSA = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]

KeyOf = Callable[[str, str], Awaitable[object]]
"""A cloud's public key, given its host and the key's name."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token that holds says.

    Attributes:
        peer: ``host[:port]`` of the cloud that signed it.
        owner: who owns what it opens, as that cloud calls them.
        to: whom it lets in, an address.
        client: what the share is called between that cloud and us.
        issued: seconds since 1970.
        expires: likewise.
        share: what the token itself tells of the share (``ocm_ip``), if it does.
    """

    peer: str
    owner: str
    to: str
    client: str
    issued: float
    expires: float
    share: Mapping[str, Any] | None = None


def is_jwt(token: str) -> bool:
    """Whether a token has the shape of one."""
    return _SHAPE.fullmatch(token) is not None


async def read(token: str, admit: Callable[[str], str], key_of: KeyOf) -> Claims:
    """Check a token.

    Args:
        token: as it came.
        admit: the host of the cloud that is named as its issuer, if it is one to be
            asked; else it raises.
        key_of: gives that cloud's keys.

    Raises:
        EntryRefused: it does not hold.
        VisitOver: it did, and has run out.
    """
    try:
        seen = jws.extract_compact(token.encode("ascii"))
        header, told = seen.headers(), read_object(seen.payload)
    except (JoseError, ValueError, TypeError):
        raise EntryRefused("the token cannot be read") from None
    if str(header.get("typ", "")).lower() not in _TYPES:
        raise EntryRefused("the token is of another kind")
    peer = admit(str(told.get("iss", "")))
    key, algorithms = _key(await key_of(peer, str(header.get("kid", ""))))
    try:
        with _as_clouds_sign():
            claims = jwt.decode(token, key, algorithms=algorithms).claims
    except (JoseError, ValueError, TypeError):
        raise EntryRefused(f"{peer}: the token's signature does not hold") from None
    return claims_of(peer, claims)


def issuer(text: str, *, insecure: Callable[[str], bool]) -> str:
    """The host of an issuer, which must be reached by https.

    Args:
        text: as the token says.
        insecure: whether plain http is admitted for a host.

    Raises:
        EntryRefused: it is no such address.
    """
    try:
        parts = urlsplit(text)
        host = authority(f"{parts.scheme}://{parts.netloc}")
    except ValueError:
        raise EntryRefused("the token names no issuer") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and insecure(host)):
        raise EntryRefused("the token's issuer is none of https")
    return host


def claims_of(peer: str, told: Mapping[str, Any]) -> Claims:
    """What a token's claims, or the answer to a question about it, say.

    Raises:
        EntryRefused: something is missing or cannot be.
        VisitOver: its time is over.
    """
    to = told.get("aud")
    to = to[0] if isinstance(to, list) and len(to) == 1 else to
    texts = [told.get("sub"), to, told.get("client_id", "")]
    times = [told.get("exp"), told.get("iat", 0), told.get("nbf", 0)]
    share = told.get("ocm_ip")
    if not all(isinstance(one, str) for one in texts) or not (texts[0] and texts[1]):
        raise EntryRefused(f"{peer}: the token lacks who, or for whom")
    if not all(isinstance(one, int | float) and abs(one) < 1e11 for one in times):  # noqa: PLR2004
        raise EntryRefused(f"{peer}: the token lacks its times")
    now, (ends, issued, begins) = time.time(), map(float, times)
    if ends <= now:
        frames = (peer, *hosts_of(str(texts[1])))
        raise VisitOver(f"{peer}: the token has run out", frames=frames)
    if ends > now + LONGEST + _SKEW or issued > now + _SKEW or begins > now + _SKEW:
        raise EntryRefused(f"{peer}: the token is good for too long, or not yet")
    found = share if isinstance(share, dict) else None
    owner, whom, client = map(str, texts)
    return Claims(peer, owner, whom, client, issued, ends, found)


def hosts_of(address: str) -> Sequence[str]:
    """The host of an address, if it is one."""
    try:
        return [parse_address(address).host]
    except ValueError:
        return []


def _key(found: object) -> tuple[Any, list[str]]:
    """A key as the library has it, and for which algorithms it is good; never ``none`` or HMAC."""
    if isinstance(found, ed25519.Ed25519PublicKey):
        return OKPKey.import_key(_pem(found)), ["EdDSA", "Ed25519"]
    if isinstance(found, ec.EllipticCurvePublicKey) and found.curve.name in _CURVES:
        return ECKey.import_key(_pem(found)), [_CURVES[found.curve.name]]
    if isinstance(found, rsa.RSAPublicKey) and found.key_size >= _WEAKEST_RSA:
        return RSAKey.import_key(_pem(found)), _RSA
    raise EntryRefused("the token is signed with a key of a kind that is not accepted")


def _pem(key: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def make(key: OKPKey, kid: str, claims: Mapping[str, Any], lasts: float) -> str:
    """A token of ours.

    Args:
        key: signs it.
        kid: the key's name.
        claims: what it says, besides its times and name.
        lasts: seconds for which it is good.
    """
    now = int(time.time())
    times = {"iat": now, "exp": now + int(lasts), "jti": secrets.token_hex(16)}
    header = {"typ": "at+jwt", "alg": "EdDSA", "kid": kid}
    whole = json.loads(json.dumps({**claims, **times}))
    with _as_clouds_sign():
        return jwt.encode(header, whole, key, algorithms=["EdDSA"])


@contextmanager
def _as_clouds_sign() -> Iterator[None]:
    """Let pass what the library warns of: the name that all clouds still use for Ed25519."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        yield


__all__ = ["LONGEST", "Claims", "claims_of", "hosts_of", "is_jwt", "issuer", "make", "read"]
