"""Who pays for what: requests to the cloud, places for kernels, and links that change meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.service.harness import Stage, Viewer, code, staged, until_ended
from vaas.shares import parse_link
from vaas.shares.links import canonical_path

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]

HELLO = code("print(open('data.txt').read())")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def small() -> AsyncIterator[Stage]:
    """A service with two places."""
    async with staged(kernel={"line": 0, "most": 2, "grace": 1}) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def alone() -> AsyncIterator[Stage]:
    """A service of its own: what a cloud refuses is remembered for its host."""
    async with staged() as found:
        yield found


def fetched(stage: Stage, product: str = "nextcloud") -> int:
    """Files that were fetched from the cloud."""
    return sum(
        one.method == "GET" and one.path.endswith((".ipynb", ".txt"))
        for one in stage.cloud.requests[product]
    )


async def until(condition: object, within: float = 15) -> None:
    assert callable(condition)
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - the condition is the machine's
            await asyncio.sleep(0.02)


async def test_a_full_server_says_so(small: Stage) -> None:
    address = small.notebook(code("1"))
    async with small.viewer() as viewer:
        async with viewer.dashboard(address) as one, viewer.dashboard(address) as two:
            await one.until("vaas_ready")
            await two.until("vaas_ready")
            for ask in ("", "?vaas=plain"):
                page = await viewer.get(address + ask)
                assert (page.status, page.failure) == (503, "full")
                assert 1 <= int(page.headers["retry-after"]) <= 60
                assert "All places are taken right now" in page.text
            assert (await viewer.get(address + "?vaas=source")).status == 200
            assert (await viewer.get("/health/live")).status == 200
        line = await viewer.view(address)  # a place is free again
        assert line.ready
    assert small.kernels == 0


async def test_a_viewer_who_goes_without_a_word(small: Stage) -> None:
    """No beacon, no close: the line breaks, and the kernel goes after the grace."""
    address = small.notebook(code("1"))
    async with small.viewer() as viewer:
        page = await viewer.get(address)
        async with viewer.line(page.kernel) as line:
            await line.until("vaas_ready")
            line.socket.transport.abort()
        state = await until_ended(viewer, page.kernel)
        assert state["error"]["code"] == "gone"
    await until(lambda: small.kernels == 0)


async def test_a_page_that_comes_back_finds_its_kernel(small: Stage) -> None:
    address = small.notebook(code("1"))
    async with small.viewer() as viewer:
        page = await viewer.get(address)
        for _ in range(3):
            async with viewer.line(page.kernel) as line:
                assert (await line.ask("kernel_info_request")).content["status"] == "ok"
        await viewer.leave(page.kernel)
        async with viewer.line(page.kernel) as line:
            assert await line.until_closed() == 1000


async def test_leaving_while_it_starts_leaves_nothing(small: Stage) -> None:
    address = small.notebook(code("import time; time.sleep(60)"))
    async with small.viewer() as viewer:
        for _ in range(4):
            page = await viewer.get(address)
            await viewer.leave(page.kernel)
            assert (await viewer.state(page.kernel))["state"] == "ended"
    await until(lambda: small.kernels == 0)


async def test_two_viewers_share_one_copy(stage: Stage, viewer: Viewer) -> None:
    address = stage.share({"a.ipynb": HELLO, "data.txt": "same", "b.txt": "b", "c.txt": "c"})
    before = fetched(stage)
    async with stage.viewer() as second:
        one, two = await asyncio.gather(viewer.view(address), second.view(address))
    assert one.texts(0) == two.texts(0) == "same\n"
    assert fetched(stage) - before == 4
    await viewer.view(address)
    assert fetched(stage) - before == 4


async def test_a_changed_share_is_shown_as_it_is_now(stage: Stage, viewer: Viewer) -> None:
    link = stage.link({"a.ipynb": HELLO, "data.txt": "first", "big.txt": "same"})
    address = canonical_path(parse_link(link))
    folder = next(p for p in stage.root.iterdir() if (p / "big.txt").exists())
    assert (await viewer.view(address)).texts(0) == "first\n"
    async with viewer.dashboard(address) as old:
        await old.until("vaas_ready")
        stage.fill(folder.name, {"data.txt": "second, longer"})
        assert (await viewer.view(address)).texts(0) == "second, longer\n"
        assert (await old.ask("kernel_info_request")).content["status"] == "ok"


async def test_a_link_that_is_removed_while_open(stage: Stage, viewer: Viewer) -> None:
    link = stage.link({"a.ipynb": code("import ipywidgets as w\nw.IntSlider()")})
    address = canonical_path(parse_link(link))
    async with viewer.dashboard(address) as line:
        await line.until("vaas_ready")
        stage.cloud.remove_link(link)
        page = await viewer.get(address)
        assert (page.status, page.failure) == (404, "unknown")
        assert (await line.ask("kernel_info_request")).content["status"] == "ok"


@pytest.mark.parametrize("product", ["nextcloud", "ocis", "owncloud"])
async def test_a_link_that_has_expired(stage: Stage, viewer: Viewer, product: str) -> None:
    page = await viewer.get(stage.share({"a.ipynb": code("1")}, product, expired=True))
    assert page.status in {404, 410}
    assert page.failure in {"unknown", "expired"}
    assert stage.kernels == 0


async def test_a_cloud_under_maintenance(alone: Stage) -> None:
    address = alone.share({"a.ipynb": code("1")}, "owncloud")
    alone.cloud.maintenance("owncloud", on=True)
    async with alone.viewer() as viewer:
        page = await viewer.get(address)
        assert (page.status, page.failure) == (503, "maintenance")
        assert "The cloud is under maintenance" in page.text
        asked = len(alone.cloud.requests["owncloud"])
        for _ in range(5):
            assert (await viewer.get(address)).status == 503
        assert len(alone.cloud.requests["owncloud"]) == asked


async def test_a_cloud_that_asks_to_wait_is_left_alone(alone: Stage) -> None:
    address = alone.share({"a.ipynb": code("1")}, "ocis")
    alone.cloud.throttle("ocis", 40)
    async with alone.viewer() as viewer:
        page = await viewer.get(address)
        assert (page.status, page.failure) == (429, "throttled")
        assert 1 <= int(page.headers["retry-after"]) <= 60
        asked = len(alone.cloud.requests["ocis"])
        for _ in range(10):
            assert (await viewer.get(address)).status == 429
        assert len(alone.cloud.requests["ocis"]) == asked


async def test_wrong_passwords_are_not_sent_again_and_again(alone: Stage) -> None:
    address = alone.share({"a.ipynb": code("1")}, password="right")
    asked = len(alone.cloud.requests["nextcloud"])
    async with alone.viewer() as viewer:
        for _ in range(30):
            form = {"next": address, "password": "wrong"}
            answer = await viewer.client.post(
                "/password", data=form, headers={"Origin": viewer.url}
            )
            assert answer.status_code in {403, 429}
        assert len(alone.cloud.requests["nextcloud"]) - asked < 15


async def test_upload_links_and_empty_shares(stage: Stage, viewer: Viewer) -> None:
    page = await viewer.get(stage.share({"a.ipynb": code("1")}, upload_only=True))
    assert (page.status, page.failure) == (403, "file_drop")
    page = await viewer.get(stage.share({"readme.txt": "no notebook"}))
    assert (page.status, page.failure) == (404, "no_notebook")


async def test_other_sites_are_not_asked(stage: Stage, viewer: Viewer) -> None:
    page = await viewer.get("/s/cloud.example.org/AbCdEf123456789/")
    assert (page.status, page.failure) == (403, "site_not_allowed")


async def test_a_page_that_never_opens_its_line_keeps_no_kernel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As one that was closed before its scripts came; whatever its kernel is busy with."""
    monkeypatch.setattr("vaas.sessions._JOINS_WITHIN", 0.5)
    async with staged() as stage, stage.viewer() as viewer:
        page = await viewer.get(stage.notebook(code("while True: pass")))
        await until_ended(viewer, page.kernel)
        assert stage.heard("never_joined")
        assert stage.kernels == 0
