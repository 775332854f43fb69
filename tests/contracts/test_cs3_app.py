"""Open with VaaS, as a cloud's gateway and its people's browsers meet it; without kernels."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
import structlog
from cs3.app.provider.v1beta1.provider_api_pb2 import OpenInAppRequest
from cs3.app.provider.v1beta1.provider_api_pb2_grpc import ProviderAPIStub
from cs3.app.provider.v1beta1.resources_pb2 import Target
from cs3.rpc.v1beta1.code_pb2 import Code
from cs3.storage.provider.v1beta1.resources_pb2 import ResourceInfo

from tests.contracts.certificates import Authority
from tests.contracts.gateway import serving
from tests.contracts.people import Person, id_of
from tests.contracts.systems import Cs3
from tests.traces import holding
from vaas import doctor
from vaas.config import Site, load_settings
from vaas.errors import ConfigError, OpenAgain, VaasError
from vaas.mesh.cs3 import AppTerms, grants, keeper, registration
from vaas.mesh.cs3.keeper import GrantKeeper
from vaas.mesh.cs3.service import App
from vaas.model import ShareLink
from vaas.shares import FailureMemory, OutboundClient, OutboundPolicy, Shares, SiteRule
from vaas.storage import CopyStorage

FILES = {"a.ipynb": b"{}", "in/b.csv": b"0123456789"}
URL = "https://dashboards.example.org"


@pytest.fixture
def system(cs3: Cs3) -> Iterator[Cs3]:
    cs3.gateway.calls.clear()
    yield cs3
    cs3.gateway.reset()


def person(system: Cs3, name: str = "marie") -> Person:
    """Somebody with files."""
    home = system.folder()
    for path, content in FILES.items():
        (home / "rain" / path).parent.mkdir(parents=True, exist_ok=True)
        (home / "rain" / path).write_bytes(content)
    system.gateway.people[name] = Person(name, name.title(), home)
    return system.gateway.people[name]


@dataclass
class Rooms:
    """Shares and copies, as the app needs them; ``shown`` are links that somebody looks at."""

    shares: Shares
    storage: CopyStorage
    shown: set[str] = field(default_factory=set)
    leaving: bool = False

    def shows(self, link: ShareLink) -> bool:
        return link.token in self.shown

    def forget(self, link: ShareLink) -> None:
        self.shares.forget(link)

    async def withdraw(self, link: ShareLink, why: VaasError) -> bool:
        assert isinstance(why, OpenAgain)
        return await self.storage.erase(link.fingerprint)


@dataclass
class Here:
    """A site's gateway with our app."""

    system: Cs3
    app: App
    rooms: Rooms
    keeper: GrantKeeper
    data: Path

    async def ask(self, who: Person, path: str, *, token: str = "", **info: Any) -> Any:
        """What the gateway does when somebody opens a file of theirs with us."""
        told = ResourceInfo(path=f"/users/{who.name}/{path}".rstrip("/"))
        if self.system.gateway.by_id:
            told = ResourceInfo(id=id_of(who.home / path), path=f"./{path}")
        for name, value in info.items():
            setattr(told, name, value)
        token = token or self.system.gateway.token_of(who.name)
        request = OpenInAppRequest(resource_info=told, access_token=token)
        address = self.system.gateway.apps[-1][1].address
        async with grpc.aio.insecure_channel(address) as channel:
            return await ProviderAPIStub(channel).OpenInApp(request, timeout=10)

    async def open(self, who: Person, path: str, **info: Any) -> tuple[ShareLink, str]:
        """The same, and what their browser does then: a link, and the browser's key."""
        answer = await self.ask(who, path, **info)
        assert answer.status.code == Code.CODE_OK, answer.status
        return self.app.grants.enter(answer.app_url.form_parameters["ticket"])

    async def files(self, link: ShareLink) -> dict[str, bytes]:
        """What a kernel would see."""
        share = await self.rooms.shares.resolve(link)
        async with self.rooms.storage.open(share, self.rooms.shares, lambda _: None) as workspace:
            paths = [path for path in workspace.path.rglob("*") if path.is_file()]
            return {str(p.relative_to(workspace.path)): p.read_bytes() for p in paths}


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - the gateway tells nobody
            await asyncio.sleep(0.01)


