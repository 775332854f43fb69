"""The systems of the contract suite, started once for all tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.contracts import servers, systems
from tests.contracts.meshed import nextcloud, old, roots, strict
from tests.contracts.systems import Cs3, Emulated, OfThisMachine, Plain, System
from vaas.shares import FailureMemory, OutboundClient, OutboundPolicy, Shares, SiteRule

__all__ = ["nextcloud", "old", "roots", "strict"]

EMULATED = ("nextcloud", "nextcloud28", "owncloud", "ocis", "reva", "seafile")
PLAIN = ("wsgidav", "rclone", "apache")
LINKED = (*EMULATED, "cs3")
REMOTE = LINKED + PLAIN
ALL = (*REMOTE, "local")


@pytest.fixture(scope="session")
def emulated() -> Iterator[dict[str, Emulated]]:
    with systems.emulated() as found:
        yield found


@pytest.fixture(scope="session")
def wsgidav() -> Iterator[Plain]:
    with systems.plain(servers.wsgidav) as found:
        yield found


@pytest.fixture(scope="session")
def rclone() -> Iterator[Plain]:
    with systems.plain(servers.rclone) as found:
        yield found


@pytest.fixture(scope="session")
def apache() -> Iterator[Plain]:
    with systems.plain(servers.apache) as found:
        yield found


@pytest.fixture(scope="session")
def cs3() -> Iterator[Cs3]:
    with systems.cs3() as found:
        yield found


@pytest.fixture(scope="session")
def local() -> Iterator[OfThisMachine]:
    with systems.readable_folder() as root:
        yield OfThisMachine(root)


@pytest.fixture
def system(request: pytest.FixtureRequest) -> Iterator[System]:
    """The system that a test names by indirect parameter; cleared of refusals after."""
    if request.param not in EMULATED:
        yield request.getfixturevalue(request.param)
        return
    found: Emulated = request.getfixturevalue("emulated")[request.param]
    yield found
    found.efss.forgive(found.name)


@pytest.fixture
async def shares(system: System) -> AsyncIterator[Shares]:
    hosts = {system.host} - {""}
    if isinstance(system, Plain):
        hosts |= {system.locked_url.split("/")[2]}
    rules = [SiteRule(host, insecure=True, private=True) for host in hosts]
    if isinstance(system, Cs3):
        rules = [system.rule()]
    policy = OutboundPolicy(rules)
    paths = system.paths if isinstance(system, OfThisMachine) else {}
    async with OutboundClient(policy) as client:
        shares = Shares(client, policy, FailureMemory(), paths)
        yield shares
        await shares.close()
