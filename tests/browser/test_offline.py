"""What a viewer sees while the share's cloud is away, and how the page goes live when it is back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.axe import serious
from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.service import Service, eventually, settings
from tests.browser.test_waiting import BODY, SHAPES
from vaas.demo.efss import DemoEfss

pytestmark = pytest.mark.browser

FRESH = "import uuid\nprint('Sum of all days: 42 mm')"
BOOK = notebook("#%% # Rain in May", BODY, FRESH, vaas={"theme": "auto"})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("offline")


@pytest.fixture(scope="module")
def forking(cloud: DemoEfss, site: Path) -> Iterator[Service]:
    config = settings(site, urlsplit(cloud.url).netloc, templates=2)
    with Service(site / "log.txt", "serve", "--config", str(config)) as running:
        yield running


@pytest.fixture
def away(cloud: DemoEfss) -> Iterator[None]:
    """The cloud works when the test is over."""
    yield
    cloud.broken("nextcloud", on=False)


@pytest.mark.usefixtures("away")
def test_a_remembered_dashboard_goes_live_when_the_cloud_is_back(
    forking: Service, share: Share, visit: Visit, cloud: DemoEfss, site: Path
) -> None:
    address = share({"a.ipynb": BOOK})
    visit(forking).open(address)
    assert eventually(lambda: "still_taken" in forking.written())
    cloud.broken("nextcloud", on=True)
    shutil.rmtree(site / "data" / "shares" / "shares")
    viewers = {name: visit(forking, **shape) for name, shape in SHAPES.items()}
    for name, viewer in viewers.items():
        viewer.page.goto(viewer.address(address))
        mark = viewer.page.locator("#vaas-cloud")
        expect(mark).to_contain_text("The cloud does not answer. This is how it looked on")
        expect(viewer.page.locator("#vaas-live")).to_contain_text("This is how it looked")
        expect(viewer.page.locator("#vaas-shell")).to_be_hidden()
        expect(viewer.page.get_by_text("Sum of all days: 42 mm")).to_be_visible()
        expect(viewer.page.locator(".vaas-still:visible >> text=four")).to_be_visible()
        viewer.picture(f"remembered-{name}", full=False)
        assert viewer.fits()
        assert serious(viewer.page) == []
    cloud.broken("nextcloud", on=False)
    for viewer in viewers.values():
        expect(viewer.page.locator("#vaas-cloud")).to_have_count(0)
        viewer.ready()
        viewer.page.locator(".noUi-handle").press("ArrowRight")
        expect(viewer.page.get_by_text("now 5")).to_be_visible()


@pytest.mark.usefixtures("away")
def test_a_live_one_is_marked_as_long_as_the_cloud_is_away(
    forking: Service, share: Share, visit: Visit, cloud: DemoEfss
) -> None:
    address = share({"a.ipynb": BOOK})
    visit(forking).open(address)
    written = forking.written
    assert eventually(lambda: written().count("still_taken") == 2)
    cloud.broken("nextcloud", on=True)
    viewer = visit(forking, **SHAPES["dark-phone"])
    page = viewer.open(address)
    expect(page.locator("#vaas-cloud")).to_contain_text("Here it works with the files")
    page.locator(".noUi-handle").press("ArrowRight")
    expect(page.get_by_text("now 5")).to_be_visible()
    viewer.picture("cloud-away-live", full=False)
    assert viewer.fits()
    assert serious(page) == []
    page.evaluate("window.sameDocument = true")
    cloud.broken("nextcloud", on=False)
    expect(page.locator("#vaas-cloud")).to_have_count(0)
    expect(page.get_by_text("now 5")).to_be_visible()
    assert page.evaluate("window.sameDocument")
