"""What somebody can post who wants to see a share of another cloud, or to pose as that cloud."""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import structlog
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from tests.contracts.clouds import Cloud, Signed, deliver
from tests.contracts.integrators import Integrator, Receiver, address_in, visit_in
from tests.contracts.membership import Member, joined, trusted
from tests.traces import holding
from vaas.demo.http import as_json
from vaas.errors import ShareUnknown
from vaas.mesh import gate as gate_module
from vaas.mesh.bearers import MOST, Bearers
from vaas.mesh.jwts import Claims
from vaas.mesh.visits import Visit, Visits
from vaas.model import Secret
from vaas.state import Vault
from vaas.state.values import Hosted

PREFIX = "/services/ocm"
OPEN = f"{PREFIX}/open"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clouds") / "shared"
    folder.mkdir()
    (folder / "app.ipynb").write_text("{}")
    return folder


@pytest.fixture(scope="module")
def good(root: Path) -> Iterator[Integrator]:
    with Integrator(root) as found:
        yield found


@pytest.fixture(scope="module")
def evil(root: Path) -> Iterator[Integrator]:
    """Another cloud that a rule names too."""
    with Integrator(root) as found:
        yield found


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[list[Any]]:
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as ours:
        yield ours


@pytest.fixture
async def member(
    good: Integrator, evil: Integrator, tmp_path: Path, said: list[Any]
) -> AsyncIterator[Member]:
    good.forget()
    evil.forget()
    rules = [trusted(good), trusted(evil)]
    terms = {"prefix": PREFIX, "introspect": f"{good.url}/ocm/introspect", "visible": "address"}
    async with joined(tmp_path, rules, **terms) as found:
        yield found
    assert not [one for one in said if one["log_level"] == "error"]


async def told(member: Member, cloud: Integrator, **more: Any) -> Any:
    grant = cloud.grant(cloud.root)
    answer = await cloud.post(f"{member.url}{PREFIX}/shares", cloud.told(grant, **more))
    assert answer.status_code == 201
    return grant


async def refused(member: Member, token: str, **form: str) -> None:
    answer = await member.enter(OPEN, access_token=token, **form)
    assert answer.status_code == 403, answer.headers
    assert "Set-Cookie" not in answer.headers
    assert token not in answer.text


# Tokens.


def pieces(token: str) -> list[str]:
    return token.split(".")


def encoded(told: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def altered(token: str, **claims: Any) -> str:
    header, payload, signature = pieces(token)
    whole = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return ".".join([header, encoded(whole | claims), signature])


def unsigned(token: str, algorithm: str) -> str:
    _, payload, _ = pieces(token)
    return f"{encoded({'typ': 'at+jwt', 'alg': algorithm, 'kid': 'x'})}.{payload}."


async def test_an_honest_one_opens(member: Member, good: Integrator) -> None:
    grant = await told(member, good)
    entered = await member.enter(OPEN, access_token=good.token(grant))
    assert await member.visited(address_in(entered), visit_in(entered)) == {"app.ipynb": b"{}"}


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1_000_000_000},
        {"exp": 4_000_000_000},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": float("1e30")},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
        {"aud": "mallory@receiver.example.org"},
        {"aud": ["bob@receiver.example.org", "mallory@receiver.example.org"]},
        {"aud": None},
        {"aud": 7},
        {"sub": "mallory"},
        {"sub": None},
        {"client_id": "share-0"},
        {"client_id": None},
        {"iss": None},
        {"iss": "https://elsewhere.example.org"},
        {"iss": "ftp://127.0.0.1"},
        {"iss": "http://"},
        {"iss": ["x"]},
        {"client_id": None, "ocm_ip": {"protocol": {"webdav": {"uri": "x"}}}},
    ],
    ids=str,
)
async def test_what_a_token_must_say(
    member: Member, good: Integrator, claims: dict[str, Any]
) -> None:
    grant = await told(member, good)
    await refused(member, good.token(grant, **claims))


@pytest.mark.parametrize(
    "header", [{"typ": "JWT"}, {"typ": "dpop+jwt"}, {"kid": "other"}, {"kid": ""}], ids=str
)
async def test_what_its_header_must_say(
    member: Member, good: Integrator, header: dict[str, str]
) -> None:
    grant = await told(member, good)
    await refused(member, good.token(grant, header=header))


