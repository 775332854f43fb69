"""A page of another cloud sends its viewer here: into a frame of its own, and into a tab."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browser.notebooks import notebook
from tests.browser.service import Service, settings
from tests.browser.tls import Door, context, parents
from tests.contracts.integrators import Integrator

pytestmark = [pytest.mark.browser, pytest.mark.sandbox]

BOOK = notebook(
    """
    import ipywidgets as w
    slider, told = w.IntSlider(value=3), w.Label("not moved")
    slider.observe(lambda c: setattr(told, "value", f"moved to {c.new}"), "value")
    w.VBox([slider, told])
    """
)
PAGE = """
<form method="post" action="{action}" target="app">{fields}<button>Framed</button></form>
<form method="post" action="{action}" target="_blank">{fields}<button>Apart</button></form>
<iframe name="app" title="Dashboard" width="600" height="500"></iframe>
"""
MESH = """
[ocm]
enabled = true
[ocm.integration]
prefix = "/services/ocm"
[[ocm.peer]]
host = "{host}"
insecure = true
private = true
"""


def page_of(action: str, **fields: str) -> str:
    """A page with a form for its frame and one for a new tab."""
    made = "".join(f'<input type="hidden" name="{n}" value="{v}">' for n, v in fields.items())
    return PAGE.format(action=action, fields=made)


def lives(where: FrameLocator | Page) -> None:
    """The viewer moves the slider, and the kernel answers."""
    handle = where.get_by_role("slider")
    handle.focus()
    handle.press("ArrowRight")
    expect(where.get_by_text("moved to 4")).to_be_visible()


def deliver(cloud: Integrator, ours: str, running: Service, what: str, told: Any) -> None:
    """Tell the service something, signed to its public name."""
    sent = cloud.prepared(f"{ours}/services/ocm/{what}", told)
    answer = httpx.post(
        f"{running.url}services/ocm/{what}", headers=sent.headers, content=sent.body
    )
    assert answer.is_success, answer.text


def test_a_form_opens_a_dashboard_in_a_frame_and_in_a_tab(browser: Browser, tmp_path: Path) -> None:
    tls = context(tmp_path, "cloud.localhost", "dash.localhost", "other.localhost")
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "a.ipynb").write_bytes(BOOK)
    pages: dict[str, str] = {}
    with (
        Integrator(tmp_path / "shared") as cloud,
        parents(tls, pages) as port,
        Door(tls) as door,
    ):
        site, ours = f"cloud.localhost:{port}", f"https://dash.localhost:{door.port}"
        config = settings(tmp_path, "cloud.example.org")
        mesh = MESH.format(host=cloud.host)
        config.write_text(f'public_url = "{ours}"\n{config.read_text()}{mesh}')
        with Service(tmp_path / "log.txt", "serve", "--config", str(config)) as running:
            door.lead_to(running.url)
            grant = cloud.grant(cloud.root)
            bob = f"bob@{site}"
            deliver(cloud, ours, running, "shares", cloud.told(grant, shareWith=bob))
            token = cloud.token(grant, aud=bob)
            action = f"{ours}/services/ocm/open"
            back = f"https://{site}/again"
            pages["/"] = page_of(action, access_token=token, expired_session_redirect_uri=back)
            pages["/again"] = "<h1>Begin again</h1>"
            tab = browser.new_context(ignore_https_errors=True)
            page = tab.new_page()
            page.goto(f"https://{site}/")
            page.get_by_role("button", name="Framed").click()
            frame = page.frame_locator("iframe")
            lives(frame)
            expect(frame.locator("header")).to_have_count(0)
            with tab.expect_page() as opened:
                page.get_by_role("button", name="Apart").click()
            lives(opened.value)
            addresses = [opened.value.url, *(one.url for one in page.frames)]
            assert not [one for one in addresses if token[:20] in one]
            opened.value.reload()
            lives(opened.value)
            kept = {one["sameSite"]: one for one in tab.cookies()}
            assert kept["None"]["name"].startswith("vaas-visit-")
            assert "cloud.localhost" in str(kept["None"].get("partitionKey", ""))
            assert kept["Lax"]["secure"]
            # Another site may not frame it, whoever posts.
            other = tab.new_page()
            with other.expect_console_message(lambda said: "frame-ancestors" in said.text):
                other.goto(f"https://other.localhost:{port}/")
                other.get_by_role("button", name="Framed").click()
            # Taken back, it ends in both places and says so.
            deliver(cloud, ours, running, "revoke", cloud.over(grant))
            for where in (frame, opened.value):
                expect(where.get_by_text("no longer shared").first).to_be_visible()
            tab.close()
        assert token not in running.written()
        assert urlsplit(opened.value.url).path.startswith("/ocm/s/")
