"""What survives a restart, under which keys, and what is left of what was erased.

In a file and in a database of PostgreSQL's alike.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import alembic.command
import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from cryptography.fernet import Fernet
from sqlalchemy import Connection, inspect

from tests.contracts.clouds import Nextcloud28
from tests.contracts.membership import joined, trusted
from tests.contracts.postgres import PASSWORD, QUOTED, Postgres, postgres
from vaas.errors import ConfigError, StateAway
from vaas.model import Secret
from vaas.state import Store, Vault, reachable
from vaas.state.contacts import Contact
from vaas.state.listings import KeptListing
from vaas.state.place import Place, engine_of
from vaas.state.tables import Base
from vaas.state.values import Hosted, Received, Sent

SHARE = Received(
    id="a" * 32,
    peer="cloud.example.org",
    provider_id="7",
    owner="alice@cloud.example.org",
    sender="bob@cloud.example.org",
    to="dashboards@us.example.org",
    name="Flüsse 🌊",
    secret=Secret("open sesame"),
    uri="some/where",
    modern=True,
    exchange=True,
    expires=2e9,
)


def key() -> Secret:
    return Secret(Fernet.generate_key().decode())


@pytest.fixture
def vault() -> Vault:
    return Vault([key()])


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as found:
        yield found


@pytest.fixture(params=["file", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "file":
        return tmp_path / "s"
    server: Postgres = request.getfixturevalue("server")
    return server.database()


def ask(place: Place, command: str, *values: str) -> list[Any]:
    """Ask past the store; values stand where the command has ``?``."""
    if isinstance(place, Path):
        raw = sqlite3.connect(place)
        try:
            with raw:
                return raw.execute(command, values).fetchall()
        finally:
            raw.close()
    with psycopg.connect(place.value) as connection:
        found = connection.execute(command.replace("?", "%s"), values)  # type: ignore[arg-type]
        return found.fetchall() if found.description else []


def everything(place: Place) -> str:
    """All that stands in the tables."""
    tables = (
        *("received", "guest", "secret", "invitation", "contact", "listing", "hosted", "sent"),
    )
    rows = [row for table in tables for row in ask(place, f"SELECT * FROM {table}")]  # noqa: S608
    return repr([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in rows])


async def test_a_share_is_kept_as_it_was(place: Place, vault: Vault) -> None:
    async with Store.opened(place, vault) as store:
        await store.received.put(replace(SHARE, name="other"))
        await store.received.put(SHARE)
    async with Store.opened(place, vault) as store:
        found = await store.received.find(SHARE.id)
        assert found
        assert abs(found.changed - time.time()) < 60
        assert replace(found, changed=0.0) == SHARE
        assert await store.received.of_peer(SHARE.peer, "7") == [found]
        assert await store.received.called("7") == [found]
        assert await store.received.of_peer("other.example.org", "7") == []
        assert await store.received.find("b" * 32) is None
        assert await store.received.all("pending", "open") == [found]
        assert await store.received.count(SHARE.peer, "pending") == 1


async def test_a_secret_is_kept_only_encrypted(place: Place, vault: Vault) -> None:
    async with Store.opened(place, vault) as store:
        await store.received.put(SHARE)
        await store.secret("ours", lambda: Secret("swordfish"))
        await store.contacts.invite("let-me-in", time.time() + 60)
    held = everything(place)
    assert SHARE.name in held
    assert not [one for one in ("sesame", "swordfish", "let-me-in") if one in held]


async def test_what_is_erased_is_no_longer_there(place: Place, vault: Vault) -> None:
    async with Store.opened(place, vault) as store:
        await store.received.put(SHARE)
        ((sealed,),) = ask(place, "SELECT secret FROM received")
        await store.received.put(Received(SHARE.id, SHARE.peer, state="gone"))
        held = everything(place)
        assert repr(bytes(sealed)) not in held
        assert SHARE.name not in held
        found = await store.received.find(SHARE.id)
        assert found
        assert found.state == "gone"


async def test_of_a_file_it_is_overwritten(tmp_path: Path, vault: Vault) -> None:
    async with Store.opened(tmp_path / "s", vault) as store:
        await store.received.put(SHARE)
        assert SHARE.name.encode() in (tmp_path / "s").read_bytes()
        ((sealed,),) = ask(tmp_path / "s", "SELECT secret FROM received")
        await store.received.put(Received(SHARE.id, SHARE.peer, state="gone"))
        left = b"".join([path.read_bytes() for path in tmp_path.iterdir()])  # noqa: ASYNC240
        assert sealed not in left
        assert SHARE.name.encode() not in left
    assert (tmp_path / "s").stat().st_mode & 0o077 == 0


async def test_one_that_was_erased_is_not_marked_anew(place: Place, vault: Vault) -> None:
    async with Store.opened(place, vault) as store:
        await store.received.put(SHARE)
        assert await store.received.mark(SHARE.id, "open")
        assert not await store.received.mark(SHARE.id, "open")
        await store.received.put(replace(SHARE, secret=Secret(""), state="missing"))
        assert not await store.received.mark(SHARE.id, "open")


async def test_a_new_key_on_top_encrypts_all_anew(place: Place) -> None:
    old, new = key(), key()
    async with Store.opened(place, Vault([old])) as store:
        await store.received.put(SHARE)
        assert await store.secret("ours", lambda: Secret("1")) == Secret("1")
    async with Store.opened(place, Vault([new, old])):
        pass
    async with Store.opened(place, Vault([new])) as store:
        found = await store.received.find(SHARE.id)
        assert found
        assert found.secret == SHARE.secret
        assert await store.secret("ours", lambda: Secret("2")) == Secret("1")
    with pytest.raises(ConfigError, match="key that is not here"):
        async with Store.opened(place, Vault([old])):
            pass


async def test_what_another_service_writes_meanwhile_is_not_lost(place: Place) -> None:
    """While one that begins encrypts everything anew."""
    old, new = key(), key()
    shares = [replace(SHARE, id=f"{number:032}", provider_id=str(number)) for number in range(40)]
    async with Store.opened(place, Vault([old])) as first:
        for share in shares:
            await first.received.put(share)

        async def write() -> None:
            for share in shares:
                await first.received.put(replace(share, secret=Secret("newer")))

        async def begin() -> None:
            async with Store.opened(place, Vault([new, old])):
                pass

        await asyncio.gather(write(), begin(), begin())
    async with Store.opened(place, Vault([new, old])) as store:
        kept = await store.received.all("pending")
        assert {share.secret.value for share in kept} == {"newer"}


async def test_two_that_begin_at_once_have_one_secret(place: Place, vault: Vault) -> None:
    async def begin() -> Secret:
        async with Store.opened(place, vault) as store:
            return await store.secret("ours", key)

    assert len({one.value for one in await asyncio.gather(begin(), begin(), begin())}) == 1


async def test_a_secret_opens_only_in_its_place(place: Place, vault: Vault) -> None:
    async with Store.opened(place, vault) as store:
        await store.received.put(SHARE)
        await store.received.put(replace(SHARE, id="b" * 32, provider_id="8", secret=Secret("x")))
        swap = "UPDATE received SET secret = (SELECT secret FROM received WHERE id = ?)"
        ask(place, swap, SHARE.id)
        with pytest.raises(ConfigError, match="another's place"):
            await store.received.find("b" * 32)


async def test_an_invitation_is_taken_once(place: Place, vault: Vault) -> None:
    alice = Contact("alice@cloud.example.org", "Alice", "")
    async with Store.opened(place, vault) as store:
        await store.contacts.invite("token", time.time() + 60)
        await store.contacts.invite("old", time.time() - 1)
        assert await store.contacts.accept("other", alice) == "unknown"
        assert await store.contacts.accept("old", alice) == "unknown"
        assert await store.contacts.accept("token", alice) == "new"
        assert await store.contacts.accept("token", alice) == "taken"
        assert await store.contacts.all() == [alice]
        await store.contacts.invite("raced", time.time() + 60)
        assert await store.contacts.waiting() == 1
        raced = await asyncio.gather(*(store.contacts.accept("raced", alice) for _ in range(8)))
        assert sorted(raced) == ["new"] + ["taken"] * 7
        assert await store.contacts.waiting() == 0
        await asyncio.gather(*(store.contacts.add(replace(alice, name="A")) for _ in range(4)))
        assert await store.contacts.all() == [replace(alice, name="A")]


async def test_a_directorys_document_is_kept(place: Place, vault: Vault) -> None:
    first = KeptListing("https://a.example.org", b"\x00\xff", "e", "m", 1.5)
    async with Store.opened(place, vault) as store:
        await store.listings.put(replace(first, document=b""))
        await store.listings.put(first)
        await store.listings.put(replace(first, place="other"))
        assert await store.listings.find(first.place) == first
        await store.listings.forget_others([first.place])
        assert await store.listings.find("other") is None
        assert await store.listings.find(first.place) == first


def migrate(connection: Connection, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", "vaas.state:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    if to == "base":
        alembic.command.downgrade(config, to)
    else:
        alembic.command.upgrade(config, to)


async def test_migrations_lead_to_the_tables_and_back(place: Place) -> None:
    config = Config()
    config.set_main_option("script_location", "vaas.state:migrations")
    config.set_main_option("path_separator", "os")
    steps = [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()]
    engine = engine_of(place)

    def differences(connection: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))

    def tables(connection: Connection) -> list[str]:
        return inspect(connection).get_table_names()

    for step in reversed(steps):
        async with engine.begin() as connection:
            await connection.run_sync(migrate, step)
    async with engine.begin() as connection:
        assert await connection.run_sync(differences) == []
        await connection.run_sync(migrate, "base")
    async with engine.begin() as connection:
        assert await connection.run_sync(tables) == ["alembic_version"]
        await connection.run_sync(migrate, "head")
    await engine.dispose()


async def test_one_that_is_newer_than_we_are(place: Place, vault: Vault) -> None:
    async with Store.opened(place, vault):
        pass
    ask(place, "UPDATE alembic_version SET version_num = ?", "from_the_future")
    with pytest.raises(ConfigError, match="from_the_future"):
        async with Store.opened(place, vault):
            pass


async def test_errors_of_who_uses_it_stay_theirs(place: Place, vault: Vault) -> None:
    with pytest.raises(OSError, match="mine"):
        async with Store.opened(place, vault):
            raise OSError("mine")


async def test_what_is_no_store_is_told(tmp_path: Path, vault: Vault) -> None:
    (tmp_path / "s").write_bytes(b"something else entirely" * 50)
    with pytest.raises(ConfigError, match="DatabaseError"):
        async with Store.opened(tmp_path / "s", vault):
            pass


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (("with%40signs", "wrong"), "authentication failed"),
        (("127.0.0.1:", "127.0.0.1:1"), "127.0.0.1"),
        (("/t", "/nothing-of-that-name-"), "does not exist"),
        (("postgresql://", "mysql://"), "PostgreSQL"),
        (("postgresql://", "//"), "is wanted"),
        (("127.0.0.1:", "127.0.0.1:x"), "is wanted"),
    ],
    ids=["password", "port", "database", "kind", "no address", "no port"],
)
async def test_a_database_that_is_none_is_told_without_its_password(
    server: Postgres, vault: Vault, change: tuple[str, str], word: str
) -> None:
    place = Secret(server.database().value.replace(*change))

    async def begin() -> None:
        async with Store.opened(place, vault):
            pass

    for attempt in (lambda: reachable(place), begin):
        with pytest.raises(ConfigError) as told:
            await attempt()
        assert word in str(told.value)
        assert PASSWORD not in str(told.value)
        assert QUOTED not in str(told.value)


async def test_a_database_that_goes_and_comes_back(
    server: Postgres, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A share's whole life with the state there; others are asked to come again meanwhile."""
    caplog.set_level(logging.DEBUG)
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "app.ipynb").write_text("{}")
    data = tmp_path / "data"
    data.mkdir()
    database = server.database()
    with Nextcloud28(tmp_path / "shared") as cloud:
        async with joined(data, [trusted(cloud)], database=database) as member:
            announced = await member.take(cloud, cloud.root)
            secret = cloud.grant_of(announced).secret
            assert await member.files(await member.only())
            server.stop()
            told = cloud.share(cloud.root, member.address)
            away = await cloud.post(f"{member.url}/ocm/shares", told)
            assert away.status_code == 503
            assert away.headers["Retry-After"]
            with pytest.raises(StateAway):
                await member.all()
            server.start()
            assert (await cloud.post(f"{member.url}/ocm/shares", told)).status_code == 201
            await member.keeper.settled()
            assert [share.state for share in await member.all()] == ["open", "open"]
        assert not (data / "state.sqlite").exists()
        async with joined(data, [trusted(cloud)], database=database) as member:
            shares = {share.provider_id: share for share in await member.all()}
            share = shares[str(announced["providerId"])]
            assert await member.files(share)
            await member.tell(cloud, cloud.unsharing(announced))
            states = {one.id: one.state for one in await member.all()}
            assert states.pop(share.id) == "gone"
            assert list(states.values()) == ["open"]
    assert secret not in everything(database)
    for word in (secret, PASSWORD, QUOTED):
        assert word not in caplog.text


