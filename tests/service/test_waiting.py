"""A full house: viewers stand in line, and the first of them gets the place that comes free."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
import pytest_asyncio

from tests.service.harness import Line, Page, Stage, Viewer, code, staged, until_ended

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]

ONCE = "import os, uuid\nnamed = str(uuid.uuid4())\nprint(named)"
SLIDER = """
import ipywidgets as w
slider, told = w.IntSlider(value=3), w.Label()
slider.observe(lambda c: setattr(told, 'value', f'{c.new} in {named}'), 'value')
w.VBox([slider, told])
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    """A service for two viewers at a time, before which three may wait."""
    async with staged(kernel={"cell": 10, "most": 2, "line": 3, "grace": 1}) as found:
        yield found
        await found.emptied()
        assert found.front.health()["waiting"] == 0


async def inside(stack: AsyncExitStack, viewer: Viewer, address: str) -> Line:
    """One more viewer whose dashboard is live."""
    line = await stack.enter_async_context(viewer.dashboard(address))
    await line.until("vaas_ready")
    return line


async def stood(line: Line, number: int, passed: int = 0) -> None:
    """Wait until a page has been told where it stands."""
    told = {"number": number, "passed": passed}
    await line.until(lambda one: one.kind == "vaas_line" and one.content == told)


async def answered(line: Line, asked: str) -> None:
    """Wait until a question has its answer and the dashboard is ready, whichever comes first."""

    def done(_: object) -> bool:
        parents = [one.parent.get("msg_id") for one in line.heard if "reply" in one.kind]
        return line.ready is not None and asked in parents

    await line.until(done)


async def kernel_of(viewer: Viewer, address: str) -> str:
    return (await viewer.get(address)).kernel


async def test_first_come_first_served(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code(ONCE, SLIDER))
    async with AsyncExitStack() as stack, AsyncExitStack() as leaving, AsyncExitStack() as next_:
        await inside(leaving, viewer, address)
        await inside(next_, viewer, address)
        first, second, third = [
            await stack.enter_async_context(viewer.dashboard(address)) for _ in range(3)
        ]
        for number, line in enumerate((first, second, third), 1):
            await stood(line, number)
        await leaving.aclose()
        await first.until("vaas_ready")
        await stood(second, 1, 1)
        await stood(third, 2, 1)
        await next_.aclose()
        await second.until("vaas_ready")
        await stood(third, 1, 2)
        assert stage.kernels == 2


async def test_the_recorded_content_stands_there_meanwhile(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code(ONCE, SLIDER))
    async with AsyncExitStack() as stack, AsyncExitStack() as leaving:
        before = await inside(leaving, viewer, address)
        await inside(stack, viewer, address)
        page = await viewer.get(address)
        assert before.texts(0).strip() in page.text
        told = re.search(r"vaasPhase\((\{.*\})\)</script>", page.text.split("vaas-painted")[-1])
        assert told
        assert json.loads(told[1]) == {"name": "line", "done": 0, "total": 1, "size": 0}
        state = await viewer.state(page.kernel)
        assert (state["state"], state["place"]) == ("starting", 1)
        line = await stack.enter_async_context(viewer.line(page.kernel))
        stack.push_async_callback(viewer.leave, page.kernel)
        # What a page asks or does in the line is answered by the kernel that it comes to.
        asked = await line.send("kernel_info_request", {})
        await leaving.aclose()
        await answered(line, asked)
        assert line.texts(0) == before.texts(0)
        assert (await viewer.state(page.kernel))["place"] == 0


async def test_who_watches_the_first_run_may_have_waited(stage: Stage, viewer: Viewer) -> None:
    known, new = stage.notebook(code(ONCE)), stage.notebook(code(ONCE, SLIDER))
    async with AsyncExitStack() as stack, AsyncExitStack() as leaving:
        await inside(leaving, viewer, known)
        await inside(stack, viewer, known)
        line = await stack.enter_async_context(viewer.dashboard(new))
        await stood(line, 1)
        asked = await line.send("kernel_info_request", {})
        await leaving.aclose()
        await answered(line, asked)
        assert sorted(line.cells) == [0, 1]


async def test_who_leaves_gives_the_place_up_at_once(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code(ONCE))
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await inside(stack, viewer, address)
        gone = await kernel_of(viewer, address)
        second = await stack.enter_async_context(viewer.dashboard(address))
        await stood(second, 2)
        await viewer.leave(gone)
        await stood(second, 1, 1)
        assert (await until_ended(viewer, gone))["error"]["code"] == "gone"


async def test_a_page_that_comes_back_keeps_its_place(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code(ONCE))
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await inside(stack, viewer, address)
        kernel = await kernel_of(viewer, address)
        async with viewer.line(kernel) as line:
            await stood(line, 1)
        async with viewer.line(kernel) as line:
            later = await stack.enter_async_context(viewer.dashboard(address))
            await stood(later, 2)
            assert (await viewer.state(kernel))["place"] == 1
        # And one that does not loses it, when as long has passed as a kernel would wait.
        await until_ended(viewer, kernel)
        await stood(later, 1, 1)


async def test_the_line_has_an_end(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code(ONCE))
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await inside(stack, viewer, address)
        for number in (1, 2, 3):
            line = await stack.enter_async_context(viewer.dashboard(address))
            await stood(line, number)
        document = await viewer.get(f"{address}?vaas=plain")
        assert (document.status, document.failure) == (503, "full")
        assert stage.front.health()["waiting"] == 3
        metrics = (await viewer.get("/metrics")).text
        assert "vaas_waiting 3.0" in metrics
        assert re.search(r"^vaas_waited_seconds_count [1-9]", metrics, re.MULTILINE)
        turned_away = await viewer.get(address)
        assert (turned_away.status, turned_away.failure) == (503, "full")
        assert "Retry-After" in turned_away.headers


