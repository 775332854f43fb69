"""What a hostile cloud, or somebody between, can send, and what comes of it."""

from __future__ import annotations

import datetime as dt
import json
import logging
import warnings
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms
from joserfc.jwk import ECKey, RSAKey

from tests.contracts.clouds import Cloud, Nextcloud28, Nextcloud31, Signed, Strict14, deliver
from tests.contracts.membership import Member, joined, trusted
from tests.traces import holding
from vaas.demo.http import Answer, Request, as_json, redirect
from vaas.errors import VaasError
from vaas.mesh import PeerRule, desk, keeper, senders


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[list[Any]]:
    """All that is logged, ours and of libraries."""
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as ours:
        yield ours


@pytest.fixture
async def member(
    strict: Strict14, evil: Strict14, old: Nextcloud28, tmp_path: Path, said: list[Any]
) -> AsyncIterator[Member]:
    for cloud in (strict, evil, old):
        cloud.forget()
    rules = [trusted(strict, signed=True), trusted(evil, signed=True), trusted(old)]
    async with joined(tmp_path, rules) as found:
        yield found
    assert not [one for one in said if one["log_level"] == "error"]


def offer(cloud: Cloud, member: Member) -> dict[str, Any]:
    return cloud.share(cloud.root, member.address)


def message(cloud: Cloud, member: Member, told: object) -> Signed:
    return cloud.prepared(f"{member.url}/ocm/shares", told)


async def none_taken(member: Member, answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert await member.all() == []


# Signatures.


async def test_an_honest_one_is_taken(strict: Strict14, member: Member) -> None:
    assert (await deliver(message(strict, member, offer(strict, member)))).status_code == 201


async def test_unsigned(strict: Strict14, member: Member) -> None:
    sent = message(strict, member, offer(strict, member))
    headers = {k: v for k, v in sent.headers.items() if not k.startswith("Signature")}
    await none_taken(member, await deliver(replace(sent, headers=headers)), 401)


async def test_with_another_body(strict: Strict14, member: Member) -> None:
    sent = message(strict, member, offer(strict, member))
    body = sent.body.replace(b'"name": "shared"', b'"name": "sharee"')
    assert body != sent.body
    await none_taken(member, await deliver(replace(sent, body=body)), 401)


async def test_with_another_body_and_its_digest(strict: Strict14, member: Member) -> None:
    sent = message(strict, member, offer(strict, member))
    other = message(strict, member, offer(strict, member))
    headers = sent.headers | {"Content-Digest": other.headers["Content-Digest"]}
    await none_taken(member, await deliver(Signed("POST", sent.url, headers, other.body)), 401)


async def test_signed_for_another_address(strict: Strict14, member: Member) -> None:
    sent = strict.prepared(f"{member.url}/ocm/notifications", offer(strict, member))
    await none_taken(member, await deliver(replace(sent, url=f"{member.url}/ocm/shares")), 401)


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_signed_at_another_time(strict: Strict14, member: Member, minutes: int) -> None:
    created = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)
    sent = signed(strict, member, offer(strict, member), created=created)
    await none_taken(member, await deliver(sent), 401)


def signed(cloud: Strict14, member: Member, told: object, **options: Any) -> Signed:
    """A message signed with some of the options of signing changed."""
    body = json.dumps(told).encode()
    sent = Signed("POST", f"{member.url}/ocm/shares", {"Content-Type": "application/json"}, body)
    keyid = options.pop("key_id", cloud.keyid)
    signer = HTTPMessageSigner(
        signature_algorithm=options.pop("how", algorithms.ED25519),
        key_resolver=MappingKeyResolver(
            public_keys={}, private_keys={keyid: cloud.key.private_key}
        ),
    )
    plain = {
        "covered_component_ids": ("@method", "@target-uri", "content-digest"),
        "body": body,
        "label": "ocm",
        "tag": "ocm",
    }
    signer.sign(sent, key_id=keyid, **(plain | options))
    return sent


@pytest.mark.parametrize(
    "covered",
    [
        {"covered_component_ids": ("@method", "@target-uri"), "body": None},
        {"covered_component_ids": ("@target-uri", "content-digest")},
        {"covered_component_ids": ("@method", "content-digest")},
        {"tag": "other"},
        {"tag": "other", "label": "sig1"},
    ],
    ids=["no digest", "no method", "no address", "another tag", "another tag and label"],
)
async def test_not_what_must_be_signed(
    strict: Strict14, member: Member, covered: dict[str, Any]
) -> None:
    sent = signed(strict, member, offer(strict, member), **covered)
    await none_taken(member, await deliver(sent), 401)


