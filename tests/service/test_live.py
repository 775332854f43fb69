"""Dashboards follow their data: what an author saves is seen within ten seconds."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import nbformat.v4 as nb
import pytest
import pytest_asyncio

from tests.integration.chaos import Chaos
from tests.service.harness import Stage, Viewer, book, code, served, staged
from tests.unit.storage.readers import until
from vaas.config import Site
from vaas.demo import DemoEfss
from vaas.model import Share
from vaas.shares import parse_link
from vaas.shares.links import canonical_path

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]

BOOK = code("print(open('data.csv').read())")
SOON = 10.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    """A service that mounts what is over half a megabyte."""
    limits = {"above_bytes": 512 << 10}
    async with staged(refresh=0.2, kernel={"most": 8, "grace": 2}, mount=limits) as found:
        yield found


def shared(stage: Stage, product: str, **files: str | bytes) -> tuple[str, str]:
    """A folder in the cloud and the address under which the service shows it."""
    folder = f"f{uuid4().hex[:12]}"
    stage.fill(folder, {"app.ipynb": BOOK, "data.csv": "old"} | files)
    return folder, canonical_path(parse_link(stage.cloud.add_link(product, folder)))


def asked(stage: Stage, product: str, method: str) -> int:
    return sum(one.method == method for one in stage.cloud.requests[product])


@pytest.mark.parametrize("product", ["nextcloud", "seafile"])
async def test_what_the_author_saves_is_seen_soon(
    stage: Stage, viewer: Viewer, product: str
) -> None:
    folder, address = shared(stage, product, **{"more.bin": bytes(1000)})
    async with viewer.dashboard(address) as line:
        await line.until("vaas_ready")
        assert line.texts(0) == "old\n"
        fetched = asked(stage, product, "GET")
        stage.fill(folder, {"data.csv": "newer"})
        await line.until("vaas_changed", SOON)
        if product == "nextcloud":
            assert asked(stage, product, "GET") == fetched + 1, "only what changed is fetched"
        again = await viewer.view(address)
        assert again.texts(0) == "newer\n"
        assert "vaas_changed" not in {heard.kind for heard in again.heard}


async def test_of_a_mounted_share_too(stage: Stage, viewer: Viewer) -> None:
    folder, address = shared(stage, "nextcloud", **{"large.bin": bytes(600 << 10)})
    async with viewer.dashboard(address) as line:
        await line.until("vaas_ready")
        stage.fill(folder, {"data.csv": "newer"})
        await line.until("vaas_changed", SOON)
        assert (await viewer.view(address)).texts(0) == "newer\n"


async def test_whoever_comes_with_news_brings_it_to_the_others(
    stage: Stage, viewer: Viewer
) -> None:
    folder, address = shared(stage, "ocis")
    async with viewer.dashboard(address) as line:
        await line.until("vaas_ready")
        stage.fill(folder, {"data.csv": "newer"})
        assert (await viewer.view(address)).texts(0) == "newer\n"
        await line.until("vaas_changed", SOON)


async def test_nobody_looks_and_nothing_is_kept_and_nothing_is_asked(
    stage: Stage, viewer: Viewer
) -> None:
    cells = [nb.new_code_cell("1")]
    _, address = shared(stage, "reva", **{"app.ipynb": book(cells, vaas={"launch": "fresh"})})
    await viewer.view(address)
    watched = stage.front.launcher._watch._watched.values()
    assert all(one.share.link.token not in address for one in watched)


async def test_forks_are_of_the_newer_state(stage: Stage, viewer: Viewer) -> None:
    cells = [nb.new_code_cell("import os; print(open('data.csv').read(), os.getpid())")]
    folder, address = shared(
        stage, "nextcloud", **{"app.ipynb": book(cells, vaas={"launch": "fork"})}
    )
    kept = stage.front.launcher.sessions._prepared._kept
    async with viewer.dashboard(address) as line:
        await line.until("vaas_ready")
        assert line.texts(0) == "old 2\n"
        made = set(kept)
        stage.fill(folder, {"data.csv": "newer"})
        await line.until("vaas_changed", SOON)
        await until(lambda: set(kept) - made, SOON)
        assert (await viewer.view(address)).texts(0) == "newer 2\n"


async def test_all_that_is_looked_at_is_run_ahead_however_often_it_changes(
    stage: Stage, viewer: Viewer
) -> None:
    year = nb.new_code_cell("year = 2026", metadata={"tags": ["parameters"]})
    tell = nb.new_code_cell("import uuid; print(open('data.csv').read(), year, uuid.uuid4())")
    files = {name: book([year, tell]) for name in ("app.ipynb", "other.ipynb")}
    folder, address = shared(stage, "nextcloud", **files)
    ways = ("app.ipynb?year=2020", "app.ipynb", "other.ipynb")
    kept = stage.front.launcher.sessions._prepared._kept
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(viewer.dashboard(address + way)) for way in ways]
        for line in lines:
            await line.until("vaas_ready")
        for data in ("newer", "the newest"):
            made = set(kept)
            stage.fill(folder, {"data.csv": data})
            for line in lines:
                await line.until("vaas_changed", SOON)
            await until(lambda made=made: len(set(kept) - made) == len(ways), SOON)
        made = set(kept)
        for way, told in zip(ways, (2020, 2026, 2026), strict=True):
            assert (await viewer.view(address + way)).texts(1).startswith(f"the newest {told} ")
        assert set(kept) == made, "nobody has watched a run"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def far() -> AsyncIterator[tuple[Stage, Chaos]]:
    """A service as it is set up by itself, with a line to the cloud that can be slow."""
    with (
        tempfile.TemporaryDirectory(prefix="vaas-cloud-") as root,
        tempfile.TemporaryDirectory(prefix="vaas-data-", ignore_cleanup_errors=True) as data,
        DemoEfss(Path(root)) as cloud,
    ):
        async with Chaos(urlsplit(cloud.url).port or 0) as line:
            site = Site(host=f"127.0.0.1:{line.port}", insecure=True, private=True)
            async with served(cloud, Path(root), Path(data), site=(site,)) as stage:
                yield stage, line


def by_line(far: tuple[Stage, Chaos], product: str) -> tuple[str, str]:
    """A shared folder, and its address by way of the line."""
    stage, line = far
    folder, address = shared(stage, product)
    return folder, address.replace(f":{urlsplit(stage.cloud.url).port}", f":{line.port}")


async def test_a_cloud_that_answers_slowly_keeps_nobody_waiting(far: tuple[Stage, Chaos]) -> None:
    stage, line = far
    folder, address = by_line(far, "nextcloud")
    async with stage.viewer() as viewer, viewer.dashboard(address) as page:
        await page.until("vaas_ready")
        line.delay = 0.25  # of each of the two pieces of an answer
        seen = asked(stage, "nextcloud", "PROPFIND")
        await until(lambda: asked(stage, "nextcloud", "PROPFIND") > seen, 2 * SOON)
        stage.fill(folder, {"data.csv": "newer"})  # too late for this look
        await page.until("vaas_changed", SOON)


async def test_a_look_is_one_small_question_however_many_viewers(far: tuple[Stage, Chaos]) -> None:
    stage, line = far
    _, address = by_line(far, "nextcloud")
    line.delay = 0.0
    watch, looks = stage.front.launcher._watch, list[list[bytes]]()
    look = watch._look

    async def noted(share: Share) -> Share:
        before = len(line.asked)
        try:
            return await look(share)
        finally:
            looks.append(line.asked[before:])

    watch._look = noted
    async with (
        stage.viewer() as viewer,
        viewer.dashboard(address) as one,
        viewer.dashboard(address) as other,
    ):
        await one.until("vaas_ready")
        await other.until("vaas_ready")
        before = len(looks), len(line.asked)
        await until(lambda: len(looks) == before[0] + 2)
        assert len(line.asked) <= before[1] + 2, "nor does anybody else ask"
    for (head,) in looks:
        assert head.startswith(b"propfind ")
        assert b"depth: 0" in head
