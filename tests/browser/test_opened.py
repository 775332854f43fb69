"""Open with VaaS: somebody clicks on their notebook in their cloud, and sees it live."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from cs3.app.provider.v1beta1.provider_api_pb2 import OpenInAppRequest
from cs3.app.provider.v1beta1.provider_api_pb2_grpc import ProviderAPIStub
from cs3.identity.user.v1beta1.resources_pb2 import UserId
from cs3.storage.provider.v1beta1.resources_pb2 import ResourceInfo
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from tests.browser.axe import serious
from tests.browser.notebooks import notebook
from tests.browser.service import Service, eventually
from tests.browser.tls import Door, context, parents
from tests.browser.viewer import ARTIFACTS
from tests.contracts import systems
from tests.contracts.people import IDP, Person
from tests.contracts.systems import Cs3

pytestmark = [pytest.mark.browser, pytest.mark.sandbox]

BOOK = notebook(
    """
    import ipywidgets as w
    slider, told = w.IntSlider(value=3), w.Label(open("data.txt").read())
    slider.observe(lambda c: setattr(told, "value", f"moved to {c.new}"), "value")
    w.VBox([slider, told])
    """,
    vaas={"theme": "auto"},
)
CONFIG = """
data = "{data}"
port = 0
public_url = "{url}"
refresh = 0.3
[[site]]
host = "{site}"
product = "cs3"
gateway = "127.0.0.1:{gateway}"
tls = false
insecure = true
private = true
aliases = ["{cloud}"]
[cs3_app]
site = "{site}"
listen = "127.0.0.1:0"
[kernel]
zygotes = 0
templates = 0
"""
SUBMIT = """([address, form, target]) => {
  const made = document.createElement("form");
  Object.assign(made, { method: "post", action: address, target });
  for (const [name, value] of Object.entries(form)) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    made.append(field);
  }
  const frame = document.createElement("iframe");
  Object.assign(frame, { name: "app", title: "Dashboard", width: 600, height: 500 });
  if (target === "app") document.body.append(frame);
  document.body.append(made);
  made.submit();
}"""


@pytest.fixture
def system() -> Iterator[Cs3]:
    with systems.cs3() as found:
        home = found.folder()
        (home / "rain").mkdir()
        (home / "rain" / "app.ipynb").write_bytes(BOOK)
        (home / "rain" / "data.txt").write_text("it rained 12 mm")
        for name, display in (("marie", "Marie Curie"), ("pierre", "Pierre Curie")):
            found.gateway.people[name] = Person(name, display, home)
        yield found


@pytest.fixture
def tab(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that takes our certificates."""
    found = browser.new_context(ignore_https_errors=True, viewport={"width": 1280, "height": 800})
    yield found
    found.close()


def click(system: Cs3, page: Page, target: str) -> None:
    """What a cloud's page does when its user opens a file with us."""
    file = ResourceInfo(path="/users/marie/rain/app.ipynb")
    token = system.gateway.token_of("marie")
    with grpc.insecure_channel(system.gateway.apps[-1][1].address) as channel:
        request = OpenInAppRequest(resource_info=file, access_token=token)
        url = ProviderAPIStub(channel).OpenInApp(request, timeout=10).app_url
    assert url.method == "POST"
    page.evaluate(SUBMIT, [url.app_url, dict(url.form_parameters), target])


def lives(page: Page | FrameLocator) -> None:
    expect(page.get_by_text("it rained 12 mm")).to_be_visible()
    handle = page.get_by_role("slider")
    handle.focus()
    handle.press("ArrowRight")
    expect(page.get_by_text("moved to 4")).to_be_visible()


def test_from_the_clouds_page_to_ones_own_dashboard(
    system: Cs3, tab: BrowserContext, tmp_path: Path
) -> None:
    tls = context(tmp_path, "cloud.localhost", "dash.localhost")
    with parents(tls) as port, Door(tls) as door:
        cloud, ours = f"cloud.localhost:{port}", f"https://dash.localhost:{door.port}"
        told = {"data": tmp_path / "data", "url": ours, "site": system.host, "cloud": cloud}
        config = tmp_path / "vaas.toml"
        config.write_text(CONFIG.format(gateway=system.port, **told))
        with Service(tmp_path / "log.txt", "serve", "--config", str(config)) as running:
            door.lead_to(running.url)
            assert eventually(lambda: bool(system.gateway.apps))
            page = tab.new_page()
            page.goto(f"https://{cloud}/")
            with tab.expect_page() as popped:
                click(system, page, "_blank")
            alone = popped.value
            lives(alone)
            assert alone.url.startswith(f"{ours}/cs3/s/")
            assert alone.url.endswith("/app.ipynb")
            edited(system, alone)
            click(system, page, "app")
            lives(page.frame_locator("iframe"))
            cookies = json.dumps(tab.cookies())
            assert not any(token in cookies for token in system.gateway.tokens)
        assert running.status == 0
    written = running.written()
    assert not any(token in written for token in system.gateway.tokens)


def edited(system: Cs3, page: Page) -> None:
    """Somebody else works on the notebook for a while, and the page says so."""
    book = system.gateway.people["marie"].home / "rain" / "app.ipynb"
    system.gateway.lock(book, user=UserId(idp=IDP, opaque_id="pierre"))
    line = page.get_by_role("status").filter(has_text="Being edited by Pierre Curie")
    expect(line).to_be_visible()
    assert serious(page) == []
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTIFACTS / "edited.png")
    page.set_viewport_size({"width": 360, "height": 640})
    page.emulate_media(color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert serious(page) == []
    page.screenshot(path=ARTIFACTS / "edited-phone.png")
    system.gateway.locks.clear()
    expect(line).to_have_count(0)
