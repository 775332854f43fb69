"""The older form of signatures (draft-cavage-http-signatures), checked only.

Nextcloud 31 to 34 signs so, with a key that its discovery holds as PEM.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import re
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from vaas.errors import SenderUnproven
from vaas.mesh.signatures import FRESH, Message

_PART = re.compile(r'(\w+)="([^"]*)"')
_COVERED = {"(request-target)", "date", "digest", "host"}
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "rsa-sha256": hashes.SHA256,
    "rsa-sha512": hashes.SHA512,
}
_DIGESTS = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}
_WEAKEST = 2048


def parts_of(message: Message) -> dict[str, str]:
    """What a signature of this form says; empty if there is none."""
    found = dict(_PART.findall(message.header("Signature")))
    return found if {"keyId", "signature"} <= found.keys() else {}


def verify(message: Message, pem: str) -> None:
    """Check a message's signature.

    Args:
        message: what came; ``parts_of`` says something of it.
        pem: the public key that the peer's discovery holds.

    Raises:
        SenderUnproven: it does not hold, is too old, or leaves out what matters.
    """
    parts = parts_of(message)
    names = parts.get("headers", "").lower().split()
    if missing := _COVERED - set(names):
        raise SenderUnproven(f"the signature leaves out {', '.join(sorted(missing))}")
    _check_date(message)
    _check_digest(message)
    try:
        key = load_pem_public_key(pem.encode())
        kind = _HASHES[parts.get("algorithm", "rsa-sha256")]
        signature = base64.b64decode(parts["signature"], validate=True)
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _WEAKEST:
            raise SenderUnproven("a key of a kind that is not accepted")
        key.verify(signature, _base(message, names), padding.PKCS1v15(), kind())
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, KeyError) as error:
        raise SenderUnproven(f"the signature does not hold: {type(error).__name__}") from None


def _base(message: Message, names: list[str]) -> bytes:
    where = urlsplit(message.url)
    target = where.path + (f"?{where.query}" if where.query else "")
    # The host is ours, whatever a proxy made of the header.
    made = {"(request-target)": f"{message.method.lower()} {target}", "host": where.netloc}
    lines = [f"{name}: {made.get(name) or message.header(name)}" for name in names]
    return "\n".join(lines).encode()


def _check_date(message: Message) -> None:
    try:
        sent = parsedate_to_datetime(message.header("Date"))
    except ValueError:
        raise SenderUnproven("a date that cannot be read") from None
    if sent.tzinfo is None or abs(dt.datetime.now(dt.UTC) - sent) > FRESH:
        raise SenderUnproven("signed at another time")


def _check_digest(message: Message) -> None:
    name, _, text = message.header("Digest").partition("=")
    make = _DIGESTS.get(name.lower())
    try:
        told = base64.b64decode(text, validate=True)
    except binascii.Error:
        told = b""
    if make is None or not hmac.compare_digest(told, make(message.body).digest()):
        raise SenderUnproven("the digest is not that of the body")


__all__ = ["parts_of", "verify"]
