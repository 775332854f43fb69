"""Examples from phone to full HD, light and dark: whole, quiet and accessible."""

from __future__ import annotations

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import expect

from tests.browser.axe import serious
from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.service import Service
from tests.browser.viewer import ARTIFACTS
from tests.browser.vois.pages import ROOT, faults, files, in_scheme, quiet, show
from tests.vois.test_readme import CODE

pytestmark = pytest.mark.browser

SIZES = {360: 740, 1280: 800, 1920: 1080}
SMALL = (110, 60)
PAGES = {
    "gallery": ["Inputs", "Actions", "Layout", "Data", "Drawings", "Plotly", "Maps"],
    "countries": ["Overview", "Rows"],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_it_fits_and_is_accessible(service: Service, visit: Visit, share: Share, name: str) -> None:
    viewer = visit(service)
    page = viewer.open(share(files(name)))
    found = {}
    for width, height in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for tab in PAGES[name]:
            show(page, tab)
            for scheme in ("light", "dark"):
                in_scheme(page, scheme)
                picture = f"vois-{name}-{tab}-{width}-{scheme}"
                # What axe looks at is the same on a laptop and on a large screen.
                found[tab, width, scheme] = faults(viewer, picture, axe=width < max(SIZES))
    assert {where: told for where, told in found.items() if told} == {}


def test_the_ten_lines_are_the_readmes_picture(
    service: Service, visit: Visit, share: Share
) -> None:
    viewer = visit(service, viewport={"width": 1100, "height": 600})
    page = viewer.open(share({"readme.ipynb": notebook(CODE)}))
    expect(page.get_by_role("group", name="Million people")).to_be_visible()
    quiet(page)
    viewer.picture("vois", full=False)
    kept, made = (
        Image.open(file).convert("L").resize(SMALL)
        for file in (ROOT / "docs" / "vois.png", ARTIFACTS / "vois.png")
    )
    assert ImageStat.Stat(ImageChops.difference(kept, made)).mean[0] < 6
    assert serious(page) == []