@pytest.mark.parametrize("named", [{"label": "sig1"}, {"tag": None}], ids=["by tag", "by label"])
async def test_both_ways_to_name_it_hold(
    strict: Strict14, member: Member, named: dict[str, Any]
) -> None:
    sent = signed(strict, member, offer(strict, member), **named)
    assert (await deliver(sent)).status_code == 201


@pytest.mark.parametrize(
    "kind", ["P-256", "P-384", "rsa-pss-sha512", "rsa-v1_5-sha256", "rsa 1024"]
)
async def test_other_kinds_of_keys(
    strict: Strict14, member: Member, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    if kind.startswith("P-"):
        key: Any = ECKey.generate_key(kind, private=True)
        how = {
            "P-256": algorithms.ECDSA_P256_SHA256,
            "P-384": algorithms.ECDSA_P384_SHA384,
        }[kind]
    else:
        weak = kind == "rsa 1024"
        made = rsa.generate_private_key(65537, 1024 if weak else 2048)
        pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, serialization.NoEncryption())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            key = RSAKey.import_key(pem)
        old_rsa = kind != "rsa-pss-sha512"
        how = algorithms.RSA_V1_5_SHA256 if old_rsa else algorithms.RSA_PSS_SHA512
    name = f"{strict.host}#key1"
    public = {"keys": [key.as_dict(private=False) | {"kid": name}]}
    monkeypatch.setattr(strict, "key", key)
    monkeypatch.setattr(strict, "more", lambda _request: as_json(public))
    sent = signed(strict, member, offer(strict, member), key_id=name, how=how)
    answer = await deliver(sent)
    assert answer.status_code == (401 if kind == "rsa 1024" else 201), answer.text


async def test_a_second_signature_for_the_mesh(
    strict: Strict14, evil: Strict14, member: Member
) -> None:
    told = offer(strict, member)
    first = signed(strict, member, told)
    second = signed(evil, member, told, label="more")
    headers = dict(first.headers)
    for name in ("Signature", "Signature-Input"):
        headers[name] = f"{first.headers[name]}, {second.headers[name]}"
    await none_taken(member, await deliver(replace(first, headers=headers)), 401)


async def test_in_the_name_of_another_cloud(
    strict: Strict14, evil: Strict14, member: Member
) -> None:
    told = offer(strict, member)
    await none_taken(member, await deliver(message(evil, member, told)), 401)
    forged = signed(evil, member, told, key_id=strict.keyid)
    await none_taken(member, await deliver(forged), 401)
    unknown = signed(strict, member, told, key_id=f"{strict.url}/ocm#other")
    await none_taken(member, await deliver(unknown), 401)


@pytest.mark.parametrize("keyid", ["", "#x", "nonsense", "https:///x", "a@b", "\\"])
async def test_keys_without_a_cloud(strict: Strict14, member: Member, keyid: str) -> None:
    sent = signed(strict, member, offer(strict, member), key_id=keyid)
    answer = await deliver(sent)
    assert answer.status_code in {401, 403}
    assert await member.all() == []


@pytest.mark.parametrize("text", ["", "ocm", "ocm=1", "ocm=();created=x", "=" * 200, "ocm=(" * 900])
async def test_signatures_that_cannot_be_read(strict: Strict14, member: Member, text: str) -> None:
    sent = message(strict, member, offer(strict, member))
    headers = sent.headers | {"Signature-Input": text}
    await none_taken(member, await deliver(replace(sent, headers=headers)), 401)


