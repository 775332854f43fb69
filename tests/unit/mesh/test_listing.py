"""Directories of the mesh: what is read of them, and what is refused."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey, OctKey, RSAKey

from tests.contracts.publisher import KEY, OTHER, pem, provider, signed
from vaas.errors import ConfigError, DirectoryRefused
from vaas.mesh.listing import MOST_BYTES, Server, pinned, read

PINNED = pinned([pem(KEY)])
TOLD = {
    "federation": "The Mesh",
    "servers": [
        {"url": "https://Cloud.example.org/", "displayName": "A cloud"},
        {"url": "https://other.example.org:4443", "displayName": "Another\x1b[2J"},
    ],
}
SERVERS = (
    Server("cloud.example.org", "A cloud"),
    Server("other.example.org:4443", "Another [2J"),
)


def made(kind: str) -> bytes:
    flat = json.loads(signed(TOLD))
    if kind == "compact":
        return ".".join(flat[name] for name in ("protected", "payload", "signature")).encode()
    if kind == "general":
        other = json.loads(signed(TOLD, OTHER))
        both = [{name: one[name] for name in ("protected", "signature")} for one in (other, flat)]
        return json.dumps({"payload": flat["payload"], "signatures": both}).encode()
    return json.dumps(flat).encode()


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_the_older_name_of_that_algorithm() -> None:
    assert read(signed(TOLD, alg="EdDSA"), PINNED).servers == SERVERS


@pytest.mark.parametrize("kind", ["flattened", "general", "compact"])
def test_the_signed_kind_in_all_its_spellings(kind: str) -> None:
    found = read(made(kind), PINNED)
    assert (found.name, found.servers, found.signed) == ("The Mesh", SERVERS, True)


RSA2048 = RSAKey.import_key(
    rsa.generate_private_key(65537, 2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
)


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        (KEY, "Ed25519"),
        (ECKey.generate_key("P-256", private=True), "ES256"),
        (ECKey.generate_key("P-384", private=True), "ES384"),
        (RSA2048, "RS256"),
        (RSA2048, "PS256"),
    ],
)
@pytest.mark.parametrize("form", ["pem", "jwk"])
def test_keys_of_all_kinds(key: Any, alg: str, form: str) -> None:
    text = pem(key) if form == "pem" else json.dumps(key.as_dict(private=False))
    assert read(signed(TOLD, key, alg), pinned([pem(OTHER), text])).servers == SERVERS


def test_a_provider_and_the_hosts_that_are_its_own() -> None:
    told = [
        provider(
            "box.example.org",
            "The Box",
            ocm=["https://mesh.example.org/ocm/"],
            webdav=["https://dav.example.org:8443/remote.php/webdav/", "https://two.example.org/x"],
        ),
        provider("two.example.org", "Two", ocm=["https://two.example.org/ocm/"]),
        provider("no-member.example.org", "None", webdav=["https://no-member.example.org/"]),
    ]
    found = read(json.dumps(told).encode(), ())
    # Another's own host is nobody's further one.
    also = ("mesh.example.org", "dav.example.org:8443")
    assert found.servers == (
        Server("box.example.org", "The Box", also=also),
        Server("two.example.org", "Two"),
    )
    assert not found.signed


def test_the_older_list_of_providers() -> None:
    told = {"providers": [{"domain": "box.example.org", "name": "Box", "ocm_api": "ocm/"}]}
    assert read(json.dumps(told).encode(), ()).servers == (Server("box.example.org", "Box"),)


def test_each_host_counts_once() -> None:
    twice = {"url": "https://CLOUD.example.org:443", "displayName": "Twice"}
    told = TOLD | {"servers": [*TOLD["servers"], twice]}
    assert read(signed(told), PINNED).servers == SERVERS


def altered() -> bytes:
    flat = json.loads(signed(TOLD))
    other = json.loads(signed(TOLD | {"federation": "Another"}))
    return json.dumps(flat | {"payload": other["payload"]}).encode()


def unprotected() -> bytes:
    flat = json.loads(signed(TOLD))
    return json.dumps(flat | {"protected": "", "header": {"alg": "EdDSA"}}).encode()


def by_a_shared_secret() -> bytes:
    """Signed with the pinned public key, as if it were a secret."""
    payload = json.loads(signed(TOLD))["payload"]
    protected = coded(b'{"alg":"HS256"}')
    made = hmac.digest(pem(KEY).encode(), f"{protected}.{payload}".encode(), "sha256")
    told = {"protected": protected, "payload": payload, "signature": coded(made)}
    return json.dumps(told).encode()


def coded(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def by_nobody() -> bytes:
    flat = json.loads(signed(TOLD))
    none = "eyJhbGciOiJub25lIn0"
    return json.dumps(flat | {"protected": none, "signature": ""}).encode()


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (signed(TOLD, OTHER), "none of the pinned keys"),
        (altered(), "none of the pinned keys"),
        (unprotected(), "none of the pinned keys"),
        (by_a_shared_secret(), "none of the pinned keys"),
        (by_nobody(), "none of the pinned keys"),
        (b'{"payload": "e30", "signatures": []}', "none of the pinned keys"),
        (b'{"payload": "e30", "signatures": [7, {}, null]}', "none of the pinned keys"),
        (b'{"payload": "e30", "protected": 7, "signature": []}', "none of the pinned keys"),
        (json.dumps({"payload": TOLD, "signature": ""}).encode(), "RFC 7515"),
        (json.dumps([provider("a.example.org", "A")]).encode(), "though a key is pinned"),
        (json.dumps(TOLD).encode(), "though a key is pinned"),
        (signed({"servers": []}), "no federation"),
        (signed([]), "no federation"),
        (signed({"federation": "X"}), "no servers"),
        (signed({"federation": "X", "servers": [{"url": "https://a.example.org"}]}), "without"),
        (signed({"federation": "X", "servers": ["https://a.example.org"]}), "without"),
        (b"", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 200_000, "no JSON"),
        (b"<html>", "no JSON"),
        (b" " * (MOST_BYTES + 1), "larger than"),
    ],
    ids=range(21),
)
def test_what_is_refused_where_a_key_is_pinned(body: bytes, word: str) -> None:
    with pytest.raises(DirectoryRefused, match=word):
        read(body, PINNED)


@pytest.mark.parametrize(
    ("told", "word"),
    [
        (json.loads(signed(TOLD)), "no key is pinned"),
        ({"federation": "X"}, "neither"),
        (7, "neither"),
        ([7], "without domain"),
        ([{"name": "x"}], "without domain"),
        ([{"domain": "a.example.org", "services": [{}]}], "without kind or address"),
        ([{"domain": "a.example.org", "services": [{"endpoint": 7}]}], "without kind or address"),
        ([{"domain": "not a host"}], "no server's address"),
        ([{"domain": "a.example.org/path"}], "no server's address"),
        ([{"domain": "user@a.example.org"}], "no server's address"),
        ([{"domain": "a.example.org:99999999"}], "no server's address"),
        ([{"domain": "ftp://a.example.org"}], "no server's address"),
        ([provider("a.example.org", "A", ocm=["ftp://a.example.org/"])], "no server's address"),
        ([provider("a.example.org", "A", ocm=["https://[::1/ocm"])], "no server's address"),
    ],
    ids=range(14),
)
def test_what_is_refused_where_none_is(told: object, word: str) -> None:
    with pytest.raises(DirectoryRefused, match=word):
        read(json.dumps(told).encode(), ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no key",
        KEY.as_pem(private=True).decode(),
        json.dumps(KEY.as_dict(private=True)),
        json.dumps(OctKey.generate_key(256, private=True).as_dict()),
        "{",
        "{}",
    ],
    ids=range(7),
)
def test_keys_that_are_none(text: str) -> None:
    with pytest.raises(ConfigError, match="no public key") as told:
        pinned([text])
    assert not text or text not in str(told.value)
