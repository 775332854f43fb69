"""What every cloud of the mesh can do with us, each in its own way."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.contracts.clouds import SENDERS, Cloud
from tests.contracts.membership import Member, joined, trusted
from tests.traces import holding
from vaas.errors import ShareWithdrawn

TREE = {"notebook.ipynb": b'{"cells": []}', "data/values.csv": b"a,b\n1,2\n" * 40, "e": b""}


@pytest.fixture(params=SENDERS, ids=lambda kind: kind.__name__, scope="module")
def cloud(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cloud]:
    with request.param(tmp_path_factory.mktemp("cloud")) as found:
        yield found


@pytest.fixture
async def member(cloud: Cloud, tmp_path: Path) -> AsyncIterator[Member]:
    cloud.forget()
    signed = type(cloud).__name__ in {"Nextcloud31", "Nextcloud35", "Strict14"}
    rule = trusted(cloud, cavage=True, signed=signed)
    async with joined(tmp_path, [rule]) as found:
        yield found


def folder(cloud: Cloud, name: str = "Füße 5%") -> Path:
    path = cloud.root / name
    for inside, content in TREE.items():
        (path / inside).parent.mkdir(parents=True, exist_ok=True)
        (path / inside).write_bytes(content)
    return path


async def test_a_folder_is_taken_opened_and_read(cloud: Cloud, member: Member) -> None:
    await member.take(cloud, folder(cloud))
    share = await member.only()
    assert (share.state, share.peer, share.name) == ("open", cloud.host, "Füße 5%")
    assert await member.files(share) == TREE
    found = await member.resolve(share)
    assert (found.product, found.is_file, found.name) == ("ocm", False, "Füße 5%")


async def test_one_notebook_is_taken_too(cloud: Cloud, member: Member) -> None:
    await member.take(cloud, folder(cloud) / "notebook.ipynb")
    share = await member.only()
    assert await member.files(share) == {"notebook.ipynb": TREE["notebook.ipynb"]}


async def test_its_sender_is_told(cloud: Cloud, member: Member) -> None:
    announced = await member.take(cloud, folder(cloud))
    (heard,) = cloud.heard
    grant = cloud.grant_of(announced)
    assert heard["notificationType"] == "SHARE_ACCEPTED"
    assert heard["providerId"] == grant.provider_id
    assert heard["notification"]["sharedSecret"] == grant.secret
    assert heard["notification"]["grantee"] == announced["shareWith"]


async def test_no_key_is_tried_that_the_product_counts_as_wrong(
    cloud: Cloud, member: Member
) -> None:
    await member.take(cloud, folder(cloud))
    await member.files(await member.only())
    assert cloud.refused == 0


async def test_twice_announced_it_is_one(cloud: Cloud, member: Member) -> None:
    announced = await member.take(cloud, folder(cloud))
    first = await member.only()
    again = await cloud.post(f"{member.url}/ocm/shares", announced)
    assert again.status_code == 201
    await member.keeper.settled()
    assert (await member.only()).id == first.id


async def test_changes_are_seen(cloud: Cloud, member: Member) -> None:
    path = folder(cloud)
    await member.take(cloud, path)
    share = await member.only()
    before = await member.resolve(share)
    (path / "data/values.csv").write_bytes(b"other")
    after = await member.resolve(share)
    assert after.version != before.version
    assert (await member.files(share))["data/values.csv"] == b"other"


async def test_unshared_all_of_it_goes(cloud: Cloud, member: Member) -> None:
    announced = await member.take(cloud, folder(cloud))
    share = await member.only()
    await member.files(share)
    assert holding(member.data, TREE["data/values.csv"])
    told = cloud.unsharing(announced)
    if told is not None:
        assert (await member.tell(cloud, told)).status_code == 201
    with pytest.raises(ShareWithdrawn):
        await member.resolve(share)
    await member.keeper.settled()
    await member.keeper.round()
    await member.keeper.settled()
    gone = await member.only()
    assert (gone.state, gone.secret.value, gone.name, gone.provider_id) == ("gone", "", "", "")
    assert not holding(member.data, TREE["data/values.csv"])
    assert not holding(member.data, share.name.encode())