async def test_who_shared_it_decides(place: Place, vault: Vault) -> None:
    async with Store.opened(place, vault) as store:
        received = store.received
        await received.put(replace(SHARE, accepted=False))
        await received.accept(SHARE.id)
        await received.renew(SHARE.id)
        await received.invite(SHARE.id, ["marie@x.org", "bob@x.org", "bob@x.org"])
        await received.put(replace(SHARE, accepted=False, name="Lakes"))  # announced anew
        found = await received.find(SHARE.id)
        assert found
        assert (found.name, found.accepted, found.edition) == ("Lakes", True, 1)
        assert await received.guests(SHARE.id) == ["bob@x.org", "marie@x.org"]
        assert [one.id for one in await received.of_sender(SHARE.sender)] == [SHARE.id]
        await received.invite(SHARE.id, ["zoe@x.org"])
        assert await received.guests(SHARE.id) == ["zoe@x.org"]


async def test_nobody_is_listed_for_what_was_erased(place: Place, vault: Vault) -> None:
    async with Store.opened(place, vault) as store:
        await store.received.put(SHARE)
        await store.received.invite(SHARE.id, ["zoe@x.org"])
        await store.received.put(replace(SHARE, secret=Secret(""), state="missing"))
        assert await store.received.guests(SHARE.id) == []
        await store.received.invite(SHARE.id, ["ann@x.org"])
        await store.received.renew(SHARE.id)
        found = await store.received.find(SHARE.id)
        assert found
        assert found.edition == 0
    held = everything(place)
    assert "zoe@x.org" not in held
    assert "ann@x.org" not in held


