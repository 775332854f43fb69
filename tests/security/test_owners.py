"""Who could come to somebody else's page by what a cloud, or its users, may send."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.clouds import Cloud, Nextcloud28, Strict14, deliver
from tests.contracts.membership import Member, joined, trusted
from vaas.errors import ShareHidden, ShareUnknown, ShareWaiting
from vaas.mesh import keeper
from vaas.mesh.passes import Holder
from vaas.model import Secret
from vaas.state.values import Received


@pytest.fixture
async def member(
    strict: Strict14, evil: Strict14, old: Nextcloud28, tmp_path: Path
) -> AsyncIterator[Member]:
    for cloud in (strict, evil, old):
        cloud.forget()
    async with joined(tmp_path, map(trusted, (strict, evil, old)), asks=True) as found:
        yield found


async def announce(member: Member, cloud: Cloud, **more: Any) -> tuple[dict[str, Any], str]:
    announced = cloud.share(cloud.root, member.address) | more
    answer = await cloud.post(f"{member.url}/ocm/shares", announced)
    assert answer.status_code == 201, answer.text
    await member.keeper.settled()
    return announced, answer.json()["message"]


def holder(member: Member, message: str) -> Holder:
    """Who somebody is by what they were told."""
    found = re.search(r"/ocm/mine\?key=(\S+)", message)
    return member.mesh.entry.passes.read(found[1] if found else "")


async def accept(member: Member) -> None:
    """Accept all that came, each by its own pass."""
    owners = member.mesh.owners
    assert owners
    for share in await member.all():
        await owners.accept(Holder(shares=frozenset({share.id})), share.id)
    await member.keeper.settled()


async def test_a_cloud_speaks_for_its_own(strict: Strict14, member: Member) -> None:
    _, message = await announce(member, strict)
    assert holder(member, message).address == f"alice@{strict.host}"
    await accept(member)
    told = strict.heard[-1]["notification"]["message"]
    assert holder(member, told).address == f"alice@{strict.host}"


async def test_an_unsigned_name_is_only_a_name(old: Nextcloud28, member: Member) -> None:
    """Bob, who has a share of his own, says that he is Alice: the same cloud tells him."""
    _, message = await announce(member, old)
    share = await member.only()
    assert share.sender == f"alice@{old.host}"
    assert holder(member, message) == Holder("", {share.id}, holder(member, message).until)
    await accept(member)
    told = holder(member, old.heard[-1]["notification"]["message"])
    assert (told.address, told.shares) == ("", {share.id})


async def test_no_cloud_speaks_for_people_of_another(
    strict: Strict14, evil: Strict14, member: Member
) -> None:
    mallory, alice = f"mallory@{evil.host}", f"alice@{strict.host}"
    _, message = await announce(member, evil, owner=mallory, sender=alice)
    share = await member.only()
    assert (share.peer, share.sender, share.proven) == (evil.host, alice, True)
    assert holder(member, message).address == ""
    await accept(member)
    assert holder(member, evil.heard[-1]["notification"]["message"]).address == ""


async def test_who_knows_a_secret_knows_no_more(strict: Strict14, member: Member) -> None:
    """An unsigned copy of a signed announcement, in another name, by who overheard the secret."""
    announced, _ = await announce(member, strict)
    told = announced | {"sender": f"carol@{strict.host}"}
    sent = strict.prepared(f"{member.url}/ocm/shares", told)
    headers = {k: v for k, v in sent.headers.items() if not k.startswith("Signature")}
    sent.headers = headers
    answer = await deliver(sent)
    assert answer.status_code == 201
    share = await member.only()
    assert holder(member, answer.json()["message"]).address == ""
    await accept(member)
    assert not share.proven
    assert holder(member, strict.heard[-1]["notification"]["message"]).address == ""


async def test_who_repeats_a_message_is_told_nothing(strict: Strict14, member: Member) -> None:
    announced = strict.share(strict.root, member.address)
    sent = strict.prepared(f"{member.url}/ocm/shares", announced)
    first, again = await deliver(sent), await deliver(sent)
    assert holder(member, first.json()["message"])
    assert again.status_code == 401
    assert "http" not in again.json()["message"]


async def test_a_pass_of_one_opens_nothing_of_another(
    strict: Strict14, old: Nextcloud28, member: Member
) -> None:
    await announce(member, strict)
    _, message = await announce(member, old)
    theirs, alices = sorted(await member.all(), key=lambda one: one.peer != old.host)
    owners, bob = member.mesh.owners, holder(member, message)
    assert owners
    assert bob.shares == {theirs.id}
    somebody = Holder(f"bob@{strict.host}")
    for who in (bob, somebody, Holder()):
        for what in (owners.accept, owners.decline, owners.renew):
            with pytest.raises(ShareUnknown):
                await what(who, alices.id)
        with pytest.raises(ShareUnknown):
            await owners.invite(who, alices.id, "bob@x.org")
        assert alices.name not in [
            one.name for one in (await owners.overview(who, 1)).shares if one.id == alices.id
        ]
    assert (await member.all("open")) != []


async def test_what_is_gone_belongs_to_nobody(strict: Strict14, member: Member) -> None:
    """A share that is gone names nobody; who is nobody does not own it for that."""
    announced, _ = await announce(member, strict)
    share = await member.only()
    await member.tell(strict, strict.unsharing(announced))
    assert (await member.only()).state == "gone"
    owners = member.mesh.owners
    assert owners
    for who in (Holder(), Holder(""), Holder(shares=frozenset({share.id}))):
        with pytest.raises(ShareUnknown):
            await owners.decline(who, share.id)
    assert (await owners.overview(Holder(), 1)).shares == []


async def test_nothing_is_read_of_what_waits(strict: Strict14, member: Member) -> None:
    await announce(member, strict)
    share = await member.only()
    assert (share.state, share.accepted) == ("open", False)
    with pytest.raises(ShareWaiting):
        await member.mesh.entry.link(share.id, "", "")
    read = [path for method, path in strict.asked if method == "GET" and "app.ipynb" in path]
    assert read == []


async def test_a_share_whose_sender_never_answers_goes(
    strict: Strict14, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    await announce(member, strict)
    await member.keeper.round()
    await member.keeper.settled()
    assert (await member.only()).state == "open"
    monkeypatch.setattr(keeper, "ASKED_FOR", -1.0)
    await member.keeper.round()
    await member.keeper.settled()
    assert (await member.only()).state == "gone"


async def test_a_signature_is_for_one_edition(member: Member) -> None:
    entry = member.mesh.entry
    entry._visible = "sender"
    share = Received("a" * 32, "x.org", sender="a@x.org", name="x", secret=Secret("x"))
    await member.mesh.store.received.put(share)
    first = entry.key(share)
    assert await entry.admits(share.id, first)
    await member.mesh.store.received.renew(share.id)
    renewed = await member.mesh.store.received.find(share.id)
    assert renewed
    assert not await entry.admits(share.id, first)
    assert await entry.admits(share.id, entry.key(renewed))
    # Nor is one kind of signature as good as another.
    entry._visible = "people"
    with pytest.raises(ShareHidden):
        await entry.link(share.id, "", first)
    with pytest.raises(ShareHidden):
        await entry.link(share.id, "", "", first)


async def test_an_acceptance_is_told_however_soon_it_comes(
    strict: Strict14, member: Member
) -> None:
    """Also while that the share waits is not noted yet: others have their turns before."""
    await announce(member, strict)
    share = await member.only()
    owners = member.mesh.owners
    assert owners
    for _ in range(keeper.AT_ONCE):
        await member.keeper._turns.acquire()
    member.keeper.follow(share)
    await owners.accept(Holder(shares=frozenset({share.id})), share.id)
    for _ in range(keeper.AT_ONCE):
        member.keeper._turns.release()
    await member.keeper.settled()
    assert [told["notificationType"] for told in strict.heard] == ["SHARE_ACCEPTED"]


async def test_an_end_waits_for_no_turn(strict: Strict14, member: Member) -> None:
    announced, _ = await announce(member, strict)
    share = await member.only()
    for _ in range(keeper.AT_ONCE):
        await member.keeper._turns.acquire()
    ending = asyncio.ensure_future(member.keeper.decline(share))
    secret = strict.grant_of(announced).secret
    async with asyncio.timeout(10):
        while (await member.only()).secret.value:  # noqa: ASYNC110 - the store tells nobody
            await asyncio.sleep(0.01)
    for _ in range(keeper.AT_ONCE):
        member.keeper._turns.release()
    await ending
    await member.keeper.settled()
    assert (await member.only()).state == "gone"
    assert strict.heard[-1]["notificationType"] == "SHARE_DECLINED"
    assert strict.heard[-1]["notification"]["sharedSecret"] == secret