@asynccontextmanager
async def at(
    system: Cs3, data: Path, rule: SiteRule | None = None, **more: Any
) -> AsyncIterator[Here]:
    """Our app, registered; its own keeper rests, tests ask theirs."""
    given = {"listen": "127.0.0.1:0", "announce": "", "name": "VaaS", "icon": "", "frame": False}
    given |= {"description": "Live", "mime_types": ("application/x-ipynb+json",), "every": 60.0}
    rule = rule or system.rule()
    terms = AppTerms(url=URL, site=rule, **given | more)
    policy = OutboundPolicy([rule])
    await asyncio.to_thread(data.mkdir, exist_ok=True)
    async with (
        OutboundClient(policy) as client,
        App.opened(terms, data, client, policy) as app,
    ):
        shares = Shares(client, policy, FailureMemory(), guests={"opened": app.provider})
        storage = CopyStorage(data / "shares")
        rooms = Rooms(shares, storage)
        async with app.serving(rooms):
            yield Here(system, app, rooms, GrantKeeper(app.grants, rooms), data)
        await storage.close()
        await shares.close()


@pytest.fixture
async def site(system: Cs3, tmp_path: Path) -> AsyncIterator[Here]:
    async with at(system, tmp_path / "data") as found:
        await until(lambda: system.gateway.apps)
        yield found


# Registration.


async def test_it_registers_again_and_again(system: Cs3, tmp_path: Path) -> None:
    async with at(system, tmp_path / "data", every=0.02, icon=f"{URL}/icon", name="Voilà"):
        await until(lambda: len(system.gateway.apps) > 2)
    told = system.gateway.apps[-1][1]
    assert (told.name, told.description, told.icon) == ("Voilà", "Live", f"{URL}/icon")
    assert list(told.mime_types) == ["application/x-ipynb+json"]
    assert "open with VaaS" not in {task.get_name() for task in asyncio.all_tasks()}


async def test_what_is_announced_can_be_another_address(system: Cs3, tmp_path: Path) -> None:
    async with at(system, tmp_path / "data", announce="vaas.inside:9210"):
        await until(lambda: system.gateway.apps)
    assert system.gateway.apps[-1][1].address == "vaas.inside:9210"


@pytest.mark.parametrize(
    ("code", "why"), [("UNIMPLEMENTED", "UNIMPLEMENTED"), ("UNAVAILABLE", "unreachable")]
)
async def test_a_gateway_that_does_not_take_us_yet(
    system: Cs3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, why: str
) -> None:
    monkeypatch.setattr(registration, "FIRST_RETRY", 0.01)
    system.gateway.says = {"AddAppProvider": code}
    with structlog.testing.capture_logs() as said:
        async with at(system, tmp_path / "data") as site:
            await until(lambda: system.gateway.calls.count("AddAppProvider") > 3)
            assert site.app.state == f"not registered: {why}"
            system.gateway.says = {}
            await until(lambda: site.app.state == "registered")
    pauses = [one["again"] for one in said if one["event"] == "app_not_registered"]
    assert pauses[:3] == [0.01, 0.02, 0.04]
    assert [one["event"] for one in said].count("app_registered") == 1


async def test_a_port_that_is_taken(system: Cs3, site: Here, tmp_path: Path) -> None:
    address = system.gateway.apps[-1][1].address
    with pytest.raises(ConfigError, match=address):
        async with at(system, tmp_path / "other", listen=address):
            pass


async def test_the_doctor_asks_the_gateway(system: Cs3, tmp_path: Path) -> None:
    site = Site(**asdict(system.rule()))
    wanted = {"site": [site], "cs3_app": {"site": system.host}, "public_url": URL}
    settings = load_settings(data=tmp_path, **wanted)

    async def told() -> tuple[bool, str]:
        findings = await doctor.examine(tmp_path / "none", settings)
        [found] = [one for one in findings if one.name == "open with VaaS"]
        assert found.optional
        return found.ok, found.detail

    assert await told() == (
        False,
        "its registry knows none of application/x-ipynb+json, application/vnd.jupyter",
    )
    system.gateway.says = {"ListSupportedMimeTypes": "UNAVAILABLE"}
    ok, detail = await told()
    assert not ok
    assert "does not answer" in detail
    system.gateway.says = {}
    async with at(system, tmp_path / "data"):
        await until(lambda: system.gateway.apps)
        assert (await told())[0]


