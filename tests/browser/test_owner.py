"""From a share that another cloud sends to its end, as its sender and their viewers see it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import serious
from tests.browser.conftest import Visit
from tests.browser.notebooks import notebook
from tests.browser.service import Service, eventually
from tests.browser.viewer import Viewer
from tests.contracts.clouds import Nextcloud28
from tests.contracts.servers import free_port
from tests.service.provider import CLIENT, SECRET, Provider
from tests.traces import holding
from vaas import errors

pytestmark = pytest.mark.browser

DATA = "the lake froze on 14 January"
CONFIG = """
port = {port}
public_url = "http://127.0.0.1:{port}"
data = "{data}"
log_level = "DEBUG"
[kernel]
templates = 0
zygotes = 0
[ocm]
enabled = true
accept = "asked"
visible = "people"
[[ocm.peer]]
host = "{host}"
insecure = true
private = true
[oidc]
issuer = "{issuer}"
client_id = "{client}"
client_secret = "{secret}"
insecure = true
private = true
"""


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nextcloud28]:
    with Nextcloud28(tmp_path_factory.mktemp("peer")) as found:
        yield found


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """Another site than the service's, as browsers see it."""
    with Provider("localhost") as found:
        yield found


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site") / "data"


@pytest.fixture(scope="module")
def member(peer: Nextcloud28, provider: Provider, data: Path) -> Iterator[Service]:
    file = data.parent / "vaas.toml"
    about = {"issuer": provider.url, "client": CLIENT, "secret": SECRET}
    file.write_text(CONFIG.format(port=free_port(), data=data, host=peer.host, **about))
    with Service(data.parent / "log.txt", "serve", "--config", str(file)) as running:
        yield running


def post(peer: Nextcloud28, url: str, told: object) -> dict[str, Any]:
    sent = peer.prepared(url, told)
    answer = httpx.request(
        sent.method, sent.url, headers=sent.headers, content=sent.body, timeout=20
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def announce(peer: Nextcloud28, member: Service, name: str) -> tuple[dict[str, Any], str]:
    """Share a folder; what was announced, and the address of its sender's page."""
    folder = peer.root / name
    folder.mkdir()
    (folder / "lake.txt").write_text(DATA)
    (folder / "vaas.toml").write_text('data = "mount"\n')
    (folder / "ice.ipynb").write_bytes(notebook("#%% # Ice", "print(open('lake.txt').read())"))
    announced = peer.share(folder, f"dashboards@{member.url.split('/')[2]}")
    told = post(peer, f"{member.url}ocm/shares", announced)["message"]
    found = re.search(r"http\S+/ocm/mine\?key=\S+", told)
    assert found
    return announced, found[0]


def state(page: Page, words: str) -> None:
    """Wait until the page says so; it is asked anew as a person would."""
    place = page.locator(".owned__state")
    assert eventually(lambda: bool(page.reload()) and words in place.first.inner_text())


def look(viewer: Viewer, name: str) -> None:
    """Whoever looks at this page can read and use it."""
    page = viewer.page
    for theme, width in (("light", 1280), ("dark", 360)):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 780})
        assert serious(page) == []
        assert viewer.fits()
        viewer.picture(f"owner-{name}-{theme}")
    page.set_viewport_size({"width": 1280, "height": 800})


def mounted(data: Path) -> list[str]:
    """Shares that are mounted there."""
    lines = Path("/proc/self/mounts").read_text().splitlines()
    return [line for line in lines if str(data) in line and " fuse.rclone " in line]


