"""A dashboard whose data changes says so, and shows it when its viewer wants."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import serious
from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.service import Service

pytestmark = pytest.mark.browser


def test_newer_data_is_a_click_away(
    service: Service, share: Share, visit: Visit, shared: Path
) -> None:
    viewer = visit(service)
    body = notebook("print(open('data.csv').read())")
    page = viewer.open(share({"a.ipynb": body, "data.csv": b"old"}))
    expect(viewer.cell(0)).to_have_text("old")
    (file,) = [path for path in shared.rglob("data.csv") if path.read_bytes() == b"old"]
    file.write_bytes(b"newer")
    banner = page.locator(".vaas-banner")
    expect(banner).to_contain_text("The data has changed", timeout=10_000)
    expect(viewer.cell(0)).to_have_text("old")
    assert viewer.fits()
    assert serious(page) == []
    viewer.picture("data-changed")
    banner.get_by_role("button", name="Show").click()
    expect(banner).to_have_count(0)
    expect(viewer.cell(0)).to_have_text("newer")