async def test_keys_that_lie_elsewhere(
    strict: Strict14, evil: Strict14, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cloud whose discovery was made to name another's keys."""
    lies = strict.discovery() | {"jwksUri": f"{evil.url}/ocm/jwks"}
    monkeypatch.setattr(strict, "discovery", lambda: lies)
    sent = signed(evil, member, offer(strict, member), key_id=strict.keyid)
    await none_taken(member, await deliver(sent), 401)
    assert ("GET", "/ocm/jwks") not in evil.asked


def respelt(sent: Signed, how: str) -> Signed:
    """The same message, its signature written in another way."""
    signature = sent.headers["Signature"]
    changed = {
        "as it was": {},
        "with another beside it": {"Signature": f"{signature}, more=:AAAA:"},
        "with other headers": {"X-More": "1", "User-Agent": "somebody else"},
    }[how]
    return replace(sent, headers=sent.headers | changed)


@pytest.mark.parametrize("how", ["as it was", "with another beside it", "with other headers"])
async def test_sent_once_more(strict: Strict14, member: Member, how: str) -> None:
    """It is refused, whatever became of the share; what is signed anew is one and the same share."""
    told = offer(strict, member)
    sent = message(strict, member, told)
    assert (await deliver(sent)).status_code == 201
    again = await deliver(respelt(sent, how))
    assert again.status_code == 401
    assert "ocm/s/" not in again.text
    await member.keeper.settled()
    share = await member.only()
    assert (await deliver(signed(strict, member, told, created=now(1)))).status_code == 201
    assert (await member.only()).id == share.id
    end = strict.prepared(f"{member.url}/ocm/notifications", strict.unsharing(told))
    assert (await deliver(end)).status_code == 201
    assert (await deliver(respelt(end, how))).status_code == 401
    await member.keeper.settled()
    assert (await member.only()).state == "gone"
    assert (await deliver(respelt(sent, how))).status_code == 401
    assert (await member.only()).state == "gone"


def now(seconds: float) -> dt.datetime:
    return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)


async def test_an_older_message_changes_nothing_back(strict: Strict14, member: Member) -> None:
    told = offer(strict, member)
    first = message(strict, member, told)
    await deliver(first)
    await deliver(message(strict, member, told | {"name": "renamed"}))
    assert (await deliver(first)).status_code == 401
    assert (await member.only()).name == "renamed"


async def test_the_older_form(roots: Path, tmp_path: Path) -> None:
    with Nextcloud31(roots) as cloud:
        async with joined(tmp_path, [trusted(cloud, signed=True, cavage=True)]) as member:
            told = offer(cloud, member)
            sent = message(cloud, member, told)
            other = sent.body.replace(b'"name": "shared"', b'"name": "sharee"')
            late = "Mon, 01 Jan 2024 00:00:00 GMT"
            for change in (
                {"body": other},
                {"headers": sent.headers | {"Date": late}},
                {"headers": sent.headers | {"Digest": "SHA-256=AAAA"}},
                {"headers": sent.headers | {"Digest": ""}},
                {"headers": {k: v for k, v in sent.headers.items() if k != "Signature"}},
                {"headers": sent.headers | {"Signature": without(sent, "digest ")}},
                {"headers": sent.headers | {"Signature": without(sent, "(request-target) ")}},
                {"headers": sent.headers | {"Signature": 'keyId="x",signature="!"'}},
            ):
                answer = await deliver(replace(sent, **change))
                assert answer.status_code in {401, 403}, change
            assert await member.all() == []
            assert (await deliver(sent)).status_code == 201
        (tmp_path / "again").mkdir()
        async with joined(tmp_path / "again", [trusted(cloud, signed=True)]) as member:
            sent = message(cloud, member, offer(cloud, member))
            assert (await deliver(sent)).status_code == 401


def without(sent: Signed, name: str) -> str:
    assert name in sent.headers["Signature"]
    return sent.headers["Signature"].replace(name, "")


# Trust.


async def test_clouds_that_are_not_trusted(roots: Path, tmp_path: Path) -> None:
    with Nextcloud28(roots) as denied, Nextcloud28(roots) as unknown:
        rules = [PeerRule("*.example.org"), trusted(denied, allow=False)]
        async with joined(tmp_path, rules) as member:
            for cloud in (denied, unknown):
                answer = await deliver(message(cloud, member, offer(cloud, member)))
                await none_taken(member, answer, 403)
            assert denied.asked == unknown.asked == []


# Without a signature.


async def test_another_secret_for_a_known_share(old: Nextcloud28, member: Member) -> None:
    told = await member.take(old, old.root)
    options = {"sharedSecret": "guessed"}
    forged = told | {"protocol": {"name": "webdav", "options": options}, "name": "forged"}
    assert (await deliver(message(old, member, forged))).status_code == 401
    share = await member.only()
    assert share.secret.value == told["protocol"]["options"]["sharedSecret"]
    assert share.name != "forged"