async def test_a_volley_is_let_in_by_and_by(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code(ONCE))

    async def visit() -> str:
        return (await viewer.view(address)).texts(0)

    seen = await asyncio.gather(*(visit() for _ in range(5)))
    assert len(set(seen)) == 1


class Document:
    """A document's page in the line, as far as it has come."""

    def __init__(self, pieces: AsyncIterator[str]) -> None:
        self._pieces, self.text = pieces, ""

    async def until(self, pattern: str) -> str:
        """What the page says, once it does."""
        async with asyncio.timeout(20):
            while not (found := re.search(pattern, self.text)):
                self.text += await anext(self._pieces)
        return found[1]

    async def stood(self, number: int, passed: int = 0) -> None:
        phase = f'"done": {passed}, "name": "line", "size": 0, "total": {number}'
        await self.until(f"vaasPhase\\(({{{phase}}})\\)")

    async def turn(self) -> str:
        """Where the page goes when its turn has come."""
        return (await self.until(r'vaasEnd\(\);location\.replace\("([^"]+)"\)')).replace(
            "\\u0026", "&"
        )


@asynccontextmanager
async def document(viewer: Viewer, address: str) -> AsyncIterator[Document]:
    async with viewer.client.stream("GET", address) as answer:
        assert answer.status_code == 200
        yield Document(answer.aiter_text())


async def arrives(viewer: Viewer, stack: AsyncExitStack, address: str) -> Page:
    """A document comes whole; its viewer leaves with the stack."""
    page = await viewer.get(address)
    assert page.status == 200
    stack.push_async_callback(until_ended, viewer, page.kernel)
    stack.push_async_callback(viewer.leave, page.kernel)
    return page


async def test_a_document_waits_in_the_same_line(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code(ONCE, SLIDER))
    async with AsyncExitStack() as stack, AsyncExitStack() as leaving, AsyncExitStack() as next_:
        named = (await inside(leaving, viewer, address)).texts(0).strip()
        await inside(next_, viewer, address)
        first = await stack.enter_async_context(viewer.dashboard(address))
        await stood(first, 1)
        whole = await stack.enter_async_context(document(viewer, f"{address}?vaas=plain"))
        await whole.stood(2)
        assert named in whole.text, "what was recorded stands there meanwhile"
        last = await stack.enter_async_context(viewer.dashboard(address))
        await stood(last, 3)
        await leaving.aclose()
        await first.until("vaas_ready")
        await whole.stood(1, 1)
        await next_.aclose()
        page = await arrives(viewer, stack, turn := await whole.turn())
        assert turn.startswith(f"{address}?vaas=plain&vaas=place-")
        assert named in page.text
        assert "/static/plain-" in page.text
        await stood(last, 1, 2)
        assert stage.kernels == 2
        async with document(viewer, turn) as again:  # a ticket is for once
            await again.stood(2)


async def test_a_document_that_leaves_gives_its_place_up(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code(ONCE))
    async with AsyncExitStack() as stack, AsyncExitStack() as leaving:
        await inside(leaving, viewer, address)
        await inside(stack, viewer, address)
        async with document(viewer, f"{address}?vaas=plain") as gone:
            await gone.stood(1)
            last = await stack.enter_async_context(viewer.dashboard(address))
            await stood(last, 2)
        await stood(last, 1, 1)
        await leaving.aclose()
        await last.until("vaas_ready")


async def test_a_turn_that_is_not_taken_is_the_next_ones(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code(ONCE))
    async with AsyncExitStack() as stack, AsyncExitStack() as leaving:
        await inside(leaving, viewer, address)
        await inside(stack, viewer, address)
        async with document(viewer, f"{address}?vaas=plain") as absent:
            await absent.stood(1)
            last = await stack.enter_async_context(viewer.dashboard(address))
            await stood(last, 2)
            await leaving.aclose()
            await absent.turn()
        await last.until("vaas_ready")


@pytest.mark.parametrize("waiting", [True, False])
async def test_who_goes_on_by_another_page_keeps_the_place(
    stage: Stage, viewer: Viewer, *, waiting: bool
) -> None:
    """As where a widget library asks for more than our own page has."""
    address = stage.notebook(code(ONCE))
    async with AsyncExitStack() as stack, AsyncExitStack() as leaving:
        await inside(leaving, viewer, address)
        if waiting:
            await inside(stack, viewer, address)
        kernel = await kernel_of(viewer, address)
        line = await stack.enter_async_context(viewer.line(kernel))
        await line.until("vaas_line" if waiting else "vaas_ready")
        last = await stack.enter_async_context(viewer.dashboard(address))
        await stood(last, 2 if waiting else 1)
        place = f"/api/v1/sessions/{kernel}/place"
        refused = await viewer.client.post(place, headers={"Origin": "https://other.test"})
        assert refused.status_code == 403
        ticket = (await viewer.client.post(place, headers={"Origin": viewer.url})).text
        await until_ended(viewer, kernel)
        assert (await viewer.client.post(place, headers={"Origin": viewer.url})).text == ""
        there = f"{address}?vaas=plain&vaas=place-{ticket}"
        if waiting:
            whole = await stack.enter_async_context(document(viewer, there))
            await whole.stood(1)
            assert (await viewer.state(kernel))["state"] == "ended"
            await leaving.aclose()
            there = await whole.turn()
            await stood(last, 1, 1)
        assert "/static/plain-" in (await arrives(viewer, stack, there)).text
        assert stage.front.health()["waiting"] == 1
