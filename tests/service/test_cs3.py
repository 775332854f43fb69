"""A link of a site with a CS3 gateway, from its address to a dashboard that follows its data."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict

import pytest
import pytest_asyncio

from tests.contracts import systems
from tests.contracts.systems import Cs3
from tests.service.harness import Stage, Viewer, code, staged
from vaas.config import Site
from vaas.shares.links import canonical_path

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]


@pytest.fixture(scope="module")
def system() -> Iterator[Cs3]:
    with systems.cs3() as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(system: Cs3) -> AsyncIterator[Stage]:
    site = Site(**asdict(system.rule()))
    async with staged(refresh=0.2, kernel={"most": 4, "grace": 2}, site=[site]) as found:
        yield found


async def test_a_link_becomes_a_dashboard_that_follows_its_data(
    system: Cs3, stage: Stage, viewer: Viewer
) -> None:
    folder = system.folder()
    (folder / "app.ipynb").write_text(code("print(open('data.csv').read())"))
    (folder / "data.csv").write_text("old")
    link = system.share(folder)
    async with viewer.dashboard(canonical_path(link)) as line:
        await line.until("vaas_ready")
        assert line.texts(0) == "old\n"
        (folder / "data.csv").write_text("newer")
        await line.until("vaas_changed", 10)
        assert (await viewer.view(canonical_path(link))).texts(0) == "newer\n"
    told = repr(stage.said)
    assert not any(secret in told for secret in (link.token, *system.gateway.tokens))


async def test_a_gateway_that_is_down_is_told(system: Cs3, stage: Stage, viewer: Viewer) -> None:
    link = system.share(system.folder())
    system.gateway.says = {"Authenticate": "UNAVAILABLE"}
    try:
        page = await viewer.get(canonical_path(link))
    finally:
        system.gateway.reset()
    assert page.failure == "unreachable"
