"""Directories of the mesh, as they are published: which clouds they name.

Two kinds are told apart by what is in them: the signed one of Open Cloud Mesh (JWS, in
any of its spellings), and the list of providers of ScienceMesh's site directory, which
Reva reads too. Nothing is trusted here; what is read is what was said.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key
from joserfc.jws import JWSRegistry, deserialize_json

from vaas.errors import ConfigError, DirectoryRefused
from vaas.mesh.addresses import authority

MOST_BYTES = 1 << 20
"""Of a document."""

_ALGORITHMS = ("EdDSA", "Ed25519", "ES256", "ES384", "ES512", "PS256", "PS512", "RS256", "RS512")
_COMPACT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+")
_OURS = {"ocm", "webdav"}
"""Kinds of services of a provider that other clouds ask."""

_LONGEST_NAME = 100
_MOST_SIGNATURES = 8


@dataclass(frozen=True, slots=True)
class Server:
    """A cloud that a directory names.

    Attributes:
        host: ``host[:port]``, as its addresses have it.
        name: for people.
        insecure: whether it was named with plain http.
        also: further hosts that were named as its own.
    """

    host: str
    name: str
    insecure: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """What a directory says.

    Attributes:
        name: of the federation; empty if it has none.
        servers: whom it names, each host once.
        signed: whether it was signed with a pinned key.
    """

    name: str
    servers: tuple[Server, ...]
    signed: bool


def pinned(texts: Sequence[str]) -> tuple[Key, ...]:
    """The public keys that the operator wrote down, as PEM or JWK.

    Raises:
        ConfigError: one is no public key, or a weak one.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SecurityWarning)
            return tuple(_key(text.strip()) for text in texts)
    except (JoseError, SecurityWarning, ValueError, TypeError, KeyError):
        raise ConfigError("a key of a directory is no public key: PEM or JWK is wanted") from None


def _key(text: str) -> Key:
    if text.startswith("{"):
        key = import_key(json.loads(text))
        if isinstance(key, ECKey | OKPKey | RSAKey) and not key.is_private:
            return key
        raise ValueError("no public key")
    found = load_pem_public_key(text.encode())
    if isinstance(found, rsa.RSAPublicKey):
        return import_key(text, "RSA")
    return import_key(text, "EC" if isinstance(found, ec.EllipticCurvePublicKey) else "OKP")


def read(body: bytes, keys: Sequence[Key]) -> Listing:
    """What a document says.

    Args:
        body: as it was published.
        keys: the pinned ones; with some, only what one of them signed is read.

    Raises:
        DirectoryRefused: it is of no kind that is known, or its signature does not hold.
    """
    if len(body) > MOST_BYTES:
        raise DirectoryRefused(f"larger than {MOST_BYTES} bytes")
    told = _parsed(body)
    if not isinstance(told, dict) or "payload" not in told:
        if keys:
            raise DirectoryRefused("not signed, though a key is pinned")
        return Listing("", _once(_providers(told)), signed=False)
    if not keys:
        raise DirectoryRefused("signed, but no key is pinned to check it with")
    said = _parsed(_verified(told, keys))
    name = said.get("federation") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not isinstance(name, str):
        raise DirectoryRefused("no federation is named in what was signed")
    return Listing(_shown(name), _once(_servers(said.get("servers"))), signed=True)


def _parsed(body: bytes) -> Any:
    """JSON, or what a compact signature is in JSON."""
    try:
        text = body.decode().strip()
        if _COMPACT.fullmatch(text):
            protected, payload, signature = text.split(".")
            return {"protected": protected, "payload": payload, "signature": signature}
        return json.loads(text)
    except (ValueError, RecursionError):
        raise DirectoryRefused("no JSON, and no signature either") from None


def _verified(told: Mapping[str, Any], keys: Sequence[Key]) -> bytes:
    """What one of the keys signed; headers that are not signed count for nothing."""
    if not isinstance(told["payload"], str):
        raise DirectoryRefused("what is signed is not encoded as RFC 7515 has it")
    registry = JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False)
    registry.max_payload_length = 2 * MOST_BYTES
    many = told.get("signatures")
    made = (many if isinstance(many, list) else [told])[:_MOST_SIGNATURES]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)  # of "EdDSA", by whose name all sign yet
        for one, key in product(made, keys):
            try:
                parts = {name: one[name] for name in ("protected", "signature")}
                whole = {"payload": told["payload"], **parts}
                return deserialize_json(whole, key, registry=registry).payload or b""  # type: ignore[call-overload]
            except (JoseError, ValueError, TypeError, KeyError, AttributeError):
                continue
    raise DirectoryRefused("its signature is of none of the pinned keys")


def _servers(told: object) -> Iterator[Server]:
    """Those of the signed kind."""
    if not isinstance(told, list):
        raise DirectoryRefused("it names no servers")
    for one in told:
        url, name = (one.get("url"), one.get("displayName")) if isinstance(one, dict) else (0, 0)
        if not isinstance(url, str) or not isinstance(name, str):
            raise DirectoryRefused("a server without address or name")
        yield Server(_host(url), _shown(name), insecure=url.lower().startswith("http:"))


def _providers(told: object) -> Iterator[Server]:
    """Those of ScienceMesh's kinds; who has services, but none for the mesh, is no member."""
    listed = told.get("providers") if isinstance(told, dict) else told
    if not isinstance(listed, list):
        raise DirectoryRefused("neither a signed directory nor a list of providers")
    for one in listed:
        domain = one.get("domain") if isinstance(one, dict) else None
        if not isinstance(domain, str):
            raise DirectoryRefused("a provider without domain")
        ours = list(_services(one.get("services")))
        if one.get("services") and "ocm" not in {kind for kind, _ in ours}:
            continue
        host, name = _host(domain), one.get("full_name") or one.get("name")
        also = dict.fromkeys(_host(path, whole=False) for _, path in ours)
        yield Server(
            host,
            _shown(name) if isinstance(name, str) else host,
            insecure=any(path.lower().startswith("http:") for _, path in ours),
            also=tuple(one for one in also if one != host),
        )


def _services(told: object) -> Iterator[tuple[str, str]]:
    """Kind and address of a provider's services, as far as other clouds ask them."""
    for one in told if isinstance(told, list) else ():
        try:
            kind, path = str(one["endpoint"]["type"]["name"]).lower(), one["endpoint"]["path"]
        except (KeyError, TypeError):
            raise DirectoryRefused("a service without kind or address") from None
        if kind in _OURS:
            yield kind, str(path)


def _host(text: str, *, whole: bool = True) -> str:
    """The host of an address; if it must be ``whole``, nothing may stand behind it."""
    try:
        parts = urlsplit(text)
        return authority(text if whole else f"{parts.scheme}://{parts.netloc}")
    except ValueError:
        raise DirectoryRefused(f"“{_shown(text)}” is no server's address") from None


def _once(servers: Iterator[Server]) -> tuple[Server, ...]:
    """Each host once, as it was named first; a host of somebody else's is nobody's further one."""
    found: dict[str, Server] = {}
    for server in servers:
        found.setdefault(server.host, server)
    return tuple(
        Server(one.host, one.name, one.insecure, tuple(h for h in one.also if h not in found))
        for one in found.values()
    )


def _shown(text: str) -> str:
    """A name as it can be shown."""
    plain = "".join(one if one.isprintable() else " " for one in text).strip()
    return plain[:_LONGEST_NAME] or "?"


__all__ = ["MOST_BYTES", "Listing", "Server", "pinned", "read"]
