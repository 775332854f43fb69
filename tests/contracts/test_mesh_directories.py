"""Directories of the mesh: whom they make trusted, for how long, and what they cannot do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from tests.contracts.clouds import Cloud, Nextcloud28, Nextcloud31, Nextcloud35, Reva312
from tests.contracts.membership import Member, joined, trusted
from tests.contracts.publisher import KEY, OTHER, Publisher, pem, provider, published
from vaas.errors import PeerNotTrusted
from vaas.mesh import PeerRule, Source
from vaas.mesh.directories import Standing
from vaas.mesh.listing import MOST_BYTES

KEYS = (pem(KEY),)


@pytest.fixture
def mesh() -> Iterator[Publisher]:
    with published() as found:
        yield found


@pytest.fixture
def said() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as found:
        yield found


async def until(fact: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not fact():  # noqa: ASYNC110 - what changes tells nobody
            await asyncio.sleep(0.005)


def standing(member: Member) -> Standing:
    (found,) = member.mesh.directories.standings
    return found


async def learnt(member: Member, *clouds: Cloud) -> None:
    """Wait until just these are trusted because they are listed."""
    await until(lambda: set(member.mesh.directory.listed) == {one.host for one in clouds})


async def answer(member: Member, cloud: Cloud) -> int:
    told = cloud.share(cloud.root, member.address)
    return (await cloud.post(f"{member.url}/ocm/shares", told)).status_code


async def test_whom_a_signed_directory_names_is_trusted(
    old: Nextcloud28, roots: Path, mesh: Publisher, tmp_path: Path
) -> None:
    mesh.sign([(old.url, "A cloud of the mesh")])
    with Nextcloud28(roots) as stranger:
        async with joined(tmp_path, [], directories=[mesh.source(keys=KEYS)]) as member:
            await learnt(member, old)
            await member.take(old, old.root)
            share = await member.only()
            assert (share.state, share.peer) == ("open", old.host)
            assert await member.files(share)
            assert await answer(member, stranger) == 403
            assert member.mesh.inviter.clouds == [("A cloud of the mesh", old.host)]
            assert standing(member).name == "The Test Mesh"


async def test_a_provider_of_sciencemesh_is_trusted_with_its_own_hosts(
    roots: Path, mesh: Publisher, tmp_path: Path
) -> None:
    """Its addresses are those of its domain; files and messages have a host of their own."""
    with Reva312(roots) as cloud, Reva312(roots) as elsewhere:
        dav = f"{elsewhere.url}{elsewhere.dav_root}"
        types = [{"name": "file", "shareTypes": ["user"], "protocols": {"webdav": dav}}]
        cloud.discovery = lambda: Reva312.discovery(cloud) | {"resourceTypes": types}  # type: ignore[method-assign]
        elsewhere.grants = cloud.grants
        elsewhere.tokens = cloud.tokens
        named = provider(cloud.host, "Box", ocm=[f"{cloud.url}/ocm/"], webdav=[dav])
        bare = provider(cloud.host, "Box", ocm=[f"{cloud.url}/ocm/"])
        for listed, state in ((named, "open"), (bare, "pending")):
            mesh.providers(listed)
            folder = tmp_path / state
            folder.mkdir()
            async with joined(folder, [], directories=[mesh.source()]) as member:
                await learnt(member, cloud)
                await member.take(cloud, cloud.root)
                assert (await member.only()).state == state


async def test_a_directory_in_a_file(old: Nextcloud28, tmp_path: Path) -> None:
    file = tmp_path / "providers.json"
    source = Source(str(file), every=0.02, insecure=True, private=True)
    (tmp_path / "data").mkdir()
    async with joined(tmp_path / "data", [], directories=[source]) as member:
        await until(lambda: "No such file" in standing(member).trouble)
        assert await answer(member, old) == 403
        await member.mesh.directories.look()
        file.write_text(json.dumps([provider(old.host, "A", ocm=[f"{old.url}/ocm"])]))
        await member.mesh.directories.look()
        await learnt(member, old)
        assert await answer(member, old) == 201


async def test_who_is_no_longer_named_is_no_longer_trusted(
    old: Nextcloud28, roots: Path, mesh: Publisher, tmp_path: Path
) -> None:
    with Nextcloud28(roots) as other:
        mesh.sign([(old.url, "One"), (other.url, "Two")])
        async with joined(tmp_path, [], directories=[mesh.source(keys=KEYS)]) as member:
            await learnt(member, old, other)
            mesh.sign([(other.url, "Two")])
            await learnt(member, other)
            assert await answer(member, old) == 403
            assert await answer(member, other) == 201


@pytest.mark.parametrize("dead", ["dead", "refused"])
async def test_a_dead_directory_loses_nothing_over_a_restart(
    old: Nextcloud28, mesh: Publisher, tmp_path: Path, dead: str
) -> None:
    source = mesh.source(keys=KEYS)
    mesh.sign([(old.url, "One")])
    async with joined(tmp_path, [], directories=[source]) as member:
        await learnt(member, old)
    mesh.status, mesh.body = (500, b"") if dead == "dead" else (200, b"<html>")
    async with joined(tmp_path, [], directories=[source]) as member:
        assert set(member.mesh.directory.listed) == {old.host}
        await until(lambda: standing(member).trouble)
        assert await answer(member, old) == 201
        assert (standing(member).clouds, standing(member).as_of > 0) == (1, True)
        mesh.status = 200
        mesh.sign([])
        await learnt(member)
        assert standing(member).trouble == ""


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ({"ETag": '"one"', "Last-Modified": "Mon, 30 Nov 2026 00:00:00 GMT"}, "If-None-Match"),
        ({"Last-Modified": "Mon, 30 Nov 2026 00:00:00 GMT"}, "If-Modified-Since"),
    ],
)
async def test_it_is_fetched_again_only_when_it_has_changed(
    old: Nextcloud28, mesh: Publisher, tmp_path: Path, headers: dict[str, str], asked: str
) -> None:
    """Also the first time after a restart."""
    mesh.headers = dict(headers)
    mesh.sign([(old.url, "One")])
    source = mesh.source(keys=KEYS)
    async with joined(tmp_path, [], directories=[source]) as member:
        await until(lambda: len(mesh.asked) > 2)
        assert set(member.mesh.directory.listed) == {old.host}
    assert asked not in mesh.asked[0]
    assert all(asked in one for one in mesh.asked[1:])
    mesh.asked.clear()
    async with joined(tmp_path, [], directories=[source]) as member:
        await until(lambda: mesh.asked)
        assert all(asked in one for one in mesh.asked)
        mesh.sign([])
        mesh.headers = {}
        await learnt(member)


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda mesh: mesh.sign([("https://new.example.org", "New")], OTHER), "pinned keys"),
        (lambda mesh: mesh.providers(provider("new.example.org", "New")), "a key is pinned"),
        (lambda mesh: setattr(mesh, "body", b"{"), "no JSON"),
        (lambda mesh: setattr(mesh, "body", b" " * (MOST_BYTES + 1)), "more than"),
        (lambda mesh: setattr(mesh, "status", 404), "status 404"),
        (lambda mesh: mesh.sign([("https://new.example.org/ocm", "New")]), "no server's address"),
    ],
    ids=["other key", "unsigned", "no JSON", "huge", "gone", "with a path"],
)
async def test_what_is_refused_leaves_the_last_good_one(
    old: Nextcloud28,
    mesh: Publisher,
    tmp_path: Path,
    *,
    said: list[Any],
    spoil: Callable[[Publisher], None],
    word: str,
) -> None:
    mesh.sign([(old.url, "One")])
    async with joined(tmp_path, [], directories=[mesh.source(keys=KEYS)]) as member:
        await learnt(member, old)
        spoil(mesh)
        await until(lambda: word in standing(member).trouble)
        assert set(member.mesh.directory.listed) == {old.host}
        assert standing(member).clouds == 1
        assert await answer(member, old) == 201
    (told, *_) = [one for one in said if one["event"] == "directory_refused"]
    assert word in told["why"]
    assert told["clouds_kept"] == 1


INSIDE = (
    "http://old.example.org",
    "https://127.0.0.1",
    "https://127.0.0.1:8443",
    "https://10.1.2.3",
    "https://[::1]",
    "https://2130706433",
    "https://0x7f.1",
    "https://localhost",
    "https://old",
    "https://old.internal",
    "https://169.254.169.254",
)


async def test_no_address_inside_the_house(mesh: Publisher, tmp_path: Path) -> None:
    """Unless the operator said that the mesh is inside, or decides on that cloud by a rule."""
    file = tmp_path / "mesh.json"
    source = Source(str(file), keys=KEYS)
    async with joined(tmp_path, [], directories=[source]) as member:
        for url in INSIDE:
            mesh.sign([("https://good.example.org", "Good"), (url, "Inside")])
            file.write_bytes(mesh.body)
            await member.mesh.directories.look()
            assert "passes it over" in standing(member).trouble, url
        assert member.mesh.directory.listed == {}
    denied = [PeerRule(url.partition("://")[2], allow=False) for url in INSIDE]
    async with joined(tmp_path, denied, directories=[source]) as member:
        mesh.sign([("https://good.example.org", "Good"), *((url, url) for url in INSIDE)])
        file.write_bytes(mesh.body)
        await member.mesh.directories.look()
        assert standing(member).trouble == ""
        assert set(member.mesh.directory.listed) == {"good.example.org"}


async def test_nor_among_the_hosts_of_a_provider(mesh: Publisher, tmp_path: Path) -> None:
    inside = provider("box.example.org", "Box", ocm=["https://10.0.0.1/ocm/"])
    (tmp_path / "mesh.json").write_text(json.dumps([inside]))
    source = Source(f"{tmp_path}/mesh.json")
    async with joined(tmp_path, [], directories=[source]) as member:
        await member.mesh.directories.look()
        assert "at an address inside" in standing(member).trouble


async def test_the_operator_has_the_last_word(
    old: Nextcloud28, roots: Path, mesh: Publisher, tmp_path: Path
) -> None:
    with Nextcloud28(roots) as denied, Nextcloud35(roots) as ruled:
        mesh.sign([(one.url, one.host) for one in (old, denied, ruled)])
        name = "127.0.0.1"  # without a port: of each
        rules = [trusted(ruled, signed=True), trusted(old), PeerRule(name, allow=False)]
        async with joined(tmp_path, rules, directories=[mesh.source(keys=KEYS)]) as member:
            await learnt(member, old, ruled)
            assert await answer(member, denied) == 403
            assert await answer(member, old) == 201
            told = ruled.share(ruled.root, member.address)
            unsigned = Cloud.post(Nextcloud28(roots), f"{member.url}/ocm/shares", told)
            assert (await unsigned).status_code == 401
            assert await answer(member, ruled) == 201


async def test_a_denied_host_is_nobodys_further_one(mesh: Publisher, tmp_path: Path) -> None:
    dav = "https://dav.example.org/x"
    mesh.providers(
        provider("box.example.org", "Box", ocm=["https://box.example.org"], webdav=[dav])
    )
    rules = [PeerRule("*.example.org", allow=False), PeerRule("box.example.org")]
    async with joined(tmp_path, rules, directories=[mesh.source()]) as member:
        await until(lambda: member.mesh.directory.listed)
        assert member.mesh.directory.listed["box.example.org"].rule.also == ()
        with pytest.raises(PeerNotTrusted):
            member.mesh.directory.rule("dav.example.org")


async def test_what_holds_for_all_of_a_directorys_clouds(
    roots: Path, mesh: Publisher, tmp_path: Path
) -> None:
    with Nextcloud31(roots) as cloud:
        mesh.sign([(cloud.url, "Thirty-one")])
        for cavage, status in ((True, 201), (False, 401)):
            source = mesh.source(keys=KEYS, signed=True, cavage=cavage)
            folder = tmp_path / str(status)
            folder.mkdir()
            async with joined(folder, [], directories=[source]) as member:
                await learnt(member, cloud)
                assert await answer(member, cloud) == status


async def test_other_keys_than_before_are_asked_of_what_was_kept(
    old: Nextcloud28, mesh: Publisher, tmp_path: Path
) -> None:
    mesh.headers = {"ETag": '"one"'}
    mesh.sign([(old.url, "One")])
    async with joined(tmp_path, [], directories=[mesh.source(keys=KEYS)]) as member:
        await learnt(member, old)
    changed = mesh.source(keys=(pem(OTHER),))
    async with joined(tmp_path, [], directories=[changed]) as member:
        assert member.mesh.directory.listed == {}
        await until(lambda: standing(member).trouble)
        mesh.sign([(old.url, "One")], OTHER)
        await learnt(member, old)  # asked for anew, though its mark is the same


async def test_a_directory_that_the_operator_took_away(
    old: Nextcloud28, mesh: Publisher, tmp_path: Path
) -> None:
    mesh.sign([(old.url, "One")])
    source = mesh.source(keys=KEYS)
    async with joined(tmp_path, [], directories=[source]) as member:
        await learnt(member, old)
    async with joined(tmp_path, []) as member:
        assert await answer(member, old) == 403
        assert await member.mesh.store.listings.find(source.place) is None


async def test_the_first_of_two_directories_counts(
    old: Nextcloud28, mesh: Publisher, tmp_path: Path
) -> None:
    with published() as second:
        mesh.sign([(old.url, "As the first calls it")])
        second.sign([(old.url, "As the second calls it")])
        sources = [mesh.source(keys=KEYS), second.source(keys=KEYS, signed=True)]
        async with joined(tmp_path, [], directories=sources) as member:
            await until(lambda: all(one.clouds for one in member.mesh.directories.standings))
            assert member.mesh.inviter.clouds == [("As the first calls it", old.host)]
            assert await answer(member, old) == 201


async def test_we_are_no_peer_of_ours(mesh: Publisher, tmp_path: Path) -> None:
    mesh.sign([])
    async with joined(tmp_path, [], directories=[mesh.source(keys=KEYS)]) as member:
        mesh.sign([(member.url, "We"), ("https://a.example.org", "A")])
        await until(lambda: member.mesh.directory.listed)
        assert set(member.mesh.directory.listed) == {"a.example.org"}
