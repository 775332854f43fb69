"""Keys, tokens and time: how a received share stays open, and how it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.contracts.clouds import Nextcloud28, Nextcloud35, Reva312, Strict14
from tests.contracts.membership import Member, joined, trusted
from vaas.demo.http import as_json
from vaas.errors import EfssFailed, EfssUnreachable, PeerNotTrusted, ShareUnknown, ShareWithdrawn
from vaas.model import ShareLink


@pytest.fixture
async def member(
    strict: Strict14, nextcloud: Nextcloud35, old: Nextcloud28, tmp_path: Path
) -> AsyncIterator[Member]:
    clouds = (strict, nextcloud, old)
    for cloud in clouds:
        cloud.forget()
    rules = [trusted(cloud) for cloud in clouds]
    async with joined(tmp_path, rules, gone_after=3600.0) as found:
        yield found


def exchanges(cloud: Strict14 | Nextcloud35 | Reva312) -> int:
    return cloud.asked.count(("POST", cloud.token_path))


async def test_many_readers_share_one_token(strict: Strict14, member: Member) -> None:
    await member.take(strict, strict.root)
    share = await member.only()
    await asyncio.gather(*(member.files(share) for _ in range(4)))
    assert exchanges(strict) == 1
    assert strict.refused == 0


async def test_a_token_that_was_revoked_is_had_anew(nextcloud: Nextcloud35, member: Member) -> None:
    await member.take(nextcloud, nextcloud.root)
    share = await member.only()
    nextcloud.tokens.clear()
    found = await asyncio.gather(*(member.files(share) for _ in range(4)))
    assert all(len(one) == 13 for one in found)
    assert exchanges(nextcloud) <= 3


async def test_a_token_that_ran_out_is_had_anew_before_it_is_refused(
    strict: Strict14, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    await member.take(strict, strict.root)
    share = await member.only()
    clock = time.monotonic
    monkeypatch.setattr("vaas.mesh.access.time.monotonic", lambda: clock() + 3500)
    assert len(await member.files(share)) == 13
    assert exchanges(strict) == 2
    assert strict.refused == 0


async def test_a_file_is_read_on_with_another_token(strict: Strict14, member: Member) -> None:
    await member.take(strict, strict.root)
    share = await member.resolve(await member.only())
    shares = member.rooms.shares
    (entry,) = [one for one in await shares.list(share, "") if one.name == "app.ipynb"]
    strict.tokens.clear()
    async with aclosing(shares.read(share, entry)) as pieces:
        assert b"".join([piece async for piece in pieces]) == b"{}"


async def test_no_secret_where_a_token_must_be(strict: Strict14, member: Member) -> None:
    """Not even when no token is to be had."""
    announced = await member.take(strict, strict.root)
    share = await member.only()
    grant = strict.grants.pop(strict.grant_of(announced).secret)
    strict.tokens.clear()
    with pytest.raises(ShareWithdrawn):
        await member.resolve(share)
    assert grant.secret not in strict.tokens
    assert strict.refused == 1  # the old token alone


@pytest.mark.parametrize(
    "answer",
    [
        {"access_token": "line\r\nX-Other: 1"},
        {"access_token": "\ud800"},
        {"access_token": "ünicode"},
        {"access_token": 7},
        {"access_token": ""},
        {"access_token": "x" * 9000},
        {},
        [],
        "text",
    ],
    ids=range(9),
)
async def test_tokens_that_are_none(
    strict: Strict14, member: Member, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    monkeypatch.setattr(strict, "exchanged", lambda _request: as_json(answer))
    await member.take(strict, strict.root)
    with pytest.raises(EfssFailed):
        await member.resolve(await member.only())
    assert strict.refused == 0


async def test_one_that_comes_back_is_open_again(old: Nextcloud28, member: Member) -> None:
    announced = await member.take(old, old.root)
    share = await member.only()
    assert await member.files(share)
    grant = old.grants.pop(old.grant_of(announced).secret)
    with pytest.raises(ShareWithdrawn):
        await member.resolve(share)
    await member.keeper.settled()
    missing = await member.only()
    assert (missing.state, missing.secret) == ("missing", share.secret)
    assert not any((member.data / "shares" / "shares").iterdir())
    old.grants[grant.secret] = grant
    assert await member.files(share)
    assert (await member.only()).state == "open"


async def test_one_that_is_missing_for_long_is_erased(old: Nextcloud28, member: Member) -> None:
    announced = await member.take(old, old.root)
    old.grants.pop(old.grant_of(announced).secret)
    share = await member.only()
    with pytest.raises(ShareWithdrawn):
        await member.resolve(share)
    await member.keeper.settled()
    await member.keeper.round()
    await member.keeper.settled()
    assert (await member.only()).state == "missing"
    member.keeper._gone_after = 0.0
    await member.keeper.round()
    await member.keeper.settled()
    assert (await member.only()).state == "gone"


async def test_missing_and_taken_back_at_once(old: Nextcloud28, member: Member) -> None:
    """What the peer says while we clear up what we found missing is not lost."""
    await member.take(old, old.root)
    share = await member.only()
    assert await member.files(share)
    member.keeper.follow(replace(share, state="missing"))
    member.keeper.erase(share)
    await member.keeper.settled()
    assert (await member.only()).state == "gone"


async def test_one_that_was_never_there_is_not_asked_for_often(
    old: Nextcloud28, member: Member
) -> None:
    told = old.share(old.root, member.address)
    old.grants.clear()
    await old.post(f"{member.url}/ocm/shares", told)
    for _ in range(10):
        await member.keeper.settled()
        await member.keeper.round()
    await member.keeper.settled()
    assert old.refused == 2
    assert (await member.only()).state == "pending"


async def test_a_cloud_in_trouble_loses_nothing(roots: Path, tmp_path: Path) -> None:
    with Nextcloud28(roots) as cloud:
        rule = trusted(cloud)
        async with joined(tmp_path, [rule], gone_after=0.0) as member:
            await member.take(cloud, cloud.root)
            share = await member.only()
            cloud._server.stop()
            with pytest.raises(EfssUnreachable):
                await member.resolve(share)
            await member.keeper.round()
            await member.keeper.settled()
            assert (await member.only()).state == "open"


async def test_its_time_is_over(old: Nextcloud28, member: Member) -> None:
    await member.take(old, old.root, expiration=int(time.time()) + 3600)
    share = await member.only()
    assert await member.files(share)
    await member.mesh.store.received.put(replace(share, expires=time.time() - 1))
    member.mesh.access.forget(share.id)
    with pytest.raises(ShareWithdrawn):
        await member.resolve(share)
    await member.keeper.round()
    await member.keeper.settled()
    assert (await member.only()).state == "gone"
    assert not any((member.data / "shares" / "shares").iterdir())


async def test_over_before_it_came(old: Nextcloud28, member: Member) -> None:
    told = old.share(old.root, member.address) | {"expiration": 1_000_000}
    answer = await old.post(f"{member.url}/ocm/shares", told)
    assert answer.status_code == 400
    assert [one["name"] for one in answer.json()["validationErrors"]] == ["expiration"]


async def test_what_never_was(member: Member) -> None:
    with pytest.raises(ShareUnknown):
        await member.rooms.shares.resolve(ShareLink("http://x.example", "0" * 32, "", "ocm"))


async def test_a_new_secret_is_taken_from_who_signs(nextcloud: Nextcloud35, member: Member) -> None:
    announced = await member.take(nextcloud, nextcloud.root)
    share = await member.only()
    grant = nextcloud.grants.pop(nextcloud.grant_of(announced).secret)
    nextcloud.tokens.clear()
    with pytest.raises(ShareWithdrawn):
        await member.resolve(share)
    await member.keeper.settled()
    changed = replace(grant, secret="another", exchanged=False)
    nextcloud.grants["another"] = changed
    told = nextcloud.announcement(changed, member.address)
    answer = await nextcloud.post(f"{member.url}/ocm/shares", told)
    assert answer.status_code == 201
    await member.keeper.settled()
    assert (await member.only()).id == share.id
    assert len(await member.files(share)) == 13


async def test_after_a_restart_it_opens_as_before(nextcloud: Nextcloud35, tmp_path: Path) -> None:
    """Also where the plain secret opens nothing any more."""
    nextcloud.forget()
    async with joined(tmp_path, [trusted(nextcloud)]) as member:
        await member.take(nextcloud, nextcloud.root)
        share = await member.only()
    async with joined(tmp_path, [trusted(nextcloud)]) as member:
        assert len(await member.files(share)) == 13
    assert nextcloud.refused == 0


async def test_a_cloud_no_longer_admitted(old: Nextcloud28, tmp_path: Path) -> None:
    old.forget()
    async with joined(tmp_path, [trusted(old)]) as member:
        await member.take(old, old.root)
        share = await member.only()
        asked = len(old.asked)
    async with joined(tmp_path, [trusted(old, allow=False)]) as member:
        with pytest.raises(PeerNotTrusted):
            await member.resolve(share)
        await member.keeper.round()
        await member.keeper.settled()
        assert len(old.asked) == asked
        assert (await member.only()).state == "open"
        # Its time ends all the same.
        await member.mesh.store.received.put(replace(share, expires=time.time() - 1))
        await member.keeper.round()
        await member.keeper.settled()
        assert (await member.only()).state == "gone"
