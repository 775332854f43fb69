"""One browser, one cloud and one service for all that may share them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.notebooks import write
from tests.browser.service import Service, serving
from tests.browser.viewer import Viewer
from vaas.demo.efss import DemoEfss

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
expect.set_options(timeout=60_000)

Share = Callable[..., str]
"""``share({name: body}, product="nextcloud", **link)`` gives a link to a new folder."""

Visit = Callable[..., Viewer]
"""``visit(service)`` gives a new viewer, who is checked at the end; ``base``
is the address by which the service is reached, if not its own."""


# Of the package, not of the session: playwright's loop must not outlive these tests.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of which parts are shared."""
    return tmp_path_factory.mktemp("cloud")


@pytest.fixture(scope="package")
def cloud(shared: Path) -> Iterator[DemoEfss]:
    with DemoEfss(shared) as efss:
        yield efss


@pytest.fixture(scope="package")
def service(cloud: DemoEfss, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(cloud.url, tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(scope="module")
def forking(cloud: DemoEfss, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that forks, of each module's own."""
    with serving(cloud.url, tmp_path_factory.mktemp("forking"), templates=2) as running:
        yield running


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    log = tmp_path_factory.mktemp("demo") / "log.txt"
    with Service(log, "demo", "--port", "0", "--no-browser") as running:
        yield running


@pytest.fixture(scope="package")
def numbers() -> Iterator[int]:
    return itertools.count()


@pytest.fixture
def share(cloud: DemoEfss, shared: Path, numbers: Iterator[int]) -> Share:
    def make(files: dict[str, bytes], product: str = "nextcloud", **link: Any) -> str:
        name = f"share{next(numbers)}"
        write(shared / name, files)
        return cloud.add_link(product, name, **link)

    return make


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    viewers: list[Viewer] = []

    def arrive(service: Service, base: str = "", **options: Any) -> Viewer:
        viewers.append(Viewer(browser, base or service.url, **options))
        return viewers[-1]

    yield arrive
    for viewer in viewers:
        viewer.close()
    for viewer in viewers:
        viewer.check()
