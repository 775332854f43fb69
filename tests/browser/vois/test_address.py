"""A dashboard's state stands in its address, both ways."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Share, Visit
from tests.browser.service import Service
from tests.browser.vois.pages import files

pytestmark = pytest.mark.browser


def shows(page: Page, title: str, year: str) -> None:
    expect(page.get_by_role("group", name=title, exact=True)).to_be_visible()
    expect(page.get_by_role("slider", name="Year")).to_have_attribute("aria-valuenow", year)


def test_a_copied_address_reopens_the_view(service: Service, visit: Visit, share: Share) -> None:
    link = share(files("countries"))
    viewer = visit(service)
    # Neither what is of another type, nor what no list allows, nor what nobody knows.
    page = viewer.open(link, query="country=FR&year=20x5&indicator=__class__&evil=1")
    shows(page, "France: Renewable energy, %", "2024")

    page.get_by_role("slider", name="Year").press("ArrowLeft")
    page.wait_for_url(re.compile("year=2023"))
    page.get_by_role("button", name="1. Sweden").press("Enter")
    page.wait_for_url(re.compile("country=SE"))
    shows(page, "Sweden: Renewable energy, %", "2023")
    # A first value needs no place in the address.
    page.get_by_role("slider", name="Year").press("End")
    expect(page).not_to_have_url(re.compile("year="))
    page.get_by_role("slider", name="Year").press("Home")
    page.wait_for_url(re.compile("year=2010"))

    again = visit(service)
    again.page.goto(page.url, wait_until="commit")
    shows(again.ready(), "Sweden: Renewable energy, %", "2010")