async def test_a_contact_is_forgotten(place: Place, vault: Vault) -> None:
    alice = Contact("alice@cloud.example.org", "Alice", "")
    async with Store.opened(place, vault) as store:
        await store.contacts.invite("token", time.time() + 60)
        await store.contacts.accept("token", alice)
        found = await store.contacts.find(alice.address)
        assert found == alice
        assert abs(found.since - time.time()) < 60
        await store.contacts.remove(alice.address)
        assert await store.contacts.find(alice.address) is None
    assert alice.address not in everything(place)


async def test_what_came_before_there_were_questions_is_shown(place: Place) -> None:
    engine = engine_of(place)
    async with engine.begin() as connection:
        await connection.run_sync(migrate, "0001")
    await engine.dispose()
    texts = ", ".join(["'x'"] * 7)
    names = 'id, peer, owner, sender, "to", name, uri, secret, modern, exchange, state, changed'
    told = f"{texts}, CAST('' AS {'BLOB' if isinstance(place, Path) else 'BYTEA'}), true, false"
    ask(place, f"INSERT INTO received ({names}) VALUES ({told}, 'open', 1.5)")  # noqa: S608
    async with Store.opened(place, Vault([key()])) as store:
        found = await store.received.find("x")
        assert found
        assert (found.proven, found.accepted, found.edition, found.changed) == (0, 1, 0, 1.5)