async def test_who_guesses_the_next_name_takes_nothing(old: Nextcloud28, member: Member) -> None:
    told = offer(old, member)
    options = {"sharedSecret": "guessed"}
    squatting = told | {"protocol": {"name": "webdav", "options": options}, "name": "forged"}
    assert (await deliver(message(old, member, squatting))).status_code == 201
    await member.keeper.settled()
    assert (await deliver(message(old, member, told))).status_code == 201
    await member.keeper.settled()
    (share,) = await member.all("pending", "open", "missing")
    assert (share.state, share.name) == ("open", "shared")
    assert (await deliver(message(old, member, squatting))).status_code == 401


async def test_a_secret_that_opens_nothing(
    old: Nextcloud28, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = offer(old, member)
    old.grants.clear()
    assert (await deliver(message(old, member, told))).status_code == 201
    await member.keeper.settled()
    assert (await member.only()).state == "pending"
    assert old.heard == []
    monkeypatch.setattr(keeper, "YOUNG", 0.0)
    await member.keeper.round()
    await member.keeper.settled()
    assert (await member.only()).state == "gone"


def over(provider_id: object, **told: object) -> dict[str, object]:
    return {
        "notificationType": "SHARE_UNSHARED",
        "resourceType": "file",
        "providerId": provider_id,
        "notification": told,
    }


@pytest.mark.parametrize("told", [{}, {"sharedSecret": "wrong"}, {"sharedSecret": 7}])
async def test_an_end_that_is_not_proven(
    old: Nextcloud28, member: Member, told: dict[str, Any]
) -> None:
    announced = await member.take(old, old.root)
    answer = await member.tell(old, over(announced["providerId"], **told))
    assert answer.status_code == 201
    assert (await member.only()).state == "open"


async def test_hints_make_us_look_not_often(old: Nextcloud28, member: Member) -> None:
    announced = await member.take(old, old.root)
    before = len(old.asked)
    for _ in range(20):
        await member.tell(old, over(announced["providerId"]))
    assert len(old.asked) - before <= 2


async def test_another_cloud_ends_nothing_of_ours(
    old: Nextcloud28, evil: Strict14, strict: Strict14, member: Member
) -> None:
    for cloud in (old, strict):
        announced = await member.take(cloud, cloud.root)
        answer = await member.tell(evil, over(announced["providerId"]))
        assert answer.status_code in {201, 400}
    assert {share.state for share in await member.all()} == {"open"}


async def test_a_secret_is_no_proof_for_who_must_sign(
    strict: Strict14, old: Nextcloud28, member: Member
) -> None:
    announced = await member.take(strict, strict.root)
    secret = strict.grant_of(announced).secret
    answer = await member.tell(old, over(announced["providerId"], sharedSecret=secret))
    assert answer.status_code == 400
    assert (await member.only()).state == "open"


@pytest.mark.parametrize("how", ["altered", "unsigned", "foreign", "for a share", "of old"])
async def test_an_end_that_is_signed_wrongly(
    strict: Strict14, evil: Strict14, member: Member, how: str
) -> None:
    announced = await member.take(strict, strict.root)
    url = f"{member.url}/ocm/notifications"
    told = over(announced["providerId"], sharedSecret=strict.grant_of(announced).secret)
    sent = strict.prepared(url, told)
    plain = {k: v for k, v in sent.headers.items() if not k.startswith("Signature")}
    elsewhere = strict.prepared(f"{member.url}/ocm/shares", told)
    wrong = {
        "altered": replace(sent, body=sent.body.replace(b"UNSHARED", b"DELETED_")),
        "unsigned": replace(sent, headers=plain),
        "foreign": evil.prepared(url, told),
        "for a share": replace(elsewhere, url=url),
        "of old": replace(signed(strict, member, told, created=now(-400)), url=url),
    }[how]
    answer = await deliver(wrong)
    assert answer.status_code in {400, 401, 201}
    await member.keeper.settled()
    assert (await member.only()).state == "open"
    assert (await deliver(sent)).status_code == 201
    await member.keeper.settled()
    assert (await member.only()).state == "gone"


# Addresses.


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:1/x",
        "http://169.254.169.254/latest/meta-data",
        "https://localhost/x",
        "file:///etc/passwd",
        "http://[::1]/x",
        "gopher://127.0.0.1/x",
        "http://user:pw@127.0.0.1/x",
        "../../ocs/v2.php",
        "a/%2e%2e/%2e%2e/b",
        "..\\x",
        "x?y=1",
        "x#y",
        "x\ny",
        "//127.0.0.1:1/x",
    ],
)
async def test_files_that_lie_elsewhere(old: Nextcloud28, member: Member, uri: str) -> None:
    told = offer(old, member)
    new = {"uri": uri, "sharedSecret": "x", "permissions": ["read"]}
    told["protocol"]["webdav"] = new
    answer = await deliver(message(old, member, told))
    if answer.status_code == 201:  # a path below its own root
        await member.keeper.settled()
        assert {share.state for share in await member.all()} <= {"pending", "missing"}
        return
    await none_taken(member, answer, 400)
    assert "protocol.webdav.uri" in answer.text
    assert old.asked == []


