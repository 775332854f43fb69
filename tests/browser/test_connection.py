"""The line between a page and its kernel: lost, found again, given up."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.axe import serious
from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.proxy import Line
from tests.browser.service import Service, eventually, serving, settings
from tests.browser.test_widgets import COUNTER
from vaas.demo.efss import DemoEfss

pytestmark = pytest.mark.browser

LOST = "ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_SOCKET|WebSocket|status of 404"
ENDLESS = notebook("print('begun')", "import time\nwhile True: time.sleep(1)")


@pytest.fixture(scope="module")
def own(cloud: DemoEfss, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service for these tests alone, which lets go of a lost page's kernel soon."""
    with serving(cloud.url, tmp_path_factory.mktemp("own"), grace=3) as running:
        yield running


def test_a_kernel_ends_with_its_page(service: Service, share: Share, visit: Visit) -> None:
    """At once, not when the service has waited 20 s for the page to come back."""
    viewer = visit(service)
    page = viewer.open(share({"a.ipynb": notebook(COUNTER)}))
    session = json.loads(page.locator("#vaas-config").inner_text())["session"]
    asked = f"api/v1/sessions/{session}"
    assert service.ask(asked)["state"] == "ready"
    page.goto(service.url)
    assert eventually(lambda: service.ask(asked)["state"] == "ended", within=15)


def test_a_kernel_ends_after_a_page_that_said_no_word(
    own: Service, share: Share, visit: Visit
) -> None:
    with Line(own.url) as line:
        viewer = visit(own, base=line.url)
        viewer.expects(LOST)
        viewer.open(share({"a.ipynb": notebook(COUNTER)}))
        assert own.kernels() == 1
        line.cut()
        assert eventually(lambda: own.kernels() == 0, within=30)


def test_leaving_ends_what_runs(own: Service, share: Share, visit: Visit) -> None:
    viewer = visit(own)
    viewer.page.goto(viewer.address(share({"a.ipynb": ENDLESS})), wait_until="commit")
    expect(viewer.cell(0)).to_have_text("begun")
    viewer.page.goto(own.url)
    assert eventually(lambda: own.kernels() == 0, within=30)


def test_a_lost_line_is_found_again(own: Service, share: Share, visit: Visit) -> None:
    with Line(own.url) as line:
        viewer = visit(own, base=line.url)
        viewer.expects(LOST)
        page = viewer.open(share({"a.ipynb": notebook(COUNTER)}))
        press = page.get_by_role("button", name="Press")
        press.click()
        expect(page.locator(".widget-label")).to_have_text("pressed 1")
        line.cut()
        notice = page.locator(".vaas-bar")
        expect(notice).to_contain_text("Connection lost")
        viewer.picture("connection-lost", full=False)
        line.mend()
        expect(notice).to_be_hidden()
        press.click()
        expect(page.locator(".widget-label")).to_have_text("pressed 2")
        expect(page.get_by_role("alertdialog")).to_have_count(0)


def test_nothing_is_lost_or_shown_twice(own: Service, share: Share, visit: Visit) -> None:
    waits = ["import time\ntime.sleep(2)\nprint('seen')", "time.sleep(3)", "print('over')"]
    with Line(own.url) as line:
        viewer = visit(own, base=line.url)
        viewer.expects(LOST)
        page = viewer.page
        body = notebook("print('begun')", *waits)
        page.goto(viewer.address(share({"a.ipynb": body})), wait_until="commit")
        expect(viewer.cell(0)).to_have_text("begun")
        line.there.clear()  # nobody learns that what follows has arrived
        expect(viewer.cell(1)).to_have_text("seen")
        page.evaluate("document.querySelector('[data-cell=\"1\"] > *').dataset.first = 'yes'")
        line.back.clear()
        session = json.loads(page.locator("#vaas-config").inner_text())["session"]
        assert eventually(lambda: own.ask(f"api/v1/sessions/{session}")["state"] == "ready")
        line.cut()
        line.mend()
        viewer.ready()
        expect(viewer.cell(3)).to_have_text("over")
        expect(page.locator("[data-first]")).to_have_text("seen")


