"""A site with a CS3 gateway, from a link, a share or a click there to a dashboard that lives."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from pathlib import Path
from unittest import mock

import grpc.aio
import pytest
import pytest_asyncio
from cs3.app.provider.v1beta1.provider_api_pb2 import OpenInAppRequest
from cs3.app.provider.v1beta1.provider_api_pb2_grpc import ProviderAPIStub
from cs3.identity.user.v1beta1.resources_pb2 import UserId
from cs3.storage.provider.v1beta1.resources_pb2 import ResourceInfo

from tests.contracts import systems
from tests.contracts.people import Person
from tests.contracts.servers import free_port
from tests.contracts.systems import Cs3
from tests.service.harness import Stage, Viewer, code, staged, until_ended
from tests.traces import holding
from vaas.config import Site, SiteAccount
from vaas.mesh import gatherer
from vaas.mesh import keeper as mesh_keeper
from vaas.mesh.cs3 import keeper
from vaas.shares.links import canonical_path

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]

BOOK = code("print(open('data.csv').read())")
PASSWORD = "an app password"


@pytest.fixture(scope="module")
def system() -> Iterator[Cs3]:
    with systems.cs3() as found:
        home = found.folder()
        for name, display in (("vaas", "VaaS"), ("marie", "Marie Curie")):
            found.gateway.people[name] = Person(name, display, home, PASSWORD)
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(system: Cs3) -> AsyncIterator[Stage]:
    account = SiteAccount(name="vaas", password=PASSWORD, accept=True)  # type: ignore[arg-type]
    site = Site(**asdict(system.rule()), account=account)
    port = free_port()
    with (
        mock.patch.object(gatherer, "EVERY", 0.1),
        mock.patch.object(
            mesh_keeper, "EVERY", 0.5
        ),  # what is not seen at first is looked at again
        mock.patch.object(keeper, "EVERY", 0.05),
        mock.patch.object(keeper, "LINGERS", 0.3),
    ):
        async with staged(
            port=port,
            public_url=f"http://127.0.0.1:{port}",
            refresh=0.2,
            kernel={"most": 4, "grace": 2},
            site=[site],
            ocm={"enabled": True, "visible": "address"},
            cs3_app={"site": system.host, "listen": "127.0.0.1:0"},
        ) as found:
            yield found


def fill(folder: Path, data: str = "some data") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "app.ipynb").write_text(BOOK)
    (folder / "data.csv").write_text(data)
    return folder


async def until(stage: Stage, event: str) -> None:
    """Wait until the service has logged something."""
    try:
        async with asyncio.timeout(20):
            while not stage.heard(event):  # noqa: ASYNC110 - the log tells nobody
                await asyncio.sleep(0.02)
    except TimeoutError:
        pytest.fail(f"no {event}, but {stage.said[-9:]}")


async def test_a_link_becomes_a_dashboard_that_follows_its_data(
    system: Cs3, stage: Stage, viewer: Viewer
) -> None:
    folder = fill(system.folder(), "old")
    link = system.share(folder)
    async with viewer.dashboard(canonical_path(link)) as line:
        await line.until("vaas_ready")
        assert line.texts(0) == "old\n"
        (folder / "data.csv").write_text("newer")
        await line.until("vaas_changed", 10)
        assert (await viewer.view(canonical_path(link))).texts(0) == "newer\n"
    told = repr(stage.said)
    assert not any(secret in told for secret in (link.token, *system.gateway.tokens, PASSWORD))


async def test_a_gateway_that_is_down_is_told(system: Cs3, stage: Stage, viewer: Viewer) -> None:
    link = system.share(system.folder())
    system.gateway.says = {"Authenticate": "UNAVAILABLE"}
    try:
        page = await viewer.get(canonical_path(link))
    finally:
        system.gateway.says = {}
    assert page.failure == "unreachable"


async def test_viewers_see_who_is_editing(system: Cs3, stage: Stage, viewer: Viewer) -> None:
    system.gateway.locking = True
    folder = fill(system.folder())
    address = canonical_path(system.share(folder))
    async with viewer.dashboard(address) as line:
        await line.until("vaas_ready")
        system.gateway.lock(folder / "app.ipynb", user=UserId(opaque_id="marie"), app_name="Lab")
        assert (await line.until("vaas_editing", 10)).content == {"who": "Marie Curie"}
        async with viewer.dashboard(address) as second:
            assert (await second.until("vaas_editing", 10)).content == {"who": "Marie Curie"}
        system.gateway.locks.clear()
        assert (await line.until("vaas_editing", 10)).content == {"who": ""}


async def test_what_another_cloud_sent_to_our_account(
    system: Cs3, stage: Stage, viewer: Viewer
) -> None:
    """Its end is the same as that of a share that was sent to us."""
    data = "the river rose by 41 mm"
    system.gateway.receive("77", fill(system.folder(), data), "vaas")
    await until(stage, "share_open")
    assert stage.front.received
    [share] = await stage.front.received._store.received.all("open")  # type: ignore[attr-defined]
    page = await viewer.get(f"/ocm/s/{share.id}/")
    assert page.status == 200
    async with viewer.line(page.kernel) as line:
        await line.until("vaas_ready")
        assert line.texts(0) == f"{data}\n"
        assert holding(stage.data, data)
        del system.gateway.received["77"]
        await line.until_closed()
    state = await until_ended(viewer, page.kernel)
    assert state["error"]["code"] == "withdrawn"
    await until(stage, "share_erased")
    assert not holding(stage.data, data)
    after = await viewer.get(f"/ocm/s/{share.id}/")
    assert (after.status, after.failure) == (410, "withdrawn")
    assert not holding(stage.data, PASSWORD)


async def opened(system: Cs3, path: str) -> tuple[str, dict[str, str]]:
    """What the page of a cloud is told that opens a file with us: an address, and a form."""
    file = ResourceInfo(path=f"/users/marie/{path}")
    request = OpenInAppRequest(resource_info=file, access_token=system.gateway.token_of("marie"))
    async with grpc.aio.insecure_channel(system.gateway.apps[-1][1].address) as channel:
        answer = await ProviderAPIStub(channel).OpenInApp(request, timeout=10)
    return answer.app_url.app_url, dict(answer.app_url.form_parameters)


async def test_somebody_opens_their_own_notebook(system: Cs3, stage: Stage, viewer: Viewer) -> None:
    data = "it rained 12 mm at home"
    fill(system.gateway.people["marie"].home / "rain", data)
    async with asyncio.timeout(10):
        while not system.gateway.apps:  # noqa: ASYNC110 - the gateway tells nobody
            await asyncio.sleep(0.02)
    assert (await viewer.client.get("/health/ready")).json()["cs3_app"] == "registered"
    address, form = await opened(system, "rain/app.ipynb")
    assert address == f"{stage.url}cs3/open"
    headers = {"Origin": f"http://{system.host}", "Sec-Fetch-Site": "cross-site"}
    answer = await viewer.client.post(address, data=form, headers=headers)
    assert answer.status_code == 303
    found = re.fullmatch(r"/cs3/s/[0-9a-f]{32}/app\.ipynb", answer.headers["Location"])
    assert found
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert f"Path={found[0].removesuffix('app.ipynb')}" in cookie
    page = await viewer.get(found[0])
    assert page.status == 200
    async with stage.viewer() as stranger:
        shut = await stranger.get(found[0])
        again = await stranger.client.post(address, data=form, headers=headers)
    assert (shut.status, shut.failure) == (410, "open_again")
    assert again.status_code == 410
    async with viewer.line(page.kernel) as line:
        await line.until("vaas_ready")
        assert line.texts(0) == f"{data}\n"
        assert holding(stage.data, data)
    await viewer.leave(page.kernel)
    await until(stage, "opened_erased")
    assert not holding(stage.data, data)
    assert (await viewer.get(found[0])).failure == "open_again"
    told = repr(stage.said)
    secrets = (*system.gateway.tokens, *form.values(), cookie.split("=")[1].split(";")[0])
    assert not any(secret in told for secret in secrets)
    assert not any(holding(stage.data, secret) for secret in secrets)


async def test_the_clouds_own_pages_may_frame_it(system: Cs3, stage: Stage, viewer: Viewer) -> None:
    fill(system.gateway.people["marie"].home / "sun")
    address, form = await opened(system, "sun")
    headers = {"Sec-Fetch-Dest": "iframe"}
    answer = await viewer.client.post(address, data=form, headers=headers)
    assert answer.headers["Location"].endswith("/?vaas=embed")
    page = await viewer.get(answer.headers["Location"], **headers)
    policy = f"frame-ancestors {system.host};"
    assert policy in f"{page.headers['Content-Security-Policy']};"
    await viewer.leave(page.kernel)
    refused = await viewer.client.post(address, data=form, headers=headers)
    assert refused.status_code == 410
    assert policy in f"{refused.headers['Content-Security-Policy']};"
    alone = await viewer.get(answer.headers["Location"].partition("?")[0])
    assert "frame-ancestors 'none'" in alone.headers["Content-Security-Policy"]
    await viewer.leave(alone.kernel)
