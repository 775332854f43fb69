"""A share that another cloud sends: from its announcement to its end, as its viewers see it."""

from __future__ import annotations

import asyncio
import base64
import html
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio

from tests.contracts.clouds import Nextcloud28, Ocis, Strict14, settings_of
from tests.contracts.publisher import provider
from tests.contracts.servers import free_port
from tests.service.harness import Page, Stage, Viewer, code, staged, until_ended
from tests.traces import holding

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]

SECRET_DATA = "the river rose by 41 mm"


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nextcloud28]:
    with Nextcloud28(tmp_path_factory.mktemp("sender")) as found:
        yield found


@pytest.fixture(scope="module")
def ocis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ocis]:
    with Ocis(tmp_path_factory.mktemp("ocis")) as found:
        yield found


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Strict14]:
    with Strict14(tmp_path_factory.mktemp("strict")) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(
    sender: Nextcloud28, ocis: Ocis, strict: Strict14, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    port = free_port()
    mesh = tmp_path_factory.mktemp("mesh") / "mesh.json"
    listed = ((ocis.host, "A <Cloud>"), ("z.example.org", "Z"))
    mesh.write_text(
        json.dumps([provider(host, name, ocm=[f"https://{host}/ocm"]) for host, name in listed])
    )
    peers = settings_of(sender, ocis, strict)
    async with staged(
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        ocm={"enabled": True, "peer": peers, "directory": [{"file": str(mesh)}]},
        refresh=0.2,
    ) as found:
        yield found


async def until(stage: Stage, event: str) -> None:
    """Wait until the service has logged something."""
    async with asyncio.timeout(20):
        while not stage.heard(event):  # noqa: ASYNC110 - the log tells nobody
            await asyncio.sleep(0.02)


async def test_from_announcement_to_end(stage: Stage, sender: Nextcloud28) -> None:
    folder = sender.root / "Rivers"
    folder.mkdir()
    (folder / "level.txt").write_text(SECRET_DATA)
    (folder / "app.ipynb").write_text(code("print(open('level.txt').read())"))
    us = f"dashboards@{stage.url.split('/')[2]}"
    announced = sender.share(folder, us)
    answer = await sender.post(f"{stage.url}ocm/shares", announced)
    assert answer.status_code == 201
    address = re.search(r"http\S+", answer.json()["message"])
    assert address
    await until(stage, "share_open")
    assert address[0] in sender.heard[0]["notification"]["message"]
    assert f"{stage.url}ocm/mine?key=" in sender.heard[0]["notification"]["message"]

    signed = address[0].removeprefix(stage.url.rstrip("/"))
    plain = signed.partition("?")[0]
    async with stage.viewer() as stranger:
        page = await stranger.get(plain)
        assert (page.status, page.failure) == (403, "hidden")
        assert (await stranger.get(f"{plain}?key=AAAA")).failure == "hidden"
        assert (await stranger.get(f"/ocm/s/{'0' * 32}/")).failure == "hidden"

    async with stage.viewer() as viewer:
        first = await viewer.get(signed)
        assert (first.status, first.headers["Location"]) == (302, plain)
        page = await viewer.get(plain)
        assert page.status == 200
        async with viewer.line(page.kernel) as line:
            await line.until("vaas_ready")
            assert line.texts(0) == f"{SECRET_DATA}\n"
            assert holding(stage.data, SECRET_DATA)
            told = sender.unsharing(announced)
            answer = await sender.post(f"{stage.url}ocm/notifications", told)
            assert answer.status_code == 201
            await line.until_closed()
        state = await until_ended(viewer, page.kernel)
        assert state["error"]["code"] == "withdrawn"
        await until(stage, "share_erased")
        assert not holding(stage.data, SECRET_DATA)
        after = await viewer.get(plain)
        assert (after.status, after.failure) == (410, "withdrawn")
        assert "no longer shared" in after.text
    secret = announced["protocol"]["options"]["sharedSecret"]
    assert not holding(stage.data, secret)
    assert not [one for one in stage.said if secret in repr(one)]
    assert not stage.heard("failed")
    assert stage.kernels == 0


async def test_it_is_noticed_without_a_word(
    stage: Stage, sender: Nextcloud28, viewer: Viewer
) -> None:
    stage.said.clear()
    folder = sender.root / "Lakes"
    folder.mkdir()
    (folder / "app.ipynb").write_text(code("print('ready')"))
    us = f"dashboards@{stage.url.split('/')[2]}"
    announced = sender.share(folder, us)
    answer = await sender.post(f"{stage.url}ocm/shares", announced)
    await until(stage, "share_open")
    signed = answer.json()["message"].rpartition(stage.url.rstrip("/"))[2]
    await viewer.get(signed)
    page = await viewer.get(signed.partition("?")[0])
    async with viewer.line(page.kernel) as line:
        await line.until("vaas_ready")
        sender.unsharing(announced)  # and nobody says so
        await line.until_closed()
    assert (await until_ended(viewer, page.kernel))["error"]["code"] == "withdrawn"
    assert stage.heard("share_missing")


def mounts(stage: Stage) -> list[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [line for line in lines if str(stage.data) in line and " - fuse" in line]


async def test_a_mount_goes_on_with_another_token(
    stage: Stage, strict: Strict14, viewer: Viewer
) -> None:
    """And goes when the share does; its process never knew the token."""
    stage.said.clear()
    folder = strict.root / "Large"
    folder.mkdir()
    (folder / "vaas.toml").write_text('data = "mount"')
    for name in ("a", "b"):
        (folder / f"{name}.txt").write_text(f"of {name}")
        (folder / f"{name}.ipynb").write_text(code(f"print(open('{name}.txt').read())"))
    announced = strict.share(folder, f"dashboards@{stage.url.split('/')[2]}")
    answer = await strict.post(f"{stage.url}ocm/shares", announced)
    await until(stage, "share_open")
    signed = answer.json()["message"].rpartition(stage.url.rstrip("/"))[2]
    await viewer.get(signed)
    plain = signed.partition("?")[0]
    assert (await viewer.view(f"{plain}a.ipynb")).texts(0) == "of a\n"
    assert mounts(stage)
    strict.tokens.clear()
    assert (await viewer.view(f"{plain}b.ipynb")).texts(0) == "of b\n"
    await strict.post(f"{stage.url}ocm/notifications", strict.unsharing(announced))
    await until(stage, "share_erased")
    assert not mounts(stage)


async def test_those_that_everybody_may_see(
    stage: Stage, sender: Nextcloud28, viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.said.clear()
    folder = sender.root / "Maps & <more>"
    folder.mkdir()
    (folder / "app.ipynb").write_text(code("print('seen')"))
    announced = sender.share(folder, f"dashboards@{stage.url.split('/')[2]}")
    await sender.post(f"{stage.url}ocm/shares", announced)
    await until(stage, "share_open")
    assert "Maps" not in (await viewer.get("/")).text
    monkeypatch.setattr(stage.front.received, "_visible", "listed")
    home = await viewer.get("/")
    found = re.search(r'href="(/ocm/s/\w+/)">Maps &amp; &lt;more&gt;<', home.text)
    assert found
    assert (await viewer.view(found[1])).texts(0) == "seen\n"
    monkeypatch.setattr(stage.front.received, "_visible", "address")
    assert "Maps" not in (await viewer.get("/")).text
    assert (await viewer.get(f"{found[1]}?vaas=source")).status == 200
    assert (await viewer.get(f"{found[1]}?vaas=source&key=a%20b%0A")).status == 200


async def send(stage: Stage, viewer: Viewer, **form: str) -> Page:
    headers = {"Origin": stage.url.rstrip("/")}
    answer = await viewer.client.post("/ocm/connect", data=form, headers=headers)
    return Page(answer.status_code, answer.headers, answer.text)


async def test_somebody_connects_their_cloud(stage: Stage, ocis: Ocis, viewer: Viewer) -> None:
    us = f"dashboards@{stage.url.split('/')[2]}"
    home = await viewer.get("/")
    assert us in home.text
    assert "/ocm/connect" in home.text
    assert (await viewer.get("/ocm/connect")).status == 200
    page = await send(stage, viewer, cloud=ocis.url)
    dialog = re.search(r'href="([^"]*/open-cloud-mesh/accept[^"]*)"', page.text)
    code_ = re.search(r"<code>([^<]+)</code>", page.text)
    assert dialog
    assert code_
    query = parse_qs(urlsplit(html.unescape(dialog[1])).query)
    token, _, host = base64.b64decode(code_[1]).decode().partition("@")
    assert query == {"token": [token], "providerDomain": [host]}
    assert f"dashboards@{host}" == us
    about = {"recipientProvider": ocis.host, "token": token, "userID": "marie"}
    answer = await ocis.post(f"{stage.url}ocm/invite-accepted", about | {"name": "Marie"})
    assert (answer.status_code, answer.json()["userID"]) == (200, "dashboards")


async def test_clouds_that_a_directory_names_are_chosen(
    stage: Stage, ocis: Ocis, viewer: Viewer
) -> None:
    async with asyncio.timeout(20):
        while "z.example.org" not in (page := await viewer.get("/ocm/connect")).text:  # noqa: ASYNC110 - a page tells nobody
            await asyncio.sleep(0.02)
    named = re.findall(r'name="cloud" value="([^"]+)"><span>([^<]+)</span>', page.text)
    assert named == [(ocis.host, "A &lt;Cloud&gt;"), ("z.example.org", "Z")]
    chosen = await send(stage, viewer, cloud=ocis.host)
    assert f"{ocis.url}/open-cloud-mesh/accept?token=" in html.unescape(chosen.text)
    assert 'name="cloud"' not in chosen.text


async def test_an_invitation_of_theirs_is_accepted(
    stage: Stage, ocis: Ocis, viewer: Viewer
) -> None:
    ocis.invitations["theirs"] = {}
    asks = await viewer.get(f"/ocm/connect?token=theirs&providerDomain={ocis.host}")
    assert 'value="theirs"' in asks.text
    assert ocis.invitations["theirs"] == {}  # a look accepts nothing
    page = await send(stage, viewer, code="theirs", cloud=ocis.host)
    assert f"marie@{ocis.host}" in page.text
    told = ocis.invitations["theirs"]
    assert told["userID"] == "dashboards"
    assert told["recipientProvider"] == stage.url.split("/")[2]
    whole = base64.b64encode(f"theirs@{ocis.host}".encode()).decode()
    assert "accepted before" in (await send(stage, viewer, code=whole)).text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"cloud": "elsewhere.example.org"}, "takes no shares from that cloud"),
        ({"cloud": "127.0.0.1:1"}, "takes no shares from that cloud"),
        ({"cloud": "<script>"}, "takes no shares from that cloud"),
        ({"cloud": ""}, "takes no shares from that cloud"),
        ({"code": "nonsense"}, "could not be read"),
        ({"code": "x@elsewhere.example.org"}, "takes no shares from that cloud"),
    ],
)
async def test_what_cannot_be_connected(
    stage: Stage, viewer: Viewer, form: dict[str, str], words: str
) -> None:
    page = await send(stage, viewer, **form)
    assert page.status in {400, 403}
    assert words in page.text
    assert "<script>" not in page.text


async def test_another_site_connects_nobody(stage: Stage, viewer: Viewer) -> None:
    answer = await viewer.client.post(
        "/ocm/connect", data={"cloud": "x"}, headers={"Origin": "https://evil.example.org"}
    )
    assert answer.status_code == 403