class Misleading(Cloud):
    """Says that its files, keys, tokens or messages belong with another host."""

    lies: dict[str, Any]
    moved = ""

    def discovery(self) -> dict[str, Any]:
        return super().discovery() | self.lies

    def answer(self, request: Request) -> Answer:
        if self.moved and request.path in self.places:
            return redirect(f"{self.moved}{request.path}")
        return super().answer(request)


@pytest.mark.parametrize("what", ["files", "token", "messages", "itself"])
async def test_a_cloud_that_names_another(
    strict: Strict14, roots: Path, tmp_path: Path, what: str
) -> None:
    with Misleading(roots) as cloud:
        where = f"{strict.url}{strict.dav_root}"
        types = [{"name": "file", "shareTypes": ["user"], "protocols": {"webdav": where}}]
        cloud.lies = {
            "files": {"resourceTypes": types},
            "token": {
                "tokenEndPoint": f"{strict.url}/ocm/token",
                "capabilities": ["exchange-token"],
            },
            "messages": {"endPoint": f"{strict.url}/ocm"},
            "itself": {},
        }[what]
        cloud.moved = strict.url if what == "itself" else ""
        rules = [trusted(cloud), trusted(strict, signed=True)]
        async with joined(tmp_path, rules) as member:
            answer = await cloud.post(f"{member.url}/ocm/shares", offer(cloud, member))
            assert answer.status_code == 201
            await member.keeper.settled()
            share = await member.only()
            if what in {"files", "itself"}:
                assert share.state == ("pending" if what == "files" else "open")
            assert [path for method, path in strict.asked if method != "GET"] == []
            assert strict.heard == []


# Sizes and shapes.


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b'{"shareWith": {"a": 1}, "protocol": []}',
        json.dumps({"shareWith": "x" * 5000}).encode(),
    ],
    ids=range(10),
)
@pytest.mark.parametrize("place", ["shares", "notifications", "invite-accepted"])
async def test_bodies_that_are_none(member: Member, body: bytes, place: str) -> None:
    async with httpx.AsyncClient(verify=False) as client:  # noqa: S501 (http)
        answer = await client.post(f"{member.url}/ocm/{place}", content=body)
    await none_taken(member, answer, 400)
    assert isinstance(answer.json()["validationErrors"], list)


async def test_a_body_too_large(old: Nextcloud28, member: Member) -> None:
    told = offer(old, member) | {"description": "x" * 70_000}
    try:
        answer = await deliver(message(old, member, told))
        assert answer.status_code in {400, 413}
    except httpx.HTTPError:
        pass  # the line is cut
    assert await member.all() == []
    assert (await old.post(f"{member.url}/ocm/shares", offer(old, member))).status_code == 201


@pytest.mark.parametrize("place", ["discovery", "jwks"])
async def test_answers_too_large(
    strict: Strict14, member: Member, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    large = {"keys": [], "apiVersion": "1", "padding": "x" * (1 << 20)}
    if place == "discovery":
        monkeypatch.setattr(strict, "discovery", lambda: large)
    else:
        monkeypatch.setattr(strict, "more", lambda _request: as_json(large))
    await none_taken(member, await deliver(message(strict, member, offer(strict, member))), 401)


@pytest.mark.parametrize("field", ["name", "providerId", "owner", "sender", "shareWith"])
@pytest.mark.parametrize("text", ["\\ud800", "\\u0000", "a\\u0000b", "\\u202e", "\\r\\n", "/", " "])
async def test_texts_that_are_awkward(
    old: Nextcloud28, member: Member, field: str, text: str
) -> None:
    """Refused, or taken so that it can be kept, shown and opened; never our failure."""
    told = offer(old, member)
    told[field] = "@@" if field in {"name", "providerId"} else f"@@{told.get(field) or 'a@b.c'}"
    body = json.dumps(told).replace("@@", text)
    answer = await deliver(message(old, member, body.encode()))
    assert answer.status_code in {201, 400, 403}, answer.text
    await member.keeper.settled()
    for share in await member.all("open"):
        found = await member.resolve(share)
        assert found.name.isprintable()
        assert found.name


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "9" * 5000, "true", '"soon"'])
async def test_numbers_that_are_awkward(old: Nextcloud28, member: Member, number: str) -> None:
    told = json.dumps(offer(old, member) | {"expiration": "@@"}).replace('"@@"', number)
    answer = await deliver(message(old, member, told.encode()))
    await none_taken(member, answer, 400)


