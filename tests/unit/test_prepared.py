"""Runs that are called off before they begin leave nobody waiting; and which have successors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat.v4 as nb
import pytest

from tests.security.kernel_tools import request
from tests.service.harness import book
from tests.unit.storage.readers import a_share
from vaas.kernels import LocalKernelHost, Relay
from vaas.model import Workspace
from vaas.prepared import PreparedNotebooks
from vaas.recipe import Prepared, Recipe
from vaas.rendering import load_notebook


@asynccontextmanager
async def never() -> AsyncIterator[Workspace]:
    """Files that do not come."""
    await asyncio.Event().wait()
    yield Workspace(Path(), a_share().version, (), 0, 0)


def recipe(folder: Path, name: str) -> Recipe:
    wanted = request(folder, notebook=name)
    (folder / name).write_text(book([nb.new_code_cell("1")]))
    return Recipe(load_notebook(folder, name), wanted, a_share(), never)


@pytest.mark.parametrize("begun", [False, True])
async def test_who_comes_while_a_run_is_called_off_does_not_wait_for_it(
    tmp_path: Path, *, begun: bool
) -> None:
    prepared = PreparedNotebooks(LocalKernelHost(tmp_path / "run"))
    prepared.make(recipe(tmp_path, "first.ipynb"))
    prepared.make(second := recipe(tmp_path, "second.ipynb"))
    if begun:  # and it waits for its turn
        for _ in range(5):
            await asyncio.sleep(0)
    forgetting = asyncio.create_task(prepared.forget(second.key[0].share))
    await asyncio.sleep(0)
    watcher = prepared.watch(second, Relay(), whole=False)
    assert watcher
    await forgetting
    async with asyncio.timeout(5):
        await watcher.begun.wait()
        assert (await watcher.take()).kernel is None
    assert [one async for one in watcher.cells()] == []
    assert prepared.making == 0


@pytest.mark.parametrize(
    ("lasts", "seen", "used", "wants"),
    [
        (100.0, -10.0, True, True),
        (100.0, -10.0, False, True),
        (100.0, -500.0, False, False),
        (50.0, -10.0, False, False),
        (50.0, -500.0, True, True),
    ],
    ids=["looked at", "lately", "long ago", "lately, but runs are long", "looked at, likewise"],
)
def test_who_may_come_soon_does_not_wait(
    lasts: float, seen: float, *, used: bool, wants: bool
) -> None:
    nothing: Any = SimpleNamespace()
    one = Prepared(nothing, nothing, nothing, frozenset(), "", 1.0, 0.0, lasts, seen, used)
    assert not one.wants_successor(lasts - 10, 300.0)
    assert one.wants_successor(lasts, 300.0) == wants