async def test_guests_are_kept_ended_and_counted(place: Place, vault: Vault) -> None:
    one = Hosted(
        "a" * 32, "c.example.org", "7", "alice@c.example.org", "bob@d.example.org", "Rivers"
    )
    async with Store.opened(place, vault) as store:
        hosted = store.hosted
        await hosted.put(one)
        await hosted.put(replace(one, id="b" * 32, client="8", expires=5.0))
        await hosted.note(replace(one, id="c" * 32))
        assert await hosted.count(one.peer) == 2
        assert [found.client for found in await hosted.over(6.0)] == ["8"]
        found = await hosted.called(one.peer, "7")
        assert found
        assert replace(found, changed=0.0) == one
        await hosted.end(one)
        ended = await hosted.called(one.peer, "7")
        assert ended
        assert (ended.owner, ended.to, ended.name) == ("", "", "")
        assert await hosted.count(one.peer) == 1
        assert await hosted.called(one.peer, "c" * 32) is None  # known by its token alone
        await hosted.erased("a" * 32)
        await hosted.erased("c" * 32)
        assert await hosted.noted() == []
        assert await hosted.find("a" * 32)
    assert "Rivers" in everything(place)  # of the other


async def test_what_was_sent_is_found_by_its_secret_in_any_key(place: Place) -> None:
    old, new = key(), key()
    sent = Sent(
        "a" * 32, "b" * 32, "bob@d.example.org", "d.example.org", Secret("sesame"), made=1.0
    )
    async with Store.opened(place, Vault([old])) as store:
        await store.sent.add(sent)
    async with Store.opened(place, Vault([new, old])):
        pass
    async with Store.opened(place, Vault([new])) as store:
        assert await store.sent.by_secret("sesame") == sent
        assert await store.sent.by_secret("other") is None
        assert await store.sent.of("b" * 32) == [sent]
        await store.sent.accept(sent.id)
        assert await store.sent.find(sent.id) == replace(sent, accepted=True)
        assert await store.sent.remove(sent.id)
        assert not await store.sent.remove(sent.id)
    left = everything(place)
    assert "sesame" not in left
    assert sent.id not in left
