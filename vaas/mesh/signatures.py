"""Signed messages (RFC 9421): ours made, others' checked.

The body is part of it: its digest must be covered, and is computed anew. One
signature is meant for the mesh, by its tag ``ocm`` or, as older drafts have it,
by its label; a second one of that kind is an attempt to confuse.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any, cast

import http_sf
from cryptography.exceptions import InvalidSignature as NotSigned
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    MappingKeyResolver,
    algorithms,
)

from vaas.errors import AddressRefused, SenderUnproven

FRESH = dt.timedelta(seconds=300)
"""How far a message's time may be from ours."""

_OCM = "ocm"
_COVERED = ("@method", "@target-uri")
_WEAKEST_RSA = 2048


@dataclass(frozen=True, slots=True)
class Message:
    """A request, as it is signed.

    Attributes:
        method: upper case.
        url: absolute, as the sender named it.
        headers: name and value of each line, in order.
        body: raw.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)

    def header(self, name: str) -> str:
        """A header's value, its lines joined; empty if it is not there."""
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())


class _Lines:
    """A message as the library reads it."""

    def __init__(self, message: Message) -> None:
        self.method, self.url, self.headers = message.method, message.url, self
        self._lines = message.headers

    def items(self) -> Iterable[tuple[str, str]]:
        """Each line."""
        return self._lines


def key_of(message: Message) -> tuple[str, str]:
    """Which key a message says that it is signed with, and when and as which one of that second.

    Raises:
        SenderUnproven: there is not exactly one signature that is meant.
    """
    try:
        inputs = cast(
            Mapping[str, Any],
            http_sf.parse(message.header("Signature-Input").encode(), tltype="dictionary"),
        )
    except (ValueError, RecursionError):
        raise SenderUnproven("Signature-Input cannot be read") from None
    meant = {
        label: value[1]
        for label, value in inputs.items()
        if value[1].get("tag") == _OCM or (label == _OCM and "tag" not in value[1])
    }
    if len(meant) != 1 or (len(inputs) > 1 and not any("tag" in one for one in meant.values())):
        raise SenderUnproven("not exactly one signature with the tag ocm")
    _, told = meant.popitem()
    keyid = told.get("keyid")
    if not isinstance(keyid, str):
        raise SenderUnproven("the signature names no key")
    return keyid, f"{told.get('created')} {told.get('nonce')}"


def verify(message: Message, keyid: str, key: object) -> None:
    """Check a message's signature.

    Args:
        message: what came.
        keyid: as ``key_of`` gave it.
        key: the public key of that name, from the peer's own key set.

    Raises:
        SenderUnproven: it does not hold, is too old, or leaves out what matters.
    """
    tagged = f'tag="{_OCM}"' in message.header("Signature-Input").replace(" ", "")
    named = f'alg="{algorithms.RSA_V1_5_SHA256.algorithm_id}"' in message.header("Signature-Input")
    verifier = HTTPMessageVerifier(
        signature_algorithm=_algorithm(key, old_rsa=named),
        key_resolver=MappingKeyResolver(public_keys={keyid: key}, private_keys={}),  # type: ignore[dict-item]
    )
    verifier.max_clock_skew = FRESH
    try:
        verifier.verify(
            _Lines(message),
            max_age=dt.timedelta(),
            expect_tag=_OCM if tagged else None,
            require_components=(*_COVERED, *(("content-digest",) if message.body else ())),
            body=message.body,
        )
    except (HTTPMessageSignaturesException, NotSigned, ValueError) as error:
        raise SenderUnproven(f"the signature does not hold: {error}"[:200]) from None


def _algorithm(key: object, *, old_rsa: bool) -> type[Any]:
    if isinstance(key, ed25519.Ed25519PublicKey):
        return algorithms.ED25519
    if isinstance(key, ec.EllipticCurvePublicKey):
        large = isinstance(key.curve, ec.SECP384R1)
        return algorithms.ECDSA_P384_SHA384 if large else algorithms.ECDSA_P256_SHA256
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= _WEAKEST_RSA:
        return algorithms.RSA_V1_5_SHA256 if old_rsa else algorithms.RSA_PSS_SHA512
    raise SenderUnproven("a key of a kind that is not accepted")


class _Outgoing:
    """A request of ours, as the library writes into it."""

    def __init__(self, method: str, url: str, headers: dict[str, str]) -> None:
        self.method, self.url, self.headers = method, url, headers


def sign(
    method: str, url: str, body: bytes, *, keyid: str, key: ed25519.Ed25519PrivateKey
) -> dict[str, str]:
    """The headers that sign a request of ours; ``Content-Length`` is sent by itself.

    Args:
        method: upper case.
        url: absolute, as it is sent.
        body: raw.
        keyid: our key's name.
        key: our key.

    Raises:
        AddressRefused: the address is written so that it means something else elsewhere.
    """
    now = dt.datetime.now(dt.UTC)
    headers = {"Date": format_datetime(now, usegmt=True), "Content-Length": str(len(body))}
    signer = HTTPMessageSigner(
        signature_algorithm=algorithms.ED25519,
        key_resolver=MappingKeyResolver(public_keys={}, private_keys={keyid: key}),
    )
    try:
        signer.sign(
            _Outgoing(method, url, headers),
            key_id=keyid,
            created=now,
            label=_OCM,
            tag=_OCM,
            covered_component_ids=(*_COVERED, "content-digest", "content-length", "date"),
            body=body,
        )
    except HTTPMessageSignaturesException:
        raise AddressRefused("an address that cannot be signed for") from None
    return headers


__all__ = ["FRESH", "Message", "key_of", "sign", "verify"]
