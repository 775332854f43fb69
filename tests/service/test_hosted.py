"""Viewers whom other clouds send: what they see, until their token or the share ends."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from tests.contracts.clouds import settings_of
from tests.contracts.integrators import Integrator, Receiver
from tests.contracts.servers import free_port
from tests.service.harness import Page, Stage, Viewer, code, staged, until_ended
from tests.traces import holding
from vaas.mesh.sharing import Sharing

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]

OPEN = "/services/ocm/open"
FRAME = {"Sec-Fetch-Dest": "iframe"}
CROSS = {"Origin": "https://receiver.example.org", "Sec-Fetch-Site": "cross-site"}
DATA = "the glacier lost 3 m"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Integrator]:
    with Integrator(tmp_path_factory.mktemp("cloud")) as found:
        (found.root / "level.txt").write_text(DATA)
        (found.root / "app.ipynb").write_text(code("print(open('level.txt').read())"))
        yield found


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    with Receiver(tmp_path_factory.mktemp("receiver")) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(cloud: Integrator, receiver: Receiver) -> AsyncIterator[Stage]:
    port = free_port()
    peers = settings_of(cloud, receiver)
    about = {"prefix": "/services/ocm", "introspect": f"{cloud.url}/ocm/introspect"}
    ocm = {"enabled": True, "peer": peers, "integration": about}
    async with staged(
        port=port, public_url=f"http://127.0.0.1:{port}", ocm=ocm, refresh=0.2
    ) as found:
        yield found
        await found.emptied()


async def told(stage: Stage, cloud: Integrator) -> Any:
    grant = cloud.grant(cloud.root)
    answer = await cloud.post(f"{stage.url}services/ocm/shares", cloud.told(grant))
    assert answer.status_code == 201
    return grant


async def enter(viewer: Viewer, path: str, **form: str) -> str:
    """Post a form; the address to which it leads."""
    answer = await viewer.client.post(path, data=form, headers=CROSS)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


async def until_over(viewer: Viewer, address: str) -> Page:
    """Ask for a page until it is no dashboard any more."""
    async with asyncio.timeout(20):
        while True:
            page = await viewer.get(f"{address}?vaas=source")
            if page.status != 200:
                return page
            await asyncio.sleep(0.05)


async def test_they_see_it_until_it_is_taken_back(
    stage: Stage, cloud: Integrator, viewer: Viewer
) -> None:
    grant = await told(stage, cloud)
    address = await enter(viewer, OPEN, access_token=cloud.token(grant))
    async with stage.viewer() as stranger:
        page = await stranger.get(address)
        assert (page.status, page.failure) == (403, "hidden")
    page = await viewer.get(address, **FRAME)
    allowed = re.findall("frame-ancestors ([^;]*)", page.headers["Content-Security-Policy"])
    assert allowed == [f"{cloud.host} receiver.example.org"]
    async with viewer.line(page.kernel) as line:
        await line.until("vaas_ready")
        assert line.texts(0) == f"{DATA}\n"
        assert holding(stage.data, DATA)
        await cloud.post(f"{stage.url}services/ocm/revoke", cloud.over(grant))
        await line.until_closed()
    assert (await until_ended(viewer, page.kernel))["error"]["code"] == "withdrawn"
    async with asyncio.timeout(20):
        while holding(stage.data, DATA):  # noqa: ASYNC110 - the disk tells nobody
            await asyncio.sleep(0.05)
    after = await viewer.get(address, **FRAME)
    assert (after.status, after.failure) == (410, "withdrawn")
    assert "receiver.example.org" in after.headers["Content-Security-Policy"]


async def test_open_pages_of_a_share_that_was_told_of_outlive_tokens(
    stage: Stage, cloud: Integrator, viewer: Viewer
) -> None:
    grant = await told(stage, cloud)
    address = await enter(viewer, OPEN, access_token=cloud.token(grant))
    async with viewer.dashboard(address) as line, stage.viewer() as other:
        await line.until("vaas_ready")
        back = f"{cloud.url}/again"
        token = cloud.token(grant, exp=time.time() + 2)
        form = {"access_token": token, "expired_session_redirect_uri": back}
        assert await enter(other, OPEN, **form) == address
        over = await until_over(other, address)
        assert (over.status, over.headers["Location"]) == (303, back)
        assert (await line.ask("kernel_info_request")).content["status"] == "ok"
    await cloud.post(f"{stage.url}services/ocm/revoke", cloud.over(grant))


async def test_one_that_is_known_by_its_token_ends_with_it(
    stage: Stage, cloud: Integrator, viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud, "lasts", 0.3)
    grant = cloud.grant(cloud.root)
    address = await enter(viewer, OPEN, access_token=cloud.opaque(grant))
    page = await viewer.get(address)
    async with viewer.line(page.kernel) as line:
        await line.until("vaas_ready")
        del cloud.tokens[grant.secret]
        await line.until_closed()
    state = await until_ended(viewer, page.kernel)
    assert state["error"]["code"] == "visit_over"
    over = await viewer.get(address)
    assert (over.status, over.failure) == (403, "visit_over")
    assert "Open it again in the cloud" in over.text


async def test_what_is_refused_says_so_in_the_frame_of_its_cloud(
    stage: Stage, cloud: Integrator, viewer: Viewer
) -> None:
    grant = cloud.grant(cloud.root)
    for claims, code_ in (({}, "entry_refused"), ({"exp": 1_000_000_000}, "visit_over")):
        form = {"access_token": cloud.token(grant, **claims)}
        answer = await viewer.client.post(OPEN, data=form, headers=CROSS | FRAME)
        page = Page(answer.status_code, answer.headers, answer.text)
        assert (page.status, page.failure) == (403, code_)
        policy = page.headers["Content-Security-Policy"]
        assert f"frame-ancestors {cloud.host} receiver.example.org" in policy
        assert "<header" not in page.text
    answer = await viewer.client.post(OPEN, data={"access_token": "x.y.z"}, headers=FRAME)
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


async def test_what_we_share_on_is_seen_there(
    stage: Stage, cloud: Integrator, receiver: Receiver, viewer: Viewer
) -> None:
    us = f"dashboards@{stage.url.split('/')[2]}"
    answer = await cloud.post(f"{stage.url}ocm/shares", cloud.share(cloud.root, us))
    share = re.findall(r"/ocm/s/([0-9a-f]{32})/", answer.json()["message"])[0]
    sharing = stage.front.gates[0][1]
    assert isinstance(sharing, Sharing)
    sent = await sharing.send(share, f"bob@{receiver.host}")
    token = (await receiver.exchange(stage.url.rstrip("/"))).json()["access_token"]
    address = await enter(viewer, urlsplit(receiver.app["uri"]).path, access_token=token)
    page = await viewer.get(address, **FRAME)
    await viewer.leave(page.kernel)
    policy = page.headers["Content-Security-Policy"]
    assert f"frame-ancestors {receiver.host};" in f"{policy};"
    async with stage.viewer() as alice, stage.viewer() as bob:
        signed = answer.json()["message"].rpartition(stage.url.rstrip("/"))[2]
        await alice.get(signed)
        hers, his = await alice.get(address), await viewer.get(address)
        async with alice.line(hers.kernel) as line, viewer.line(his.kernel) as other:
            await line.until("vaas_ready")
            await other.until("vaas_ready")
            assert other.texts(0) == f"{DATA}\n"
            await sharing.revoke(sent.id)
            await other.until_closed()
            assert (await line.ask("kernel_info_request")).content["status"] == "ok"
        assert (await until_ended(viewer, his.kernel))["error"]["code"] == "withdrawn"
        await alice.leave(hers.kernel)
        assert (await bob.get(address)).failure == "hidden"
    assert (await viewer.get(address)).failure == "hidden"
    assert token not in repr(stage.said)