async def test_altered_unsigned_or_signed_by_others(
    member: Member, good: Integrator, evil: Integrator
) -> None:
    grant = await told(member, good)
    token = good.token(grant)
    other = await told(member, good, shareWith="mallory@receiver.example.org")
    theirs = good.token(other, aud="mallory@receiver.example.org")
    for wrong in (
        altered(token, aud="mallory@receiver.example.org"),
        altered(theirs, client_id=grant.provider_id),
        unsigned(token, "none"),
        unsigned(token, "None"),
        ".".join([*pieces(token)[:2], pieces(theirs)[2]]),
        token[:-4],
        good.token(grant, key=OKPKey.generate_key("Ed25519", private=True)),
        evil.token(grant, iss=good.url),
        evil.token(grant, iss=good.url, header={"kid": good.keyid}),
        evil.token(grant, header={"kid": good.keyid}),
        evil.token(grant),
        "a.b.c",
        "....",
        f"{encoded([1])}.{encoded([2])}.x",
        f"{'e' * 5000}.{'e' * 5000}.x",
    ):
        await refused(member, wrong)


async def test_the_public_key_is_no_secret_to_sign_with(member: Member, good: Integrator) -> None:
    grant = await told(member, good)
    public = good.key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for key in (public, good.key.public_key.public_bytes_raw(), b"x" * 32):
        token = good.token(grant, header={"alg": "HS256"}, key=OctKey.import_key(key.hex()))
        await refused(member, token)


@pytest.mark.parametrize(
    ("make", "algorithm"),
    [
        (lambda: ECKey.generate_key("P-256", private=True), "ES256"),
        (lambda: ECKey.generate_key("P-384", private=True), "ES384"),
        (lambda: RSAKey.generate_key(2048, private=True), "RS256"),
        (lambda: RSAKey.generate_key(2048, private=True), "PS512"),
    ],
    ids=["P-256", "P-384", "RSA", "RSA-PSS"],
)
async def test_other_kinds_of_keys(
    member: Member,
    good: Integrator,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[], Any],
    algorithm: str,
) -> None:
    grant = await told(member, good)
    key = make()
    public = {"keys": [key.as_dict(private=False) | {"kid": "another"}]}
    monkeypatch.setattr(good, "more", lambda _request: as_json(public))
    monkeypatch.setattr("vaas.mesh.peers.KEYS_AGAIN", -1.0)
    header = {"alg": algorithm, "kid": "another"}
    answer = await member.enter(OPEN, access_token=good.token(grant, header=header, key=key))
    assert answer.status_code == 303


async def test_a_cloud_speaks_for_its_own_shares_alone(
    member: Member, good: Integrator, evil: Integrator
) -> None:
    """Not by a token that tells of a share, not by the same name."""
    grant = await told(member, good)
    theirs = evil.itself(grant)
    theirs["protocol"] = {"webdav": {"uri": f"{good.url}/dav/shares/{grant.provider_id}"}}
    await refused(member, evil.token(grant, client_id="x", ocm_ip=theirs))
    evil.shared[grant.provider_id] = grant
    entered = await member.enter(OPEN, access_token=evil.token(grant, ocm_ip=evil.itself(grant)))
    own = await member.enter(OPEN, access_token=good.token(grant))
    assert address_in(entered) != address_in(own)
    with pytest.raises(ShareUnknown):
        await member.mesh.entry.link(address_in(own), "", "", visit=visit_in(entered))
    await member.mesh.entry.link(address_in(own), "", "", visit=visit_in(own))


async def test_who_may_see_received_shares_may_not_see_these(
    member: Member, good: Integrator
) -> None:
    """Even where the address alone is enough for others."""
    grant = await told(member, good)
    entered = await member.enter(OPEN, access_token=good.token(grant))
    with pytest.raises(ShareUnknown):
        await member.mesh.entry.link(address_in(entered), "", "", visit="")


async def test_a_pass_is_for_one_share(member: Member, good: Integrator) -> None:
    one, other = await told(member, good), await told(member, good)
    first = await member.enter(OPEN, access_token=good.token(one))
    second = await member.enter(OPEN, access_token=good.token(other))
    with pytest.raises(ShareUnknown):
        await member.mesh.entry.link(address_in(first), "", "", visit=visit_in(second))


