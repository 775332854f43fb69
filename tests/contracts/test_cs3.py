"""What a CS3 gateway does beyond what every system does: tokens, statuses, data gateways, TLS."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from importlib import import_module
from pathlib import Path

import grpc
import pytest
from cs3.storage.provider.v1beta1.resources_pb2 import ResourceInfo, ResourceType

from tests.contracts.certificates import Authority
from tests.contracts.gateway import serving
from tests.contracts.systems import PASSWORD, Cs3
from vaas.errors import (
    AddressRefused,
    AnswerTooLarge,
    ConfigError,
    EfssFailed,
    EfssTooSlow,
    EfssUnreachable,
    FileDrop,
    NotAnEfss,
    PasswordWrong,
    ShareChanged,
    ShareThrottled,
    ShareUnknown,
    VaasError,
)
from vaas.model import Entry, Secret, Share, ShareLink
from vaas.shares import FailureMemory, OutboundClient, OutboundPolicy, Shares, SiteRule, parse_link
from vaas.shares.cs3 import gateway as our_gateway
from vaas.shares.cs3.access import AccessTokens
from vaas.shares.cs3.gateway import Gateway
from vaas.shares.cs3.tokens import LONGEST, lifetime

TREE = {"a.ipynb": b"{}", "in/b.csv": b"0123456789"}


@pytest.fixture
def system(cs3: Cs3) -> Iterator[Cs3]:
    yield cs3
    cs3.gateway.reset()


@asynccontextmanager
async def opened(rule: SiteRule) -> AsyncIterator[Shares]:
    policy = OutboundPolicy([rule])
    async with OutboundClient(policy) as client:
        shares = Shares(client, policy, FailureMemory())
        try:
            yield shares
        finally:
            await shares.close()


def folder(system: Cs3) -> Path:
    made = system.folder()
    for name, content in TREE.items():
        (made / name).parent.mkdir(exist_ok=True)
        (made / name).write_bytes(content)
    return made


async def content(
    shares: Shares, share: Share, entry: Entry, offset: int = 0, size: int | None = None
) -> bytes:
    async with aclosing(shares.read(share, entry, offset, size)) as pieces:
        return b"".join([piece async for piece in pieces])


async def file_in(shares: Shares, share: Share) -> Entry:
    [entry] = await shares.list(share, "in")
    return entry


# Tokens.


@pytest.mark.parametrize("mild", [False, True])
async def test_a_token_that_expired_is_renewed(system: Cs3, shares: Shares, mild: bool) -> None:
    share = await shares.resolve(system.share(folder(system), password=PASSWORD), Secret(PASSWORD))
    given = len(system.gateway.tokens)
    system.gateway.later, system.gateway.mild = 4000, mild
    answers = await asyncio.gather(*(shares.list(share, "in") for _ in range(10)))
    assert [[e.path for e in entries] for entries in answers] == [["in/b.csv"]] * 10
    assert len(system.gateway.tokens) == given + 1


async def test_a_token_is_renewed_before_it_expires(system: Cs3) -> None:
    now = 0.0
    system.gateway.life = 100
    link = system.share(folder(system))
    given = len(system.gateway.tokens)
    gateway = Gateway(system.rule())
    tokens = AccessTokens(gateway, lambda: now)
    first = await tokens.of(link, None)
    now = 85
    assert await tokens.of(link, None) is first
    now = 95
    second = await tokens.of(link, None)
    assert second.token != first.token
    assert len(system.gateway.tokens) == given + 2
    await gateway.close()


async def test_a_changed_password_counts_within_minutes(system: Cs3) -> None:
    now = 0.0
    link = system.share(folder(system), password=PASSWORD)
    gateway = Gateway(system.rule())
    tokens = AccessTokens(gateway, lambda: now)
    await tokens.of(link, Secret(PASSWORD))
    token = system.gateway.add(system.folder(), password="another")
    system.gateway.links[link.token] = system.gateway.links[token]
    now = LONGEST
    with pytest.raises(PasswordWrong):
        await tokens.of(link, Secret(PASSWORD))
    await gateway.close()


async def test_tokens_stay_out_of_sight(system: Cs3) -> None:
    gateway = Gateway(system.rule())
    access = await AccessTokens(gateway).of(system.share(folder(system)), None)
    assert access.token not in repr(access)
    await gateway.close()


@pytest.mark.parametrize(
    "token", ["", "opaque", "a.b.c", "a.e30.c", "a.W10.c", "a.eyJleHAiOiJ4In0.c"]
)
def test_a_token_that_tells_no_time(token: str) -> None:
    assert lifetime(token) == LONGEST


async def test_a_link_withdrawn_while_it_is_open(system: Cs3, shares: Shares) -> None:
    share = await shares.resolve(system.share(folder(system)))
    del system.gateway.links[share.link.token]
    with pytest.raises(ShareUnknown):
        await shares.resolve(share.link)


# Shapes.


@pytest.mark.parametrize("around", [False, True])
@pytest.mark.parametrize("names", [False, True])
async def test_a_single_file(system: Cs3, shares: Shares, around: bool, names: bool) -> None:
    system.gateway.around, system.gateway.names = around, names
    place = folder(system)
    (place / "other.ipynb").write_bytes(b"not shared")
    share = await shares.resolve(system.share(place / "a.ipynb"))
    assert (share.is_file, share.name) == (True, "a.ipynb")
    [entry] = await shares.list(share, "")
    assert (entry.path, await content(shares, share, entry)) == ("a.ipynb", b"{}")
    for wrong in ("other.ipynb", "a.ipynb/x", "../other.ipynb"):
        with pytest.raises(ShareChanged):
            await content(shares, share, Entry(wrong, is_folder=False, tag=entry.tag))
    with pytest.raises(ShareChanged):
        await shares.list(share, "in")


async def test_a_folder_of_one_file_is_a_folder(system: Cs3, shares: Shares) -> None:
    made = system.folder()
    (made / "a.ipynb").write_bytes(b"{}")
    share = await shares.resolve(system.share(made))
    assert (share.is_file, share.name) == (False, made.name)


@pytest.mark.parametrize(
    "says", [{}, {"GetPath": "PERMISSION_DENIED"}, {"GetPublicShareByToken": "UNIMPLEMENTED"}]
)
async def test_a_gateway_that_tells_less(system: Cs3, shares: Shares, says: dict[str, str]) -> None:
    system.gateway.names, system.gateway.says = False, says
    made = folder(system)
    share = await shares.resolve(system.share(made))
    assert share.name == (system.host if says else made.name)
    assert await content(shares, share, await file_in(shares, share)) == TREE["in/b.csv"]


@pytest.mark.parametrize("called", ["..", "../x.ipynb", "x\0.ipynb", "/x.ipynb"])
async def test_a_share_whose_name_leads_elsewhere(system: Cs3, shares: Shares, called: str) -> None:
    system.gateway.called = called
    share = await shares.resolve(system.share(folder(system) / "a.ipynb"))
    assert [e.path for e in await shares.list(share, "")] == [share.name] == ["a.ipynb"]


async def test_names_that_lead_elsewhere_are_left_out(system: Cs3, shares: Shares) -> None:
    share = await shares.resolve(system.share(folder(system)))
    above = f"/public/{share.link.token}"
    paths = ("..", ".", "", "x\0y", f"{above}/in/..", f"{above}/x", "/public/other/in/x", "up/x")
    kinds = ResourceType.RESOURCE_TYPE_FILE, ResourceType.RESOURCE_TYPE_SYMLINK
    system.gateway.strays = [ResourceInfo(path=path, type=kinds[0]) for path in paths]
    system.gateway.strays += [ResourceInfo(path=f"{above}/in/link", type=kinds[1])]
    system.gateway.strays += [ResourceInfo(path=f"{above}/in/b.csv", type=kinds[0])]
    assert [e.path for e in await shares.list(share, "in")] == ["in/b.csv"]


async def test_a_listing_in_pages(system: Cs3, shares: Shares) -> None:
    system.gateway.paged = 2
    made = system.folder()
    names = [f"{n}.csv" for n in range(5)]
    for name in names:
        (made / name).touch()
    share = await shares.resolve(system.share(made))
    assert [e.path for e in await shares.list(share, "")] == names


@pytest.mark.parametrize("paged", [0, 10_000])
async def test_a_folder_without_end(system: Cs3, shares: Shares, paged: int) -> None:
    share = await shares.resolve(system.share(system.folder()))
    kind = ResourceType.RESOURCE_TYPE_FILE
    system.gateway.paged = paged
    system.gateway.strays = [ResourceInfo(path=f"{n}", type=kind) for n in range(20_001)]
    with pytest.raises(AnswerTooLarge):
        await shares.list(share, "")


async def test_an_address_without_a_link(system: Cs3, shares: Shares) -> None:
    asked = system.asked()
    with pytest.raises(NotAnEfss):
        await shares.resolve(parse_link(f"{system.gateway.endpoint}/some/page/"))
    assert system.asked() == asked


# The data gateway.


@pytest.mark.parametrize("in_path", [False, True])
@pytest.mark.parametrize("etags", [False, True])
async def test_a_part_of_a_file(system: Cs3, shares: Shares, in_path: bool, etags: bool) -> None:
    system.gateway.in_path, system.gateway.etags = in_path, etags
    share = await shares.resolve(system.share(folder(system)))
    entry = await file_in(shares, share)
    assert await content(shares, share, entry, 3, 4) == b"3456"
    path, headers = system.gateway.downloads[-1]
    assert headers["Range"] == "bytes=3-6"
    assert ("X-Reva-Transfer" in headers, path == "/data") == (not in_path, not in_path)
    assert "Authorization" not in headers


async def test_a_transfer_that_ran_out_is_begun_anew(system: Cs3, shares: Shares) -> None:
    share = await shares.resolve(system.share(folder(system)))
    entry = await file_in(shares, share)
    system.gateway.stale = 1
    assert await content(shares, share, entry) == TREE["in/b.csv"]
    system.gateway.stale = 2
    with pytest.raises(EfssFailed):
        await content(shares, share, entry)
    assert (await shares.resolve(share.link)).version == share.version


async def test_a_file_changed_as_it_is_opened(system: Cs3, shares: Shares) -> None:
    made = folder(system)
    share = await shares.resolve(system.share(made))
    entry = await file_in(shares, share)

    def change(name: str) -> None:
        if name == "GET":
            (made / "in/b.csv").write_bytes(b"9876543210")

    system.gateway.before = change
    with pytest.raises(ShareChanged):
        await content(shares, share, entry)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "http://127.0.0.1:1",
        "https://elsewhere.example",
        "http://127.0.0.1@elsewhere.example",
        "file:///etc",
        "x",
    ],
)
async def test_a_data_gateway_that_is_not_the_sites(
    system: Cs3, shares: Shares, elsewhere: str
) -> None:
    share = await shares.resolve(system.share(folder(system)))
    entry = await file_in(shares, share)
    system.gateway.elsewhere = elsewhere
    with pytest.raises(AddressRefused):
        await content(shares, share, entry)


async def test_a_data_gateway_of_another_site(system: Cs3) -> None:
    """To be listed is not to belong."""
    port = system.host.rpartition(":")[2]
    other = SiteRule(f"localhost:{port}", insecure=True, private=True)
    policy = OutboundPolicy([system.rule(), other])
    async with OutboundClient(policy) as client:
        shares = Shares(client, policy, FailureMemory())
        share = await shares.resolve(system.share(folder(system)))
        entry = await file_in(shares, share)
        system.gateway.elsewhere = f"http://localhost:{port}"
        with pytest.raises(AddressRefused):
            await content(shares, share, entry)
        await shares.close()


async def test_a_data_gateway_by_a_listed_name(system: Cs3) -> None:
    alias = f"localhost:{system.host.rpartition(':')[2]}"
    async with opened(system.rule(aliases=(alias,))) as shares:
        share = await shares.resolve(system.share(folder(system)))
        system.gateway.elsewhere = f"http://{alias}"
        assert await content(shares, share, await file_in(shares, share)) == TREE["in/b.csv"]
        assert system.gateway.downloads[-1][1]["Host"] == alias


# What it says no with.


@pytest.mark.parametrize(
    ("method", "code", "error"),
    [
        ("Authenticate", "INTERNAL", EfssFailed),
        ("Authenticate", "UNAVAILABLE", EfssUnreachable),
        ("Stat", "NOT_FOUND", ShareUnknown),
        ("Stat", "PERMISSION_DENIED", FileDrop),
        ("Stat", "UNAUTHENTICATED", EfssFailed),
        ("Stat", "UNIMPLEMENTED", EfssFailed),
        ("Stat", "INVALID", EfssFailed),
        ("Stat", "DEADLINE_EXCEEDED", EfssTooSlow),
        ("Stat", "RESOURCE_EXHAUSTED", ShareThrottled),
    ],
)
async def test_a_status_inside_of_a_good_answer(
    system: Cs3, shares: Shares, method: str, code: str, error: type[VaasError]
) -> None:
    link = system.share(folder(system))
    system.gateway.says = {method: code}
    with pytest.raises(error) as caught:
        await shares.resolve(link)
    assert link.token not in f"{caught.value} {caught.value.detail} {caught.value!r}"


@pytest.mark.parametrize(
    ("code", "error"),
    [("NOT_FOUND", ShareChanged), ("LOCKED", ShareChanged), ("PERMISSION_DENIED", EfssFailed)],
)
async def test_a_status_for_a_file_says_nothing_of_the_link(
    system: Cs3, shares: Shares, code: str, error: type[VaasError]
) -> None:
    share = await shares.resolve(system.share(folder(system)))
    entry = await file_in(shares, share)
    system.gateway.says = {"InitiateFileDownload": code}
    with pytest.raises(error):
        await content(shares, share, entry)
    assert (await shares.resolve(share.link)).version == share.version


async def test_an_answer_that_is_too_large(system: Cs3, shares: Shares) -> None:
    share = await shares.resolve(system.share(folder(system)))
    system.gateway.strays = [ResourceInfo(path="x" * 17 * 2**20)]
    with pytest.raises(AnswerTooLarge):
        await shares.list(share, "")


async def test_a_gateway_that_does_not_answer(
    system: Cs3, shares: Shares, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(our_gateway, "DEADLINE", 0.2)
    left = threading.Event()
    system.gateway.before = lambda _: left.wait(10) and None
    try:
        with pytest.raises(EfssTooSlow):
            await shares.resolve(system.share(folder(system)))
    finally:
        left.set()


async def test_a_gateway_that_was_away(system: Cs3) -> None:
    with serving(system.gateway) as port:
        pass
    link = system.share(folder(system))
    async with opened(system.rule(gateway=f"127.0.0.1:{port}")) as shares:
        with pytest.raises(EfssUnreachable):
            await shares.resolve(link)
        with serving(system.gateway, port=port):
            assert not (await back(shares, link)).is_file


async def back(shares: Shares, link: ShareLink) -> Share:
    async with asyncio.timeout(10):
        while True:
            try:
                return await shares.resolve(link)
            except EfssUnreachable:
                await asyncio.sleep(0)


async def test_no_proxy_of_the_environment(system: Cs3, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "grpc_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with opened(system.rule()) as shares:
        assert (await shares.resolve(system.share(folder(system)))).version.tag


FORKS = """
import asyncio, os, sys
from vaas.shares import FailureMemory, OutboundClient, OutboundPolicy, Shares, SiteRule, parse_link

