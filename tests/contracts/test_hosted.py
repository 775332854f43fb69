"""Clouds that send their viewers here, with a token that opens the files (OCM-IP)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from tests.contracts.integrators import (
    BOB,
    INTEGRATORS,
    Integrator,
    Sunet,
    address_in,
    visit_in,
)
from tests.contracts.membership import Member, joined, trusted
from tests.contracts.test_mesh_answers import WRONG
from tests.traces import holding
from vaas.errors import ShareHidden, ShareWithdrawn, VisitOver

PREFIX = "/services/ocm"
OPEN = f"{PREFIX}/open"
TREE = {"app.ipynb": b'{"cells": []}', "data/values.csv": b"a,b\n1,2\n" * 40}
STORED = {
    "type": "object",
    "required": ["status", "protocol"],
    "additionalProperties": False,
    "properties": {
        "status": {"const": "stored"},
        "protocol": {
            "properties": {
                "webapp": {"properties": {"uri": {"pattern": "^http://[^/]+/services/ocm/open$"}}}
            }
        },
    },
}


@pytest.fixture(params=INTEGRATORS, ids=lambda kind: kind.__name__, scope="module")
def cloud(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Integrator]:
    with request.param(tmp_path_factory.mktemp("cloud")) as found:
        for name, content in TREE.items():
            (found.root / name).parent.mkdir(exist_ok=True)
            (found.root / name).write_bytes(content)
        yield found


@pytest.fixture
async def member(cloud: Integrator, tmp_path: Path) -> AsyncIterator[Member]:
    cloud.forget()
    async with joined(tmp_path, [trusted(cloud)], visible="sender", prefix=PREFIX) as found:
        yield found


async def tell(member: Member, cloud: Integrator, what: str, told: object) -> httpx.Response:
    answer = await cloud.post(f"{member.url}{PREFIX}/{what}", told)
    await member.keeper.settled()
    return answer


async def provisioned(member: Member, cloud: Integrator) -> Any:
    grant = cloud.grant(cloud.root)
    assert (await tell(member, cloud, "shares", cloud.told(grant))).status_code == 201
    return grant


async def test_a_share_is_told_of_entered_and_read(member: Member, cloud: Integrator) -> None:
    grant = cloud.grant(cloud.root)
    answer = await tell(member, cloud, "shares", cloud.told(grant))
    assert answer.status_code == 201
    jsonschema.validate(answer.json(), STORED)
    entered = await member.enter(OPEN, access_token=cloud.token(grant))
    share, visit = address_in(entered), visit_in(entered)
    assert f"Path=/ocm/s/{share}/" in entered.headers["Set-Cookie"]
    assert "SameSite=Lax" in entered.headers["Set-Cookie"]
    assert await member.visited(share, visit) == TREE
    for wrong in ("", "x.y", visit[:-2], visit.replace(".", "")):
        with pytest.raises(ShareHidden):
            await member.visited(share, wrong)
    assert cloud.refused == 0


async def test_a_frame_gets_the_bare_page(member: Member, cloud: Integrator) -> None:
    grant = await provisioned(member, cloud)
    entered = await member.enter(OPEN, access_token=cloud.token(grant), framed="yes")
    assert entered.headers["Location"].endswith("/?vaas=embed")
    frames = member.mesh.entry.frames(address_in(entered), visit_in(entered))
    assert frames == (cloud.host, "receiver.example.org")


async def test_taken_back_it_is_gone_and_no_token_brings_it_back(
    member: Member, cloud: Integrator
) -> None:
    grant = await provisioned(member, cloud)
    entered = await member.enter(OPEN, access_token=cloud.token(grant))
    share, visit = address_in(entered), visit_in(entered)
    await member.visited(share, visit)
    assert holding(member.data, TREE["data/values.csv"])
    for status in ("revoked", "gone"):
        answer = await tell(member, cloud, cloud.closing, cloud.over(grant))
        assert (answer.status_code, answer.json()) == (200, {"status": status})
    assert not holding(member.data, TREE["data/values.csv"])
    assert [one for one, _ in member.rooms.withdrawn] == [share]
    with pytest.raises(ShareWithdrawn):
        await member.visited(share, visit)
    for claims in ({}, {"ocm_ip": cloud.itself(grant)}):
        again = await member.enter(OPEN, access_token=cloud.token(grant, **claims))
        assert (again.status_code, "entry_refused" in again.text) == (403, True)
    anew = cloud.told(grant, description="anew")  # the same once more would be a replay
    assert (await tell(member, cloud, "shares", anew)).status_code == 201
    entered = await member.enter(OPEN, access_token=cloud.token(grant))
    assert await member.visited(address_in(entered), visit_in(entered)) == TREE


async def test_told_twice_it_is_one_and_may_change(member: Member, cloud: Integrator) -> None:
    grant = await provisioned(member, cloud)
    first = address_in(await member.enter(OPEN, access_token=cloud.token(grant)))
    carol = "carol@receiver.example.org"
    again = await tell(member, cloud, "shares", cloud.told(grant, shareWith=carol))
    assert again.status_code == 201
    assert (await member.enter(OPEN, access_token=cloud.token(grant))).status_code == 403
    entered = await member.enter(OPEN, access_token=cloud.token(grant, aud=carol))
    assert address_in(entered) == first


async def test_the_newest_token_of_any_viewer_serves(member: Member, cloud: Integrator) -> None:
    grant = await provisioned(member, cloud)
    now = int(time.time())
    old, new = cloud.token(grant, iat=now - 20), cloud.token(grant, iat=now - 10)
    first = await member.enter(OPEN, access_token=old)
    del cloud.tokens[old]  # each exchange revokes the one before
    with pytest.raises(VisitOver):
        await member.visited(address_in(first), visit_in(first))
    await member.enter(OPEN, access_token=new)
    assert await member.visited(address_in(first), visit_in(first)) == TREE
    await member.enter(OPEN, access_token=old)
    assert await member.visited(address_in(first), visit_in(first)) == TREE


async def over(member: Member, share: str, visit: str) -> VisitOver:
    """Wait until a visit has run out."""
    async with asyncio.timeout(10):
        while True:
            try:
                await member.mesh.entry.link(share, "", "", visit=visit)
            except VisitOver as error:
                return error
            await asyncio.sleep(0.02)


async def test_a_visit_ends_with_its_token_and_knows_the_way_back(
    member: Member, cloud: Integrator
) -> None:
    grant = await provisioned(member, cloud)
    back = f"{cloud.url}/apps/again?share=1"
    token = cloud.token(grant, exp=time.time() + 1.5)
    entered = await member.enter(OPEN, access_token=token, expired_session_redirect_uri=back)
    share, visit = address_in(entered), visit_in(entered)
    error = await over(member, share, visit)
    assert (error.back, error.frames[0]) == (back, cloud.host)
    assert member.rooms.withdrawn == []  # it is still shared: open pages may stay
    await member.enter(OPEN, access_token=cloud.token(grant))
    with pytest.raises(VisitOver):  # of somebody else
        await member.mesh.entry.link(share, "", "", visit=visit)


async def test_the_way_back_is_to_one_of_the_clouds(member: Member, cloud: Integrator) -> None:
    grant = await provisioned(member, cloud)
    for back in (
        "https://evil.example.org/",
        "javascript:alert(1)",
        f"{cloud.url}@evil.example.org/",
        f"//{cloud.host}/",
        f"{cloud.url}/{'x' * 2000}",
        "https://receiver.example.org\\@evil.example.org/",
    ):
        token = cloud.token(grant, exp=int(time.time()) + 600)
        entered = await member.enter(OPEN, access_token=token, expired_session_redirect_uri=back)
        found = member.mesh.entry._visits.read(address_in(entered), visit_in(entered))
        assert found
        assert found.back == ""


async def test_a_token_may_tell_of_its_share_itself(member: Member, cloud: Integrator) -> None:
    grant = cloud.grant(cloud.root)
    token = cloud.token(grant, client_id="receiver.example.org", ocm_ip=cloud.itself(grant))
    entered = await member.enter(OPEN, access_token=token)
    share, visit = address_in(entered), visit_in(entered)
    assert await member.visited(share, visit) == TREE
    again = cloud.token(grant, client_id="another", ocm_ip=cloud.itself(grant))
    assert address_in(await member.enter(OPEN, access_token=again)) == share


async def test_such_a_share_ends_with_its_token(member: Member, cloud: Integrator) -> None:
    grant = cloud.grant(cloud.root)
    itself = cloud.itself(grant)
    first = await member.enter(OPEN, access_token=cloud.token(grant, ocm_ip=itself))
    await member.visited(address_in(first), visit_in(first))
    token = cloud.token(grant, ocm_ip=itself, exp=time.time() + 1.5)
    entered = await member.enter(OPEN, access_token=token)
    share, visit = address_in(entered), visit_in(entered)
    await over(member, share, visit)
    async with asyncio.timeout(5):
        while not member.rooms.withdrawn:  # noqa: ASYNC110 - a timer tells nobody
            await asyncio.sleep(0.02)
    await member.keeper.settled()
    ((ended, why),) = member.rooms.withdrawn
    assert (ended, type(why)) == (share, VisitOver)
    assert not holding(member.data, TREE["data/values.csv"])


@pytest.mark.parametrize(
    "change",
    [
        {"protocol": {}},
        {
            "protocol": {
                "webdav": {"uri": "https://elsewhere.example.org/", "permissions": ["read"]}
            }
        },
        {"protocol": {"webdav": {"uri": "../up", "permissions": ["read"]}}},
        {"protocol": {"webdav": {"uri": "x", "permissions": ["write"]}}},
        {"resourceType": "calendar"},
        {"providerId": None},
        {"expiration": -1},
        {"expiration": 1_000_000_000},
    ],
)
async def test_a_token_that_tells_nothing_useful(
    member: Member, cloud: Integrator, change: dict[str, Any]
) -> None:
    grant = cloud.grant(cloud.root)
    token = cloud.token(grant, ocm_ip=cloud.itself(grant) | change)
    assert (await member.enter(OPEN, access_token=token)).status_code == 403


@pytest.fixture
async def asking(cloud: Integrator, tmp_path: Path) -> AsyncIterator[Member]:
    """A member that asks about what it cannot judge."""
    cloud.forget()
    more = {"prefix": PREFIX, "introspect": f"{cloud.url}/ocm/introspect"}
    async with joined(tmp_path, [trusted(cloud)], visible="sender", **more) as found:
        yield found


async def test_a_secret_is_asked_about(
    asking: Member, cloud: Integrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud, "lasts", 0.3)
    grant = cloud.grant(cloud.root)
    entered = await asking.enter(OPEN, access_token=cloud.opaque(grant))
    share, visit = address_in(entered), visit_in(entered)
    assert await asking.visited(share, visit) == TREE
    async with asyncio.timeout(10):
        while cloud.introspected < 3:  # noqa: ASYNC110 - it is asked again and again
            await asyncio.sleep(0.02)
    assert await asking.visited(share, visit) == TREE
    del cloud.tokens[grant.secret]
    async with asyncio.timeout(10):
        while not asking.rooms.withdrawn:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    with pytest.raises(VisitOver):
        await asking.visited(share, visit)
    asked = cloud.introspected
    for _ in range(3):
        assert (await asking.enter(OPEN, access_token="nonsense")).status_code == 403
    assert cloud.introspected == asked + 1
    assert not holding(asking.data, grant.secret.encode())


async def test_a_secret_of_a_share_that_was_told_of(
    asking: Member, cloud: Integrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud, "names_shares", True)
    grant = cloud.grant(cloud.root)
    assert (await asking.enter(OPEN, access_token=cloud.opaque(grant))).status_code == 403
    await tell(asking, cloud, "shares", cloud.told(grant))
    entered = await asking.enter(OPEN, access_token=cloud.opaque(grant))
    assert await asking.visited(address_in(entered), visit_in(entered)) == TREE
    await tell(asking, cloud, cloud.closing, cloud.over(grant))
    with pytest.raises(ShareWithdrawn):
        await asking.visited(address_in(entered), visit_in(entered))


async def test_where_nobody_is_asked_a_secret_opens_nothing(
    member: Member, cloud: Integrator
) -> None:
    grant = await provisioned(member, cloud)
    answer = await member.enter(OPEN, access_token=cloud.opaque(grant))
    assert (answer.status_code, cloud.introspected) == (403, 0)


async def test_what_was_told_outlives_a_restart_and_no_token_does(
    cloud: Integrator, tmp_path: Path
) -> None:
    cloud.forget()
    terms = {"visible": "sender", "prefix": PREFIX}
    async with joined(tmp_path, [trusted(cloud)], **terms) as member:
        grant = await provisioned(member, cloud)
        token = cloud.token(grant)
        entered = await member.enter(OPEN, access_token=token)
        share, visit = address_in(entered), visit_in(entered)
        assert not holding(member.data, token.encode())
    async with joined(tmp_path, [trusted(cloud)], **terms) as again:
        with pytest.raises(VisitOver):
            await again.visited(share, visit)
        entered = await again.enter(OPEN, access_token=cloud.token(grant))
        assert address_in(entered) == share
        assert await again.visited(share, visit) == TREE


async def test_nothing_of_a_share_outlives_its_token_in_a_service_that_ended(
    cloud: Integrator, tmp_path: Path
) -> None:
    cloud.forget()
    grant = cloud.grant(cloud.root)
    async with joined(tmp_path, [trusted(cloud)], prefix=PREFIX) as member:
        token = cloud.token(grant, ocm_ip=cloud.itself(grant))
        entered = await member.enter(OPEN, access_token=token)
        await member.visited(address_in(entered), visit_in(entered))
        assert holding(member.data, TREE["data/values.csv"])
    async with joined(tmp_path, [trusted(cloud)], prefix=PREFIX) as again:
        async with asyncio.timeout(10):
            while await again.mesh.store.hosted.noted():  # noqa: ASYNC110 - its first round
                await asyncio.sleep(0.02)
        assert not holding(again.data, TREE["data/values.csv"])


async def test_alive(member: Member) -> None:
    async with httpx.AsyncClient(verify=False) as client:  # noqa: S501 (http)
        for path in (PREFIX, f"{PREFIX}/"):
            assert (await client.get(f"{member.url}{path}")).json() == {"status": "alive"}
        opened = await client.get(f"{member.url}{OPEN}")
        assert (opened.status_code, "Open it there once more" in opened.text) == (403, True)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"shareWith": None}, {"shareWith"}),
        ({"shareWith": "nobody"}, {"shareWith"}),
        ({"owner": "alice@elsewhere.example.org"}, {"owner"}),
        ({"providerId": None}, {"providerId"}),
        ({"sender": None}, {"sender"}),
        ({"sender": "alice"}, {"sender"}),
        ({"expiration": "soon"}, {"expiration"}),
        ({"protocol": {"webapp": {"uri": "https://x.example.org"}}}, {"protocol.webdav"}),
    ],
)
async def test_what_is_told_wrongly(
    member: Member, cloud: Integrator, change: dict[str, Any], names: set[str]
) -> None:
    told = cloud.told(cloud.grant(cloud.root)) | change
    answer = await tell(
        member, cloud, "shares", {name: one for name, one in told.items() if one is not None}
    )
    assert answer.status_code == 400
    jsonschema.validate(answer.json(), WRONG)
    assert {one["name"] for one in answer.json()["validationErrors"]} == names


async def test_a_share_whose_time_is_over(member: Member, cloud: Integrator) -> None:
    grant = cloud.grant(cloud.root)
    told = cloud.told(grant, expiration=int(time.time()) - 1)
    assert (await tell(member, cloud, "shares", told)).status_code == 201
    assert (await member.enter(OPEN, access_token=cloud.token(grant))).status_code == 403


async def test_addresses_are_compared_as_people_write_them(tmp_path: Path) -> None:
    with Sunet(tmp_path / "cloud") as cloud:
        async with joined(tmp_path, [trusted(cloud)], prefix=PREFIX) as member:
            grant = cloud.grant(tmp_path)
            whom = BOB.replace("@", "@https://").replace("example", "EXAMPLE") + "/"
            await tell(member, cloud, "shares", cloud.told(grant, shareWith=whom))
            assert (await member.enter(OPEN, access_token=cloud.token(grant))).status_code == 303
            other = cloud.token(grant, aud=BOB.replace("bob", "Bob"))
            assert (await member.enter(OPEN, access_token=other)).status_code == 403