async def test_the_forms_end_of_a_token_must_agree(member: Member, good: Integrator) -> None:
    grant = await told(member, good)
    ends = int(time.time()) + 600
    token = good.token(grant, exp=ends)
    for right in (str(1000 * ends), str(ends), "600", "0", ""):
        answer = await member.enter(OPEN, access_token=token, access_token_ttl=right)
        assert answer.status_code == 303
    for wrong in (str(1000 * (ends + 3600)), "86400", "-1", "nan", "inf", "x"):
        await refused(member, token, access_token_ttl=wrong)


async def test_two_tokens_none_and_too_much(member: Member, good: Integrator) -> None:
    token = good.token(await told(member, good))
    async with httpx.AsyncClient(verify=False) as client:  # noqa: S501 (http)
        twice = await client.post(f"{member.url}{OPEN}", data={"access_token": [token, token]})
        none = await client.post(f"{member.url}{OPEN}", data={"x": "y"})
        odd = await client.post(f"{member.url}{OPEN}", data={"access_token": "füße"})
        query = await client.post(f"{member.url}{OPEN}?access_token={token}")
        for answer in (twice, none, odd, query):
            assert answer.status_code == 403
            assert "Set-Cookie" not in answer.headers
        with suppress(httpx.HTTPError):  # the line is cut
            large = await client.post(f"{member.url}{OPEN}", data={"access_token": "x" * 70_000})
            assert large.status_code in {400, 413}
    assert (await member.enter(OPEN, access_token=token)).status_code == 303


