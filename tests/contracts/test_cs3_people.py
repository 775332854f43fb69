"""What a gateway knows of people: locks, and what other clouds sent to an account."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest
from cs3.identity.user.v1beta1.resources_pb2 import UserId
from cs3.storage.provider.v1beta1.resources_pb2 import LockType, ResourceInfo, ResourceType
from cs3.types.v1beta1.types_pb2 import Timestamp

from tests.contracts.membership import Member, joined
from tests.contracts.people import IDP, Person
from tests.contracts.systems import Cs3
from tests.traces import holding
from vaas.errors import (
    EfssFailed,
    EfssTooSlow,
    EfssUnreachable,
    FileDrop,
    ShareChanged,
    ShareUnknown,
    ShareWithdrawn,
)
from vaas.mesh.gatherer import Gatherer
from vaas.model import Entry, Secret, Share, ShareLink
from vaas.shares import FailureMemory, OutboundClient, OutboundPolicy, Shares
from vaas.shares.cs3 import locks
from vaas.shares.cs3.account import Account, Gathered
from vaas.shares.cs3.gateway import Gateway
from vaas.shares.cs3.locks import Locks
from vaas.shares.cs3.rules import AccountRule
from vaas.state.values import Received

FILES = {"a.ipynb": b"{}", "in/b.csv": b"0123456789"}


@pytest.fixture
def system(cs3: Cs3) -> Iterator[Cs3]:
    cs3.gateway.calls.clear()
    yield cs3
    cs3.gateway.reset()


@pytest.fixture
async def shares(system: Cs3) -> AsyncIterator[Shares]:
    policy = OutboundPolicy([system.rule()])
    async with OutboundClient(policy) as client:
        found = Shares(client, policy, FailureMemory())
        yield found
        await found.close()


def folder(system: Cs3) -> Path:
    made = system.folder()
    for name, content in FILES.items():
        (made / name).parent.mkdir(exist_ok=True)
        (made / name).write_bytes(content)
    return made


async def content(shares: Shares, share: Share, entry: Entry) -> bytes:
    async with aclosing(shares.read(share, entry)) as pieces:
        return b"".join([piece async for piece in pieces])


# References by id, as oCIS has them.


@pytest.mark.parametrize("shown", [".", "name", "", "/spaces/some"])
async def test_what_is_known_by_id(system: Cs3, shares: Shares, shown: str) -> None:
    system.gateway.by_id, system.gateway.shown = True, shown
    made = folder(system)
    share = await shares.resolve(system.share(made))
    assert (share.name, share.is_file) == (made.name, False)
    assert {e.path for e in await shares.list(share, "")} == {"a.ipynb", "in"}
    [entry] = await shares.list(share, "in")
    assert (entry.path, await content(shares, share, entry)) == ("in/b.csv", FILES["in/b.csv"])


async def test_a_gateway_that_shows_no_spaces_is_asked_for_what_it_says_is_shared(
    system: Cs3, shares: Shares
) -> None:
    system.gateway.by_id, system.gateway.says = True, {"ListStorageSpaces": "UNIMPLEMENTED"}
    share = await shares.resolve(system.share(folder(system)))
    assert {e.path for e in await shares.list(share, "")} == {"a.ipynb", "in"}


async def test_what_is_shared_by_id_and_gone(system: Cs3, shares: Shares) -> None:
    """That the path was not understood says nothing."""
    system.gateway.by_id = True
    made = folder(system)
    share = await shares.resolve(system.share(made / "a.ipynb"))
    (made / "a.ipynb").unlink()
    with pytest.raises(ShareUnknown):
        await shares.resolve(share.link)


async def test_the_way_that_answered_is_asked_alone(system: Cs3, shares: Shares) -> None:
    system.gateway.by_id = True
    share = await shares.resolve(system.share(folder(system)))
    system.gateway.calls.clear()
    await shares.resolve(share.link)
    assert system.gateway.calls == ["Stat"]


async def test_a_gateway_that_was_changed_to_the_other_way(system: Cs3, shares: Shares) -> None:
    share = await shares.resolve(system.share(folder(system)))
    system.gateway.by_id = True
    assert (await shares.resolve(share.link)).version == share.version
    system.gateway.by_id = False
    assert (await shares.resolve(share.link)).version == share.version


@pytest.mark.parametrize("by_id", [False, True])
@pytest.mark.parametrize("around", [False, True])
async def test_a_single_file_either_way(
    system: Cs3, shares: Shares, by_id: bool, around: bool
) -> None:
    system.gateway.by_id, system.gateway.around = by_id, around
    made = folder(system)
    (made / "other.ipynb").write_bytes(b"not shared")
    share = await shares.resolve(system.share(made / "a.ipynb"))
    assert (share.is_file, share.name) == (True, "a.ipynb")
    [entry] = await shares.list(share, "")
    assert await content(shares, share, entry) == FILES["a.ipynb"]
    for wrong in ("other.ipynb", "a.ipynb/x", "../other.ipynb", "in/b.csv"):
        with pytest.raises(ShareChanged):
            await content(shares, share, Entry(wrong, is_folder=False, tag=entry.tag))
    with pytest.raises(ShareChanged):
        await shares.list(share, "in")


async def test_wrong_names_by_id_are_left_out(system: Cs3, shares: Shares) -> None:
    system.gateway.by_id = True
    share = await shares.resolve(system.share(folder(system)))
    kind = ResourceType.RESOURCE_TYPE_FILE
    paths = ("..", ".", "", "x\0y", "./in/..", "./elsewhere/x", "/up/elsewhere/y", "./in/b.csv")
    system.gateway.strays = [ResourceInfo(path=path, type=kind) for path in paths]
    assert [e.path for e in await shares.list(share, "in")] == ["in/b.csv"]


async def test_a_file_that_is_gone_by_id(system: Cs3, shares: Shares) -> None:
    system.gateway.by_id = True
    made = folder(system)
    share = await shares.resolve(system.share(made))
    [entry] = await shares.list(share, "in")
    (made / entry.path).unlink()
    with pytest.raises(ShareChanged):
        await content(shares, share, entry)
    with pytest.raises(ShareChanged):
        await shares.list(share, "no such folder")


@pytest.mark.parametrize(
    ("code", "error"), [("NOT_FOUND", ShareUnknown), ("PERMISSION_DENIED", FileDrop)]
)
async def test_the_first_no_counts(
    system: Cs3, shares: Shares, code: str, error: type[Exception]
) -> None:
    system.gateway.by_id, system.gateway.says = True, {"Stat": code}
    with pytest.raises(error):
        await shares.resolve(system.share(folder(system)))


# Locks.


@pytest.fixture
def marie(system: Cs3) -> Person:
    person = Person("marie", "Marie Curie", system.folder(), password="app password")
    system.gateway.people["marie"] = person
    return person


async def locked(system: Cs3, shares: Shares, path: str = "a.ipynb", **lock: object) -> str:
    """Who is said to edit a notebook that is locked so."""
    system.gateway.locking = True
    made = folder(system)
    share = await shares.resolve(system.share(made))
    system.gateway.lock(made / path, **lock)
    return await shares.editor(share, path)


async def test_who_edits(system: Cs3, shares: Shares, marie: Person) -> None:
    user = UserId(idp=IDP, opaque_id=marie.name)
    assert await locked(system, shares, user=user, app_name="JupyterLab") == "Marie Curie"
    asked = system.gateway.calls.count("GetUser")
    assert await locked(system, shares, "in/b.csv", user=user) == "Marie Curie"
    assert system.gateway.calls.count("GetUser") == asked
    unknown = UserId(idp=IDP, opaque_id="pierre")
    assert await locked(system, shares, user=unknown, app_name="JupyterLab") == "JupyterLab"
    assert await locked(system, shares, app_name="  Jupyter\n\x1bLab\u202e ") == "Jupyter Lab"
    assert len(await locked(system, shares, app_name="x" * 1000)) == 60
    assert await locked(system, shares) == "somebody"


async def test_a_lock_that_is_over_or_none(system: Cs3, shares: Shares) -> None:
    past, later = (Timestamp(seconds=int(time.time()) + more) for more in (-10, 600))
    assert await locked(system, shares, app_name="x", expiration=past) == ""
    assert await locked(system, shares, app_name="x", expiration=later) == "x"
    assert await locked(system, shares, app_name="x", type=LockType.LOCK_TYPE_INVALID) == ""
    system.gateway.locks.clear()
    share = await shares.resolve(system.share(folder(system)))
    assert await shares.editor(share, "a.ipynb") == ""
    assert await shares.editor(share, "gone.ipynb") == ""


@pytest.mark.parametrize("around", [False, True])
@pytest.mark.parametrize("by_id", [False, True])
async def test_a_lock_of_a_single_file(
    system: Cs3, shares: Shares, around: bool, by_id: bool
) -> None:
    system.gateway.around, system.gateway.by_id, system.gateway.locking = around, by_id, True
    made = folder(system)
    share = await shares.resolve(system.share(made / "a.ipynb"))
    system.gateway.lock(made / "a.ipynb", app_name="Lab")
    assert await shares.editor(share, "a.ipynb") == "Lab"


async def test_a_storage_without_locks_is_asked_seldom(
    system: Cs3, shares: Shares, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = await shares.resolve(system.share(folder(system)))
    for _ in range(3):
        assert await shares.editor(share, "a.ipynb") == ""
    assert system.gateway.calls.count("GetLock") == 1
    times = iter((0.0, 0.0, 10.0, locks.AGAIN + 1, locks.AGAIN + 1))
    asked = Locks(lambda: next(times))

    async def ask(method: str, request: object) -> object:
        return await gateway.call(method, request)

    system.gateway.calls.clear()
    system.gateway.says = {"GetLock": "UNIMPLEMENTED"}
    gateway = Gateway(system.rule())
    for _ in range(3):
        assert await asked.editor(ask, "one", None) == ""
    assert system.gateway.calls.count("GetLock") == 2
    await gateway.close()


async def test_locks_of_a_gateway_that_is_away(system: Cs3, shares: Shares) -> None:
    share = await shares.resolve(system.share(folder(system)))
    system.gateway.says = {"GetLock": "UNAVAILABLE"}
    with pytest.raises(EfssUnreachable):
        await shares.editor(share, "a.ipynb")
    system.gateway.says = {"GetLock": "DEADLINE_EXCEEDED"}
    with pytest.raises(EfssTooSlow):
        await shares.editor(share, "a.ipynb")


async def test_a_lock_is_never_set(system: Cs3, shares: Shares) -> None:
    await locked(system, shares, app_name="x")
    assert not {"SetLock", "RefreshLock", "Unlock"} & set(system.gateway.calls)


# What an account received.


def rule(system: Cs3, **more: object) -> AccountRule:
    given = {"name": "marie", "password": Secret("app password")} | more
    return AccountRule(site=system.rule(), **given)  # type: ignore[arg-type]


@asynccontextmanager
async def account(
    system: Cs3, tmp_path: Path, **more: object
) -> AsyncIterator[tuple[Member, Account]]:
    """A member of the mesh whose account at the site receives shares."""
    policy = OutboundPolicy([system.rule()])
    ours = Account(rule(system, **more))
    async with (
        OutboundClient(policy) as client,
        joined(tmp_path, []) as member,
    ):
        hosts = {system.host: ours}
        member.guests["gathered"] = Gathered(hosts, member.mesh.access, client, policy)
        await gathered(member, ours)
        try:
            yield member, ours
        finally:
            await ours.close()


async def gathered(member: Member, *accounts: Account) -> None:
    """Ask the accounts once, and follow what comes of it."""
    received = member.mesh.store.received
    await Gatherer(accounts, received, member.keeper, most=10).round()
    await member.keeper.settled()


def link(share: Received) -> ShareLink:
    return ShareLink(f"https://{share.peer}", share.id, "", "gathered")


@pytest.mark.parametrize("by_id", [False, True])
@pytest.mark.parametrize("kind", ["appauth", "basic"])
async def test_what_an_account_received_is_opened(
    system: Cs3, marie: Person, tmp_path: Path, by_id: bool, kind: str
) -> None:
    system.gateway.by_id = by_id
    system.gateway.receive("77", folder(system), "marie", state="ACCEPTED")
    async with account(system, tmp_path, kind=kind) as (member, _):
        share = await member.only()
        assert (share.state, share.peer) == ("open", system.host)
        assert (share.sender, share.owner) == ("einstein@far.example.org",) * 2
        assert await member.files(share) == FILES
        assert (await member.resolve(share)).product == "ocm"


async def test_a_file_that_an_account_received(system: Cs3, marie: Person, tmp_path: Path) -> None:
    system.gateway.receive("77", folder(system) / "a.ipynb", "marie", state="ACCEPTED")
    async with account(system, tmp_path) as (member, _):
        assert await member.files(await member.only()) == {"a.ipynb": FILES["a.ipynb"]}


async def test_shares_that_wait_are_accepted_if_that_is_wished(
    system: Cs3, marie: Person, tmp_path: Path
) -> None:
    system.gateway.receive("1", folder(system), "marie")
    system.gateway.receive("2", folder(system), "marie", state="REJECTED")
    system.gateway.receive("3", folder(system), "somebody else")
    for name in ("shy", "open"):
        (tmp_path / name).mkdir()
    async with account(system, tmp_path / "shy") as (member, _):
        assert await member.all() == []
    async with account(system, tmp_path / "open", accept=True) as (member, _):
        assert (await member.only()).provider_id == "cs3:1"
    states = {name: share.state for name, share in system.gateway.received.items()}
    assert states == {"1": "ACCEPTED", "2": "REJECTED", "3": "PENDING"}


async def test_what_cannot_be_accepted_is_no_obstacle_to_others(
    system: Cs3, marie: Person, tmp_path: Path
) -> None:
    system.gateway.receive("1", folder(system), "marie")
    system.gateway.receive("2", folder(system), "marie", state="ACCEPTED")
    system.gateway.says = {"UpdateReceivedOCMShare": "INTERNAL"}
    async with account(system, tmp_path, accept=True) as (member, ours):
        assert [one.provider_id for one in await member.all()] == ["cs3:2"]
        system.gateway.says = {}
        await gathered(member, ours)
        assert {one.provider_id for one in await member.all("open")} == {"cs3:1", "cs3:2"}


async def test_only_so_many_are_taken(system: Cs3, marie: Person, tmp_path: Path) -> None:
    made = folder(system)
    for number in range(12):
        system.gateway.receive(str(number), made, "marie", state="ACCEPTED")
    async with account(system, tmp_path) as (member, ours):
        assert len(await member.all("open")) == 10
        del system.gateway.received["0"]
        await gathered(member, ours)
        await gathered(member, ours)
        assert len(await member.all("open")) == 10


async def test_what_is_unshared_is_erased(system: Cs3, marie: Person, tmp_path: Path) -> None:
    system.gateway.receive("77", folder(system), "marie", state="ACCEPTED")
    async with account(system, tmp_path) as (member, ours):
        share = await member.only()
        await member.files(share)
        assert holding(member.data, FILES["in/b.csv"])
        del system.gateway.received["77"]
        with pytest.raises(ShareWithdrawn):
            await member.resolve(share)
        await member.keeper.settled()
        assert (await member.only()).state == "missing"
        assert not holding(member.data, FILES["in/b.csv"])
        await gathered(member, ours)
        assert (await member.only()).state == "gone"
        with pytest.raises(ShareWithdrawn):
            await member.resolve(share)
        # The same share once more is another one here.
        system.gateway.receive("77", folder(system), "marie", state="ACCEPTED")
        await gathered(member, ours)
        assert [one.state for one in await member.all("open")] == ["open"]


async def test_a_gateway_that_is_away_takes_nothing_away(
    system: Cs3, marie: Person, tmp_path: Path
) -> None:
    system.gateway.receive("77", folder(system), "marie", state="ACCEPTED")
    async with account(system, tmp_path) as (member, ours):
        for code in ("UNAVAILABLE", "INTERNAL", "PERMISSION_DENIED"):
            system.gateway.says = {"ListReceivedOCMShares": code}
            await gathered(member, ours)
        assert (await member.only()).state == "open"


async def test_an_account_that_is_no_longer_ours(
    system: Cs3, marie: Person, tmp_path: Path
) -> None:
    system.gateway.receive("77", folder(system), "marie", state="ACCEPTED")
    async with account(system, tmp_path) as (member, _):
        share = await member.only()
    async with joined(tmp_path, []) as member:
        await gathered(member)
        assert (await member.only()).state == "gone"
        with pytest.raises(ShareUnknown):
            await member.rooms.shares.resolve(link(share))


async def test_an_account_whose_password_is_wrong(system: Cs3, marie: Person) -> None:
    ours = Account(rule(system, password=Secret("wrong one")))
    with pytest.raises(EfssFailed) as caught:
        await ours.shares()
    assert "wrong one" not in f"{caught.value!r} {caught.value.detail}"
    await ours.close()


async def test_an_accounts_token_is_renewed(system: Cs3, marie: Person) -> None:
    system.gateway.receive("77", folder(system), "marie")
    ours = Account(rule(system))
    assert len(await ours.shares()) == 1
    for mild in (False, True):
        system.gateway.later, system.gateway.mild = system.gateway.later + 4000, mild
        assert len(await ours.shares()) == 1
    assert system.gateway.calls.count("Authenticate") == 3
    assert "app password" not in repr(ours.rule)
    await ours.close()


async def test_a_member_that_leaves_at_once_leaves_no_task_behind(tmp_path: Path) -> None:
    async with joined(tmp_path, []):
        pass
    assert "mesh rounds" not in {task.get_name() for task in asyncio.all_tasks()}
