"""A cloud that does not answer: dashboards are shown as they were, to those who may see them."""

from __future__ import annotations

import gzip
import shutil
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.service.harness import Page, Stage, Viewer, code, served, staged
from tests.unit.storage.readers import until
from vaas.demo import DemoEfss
from vaas.shares import parse_link

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]

ONCE = "import os, uuid\nprint('seen', uuid.uuid4())"
KERNEL = {"cell": 10, "most": 8, "grace": 2, "templates": 20}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    """The service with a small cloud that can be away."""
    async with staged(kernel=KERNEL) as found:
        yield found


@pytest.fixture(autouse=True)
def _back(stage: Stage) -> None:
    """Every test begins with a cloud that works."""
    stage.cloud.broken("nextcloud", on=False)


async def give(viewer: Viewer, address: str, password: str) -> int:
    """Give a share's password; the answer's status."""
    form, origin = {"next": address, "password": password}, {"Origin": viewer.url}
    return (await viewer.client.post("/password", data=form, headers=origin)).status_code


def kept(stage: Stage) -> set[Path]:
    return set((stage.data / "snapshots").glob("*/*.gz"))


async def seen(stage: Stage, viewer: Viewer, address: str) -> str:
    """Look at a dashboard until there is a snapshot of it; what it shows."""
    before = kept(stage)
    line = await viewer.view(address)
    await until(lambda: kept(stage) - before)
    return line.texts(0).strip()


def lose_copies(stage: Stage) -> None:
    # At once: the service itself may be tidying up in there.
    (stage.data / "shares" / "shares").rename(stage.data / "lost")
    shutil.rmtree(stage.data / "lost")


def mark(page: Page) -> str:
    """What a page says of its cloud: ``live``, ``remembered`` or nothing."""
    if 'id="vaas-cloud"' not in page.text:
        return ""
    return "live" if 'data-live="true"' in page.text else "remembered"


async def test_it_lives_with_the_files_that_are_at_hand(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code(ONCE))
    text = await seen(stage, viewer, address)
    stage.cloud.broken("nextcloud", on=True)
    page = await viewer.get(address)
    assert (page.status, mark(page)) == (200, "live")
    async with viewer.line(page.kernel) as line:
        await line.until("vaas_ready")
    await viewer.leave(page.kernel)
    assert line.texts(0).strip() == text, "a fork of the run that was seen"


async def test_it_is_remembered_where_its_files_are_not(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code(ONCE, "import ipywidgets\nipywidgets.IntSlider()"))
    text = await seen(stage, viewer, address)
    stage.cloud.broken("nextcloud", on=True)
    lose_copies(stage)
    page = await viewer.get(address)
    assert (page.status, mark(page)) == (200, "remembered")
    assert text in page.text
    assert "vaas-config" not in page.text, "nothing asks for a kernel"
    back = await viewer.client.get(f"{address}?vaas=cloud")
    assert back.json() == {"back": False}
    stage.cloud.broken("nextcloud", on=False)

    async def answers() -> bool:
        return bool((await viewer.client.get(f"{address}?vaas=cloud")).json()["back"])

    while not await answers():
        pass
    assert mark(await viewer.get(address)) == ""


def damaged(file: Path) -> None:
    """Let a disk turn a byte in the midst of what is packed."""
    data = bytearray(file.read_bytes())
    data[10] = 0xFF
    file.write_bytes(data)
    with pytest.raises(zlib.error):
        gzip.decompress(data)


async def test_a_damaged_snapshot_is_as_none(stage: Stage, viewer: Viewer) -> None:
    link = stage.link({"a.ipynb": code(ONCE)})
    address, before = stage.address(link), kept(stage)
    await seen(stage, viewer, address)
    [file] = kept(stage) - before
    damaged(file)
    other = stage.link({"a.ipynb": code(ONCE)})
    elsewhere = stage.data / "snapshots" / parse_link(other).fingerprint / file.name
    elsewhere.parent.mkdir()
    shutil.copy(file, elsewhere)
    await viewer.view(stage.address(other))
    await until(lambda: not elsewhere.exists())
    stage.cloud.broken("nextcloud", on=True)
    page = await viewer.get(address)
    assert (page.status, page.failure) == (502, "efss_failed")
    assert not file.exists()


async def test_what_was_never_seen_is_not_stood_in_for(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code(ONCE))
    stage.cloud.broken("nextcloud", on=True)
    page = await viewer.get(address)
    assert (page.status, page.failure) == (502, "efss_failed")
    document = await viewer.get(f"{address}?vaas=plain")
    assert (document.status, document.failure) == (502, "efss_failed")


async def test_of_a_link_that_is_gone_nothing_is_kept(stage: Stage, viewer: Viewer) -> None:
    link = stage.link({"a.ipynb": code(ONCE)})
    address = stage.address(link)
    before = kept(stage)
    await seen(stage, viewer, address)
    [file] = kept(stage) - before
    assert link.rsplit("/", 1)[1].encode() not in file.read_bytes()
    stage.cloud.remove_link(link)
    page = await viewer.get(address)
    assert (page.status, page.failure) == (404, "unknown")
    assert not file.exists()
    stage.cloud.broken("nextcloud", on=True)
    page = await viewer.get(address)
    assert (page.status, page.failure) == (404, "unknown")