async def test_no_token_is_in_any_address_log_or_file(
    member: Member, good: Integrator, said: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    grant = await told(member, good)
    token, secret = good.token(grant), good.opaque(good.grant(good.root))
    for one in (token, secret, altered(token, sub="mallory")):
        answer = await member.enter(OPEN, access_token=one)
        assert one not in str(answer.headers)
    entered = await member.enter(OPEN, access_token=token)
    await member.visited(address_in(entered), visit_in(entered))
    for one in (token, secret):
        assert one not in repr(said)
        assert one not in caplog.text
        assert not holding(member.data, one.encode())


async def test_questions_about_tokens_are_counted(
    member: Member, good: Integrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = next(gate for at, gate in member.mesh.gates if at == OPEN)
    monkeypatch.setattr(gate._asker, "_times", type(gate._asker._times)(maxlen=5))
    monkeypatch.setattr(gate_module, "QUESTIONS", 5)
    answers = [await member.enter(OPEN, access_token=f"guess{one}") for one in range(7)]
    assert [one.status_code for one in answers] == [403] * 5 + [429] * 2
    assert good.introspected == 5
    assert (await member.enter(OPEN, access_token=good.token(await told(member, good)))).is_redirect


async def test_held_tokens_are_counted(member: Member, good: Integrator) -> None:
    bearers: Bearers = member.mesh._bearers
    now = time.time()
    claims = Claims(good.host, "alice", "bob@receiver.example.org", "x", now, now + 600)
    for number in range(MOST + 4):
        share = Hosted(f"{number:032}", good.host, "x", "alice", "bob", "name", "uri")
        bearers.take(share, Secret("x"), claims, passing=True, again=None)
    assert len(bearers._held) == MOST


# Visits.


def test_passes_hold_for_their_share_and_as_they_are() -> None:
    passes = Visits(Vault([Secret("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")]))
    one = Visit("a" * 32, "", 5.0, "https://cloud.example.org/x?y", ("cloud.example.org",))
    text = passes.write(one)
    assert passes.read("a" * 32, text) == one
    assert passes.read("b" * 32, text) is None
    body, _, signature = text.partition(".")
    for wrong in ("", ".", body, f".{signature}", f"{body}x.{signature}", f"{body}.{signature}x"):
        assert passes.read("a" * 32, wrong) is None


# The back channel.


async def test_only_clouds_that_a_rule_names_and_only_signed(
    good: Integrator, evil: Integrator, tmp_path: Path
) -> None:
    """Even where the mesh is open to all."""
    for cloud in (good, evil):
        cloud.forget()
    async with joined(tmp_path, [trusted(good)], open=True, prefix=PREFIX) as member:
        where = f"{member.url}{PREFIX}/shares"
        grant = evil.grant(evil.root)
        assert (await evil.post(where, evil.told(grant))).status_code == 401
        assert evil.asked == []  # not even its keys
        itself = evil.itself(grant)
        await refused(member, evil.token(grant, ocm_ip=itself))
        await refused(member, evil.token(grant, ocm_ip=itself, iss="https://cloud.example.org"))
        assert evil.asked == []
        sent = good.prepared(where, good.told(grant))
        plain = {k: v for k, v in sent.headers.items() if not k.startswith("Signature")}
        assert (await deliver(replace(sent, headers=plain))).status_code == 401
        told_ = json.dumps(evil.told(grant, sender=f"alice@{good.host}")).encode()
        assert (await deliver(evil.prepared(where, told_))).status_code == 401
        body = sent.body.replace(b"bob@", b"eve@")
        assert (await deliver(replace(sent, body=body))).status_code == 401
        assert await member.mesh.store.hosted.count(good.host) == 0


async def test_a_replay_tells_nothing_anew(member: Member, good: Integrator) -> None:
    grant = good.grant(good.root)
    sent = good.prepared(f"{member.url}{PREFIX}/shares", good.told(grant))
    assert [(await deliver(sent)).status_code for _ in range(2)] == [201, 401]
    end = good.prepared(f"{member.url}{PREFIX}/revoke", good.over(grant))
    assert (await deliver(end)).json() == {"status": "revoked"}
    assert (await deliver(sent)).status_code == 401
    await refused(member, good.token(grant))
    anew = good.told(grant, description="anew")
    assert (await good.post(f"{member.url}{PREFIX}/shares", anew)).status_code == 201
    assert (await deliver(end)).status_code == 401
    assert (await member.enter(OPEN, access_token=good.token(grant))).status_code == 303


async def test_nobody_ends_the_share_of_another(
    member: Member, good: Integrator, evil: Integrator
) -> None:
    grant = await told(member, good)
    where = f"{member.url}{PREFIX}/revoke"
    mine = evil.over(grant)
    assert (await evil.post(where, mine)).json() == {"status": "gone"}
    assert (await evil.post(where, mine | {"sender": f"alice@{good.host}"})).status_code == 401
    assert (await Cloud.post(_Unsigned(good), where, good.over(grant))).status_code == 401
    assert (await member.enter(OPEN, access_token=good.token(grant))).status_code == 303


class _Unsigned:
    """A cloud that does not sign."""

    def __init__(self, cloud: Integrator) -> None:
        self.cloud = cloud

    def prepared(self, url: str, told: object) -> Signed:
        sent = self.cloud.prepared(url, told)
        headers = {k: v for k, v in sent.headers.items() if not k.startswith("Signature")}
        return replace(sent, headers=headers)


@pytest.mark.parametrize(
    "uri",
    ["http://127.0.0.1:1/", "https://169.254.169.254/x", "../..", "a/%2e%2e/b", "a?b", "\x00"],
)
async def test_files_lie_at_the_cloud_that_tells_of_them(
    member: Member, good: Integrator, uri: str
) -> None:
    grant = good.grant(good.root)
    told_ = good.told(grant)
    told_["protocol"]["webdav"]["uri"] = uri
    assert (await good.post(f"{member.url}{PREFIX}/shares", told_)).status_code == 400


async def test_a_secret_that_is_told_all_the_same_is_not_kept(
    member: Member, good: Integrator, said: list[Any]
) -> None:
    grant = good.grant(good.root)
    told_ = good.told(grant)
    for name in ("webdav", "webapp"):
        told_["protocol"][name]["sharedSecret"] = "open-sesame"
    told_["protocol"]["options"] = {"sharedSecret": "open-sesame"}
    assert (await good.post(f"{member.url}{PREFIX}/shares", told_)).status_code == 201
    assert not holding(member.data, b"open-sesame")
    assert "open-sesame" not in repr(said)


async def test_shares_of_one_cloud_are_counted(good: Integrator, tmp_path: Path) -> None:
    good.forget()
    async with joined(tmp_path, [trusted(good)], most=2, prefix=PREFIX) as member:
        grants = [good.grant(good.root) for _ in range(3)]
        answers = [
            await good.post(f"{member.url}{PREFIX}/shares", good.told(grant)) for grant in grants
        ]
        assert [one.status_code for one in answers] == [201, 201, 429]
        again = good.told(grants[0], description="more")
        assert (await good.post(f"{member.url}{PREFIX}/shares", again)).status_code == 201
        await good.post(f"{member.url}{PREFIX}/revoke", good.over(grants[0]))
        last = good.told(grants[2], description="more")
        assert (await good.post(f"{member.url}{PREFIX}/shares", last)).status_code == 201


async def test_without_a_prefix_there_is_no_such_door(good: Integrator, tmp_path: Path) -> None:
    async with joined(tmp_path, [trusted(good)]) as member:
        grant = good.grant(good.root)
        for what in ("shares", "revoke", "close", "open", ""):
            answer = await good.post(f"{member.url}{PREFIX}/{what}", good.told(grant))
            assert answer.status_code == 404


# What we sent.


@pytest.fixture
async def sending(
    good: Integrator, evil: Integrator, tmp_path: Path, root: Path
) -> AsyncIterator[tuple[Member, Receiver]]:
    good.forget()
    with Receiver(tmp_path / "receiver") as receiver:
        rules = [trusted(good), trusted(evil), trusted(receiver)]
        async with joined(tmp_path, rules, visible="sender") as member:
            await member.take(good, root)
            await member.mesh.sharing.send((await member.only()).id, f"bob@{receiver.host}")
            yield member, receiver


async def test_only_our_own_tokens_open_what_we_sent(
    sending: tuple[Member, Receiver], good: Integrator
) -> None:
    member, receiver = sending
    share = await member.only()
    one = (await member.mesh.sharing.sent(share.id))[0]
    two = await member.mesh.sharing.send(share.id, f"eve@{receiver.host}")
    eves = (await receiver.exchange(member.url)).json()["access_token"]
    keyid = member.mesh._signer.keyid
    grant = good.grant(good.root)
    fake = {"iss": member.url, "sub": "dashboards", "aud": one.to, "client_id": one.id}
    at = f"/ocm/open/{one.id}"
    for token in (
        eves,
        altered(eves, aud=one.to, client_id=one.id),
        unsigned(altered(eves, aud=one.to, client_id=one.id), "none"),
        good.token(grant, **fake, header={"kid": keyid}),
        good.token(grant, **fake),
        good.token(grant, **(fake | {"iss": good.url})),
        one.secret.value,
        "",
    ):
        answer = await member.enter(at, access_token=token)
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (403, False)
    assert (await member.enter(f"/ocm/open/{two.id}", access_token=eves)).status_code == 303
    assert (await member.enter(f"/ocm/open/{'0' * 32}", access_token=eves)).status_code == 403
    async with httpx.AsyncClient(verify=False) as client:  # noqa: S501 (http)
        key = member.mesh._vault.sign(f"open {one.id}")
        for query in ("", "?key=x", f"?key={key}"):  # that one comes with a token
            assert (await client.get(f"{member.url}{at}{query}")).status_code == 403


async def test_secrets_are_exchanged_by_who_has_them(
    sending: tuple[Member, Receiver], evil: Integrator
) -> None:
    member, receiver = sending
    form = {"grant_type": "ocm_share", "code": receiver.app["sharedSecret"]}

    async def ask(client: str) -> httpx.Response:
        """Another cloud asks, and signs with its own key."""
        body = urlencode(form | {"client_id": client}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        headers["Content-Length"] = str(len(body))
        message = Signed("POST", f"{member.url}/ocm/token", headers, body)
        evil.sign(message)
        return await deliver(message)

    assert (await ask(evil.host)).json() == {"error": "invalid_grant"}
    assert (await ask(receiver.host)).status_code == 401


async def test_only_they_say_that_they_decline(
    sending: tuple[Member, Receiver], evil: Integrator
) -> None:
    member, receiver = sending
    share = await member.only()
    told_ = receiver.notification("SHARE_DECLINED")
    assert (await evil.post(f"{member.url}/ocm/notifications", told_)).status_code == 401
    wrong = receiver.notification("SHARE_DECLINED", sharedSecret="guess")
    unsigned_ = _Unsigned(receiver)
    assert (
        await Cloud.post(unsigned_, f"{member.url}/ocm/notifications", wrong)
    ).status_code == 401
    assert len(await member.mesh.sharing.sent(share.id)) == 1
    assert (await receiver.post(f"{member.url}/ocm/notifications", told_)).status_code == 201
    assert await member.mesh.sharing.sent(share.id) == []