# Opening.


@pytest.mark.parametrize(("by_id", "parents"), [(False, True), (False, False), (True, True)])
async def test_a_notebook_opens_with_its_folder(
    system: Cs3, site: Here, by_id: bool, parents: bool
) -> None:
    system.gateway.by_id, system.gateway.parents = by_id, parents
    marie = person(system)
    token = system.gateway.token_of("marie")
    answer = await site.ask(marie, "rain/a.ipynb", token=token)
    url = answer.app_url
    assert (url.app_url, url.method) == (f"{URL}/cs3/open", "POST")
    assert url.target == Target.TARGET_BLANK
    assert list(url.form_parameters) == ["ticket"]
    assert token not in str(answer)
    link, key = site.app.grants.enter(url.form_parameters["ticket"])
    assert (link.path, link.hint, link.host) == ("a.ipynb", "opened", system.host)
    assert await site.files(link) == FILES
    assert site.app.grants.link(link.token, "x", key).path == "x"
    assert (await site.rooms.shares.resolve(link)).name == "rain"


async def test_a_folder_opens_as_it_is(system: Cs3, site: Here) -> None:
    link, _ = await site.open(person(system), "rain")
    assert link.path == ""
    assert await site.files(link) == FILES


async def test_who_may_see_the_notebook_alone_gets_it_alone(system: Cs3, site: Here) -> None:
    marie = person(system)
    marie.closed.add(marie.home / "rain")
    link, _ = await site.open(marie, "rain/a.ipynb")
    assert link.path == ""
    assert await site.files(link) == {"a.ipynb": FILES["a.ipynb"]}


async def test_a_frame_is_asked_for_if_that_is_set(system: Cs3, tmp_path: Path) -> None:
    async with at(system, tmp_path / "data", frame=True) as site:
        await until(lambda: system.gateway.apps)
        answer = await site.ask(person(system), "rain")
    assert answer.app_url.target == Target.TARGET_IFRAME
    assert site.app.grants.frames == (system.host,)


async def test_what_is_neither_notebook_nor_folder(system: Cs3, site: Here) -> None:
    """Whatever the cloud's page says of it."""
    marie = person(system)
    answer = await site.ask(marie, "rain/in/b.csv", name="b.ipynb")
    assert answer.status.code == Code.CODE_INVALID_ARGUMENT
    assert not answer.HasField("app_url")


async def test_tokens_that_are_not_good(system: Cs3, site: Here) -> None:
    marie, pierre = person(system), person(system, "pierre")
    good = system.gateway.token_of("marie")
    payload = base64.urlsafe_b64encode(json.dumps({"exp": time.time() + 60}).encode()).decode()
    system.gateway.life = -1
    over = system.gateway.token_of("marie")
    system.gateway.life = 3600
    link = system.gateway._mint(link=system.gateway.add(marie.home))
    for token in (over, f"{good}x", f"x.{payload}.x", "x\n", "x" * 20_000, "é", link):
        answer = await site.ask(marie, "rain/a.ipynb", token=token)
        assert answer.status.code == Code.CODE_UNAUTHENTICATED
        assert token not in answer.status.message
    for path in ("rain/gone.ipynb", "elsewhere/a.ipynb"):
        assert (await site.ask(marie, path)).status.code == Code.CODE_UNAUTHENTICATED
    theirs = await site.ask(marie, "rain/a.ipynb", token=system.gateway.token_of(pierre.name))
    assert theirs.status.code == Code.CODE_UNAUTHENTICATED
    assert list(site.app.grants) == []


async def test_a_gateway_that_is_away(system: Cs3, site: Here) -> None:
    marie = person(system)
    for method in ("WhoAmI", "Stat"):
        system.gateway.says = {method: "UNAVAILABLE"}
        answer = await site.ask(marie, "rain/a.ipynb")
        assert answer.status.code == Code.CODE_UNAVAILABLE