def test_a_page_that_was_on_its_way_comes_again(
    cloud: DemoEfss, share: Share, visit: Visit, tmp_path: Path
) -> None:
    """Once by itself, then as often as its viewer wants."""
    log, nearby = tmp_path / "log.txt", urlsplit(cloud.url).netloc
    with Line(cloud.url) as slow:
        host = urlsplit(slow.url).netloc
        link = share({"a.ipynb": notebook("print('here')")}).replace(nearby, host)
        arguments = ("serve", "--config", str(settings(tmp_path, host)))
        slow.back.clear()
        with Service(log, *arguments) as first:
            viewer = visit(first)
            viewer.expects(f"{LOST}|ERR_INCOMPLETE")
            page, line = viewer.page, viewer.page.locator("#vaas-line")
            page.clock.install()
            page.goto(viewer.address(link), wait_until="commit")
            expect(line).to_have_text("Finding the share…")
            first.kill()
        settings(tmp_path, host, port=urlsplit(first.url).port or 0)
        page.clock.run_for(30_000)
        expect(line).to_have_text("Connection lost, trying again…")
        viewer.picture("arrival-lost", full=False)
        with Service(log, *arguments) as second:
            page.clock.run_for(10_000)
            expect(line).to_have_text("Finding the share…")
            second.kill()
        page.clock.run_for(30_000)
        expect(line).to_have_text("Connection lost, trying again…")
        with Service(log, *arguments):
            page.clock.run_for(10_000)
            expect(page.get_by_role("heading")).to_have_text("The connection was lost")
            assert serious(page) == []
            viewer.picture("arrival-failed", full=False)
            page.clock.resume()
            slow.back.set()
            page.get_by_role("link", name="Try again").click()
            viewer.ready()
            expect(viewer.cell(0)).to_have_text("here")
            assert page.evaluate("history.state") is None
            viewer.close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_server_comes_back(
    cloud: DemoEfss, share: Share, visit: Visit, tmp_path: Path, number: signal.Signals
) -> None:
    host, log = urlsplit(cloud.url).netloc, tmp_path / "log.txt"
    arguments = ("serve", "--config", str(settings(tmp_path, host, stay=60)))
    with Service(log, *arguments) as before:
        viewer = visit(before)
        viewer.expects(f"{LOST}|status of 503")  # from the server that leaves
        page = viewer.open(share({"a.ipynb": notebook(COUNTER)}))
        press, label = page.get_by_role("button", name="Press"), page.locator(".widget-label")
        press.click()
        expect(label).to_have_text("pressed 1")
        before.end(number)
        expect(page.locator(".vaas-bar")).to_contain_text("Connection lost")
    settings(tmp_path, host, port=urlsplit(before.url).port or 0)
    with Service(log, *arguments) as after:
        assert after.url == before.url
        expect(page.locator(".vaas-bar")).to_be_hidden()
        expect(label).to_have_text("pressed 1")
        # The same kernel counts on.
        press.click()
        expect(label).to_have_text("pressed 2")
        expect(page.get_by_role("alertdialog")).to_have_count(0)
        assert after.kernels() == 1
        viewer.close()


def test_a_killed_kernel_host_is_told_of(
    cloud: DemoEfss, share: Share, visit: Visit, tmp_path: Path
) -> None:
    config = settings(tmp_path, urlsplit(cloud.url).netloc)
    with Service(tmp_path / "log.txt", "serve", "--config", str(config)) as own:
        viewer = visit(own)
        viewer.expects(LOST)
        page = viewer.open(share({"a.ipynb": notebook(COUNTER)}))
        label = page.locator(".widget-label")
        page.get_by_role("button", name="Press").click()
        expect(label).to_have_text("pressed 1")
        own.host().kill()
        dialog = page.get_by_role("alertdialog")
        expect(dialog).to_contain_text("The dashboard stopped")
        expect(page.locator(".vaas-bar")).to_be_hidden()
        # What it last showed can still be read behind the card.
        expect(label).to_have_text("pressed 1")
        assert serious(page) == []
        viewer.picture("session-ended", full=False)
        page.get_by_role("button", name="Start again").click()
        expect(label).to_have_text("not yet")
        viewer.ready()
        page.get_by_role("button", name="Press").click()
        expect(label).to_have_text("pressed 1")
        viewer.close()


def test_a_server_ends_while_a_cell_runs(
    cloud: DemoEfss, share: Share, visit: Visit, tmp_path: Path
) -> None:
    config = settings(tmp_path, urlsplit(cloud.url).netloc)
    with Service(tmp_path / "log.txt", "serve", "--config", str(config)) as own:
        viewer = visit(own)
        viewer.expects(LOST)
        viewer.page.goto(viewer.address(share({"a.ipynb": ENDLESS})), wait_until="commit")
        expect(viewer.cell(0)).to_have_text("begun")
    assert own.status == 0
    assert "Traceback" not in own.written()