async def main(link, gateway, host):
    rule = SiteRule(host, gateway=gateway, tls=False, insecure=True, private=True)
    policy = OutboundPolicy([rule])
    async with OutboundClient(policy) as client:
        shares = Shares(client, policy, FailureMemory())
        async with asyncio.TaskGroup() as group:
            for _ in range(4):
                group.create_task(busy(shares, parse_link(link)))
            for _ in range(20):
                child = await asyncio.create_subprocess_exec("true", preexec_fn=os.getpid)
                assert await child.wait() == 0
        await shares.close()

async def busy(shares, link):
    for _ in range(100):
        await shares.resolve(link)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_processes_can_be_started_beside_it(
    system: Cs3, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Left to itself, gRPC works at each fork, and some children break."""
    monkeypatch.delenv("GRPC_ENABLE_FORK_SUPPORT", raising=False)
    link = f"{system.gateway.endpoint}/s/{system.gateway.add(folder(system))}"
    command = [sys.executable, "-c", FORKS, link, f"127.0.0.1:{system.port}", system.host]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    async with asyncio.timeout(30):
        assert await process.communicate() == (b"", b"")
    assert process.returncode == 0


# TLS.


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def credentials(
    authority: Authority, name: str, *, address: str = "127.0.0.1", mutual: bool = False
) -> grpc.ServerCredentials:
    pair = authority.issue(name, address)
    pairs = [(pair.key.read_bytes(), pair.certificate.read_bytes())]
    return grpc.ssl_server_credentials(pairs, authority.file.read_bytes(), mutual)


async def test_tls(system: Cs3, authority: Authority) -> None:
    with serving(system.gateway, credentials(authority, "server")) as port:
        rule = system.rule(gateway=f"127.0.0.1:{port}", tls=True, ca=str(authority.file))
        async with opened(rule) as shares:
            share = await shares.resolve(system.share(folder(system)))
            assert await content(shares, share, await file_in(shares, share)) == TREE["in/b.csv"]


async def test_a_certificate_that_nobody_vouches_for(system: Cs3, authority: Authority) -> None:
    other = Authority(authority.file.parent, "stranger")
    with serving(system.gateway, credentials(authority, "server")) as port:
        for trusted in ("", str(other.file)):
            rule = system.rule(gateway=f"127.0.0.1:{port}", tls=True, ca=trusted)
            asked = len(system.gateway.calls)
            async with opened(rule) as shares:
                with pytest.raises(EfssUnreachable):
                    await shares.resolve(system.share(folder(system)))
            assert len(system.gateway.calls) == asked


async def test_a_certificate_of_another_host(system: Cs3, authority: Authority) -> None:
    with serving(system.gateway, credentials(authority, "other", address="10.0.0.1")) as port:
        rule = system.rule(gateway=f"127.0.0.1:{port}", tls=True, ca=str(authority.file))
        async with opened(rule) as shares:
            with pytest.raises(EfssUnreachable):
                await shares.resolve(system.share(folder(system)))


async def test_tls_from_both_sides(system: Cs3, authority: Authority) -> None:
    us = authority.issue("us")
    with serving(system.gateway, credentials(authority, "mutual", mutual=True)) as port:
        rule = system.rule(gateway=f"127.0.0.1:{port}", tls=True, ca=str(authority.file))
        async with opened(rule) as shares:
            with pytest.raises(EfssUnreachable):
                await shares.resolve(system.share(folder(system)))
        ours = {"certificate": str(us.certificate), "key": str(us.key)}
        rule = system.rule(gateway=f"127.0.0.1:{port}", tls=True, ca=str(authority.file), **ours)
        async with opened(rule) as shares:
            share = await shares.resolve(system.share(folder(system)))
            assert await content(shares, share, await file_in(shares, share)) == TREE["in/b.csv"]


async def test_a_certificate_file_that_is_missing(system: Cs3, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.pem"):
        async with opened(system.rule(tls=True, ca=str(tmp_path / "none.pem"))):
            pass


async def test_without_the_extra(system: Cs3, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("vaas.shares.cs3.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "grpc", None)
    monkeypatch.delitem(sys.modules, "vaas.shares.cs3")
    assert import_module("vaas.shares.cs3")
    with pytest.raises(ConfigError, match=r"voila-as-a-service\[cs3\]"):
        async with opened(system.rule()):
            pass
    async with opened(SiteRule("cloud.example.org")) as shares:
        assert shares
