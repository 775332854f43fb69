"""Clouds of the mesh that the tests of a module share, and what they share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.clouds import Nextcloud28, Nextcloud35, Strict14


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clouds") / "shared"
    (folder / "data").mkdir(parents=True)
    (folder / "app.ipynb").write_text("{}")
    for number in range(12):
        (folder / "data" / f"{number}.csv").write_text(f"{number}")
    return folder


@pytest.fixture(scope="module")
def strict(roots: Path) -> Iterator[Strict14]:
    with Strict14(roots) as found:
        yield found


@pytest.fixture(scope="module")
def evil(roots: Path) -> Iterator[Strict14]:
    """As able as ``strict``, and up to no good."""
    with Strict14(roots) as found:
        yield found


@pytest.fixture(scope="module")
def nextcloud(roots: Path) -> Iterator[Nextcloud35]:
    with Nextcloud35(roots) as found:
        yield found


@pytest.fixture(scope="module")
def old(roots: Path) -> Iterator[Nextcloud28]:
    with Nextcloud28(roots) as found:
        yield found
