"""What survives a restart, under which keys, and what is left of what was erased."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import alembic.command
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from cryptography.fernet import Fernet
from sqlalchemy import Connection, create_engine, inspect

from vaas.errors import ConfigError
from vaas.model import Secret
from vaas.state import Store, Vault
from vaas.state.contacts import Contact
from vaas.state.tables import Base
from vaas.state.values import Hosted, Received, Sent
from vaas.state.vault import kept_keys

SHARE = Received(
    id="a" * 32,
    peer="cloud.example.org",
    provider_id="7",
    owner="alice@cloud.example.org",
    sender="bob@cloud.example.org",
    to="dashboards@us.example.org",
    name="Rivers",
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


async def test_a_share_is_kept_as_it_was(tmp_path: Path, vault: Vault) -> None:
    async with Store.opened(tmp_path / "s", vault) as store:
        await store.received.put(SHARE)
    async with Store.opened(tmp_path / "s", vault) as store:
        found = await store.received.find(SHARE.id)
        assert found
        assert abs(found.changed - time.time()) < 60
        assert replace(found, changed=0.0) == SHARE
        assert await store.received.of_peer(SHARE.peer, "7") == [found]
        assert await store.received.called("7") == [found]
        assert await store.received.of_peer("other.example.org", "7") == []
        assert await store.received.find("b" * 32) is None


async def test_a_secret_is_on_disk_only_encrypted(tmp_path: Path, vault: Vault) -> None:
    async with Store.opened(tmp_path / "s", vault) as store:
        await store.received.put(SHARE)
    content = (tmp_path / "s").read_bytes()
    assert SHARE.name.encode() in content
    assert b"sesame" not in content
    assert (tmp_path / "s").stat().st_mode & 0o077 == 0


async def test_what_is_erased_is_overwritten(tmp_path: Path, vault: Vault) -> None:
    async with Store.opened(tmp_path / "s", vault) as store:
        await store.received.put(SHARE)
        with sqlite3.connect(tmp_path / "s") as raw:
            (sealed,) = raw.execute("SELECT secret FROM received").fetchone()
        raw.close()
        await store.received.put(Received(SHARE.id, SHARE.peer, state="gone"))
        left = b"".join([path.read_bytes() for path in tmp_path.iterdir()])  # noqa: ASYNC240
        assert sealed not in left
        assert b"Rivers" not in left
        found = await store.received.find(SHARE.id)
        assert found
        assert found.state == "gone"


async def test_one_that_was_erased_is_not_marked_anew(tmp_path: Path, vault: Vault) -> None:
    async with Store.opened(tmp_path / "s", vault) as store:
        await store.received.put(SHARE)
        assert await store.received.mark(SHARE.id, "open")
        assert not await store.received.mark(SHARE.id, "open")
        await store.received.put(replace(SHARE, secret=Secret(""), state="missing"))
        assert not await store.received.mark(SHARE.id, "open")


async def test_who_shared_it_decides(tmp_path: Path, vault: Vault) -> None:
    async with Store.opened(tmp_path / "s", vault) as store:
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


async def test_nobody_is_listed_for_what_was_erased(tmp_path: Path, vault: Vault) -> None:
    async with Store.opened(tmp_path / "s", vault) as store:
        await store.received.put(SHARE)
        await store.received.invite(SHARE.id, ["zoe@x.org"])
        await store.received.put(replace(SHARE, secret=Secret(""), state="missing"))
        assert await store.received.guests(SHARE.id) == []
        await store.received.invite(SHARE.id, ["ann@x.org"])
        await store.received.renew(SHARE.id)
        found = await store.received.find(SHARE.id)
        assert found
        assert found.edition == 0
    content = (tmp_path / "s").read_bytes()
    assert b"zoe@x.org" not in content
    assert b"ann@x.org" not in content


async def test_a_new_key_on_top_encrypts_all_anew(tmp_path: Path) -> None:
    old, new = key(), key()
    async with Store.opened(tmp_path / "s", Vault([old])) as store:
        await store.received.put(SHARE)
        assert await store.secret("ours", lambda: Secret("1")) == Secret("1")
    async with Store.opened(tmp_path / "s", Vault([new, old])):
        pass
    async with Store.opened(tmp_path / "s", Vault([new])) as store:
        found = await store.received.find(SHARE.id)
        assert found
        assert found.secret == SHARE.secret
        assert await store.secret("ours", lambda: Secret("2")) == Secret("1")
    with pytest.raises(ConfigError, match="key that is not here"):
        async with Store.opened(tmp_path / "s", Vault([old])):
            pass


async def test_a_secret_opens_only_in_its_place(tmp_path: Path, vault: Vault) -> None:
    async with Store.opened(tmp_path / "s", vault) as store:
        await store.received.put(SHARE)
        await store.received.put(replace(SHARE, id="b" * 32, provider_id="8", secret=Secret("x")))
        with sqlite3.connect(tmp_path / "s") as raw:
            swap = "UPDATE received SET secret = (SELECT secret FROM received WHERE id = ?)"
            raw.execute(swap, (SHARE.id,))
        raw.close()
        with pytest.raises(ConfigError, match="another's place"):
            await store.received.find("b" * 32)


def test_keys_are_made_once_and_private(tmp_path: Path) -> None:
    (first,) = kept_keys(tmp_path / "keys")
    assert kept_keys(tmp_path / "keys") == [first]
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o600
    (tmp_path / "keys").chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        kept_keys(tmp_path / "keys")


def test_what_is_no_key_is_told_without_showing_it() -> None:
    with pytest.raises(ConfigError) as told:
        Vault([Secret("no key at all")])
    assert "no key at all" not in str(told.value)


def test_signatures_hold_for_their_text_and_any_key() -> None:
    old, new = key(), key()
    signed = Vault([old]).sign("share 1")
    assert Vault([new, old]).verifies("share 1", signed)
    assert not Vault([new, old]).verifies("share 2", signed)
    assert not Vault([new]).verifies("share 1", signed)
    assert not Vault([old]).verifies("share 1", "\udcff")
    assert not Vault([old]).verifies("share 1", "")


async def test_what_is_no_store_is_told(tmp_path: Path, vault: Vault) -> None:
    (tmp_path / "s").write_bytes(b"something else entirely" * 50)
    with pytest.raises(ConfigError, match="DatabaseError"):
        async with Store.opened(tmp_path / "s", vault):
            pass


async def test_errors_of_who_uses_it_stay_theirs(tmp_path: Path, vault: Vault) -> None:
    with pytest.raises(OSError, match="mine"):
        async with Store.opened(tmp_path / "s", vault):
            raise OSError("mine")


async def test_an_invitation_is_taken_once(tmp_path: Path, vault: Vault) -> None:
    alice = Contact("alice@cloud.example.org", "Alice", "")
    async with Store.opened(tmp_path / "s", vault) as store:
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
    assert b"token" not in (tmp_path / "s").read_bytes().replace(b"token_", b"")


async def test_a_contact_is_forgotten(tmp_path: Path, vault: Vault) -> None:
    alice = Contact("alice@cloud.example.org", "Alice", "")
    async with Store.opened(tmp_path / "s", vault) as store:
        await store.contacts.invite("token", time.time() + 60)
        await store.contacts.accept("token", alice)
        found = await store.contacts.find(alice.address)
        assert found == alice
        assert abs(found.since - time.time()) < 60
        await store.contacts.remove(alice.address)
        assert await store.contacts.find(alice.address) is None
    assert alice.address.encode() not in (tmp_path / "s").read_bytes()


def test_what_came_before_there_were_questions_is_shown(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 's'}")
    with engine.begin() as connection:
        migrate(connection, "0001")
        texts = ", ".join(["'x'"] * 6)
        old = f"VALUES ({texts}, x'00', 'x', 1, 0, 2e9, 'open', 1.5)"
        names = 'id, peer, owner, sender, "to", name, secret, uri, modern, exchange, expires'
        connection.exec_driver_sql(f"INSERT INTO received ({names}, state, changed) {old}")
        migrate(connection, "head")
        asked = "SELECT proven, accepted, edition, changed FROM received"
        assert connection.exec_driver_sql(asked).fetchall() == [(0, 1, 0, 1.5)]
    engine.dispose()


async def test_guests_are_kept_ended_and_counted(tmp_path: Path, vault: Vault) -> None:
    one = Hosted(
        "a" * 32, "c.example.org", "7", "alice@c.example.org", "bob@d.example.org", "Rivers"
    )
    async with Store.opened(tmp_path / "s", vault) as store:
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
    assert b"Rivers" in (tmp_path / "s").read_bytes()  # of the other


async def test_what_was_sent_is_found_by_its_secret_in_any_key(tmp_path: Path) -> None:
    old, new = key(), key()
    sent = Sent(
        "a" * 32, "b" * 32, "bob@d.example.org", "d.example.org", Secret("sesame"), made=1.0
    )
    async with Store.opened(tmp_path / "s", Vault([old])) as store:
        await store.sent.add(sent)
    async with Store.opened(tmp_path / "s", Vault([new, old])):
        pass
    async with Store.opened(tmp_path / "s", Vault([new])) as store:
        assert await store.sent.by_secret("sesame") == sent
        assert await store.sent.by_secret("other") is None
        assert await store.sent.of("b" * 32) == [sent]
        await store.sent.accept(sent.id)
        assert await store.sent.find(sent.id) == replace(sent, accepted=True)
        assert await store.sent.remove(sent.id)
        assert not await store.sent.remove(sent.id)
    left = (tmp_path / "s").read_bytes()
    assert b"sesame" not in left
    assert sent.id.encode() not in left


def migrate(connection: Connection, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", "vaas.state:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    if to == "base":
        alembic.command.downgrade(config, to)
    else:
        alembic.command.upgrade(config, to)


def test_migrations_lead_to_the_tables_and_back(tmp_path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", "vaas.state:migrations")
    config.set_main_option("path_separator", "os")
    steps = [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()]
    engine = create_engine(f"sqlite:///{tmp_path / 's'}")
    for step in reversed(steps):
        with engine.begin() as connection:
            migrate(connection, step)
    with engine.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        migrate(connection, "base")
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
        migrate(connection, "head")
    engine.dispose()
