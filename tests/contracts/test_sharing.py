"""Dashboards that we share with people of other clouds, each cloud in its own way."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import jsonschema
import pytest
from joserfc import jws

from tests.contracts.clouds import Nextcloud28
from tests.contracts.integrators import (
    FilesOnly,
    OlderReceiver,
    Receiver,
    RevaReceiver,
    address_in,
    visit_in,
)
from tests.contracts.membership import Member, joined, trusted
from tests.traces import holding
from vaas.errors import (
    MessageInvalid,
    NotTaken,
    PeerNotTrusted,
    ShareHidden,
    ShareUnknown,
    ShareWithdrawn,
)

TOKEN = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in"],
    "additionalProperties": False,
    "properties": {
        "access_token": {"type": "string", "pattern": r"^[\w-]+\.[\w-]+\.[\w-]+$"},
        "token_type": {"const": "Bearer"},
        "expires_in": {"type": "integer", "minimum": 60},
    },
}
REFUSED = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {"enum": ["invalid_grant", "invalid_request", "unsupported_grant_type"]}
    },
}
BOOK = b'{"cells": []}'


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nextcloud28]:
    with Nextcloud28(tmp_path_factory.mktemp("source")) as found:
        (found.root / "app.ipynb").write_bytes(BOOK)
        yield found


@pytest.fixture(
    params=[Receiver, RevaReceiver, OlderReceiver],
    ids=lambda kind: kind.__name__,
    scope="module",
)
def cloud(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Receiver]:
    with request.param(tmp_path_factory.mktemp("cloud")) as found:
        yield found


@pytest.fixture(scope="module")
def modern(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    with Receiver(tmp_path_factory.mktemp("modern")) as found:
        yield found


@asynccontextmanager
async def joined_by(
    source: Nextcloud28, cloud: Receiver, data: Path, **rule: bool
) -> AsyncIterator[Member]:
    source.forget()
    cloud.forget()
    rules = [trusted(source), trusted(cloud, **rule)]
    async with joined(data, rules, visible="sender") as found:
        await found.take(source, source.root)
        yield found


@pytest.fixture
async def member(source: Nextcloud28, cloud: Receiver, tmp_path: Path) -> AsyncIterator[Member]:
    async with joined_by(source, cloud, tmp_path) as found:
        yield found


@pytest.fixture
async def strict(source: Nextcloud28, modern: Receiver, tmp_path: Path) -> AsyncIterator[Member]:
    """A member that wants all of that cloud signed."""
    async with joined_by(source, modern, tmp_path, signed=True) as found:
        yield found


async def visit(member: Member, cloud: Receiver) -> httpx.Response:
    """Open what was shared as the product does."""
    address = cloud.app["uri"]
    if type(cloud) is Receiver:
        token = (await cloud.exchange(member.url)).json()["access_token"]
        where = urlsplit(address)
        assert not where.query
        return await member.enter(where.path, access_token=token)
    async with httpx.AsyncClient(verify=False) as client:  # noqa: S501 (http)
        return await client.get(address)


async def test_it_is_shared_opened_and_taken_back(member: Member, cloud: Receiver) -> None:
    share = await member.only()
    sharing = member.mesh.sharing
    sent = await sharing.send(share.id, f"bob@{cloud.host}")
    (told,) = cloud.taken
    assert told["shareWith"] == f"bob@{cloud.host}"
    assert (told["providerId"], told["owner"]) == (sent.id, member.address)
    assert await sharing.sent(share.id) == [sent]
    entered = await visit(member, cloud)
    assert address_in(entered) == share.id
    assert await member.visited(share.id, visit_in(entered)) == {"app.ipynb": BOOK}
    with pytest.raises(ShareHidden):
        await member.visited("0" * 32, visit_in(entered))

    assert await sharing.revoke(sent.id)
    (heard,) = cloud.heard
    assert (heard["notificationType"], heard["providerId"]) == ("SHARE_UNSHARED", sent.id)
    assert heard["notification"]["sharedSecret"] == sent.secret.value
    assert heard["notification"]["grantee"] == sent.to
    with pytest.raises(ShareHidden):
        await member.visited(share.id, visit_in(entered))
    assert not await sharing.revoke(sent.id)
    assert await sharing.sent(share.id) == []
    assert not holding(member.data, sent.id.encode())


async def test_shared_again_it_is_the_same(member: Member, cloud: Receiver) -> None:
    share = await member.only()
    first = await member.mesh.sharing.send(share.id, f"bob@{cloud.host}")
    again = await member.mesh.sharing.send(share.id, f"bob@https://{cloud.host}/")
    assert first == again
    assert cloud.taken[0] == cloud.taken[1]
    await member.mesh.sharing.send(share.id, f"carol@{cloud.host}")
    assert len(await member.mesh.sharing.sent(share.id)) == 2


async def test_the_secret_is_on_disk_only_encrypted(member: Member, cloud: Receiver) -> None:
    sent = await member.mesh.sharing.send((await member.only()).id, f"bob@{cloud.host}")
    assert not holding(member.data, sent.secret.value.encode())
    assert sent.secret.value not in repr(sent)


async def test_it_ends_with_what_it_shows(
    member: Member, cloud: Receiver, source: Nextcloud28
) -> None:
    share = await member.only()
    sent = await member.mesh.sharing.send(share.id, f"bob@{cloud.host}")
    entered = await visit(member, cloud)
    announced = {"providerId": next(iter(source.grants.values())).provider_id}
    await member.tell(source, source.unsharing(announced))
    await member.keeper.settled()
    with pytest.raises((ShareWithdrawn, ShareHidden)):
        await member.visited(share.id, visit_in(entered))
    assert [one["providerId"] for one in cloud.heard] == [sent.id]
    with pytest.raises(ShareWithdrawn):
        await member.mesh.sharing.send(share.id, f"bob@{cloud.host}")


async def test_what_they_answer_is_noted(member: Member, cloud: Receiver) -> None:
    share = await member.only()
    sent = await member.mesh.sharing.send(share.id, f"bob@{cloud.host}")
    proof = {"sharedSecret": sent.secret.value}
    assert (await member.tell(cloud, cloud.notification("SHARE_ACCEPTED", **proof))).is_success
    assert await member.mesh.sharing.sent(share.id) == [replace(sent, accepted=True)]
    told = cloud.notification("SHARE_DECLINED", **proof)
    assert (await member.tell(cloud, told)).status_code == 201
    assert await member.mesh.sharing.sent(share.id) == []


async def test_a_token_of_ours(strict: Member, modern: Receiver) -> None:
    share = await strict.only()
    sent = await strict.mesh.sharing.send(share.id, f"bob@{modern.host}")
    assert modern.app["targets"] == ["iframe", "blank"]
    for grant in ("authorization_code", "ocm_share"):
        answer = await modern.exchange(strict.url, grant_type=grant)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        jsonschema.validate(answer.json(), TOKEN)
    seen = jws.extract_compact(answer.json()["access_token"].encode())
    assert seen.headers()["typ"] == "at+jwt"
    claims = json.loads(seen.payload)
    us = strict.address.partition("@")
    assert (claims["iss"], claims["sub"]) == (strict.url, us[0])
    assert (claims["aud"], claims["client_id"]) == (sent.to, sent.id)
    assert claims["exp"] - claims["iat"] == answer.json()["expires_in"]
    assert abs(claims["iat"] - time.time()) < 60
    back = f"{modern.url}/apps/received"
    form = {"access_token": answer.json()["access_token"], "expired_session_redirect_uri": back}
    entered = await strict.enter(urlsplit(modern.app["uri"]).path, **form, framed="yes")
    found = strict.mesh.entry._visits.read(share.id, visit_in(entered))
    assert found
    assert (found.back, found.frames, found.expires) == (back, (modern.host,), claims["exp"])


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"code": "another"}, "invalid_grant"),
        ({"client_id": "elsewhere.example.org"}, "invalid_grant"),
        ({"client_id": "not a host"}, "invalid_grant"),
        ({"code": None}, "invalid_request"),
        ({"client_id": None}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": None}, "unsupported_grant_type"),
    ],
)
async def test_no_token_for(
    strict: Member, modern: Receiver, form: dict[str, str | None], error: str
) -> None:
    await strict.mesh.sharing.send((await strict.only()).id, f"bob@{modern.host}")
    answer = await modern.exchange(strict.url, **form)
    assert (answer.status_code, answer.json()) == (400, {"error": error})
    jsonschema.validate(answer.json(), REFUSED)


async def test_no_token_once_it_was_taken_back(strict: Member, modern: Receiver) -> None:
    share = await strict.only()
    sent = await strict.mesh.sharing.send(share.id, f"bob@{modern.host}")
    token = (await modern.exchange(strict.url)).json()["access_token"]
    await strict.mesh.sharing.revoke(sent.id)
    answer = await modern.exchange(strict.url, grant_type="ocm_share")
    assert answer.json() == {"error": "invalid_grant"}
    entered = await strict.enter(f"/ocm/open/{sent.id}", access_token=token)
    assert (entered.status_code, "entry_refused" in entered.text) == (403, True)


async def test_who_must_sign_must(
    strict: Member, modern: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await strict.mesh.sharing.send((await strict.only()).id, f"bob@{modern.host}")
    monkeypatch.setattr(modern, "signs", False)
    assert (await modern.exchange(strict.url)).status_code == 401


async def test_a_cloud_that_takes_no_dashboards(source: Nextcloud28, tmp_path: Path) -> None:
    with FilesOnly(tmp_path / "cloud") as cloud:
        async with joined_by(source, cloud, tmp_path) as member:
            share = await member.only()
            with pytest.raises(NotTaken, match="takes no web applications"):
                await member.mesh.sharing.send(share.id, f"bob@{cloud.host}")
            assert await member.mesh.sharing.sent(share.id) == []


async def test_what_cannot_be_shared(strict: Member, modern: Receiver) -> None:
    share, sharing = await strict.only(), strict.mesh.sharing
    with pytest.raises(PeerNotTrusted):
        await sharing.send(share.id, "bob@elsewhere.example.org")
    with pytest.raises(MessageInvalid):
        await sharing.send(share.id, "bob")
    with pytest.raises(ShareUnknown):
        await sharing.send("0" * 32, f"bob@{modern.host}")
    assert modern.taken == []


async def test_where_no_page_may_be_framed_none_is_offered(
    source: Nextcloud28, modern: Receiver, tmp_path: Path
) -> None:
    source.forget()
    modern.forget()
    rules = [trusted(source), trusted(modern)]
    async with joined(tmp_path, rules, framed=False) as member:
        await member.take(source, source.root)
        await member.mesh.sharing.send((await member.only()).id, f"bob@{modern.host}")
        assert modern.app["targets"] == ["blank"]


async def test_it_is_called_as_their_cloud_takes_it(
    strict: Member, modern: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some take applications as a kind of share of their own."""
    protocols = {"webapp-receive": {"targets": ["blank", "popup"]}}
    types = [{"name": "webapp", "shareTypes": ["user"], "protocols": protocols}, "nonsense", {}]
    told = modern.discovery() | {"resourceTypes": types}
    monkeypatch.setattr(modern, "discovery", lambda: told)
    monkeypatch.setattr(modern, "wrong", lambda _told: [])
    await strict.mesh.sharing.send((await strict.only()).id, f"bob@{modern.host}")
    assert modern.taken[0]["resourceType"] == "webapp"
    assert modern.app["targets"] == ["blank"]


async def test_discovery_says_so(member: Member) -> None:
    async with httpx.AsyncClient(verify=False) as client:  # noqa: S501 (http)
        told = (await client.get(f"{member.url}/.well-known/ocm")).json()
    assert all("webapp" in one["protocols"] for one in told["resourceTypes"])
    assert not any("webapp-receive" in one["protocols"] for one in told["resourceTypes"])
    assert told["tokenEndPoint"] == f"{member.url}/ocm/token"
    assert "exchange-token" in told["capabilities"]