def test_accepted_opened_and_taken_back(
    peer: Nextcloud28, member: Service, data: Path, visit: Visit
) -> None:
    announced, mine = announce(peer, member, "Lakes & rivers")
    viewer = visit(member)
    page = viewer.page
    page.goto(mine)
    assert page.url == f"{member.url}ocm/mine"
    state(page, "Waits for you to accept it.")
    look(viewer, "asked")
    assert not peer.heard

    page.get_by_role("button", name="Accept").press("Enter")
    expect(page.locator(".owned__state")).to_have_text("Open.")
    assert eventually(lambda: bool(peer.heard))
    assert "/ocm/mine?key=" in peer.heard[0]["notification"]["message"]
    for summary in ("Who may see it", "Its address", "Stop showing it"):
        page.locator("summary", has_text=summary).press("Enter")
    guests = page.get_by_label("People besides you")
    guests.fill("not an address")
    viewer.expects("status of 422")
    page.get_by_role("button", name="Save the list").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("No addresses: not, an, address")
    expect(guests).to_have_value("not an address")
    look(viewer, "wrong")
    guests.fill("marie@cloud.example.org")
    page.get_by_role("button", name="Save the list").press("Enter")
    expect(page.locator("summary", has_text="Who may see it (1)")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("The list is saved.")
    own = page.get_by_label("For marie@cloud.example.org alone").input_value()
    page.get_by_role("button", name="Copy", exact=True).first.click()
    look(viewer, "open")

    marie = visit(member)
    marie.page.goto(own, wait_until="commit")
    marie.ready()
    expect(marie.cell(1)).to_have_text(DATA)
    stranger = visit(member)
    stranger.expects("status of 401")
    stranger.page.goto(own.partition("?")[0])
    expect(stranger.page.get_by_role("heading", name=errors.LoginNeeded.title)).to_be_visible()
    look(stranger, "stranger")

    page.get_by_role("link", name="ice.ipynb").click()
    viewer.ready()
    expect(viewer.cell(1)).to_have_text(DATA)
    secret = announced["protocol"]["options"]["sharedSecret"]
    assert mounted(data)
    told = peer.unsharing(announced)
    post(peer, f"{member.url}ocm/notifications", told)
    for ended in (page, marie.page):
        dialog = ended.get_by_role("alertdialog")
        expect(dialog).to_contain_text(errors.ShareWithdrawn.title)
    assert eventually(lambda: not mounted(data))
    private = (DATA, secret, "Lakes", "marie@cloud")
    assert eventually(lambda: not [one for text in private for one in holding(data, text)])
    with closing(sqlite3.connect(data / "state.sqlite")) as store:
        rows = store.execute("SELECT state, secret, name, sender, uri FROM received").fetchall()
        assert rows == [("gone", b"", "", "", "")]
        assert store.execute("SELECT * FROM guest").fetchall() == []
    assert secret not in member.written()

    page.goto(f"{member.url}ocm/mine")
    expect(page.locator(".owned__state")).to_contain_text("Gone since")
    expect(page.locator(".owned__state")).to_contain_text("it is no longer shared")
    look(viewer, "gone")
    viewer.expects("status of 410")
    page.goto(own.partition("?")[0])
    expect(page.get_by_role("heading", name=errors.ShareWithdrawn.title)).to_be_visible()
    page.goto(f"{member.url}ocm/mine")
    page.get_by_role("button", name="Log out").press("Enter")
    viewer.expects("status of 401")
    page.goto(f"{member.url}ocm/mine")
    expect(page.get_by_text("This page is for people who shared something")).to_be_visible()
    look(viewer, "unknown")


def test_without_script_it_is_accepted_and_ended(
    peer: Nextcloud28, member: Service, visit: Visit
) -> None:
    _, mine = announce(peer, member, "Plain")
    viewer = visit(member, java_script_enabled=False)
    page = viewer.page
    page.goto(mine)
    state(page, "Waits for you to accept it.")
    page.get_by_role("button", name="Accept").click()
    expect(page.locator(".owned__state")).to_have_text("Open.")
    page.locator("summary", has_text="Stop showing it").click()
    page.get_by_role("button", name="Stop showing it").click()
    expect(page.locator(".owned__state")).to_contain_text("as you wished")
    assert [told["notificationType"] for told in peer.heard][-1] == "SHARE_DECLINED"


def test_logged_in_elsewhere_they_see_their_shares(
    browser: Browser, peer: Nextcloud28, member: Service, provider: Provider
) -> None:
    announce(peer, member, "By login")
    provider.person["email"] = f"alice@{peer.host}"
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{member.url}ocm/mine")
    page.get_by_role("link", name="Log in").click()
    expect(page.get_by_text(f"You are alice@{peer.host}")).to_be_visible()
    expect(page.get_by_role("heading", name="By login")).to_be_visible()
    assert page.url == f"{member.url}ocm/mine"
    assert "/authorize" in provider.asked
    [cookie] = [one for one in context.cookies() if one["name"].startswith("vaas-")]
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == ("vaas-person", True, "Lax")
    context.close()