async def test_tickets(system: Cs3, site: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    marie = person(system)
    answer = await site.ask(marie, "rain")
    ticket = answer.app_url.form_parameters["ticket"]
    site.app.grants.enter(ticket)
    for used in (ticket, "", "x"):
        with pytest.raises(OpenAgain):
            site.app.grants.enter(used)
    monkeypatch.setattr(grants, "TICKET_LIFE", -1.0)
    answer = await site.ask(marie, "rain")
    with pytest.raises(OpenAgain):
        site.app.grants.enter(answer.app_url.form_parameters["ticket"])


async def test_one_person_has_one_folder_once(system: Cs3, site: Here) -> None:
    marie, pierre = person(system), person(system, "pierre")
    first, key = await site.open(marie, "rain/a.ipynb")
    again, other = await site.open(marie, "rain/a.ipynb")
    assert first == again
    assert key != other
    for one in (key, other):
        site.app.grants.link(first.token, "", one)
    theirs, their_key = await site.open(pierre, "rain/a.ipynb")
    assert theirs.token != first.token
    for link, wrong in ((first, their_key), (theirs, key), (first, "")):
        with pytest.raises(OpenAgain):
            site.app.grants.link(link.token, "", wrong)


async def test_two_people_who_read_the_same_folder_share_nothing_here(
    system: Cs3, site: Here
) -> None:
    """What each may read in it can differ."""
    marie = person(system)
    system.gateway.people["pierre"] = replace(marie, name="pierre", closed=set())
    first, _ = await site.open(marie, "rain")
    system.gateway.by_id = True
    second, _ = await site.open(system.gateway.people["pierre"], "rain")
    assert first.fingerprint != second.fingerprint
    assert await site.files(second) == FILES


async def test_there_are_only_so_many(
    system: Cs3, site: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grants, "MOST", 1)
    marie = person(system)
    await site.open(marie, "rain/a.ipynb")
    answer = await site.ask(marie, "")
    assert answer.status.code == Code.CODE_RESOURCE_EXHAUSTED
    await site.open(marie, "rain/a.ipynb")


async def test_keys_of_many_browsers(system: Cs3, site: Here) -> None:
    marie = person(system)
    keys = [(await site.open(marie, "rain"))[1] for _ in range(21)]
    link, last = await site.open(marie, "rain")
    with pytest.raises(OpenAgain):
        site.app.grants.link(link.token, "", keys[0])
    site.app.grants.link(link.token, "", last)


# The end.


async def test_when_the_token_ends(system: Cs3, site: Here) -> None:
    marie = person(system)
    link, key = await site.open(marie, "rain")
    await site.files(link)
    [grant] = site.app.grants
    assert grant.until <= time.time() + system.gateway.life
    grant.until = time.time() - 1
    with pytest.raises(OpenAgain):
        site.app.grants.link(link.token, "", key)
    with pytest.raises(OpenAgain):
        await site.rooms.shares.resolve(link)
    site.rooms.shown = {link.token}
    await site.keeper.round()
    assert grant.opened.token.value == ""
    assert holding(site.data, FILES["in/b.csv"])  # somebody still looks at it
    again, _ = await site.open(marie, "rain")
    assert again == link
    assert await site.files(link) == FILES  # no refusal is remembered


async def test_a_token_that_the_gateway_minds(system: Cs3, site: Here) -> None:
    link, _ = await site.open(person(system), "rain")
    for mild in (False, True):
        system.gateway.later, system.gateway.mild = 4000, mild
        with pytest.raises(OpenAgain):
            await site.rooms.shares.resolve(link)
        site.rooms.forget(link)


async def test_a_folder_that_was_taken_away(system: Cs3, site: Here) -> None:
    marie = person(system)
    link, _ = await site.open(marie, "rain")
    (marie.home / "rain").rename(marie.home / "sun")
    with pytest.raises(OpenAgain):
        await site.rooms.shares.resolve(link)


async def test_when_nobody_looks_any_more(
    system: Cs3, site: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    marie = person(system)
    link, key = await site.open(marie, "rain")
    await site.files(link)
    [grant] = site.app.grants
    site.rooms.shown = {link.token}
    await site.keeper.round()
    site.rooms.shown = set()
    await site.keeper.round()
    site.app.grants.link(link.token, "", key)  # a page may be loaded anew
    monkeypatch.setattr(keeper, "LINGERS", -1.0)
    await site.keeper.round()
    with pytest.raises(OpenAgain):
        site.app.grants.link(link.token, "", key)
    assert grant.opened.token.value == ""
    assert not holding(site.data, FILES["in/b.csv"])
    assert not list((site.data / "opened").iterdir())


async def test_what_is_in_use_is_erased_when_it_is_not(
    system: Cs3, site: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "WAITS", -1.0)
    link, _ = await site.open(person(system), "rain")
    share = await site.rooms.shares.resolve(link)
    async with site.rooms.storage.open(share, site.rooms.shares, lambda _: None):
        await site.keeper.round()
        assert list((site.data / "opened").iterdir())
    await site.keeper.round()
    assert not holding(site.data, FILES["in/b.csv"])
    assert not list((site.data / "opened").iterdir())


@pytest.mark.parametrize("leaving", [False, True])
async def test_the_end_of_a_server(system: Cs3, tmp_path: Path, leaving: bool) -> None:
    """Files go with it, unless sessions wait for the next one, which then erases them."""
    data = tmp_path / "data"
    marie = person(system)
    async with at(system, data) as site:
        await until(lambda: system.gateway.apps)
        link, key = await site.open(marie, "rain")
        await site.files(link)
        site.rooms.leaving = leaving
    assert bool(holding(site.data, FILES["in/b.csv"])) is leaving
    token = system.gateway.tokens[-1]
    assert not holding(site.data, token.encode())
    async with at(system, data) as site:
        with pytest.raises(OpenAgain):
            site.app.grants.link(link.token, "", key)
        site.rooms.shown = {link.token}
        await site.keeper.round()
        assert bool(holding(site.data, FILES["in/b.csv"])) is leaving
    assert not holding(site.data, FILES["in/b.csv"])


async def test_tokens_stay_out_of_sight(system: Cs3, tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as said:
        async with at(system, tmp_path / "data") as site:
            await until(lambda: system.gateway.apps)
            marie = person(system)
            link, key = await site.open(marie, "rain/a.ipynb")
            await site.ask(marie, "rain/gone.ipynb")
            await site.files(link)
            [grant] = site.app.grants
            shown = f"{grant} {grant.opened} {site.app.grants} {said}"
    for secret in (system.gateway.token_of("marie"), *system.gateway.tokens, key):
        assert secret not in shown + repr(said)


# TLS.


async def test_only_who_shows_a_certificate_may_call(system: Cs3, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    ours, theirs = authority.issue("ours"), authority.issue("theirs")
    files = {"certificate": str(ours.certificate), "key": str(ours.key), "ca": str(authority.file)}
    async with at(system, tmp_path / "data", **files):
        await until(lambda: system.gateway.apps)
        address = system.gateway.apps[-1][1].address
        root = authority.file.read_bytes()
        pairs = (theirs.key.read_bytes(), theirs.certificate.read_bytes())
        for pair, told in (((), grpc.StatusCode.UNAVAILABLE), (pairs, None)):
            credentials = grpc.ssl_channel_credentials(root, *pair)
            async with grpc.aio.secure_channel(address, credentials) as channel:
                call = ProviderAPIStub(channel).OpenInApp(OpenInAppRequest(), timeout=10)
                if told is None:
                    assert (await call).status.code == Code.CODE_UNAUTHENTICATED
                    continue
                with pytest.raises(grpc.aio.AioRpcError) as caught:
                    await call
                assert caught.value.code() == told


async def test_a_certificate_file_that_is_missing(system: Cs3, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.pem"):
        async with at(system, tmp_path / "data", certificate=str(tmp_path / "none.pem"), key="x"):
            pass


async def test_a_gateway_that_comes_later(
    system: Cs3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registration, "FIRST_RETRY", 0.05)
    with serving(system.gateway) as port:
        pass
    rule = system.rule(gateway=f"127.0.0.1:{port}")
    async with at(system, tmp_path / "data", rule, every=0.1) as site:
        await until(lambda: "unreachable" in site.app.state)
        with serving(system.gateway, port=port):
            await until(lambda: site.app.state == "registered")