# Floods.


async def test_a_flood_of_messages(
    old: Nextcloud28, strict: Strict14, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than a minute's worth in one cloud's name; others, and what was there, go on."""
    monkeypatch.setattr(senders, "PER_MINUTE", 20)
    await member.take(old, old.root)
    told = offer(old, member) | {"shareWith": "nobody@nowhere.example.org"}
    sent = message(old, member, told)
    answers = [await deliver(sent) for _ in range(30)]
    assert {one.status_code for one in answers} == {400, 429}
    assert answers[-1].headers["Retry-After"]
    await member.take(strict, strict.root)
    assert await member.files((await member.all("open"))[-1])


async def test_a_flood_of_shares(
    old: Nextcloud28, strict: Strict14, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Announced in a cloud's name, opening nothing: bounded, and nothing of it is lost."""
    monkeypatch.setattr(desk, "UNSEEN", 5)
    await member.take(old, old.root)
    invented = offer(old, member)
    old.grants.pop(invented["protocol"]["options"]["sharedSecret"])
    answers = []
    for number in range(1000, 1030):
        told = invented | {"providerId": number}
        answers.append((await deliver(message(old, member, told))).status_code)
    await member.keeper.settled()
    assert set(answers) == {201, 429}
    assert len(await member.all("pending", "missing")) == 5
    assert [share.state for share in await member.all("open")] == ["open"]
    # What a cloud refuses us for is bounded as well: it would lock us out.
    assert old.refused <= 2 * 10
    await member.take(strict, strict.root)
    assert len(await member.all("open")) == 2


async def test_as_many_as_the_operator_allows(old: Nextcloud28, tmp_path: Path) -> None:
    async with joined(tmp_path, [trusted(old)], most=3) as member:
        answers = [await deliver(message(old, member, offer(old, member))) for _ in range(5)]
        assert [one.status_code for one in answers] == [201, 201, 201, 429, 429]
        assert len(await member.all()) == 3


# Secrets.


@pytest.mark.parametrize(
    "secret", ["line\nbreak", "", "ünicode", " spaced ", "x" * 9000, 7, None, ["a"], {"a": "b"}]
)
async def test_secrets_that_are_none(old: Nextcloud28, member: Member, secret: object) -> None:
    told = offer(old, member)
    told["protocol"]["options"]["sharedSecret"] = secret
    answer = await deliver(message(old, member, told))
    await none_taken(member, answer, 400)


ODD = "s3cr3t-that-must-not-be-seen"


@pytest.mark.parametrize(
    "place",
    ["name", "providerId", "owner", "sender", "shareWith", "shareType", "resourceType", "uri"],
)
async def test_secrets_in_odd_places(
    old: Nextcloud28,
    member: Member,
    said: list[Any],
    caplog: pytest.LogCaptureFixture,
    place: str,
) -> None:
    told = offer(old, member)
    told["protocol"]["options"]["sharedSecret"] = ODD
    old.grants = {ODD: next(iter(old.grants.values()))}
    if place == "uri":
        told["protocol"]["webdav"] = {"sharedSecret": ODD, "uri": f"{old.url}/x/{ODD}"}
    else:
        told[place] = f"{ODD}@{old.host}" if place in {"owner", "sender"} else ODD
    answer = await deliver(message(old, member, told))
    await member.keeper.settled()
    if answer.status_code == 201:
        share = await member.only()
        assert ODD not in await failing(member, share)
        await member.tell(old, over(share.provider_id, sharedSecret=ODD))
        assert (await member.only()).state == "gone"
    assert ODD not in answer.text
    assert ODD not in repr(said)
    assert ODD not in caplog.text
    assert not holding(member.data, ODD.encode())


async def failing(member: Member, share: Any) -> str:
    try:
        await member.resolve(share)
    except VaasError as error:
        return error.detail
    return ""
