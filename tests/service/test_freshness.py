"""Runs that age: their authors say how fast, and viewers do not wait for the next one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import nbformat.v4 as nb
import pytest
import pytest_asyncio

from tests.service.harness import Stage, Viewer, book, code, staged
from tests.unit.storage.readers import until

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]

READS = "print('of', open('data.csv').read())"
ONCE = "import uuid\nprint('named', uuid.uuid4())"
KERNEL = {"cell": 10, "most": 8, "grace": 2, "templates": 3}
NAMED = re.compile("named [0-9a-f-]{36}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    async with staged(refresh=0.05, kernel=KERNEL) as found:
        yield found


async def ends(viewer: Viewer, why: str) -> int:
    """How many templates were let go for a reason.

    By all services of this process: those that count go first, while there is no other.
    """
    metrics = (await viewer.get("/metrics")).text
    found = re.search(rf'^vaas_template_ends_total{{reason="{why}"}} (\d+)', metrics, re.MULTILINE)
    return int(found[1]) if found else 0


async def until_one_ends(viewer: Viewer, why: str, before: int) -> None:
    while await ends(viewer, why) == before:  # noqa: ASYNC110 - asked as Prometheus asks
        await asyncio.sleep(0.05)


async def first(viewer: Viewer, address: str) -> str:
    """What a notebook's first viewer sees."""
    return (await viewer.view(address)).texts(0).strip()


async def test_a_run_that_nobody_looks_at_ends_and_others_stay() -> None:
    async with staged(kernel=KERNEL) as alone, alone.viewer() as viewer:
        lasting = alone.notebook(book([nb.new_code_cell(ONCE)], vaas={"ttl": "soon"}))
        aging = alone.notebook(book([nb.new_code_cell(ONCE)], vaas={"ttl": 0.5}))
        before = await ends(viewer, "age")
        stays, goes = await first(viewer, lasting), await first(viewer, aging)
        await until_one_ends(viewer, "age", before)
        assert await first(viewer, aging) != goes
        assert await first(viewer, lasting) == stays


async def test_all_age_as_the_operator_has_it() -> None:
    async with staged(kernel={"template_life": 0.5}) as small, small.viewer() as viewer:
        before = await ends(viewer, "age")
        await first(viewer, small.notebook(code(ONCE)))
        await until_one_ends(viewer, "age", before)


async def test_the_least_used_goes_where_memory_is_short() -> None:
    async with staged(kernel={"template_spare": 1 << 60}) as small, small.viewer() as viewer:
        before = await ends(viewer, "memory")
        address = small.notebook(code(ONCE))
        old = await first(viewer, address)
        await until_one_ends(viewer, "memory", before)
        assert await first(viewer, address) != old


@pytest.mark.parametrize("manifest", [False, True])
async def test_the_new_run_is_there_before_the_old_one_goes(
    stage: Stage, viewer: Viewer, *, manifest: bool
) -> None:
    cells = [nb.new_code_cell(ONCE)]
    files = {"a.ipynb": book(cells) if manifest else book(cells, vaas={"ttl": 3})}
    address = stage.share(files | ({"vaas.toml": "ttl = 3"} if manifest else {}))
    old, replaced = await first(viewer, address), await ends(viewer, "replaced")
    seen = {old}
    while seen == {old}:
        page = await viewer.get(address)
        painted = NAMED.search(page.text)
        assert painted, "nobody waits for the run"
        seen.add(painted[0])
        await viewer.leave(page.kernel)
        await asyncio.sleep(0.05)
    await until_one_ends(viewer, "replaced", replaced)


def kept(stage: Stage) -> set[str]:
    """The versions of which a run is kept."""
    return {key[0].tag for key in stage.front.launcher.sessions.runs._kept}


async def test_a_change_that_nobody_looks_at_is_run_ahead(stage: Stage, viewer: Viewer) -> None:
    link = stage.link({"a.ipynb": code(READS), "data.csv": "old"})
    address = stage.address(link)
    assert "of old" in await first(viewer, address)
    for data in ("newer", "the newest"):
        before = kept(stage)
        stage.fill(stage.folders[link], {"data.csv": data})
        await until(lambda before=before: kept(stage) - before, 20)
    page = await viewer.get(address)
    assert "of the newest" in page.text, "nobody waits for the run"
    await viewer.leave(page.kernel)


async def test_one_that_changes_and_is_not_looked_at_is_the_first_to_go() -> None:
    wanted = {"refresh": 0.05, "kernel": KERNEL | {"templates": 2}}
    async with staged(**wanted) as small, small.viewer() as viewer:
        link = small.link({"a.ipynb": code(READS), "data.csv": "old"})
        await first(viewer, small.address(link))
        looked_at = small.notebook(code(ONCE))
        seen = await first(viewer, looked_at)
        before = kept(small)
        small.fill(small.folders[link], {"data.csv": "newer"})
        await until(lambda: kept(small) - before, 20)
        await first(viewer, small.notebook(code(ONCE)))
        assert await first(viewer, looked_at) == seen
        # And then it is looked at no more.
        await until(lambda: len(small.front.launcher._watch._watched) == 2, 20)