async def test_a_password_opens_what_it_opened(stage: Stage, viewer: Viewer) -> None:
    address = stage.share({"a.ipynb": code(ONCE)}, password="open sesame")
    assert await give(viewer, address, "open sesame") == 303
    text = await seen(stage, viewer, address)
    stage.cloud.broken("nextcloud", on=True)
    lose_copies(stage)
    assert text in (await viewer.get(address)).text
    async with stage.viewer() as stranger:
        page = await stranger.get(address)
        assert (page.status, text in page.text) == (401, False)
        assert await give(stranger, address, "simsalabim") == 502
        assert (await stranger.get(address)).status == 401
        assert await give(stranger, address, "open sesame") == 303
        assert text in (await stranger.get(address)).text
    async with stage.viewer() as guesser:
        for guess in range(5):
            assert await give(guesser, address, f"guess {guess}") == 502
        assert await give(guesser, address, "open sesame") == 502, "no more is looked at"


async def test_what_an_old_password_opened_is_erased(stage: Stage, viewer: Viewer) -> None:
    link = stage.link({"a.ipynb": code(ONCE)}, password="old")
    address, before = stage.address(link), kept(stage)
    assert await give(viewer, address, "old") == 303
    await seen(stage, viewer, address)
    assert len(kept(stage) - before) == 1
    stage.change(link, password="new")
    assert (await viewer.get(address)).status == 401
    assert kept(stage) == before


async def test_a_new_password_shuts_out_who_has_the_old_one(stage: Stage, viewer: Viewer) -> None:
    link = stage.link({"a.ipynb": code(ONCE)}, password="old")
    address = stage.address(link)
    assert await give(viewer, address, "old") == 303
    await seen(stage, viewer, address)
    stage.change(link, password="new")
    async with stage.viewer() as other:
        assert await give(other, address, "new") == 303
        await other.view(address)
    stage.cloud.broken("nextcloud", on=True)
    page = await viewer.get(address)
    assert (page.status, page.failure) == (502, "efss_failed")


async def test_what_was_open_is_erased_when_a_password_is_asked(
    stage: Stage, viewer: Viewer
) -> None:
    link = stage.link({"a.ipynb": code(ONCE)})
    address, before = stage.address(link), kept(stage)
    await seen(stage, viewer, address)
    stage.change(link, password="new")
    assert (await viewer.get(address)).status == 401
    assert kept(stage) == before


async def test_it_outlives_the_service(stage: Stage, tmp_path: Path) -> None:
    place = (stage.cloud, stage.root, tmp_path)
    async with served(*place, kernel=KERNEL) as first, first.viewer() as viewer:
        address = first.notebook(code(ONCE))
        text = await seen(first, viewer, address)
    stage.cloud.broken("nextcloud", on=True)
    async with served(*place, kernel=KERNEL) as second, second.viewer() as viewer:
        lived = await viewer.get(address)
        assert mark(lived) == "live"
        await viewer.leave(lived.kernel)
        lose_copies(second)
        page = await viewer.get(address)
        assert (mark(page), text in page.text) == ("remembered", True)


async def test_there_is_room_for_some(stage: Stage, tmp_path: Path) -> None:
    wanted = {"kernel": KERNEL, "snapshots": 3000}
    async with served(stage.cloud, stage.root, tmp_path, **wanted) as small, small.viewer() as one:
        noise = "import base64, os\nprint(base64.b64encode(os.urandom(1500)).decode())"
        for _ in range(2):
            await seen(small, one, small.notebook(code(noise)))
            assert len(kept(small)) == 1


async def test_what_an_earlier_server_saw_is_painted_while_this_one_runs_it(tmp_path: Path) -> None:
    root, data = tmp_path / "cloud", tmp_path / "data"
    root.mkdir()
    data.mkdir()
    with DemoEfss(root) as cloud:
        async with served(cloud, root, data, kernel=KERNEL) as first, first.viewer() as viewer:
            link = first.link(
                {"app.ipynb": code(ONCE, "import ipywidgets\nipywidgets.IntSlider()")}
            )
            address = first.address(link)
            text = await seen(first, viewer, address)
        async with served(cloud, root, data, kernel=KERNEL) as second, second.viewer() as viewer:
            page = await viewer.get(address)
            assert text in page.text
            async with viewer.line(page.kernel) as line:
                await line.until("vaas_ready")
            assert line.texts(0).strip() != text, "another run"
            assert line.texts(0).strip().startswith("seen")
            await viewer.leave(page.kernel)
        async with served(cloud, root, data, kernel=KERNEL) as third, third.viewer() as viewer:
            third.fill(first.folders[link], {"more.txt": "of another version"})
            page = await viewer.get(address)
            assert "seen" not in page.text.partition("vaas-config")[0]
            await viewer.leave(page.kernel)
