"""What a share's ``vaas.toml`` changes for its viewers, and what its author learns."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.service.harness import Stage, Viewer, code
from vaas.check import check_link
from vaas.config import load_settings
from vaas.model import ShareLink

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]

BOOK = code("import os; print(os.path.realpath('.'))")
TWO = {"a.ipynb": code("print('a')"), "b.ipynb": code("print('b')")}


async def test_title_entry_limits_and_refresh(stage: Stage, viewer: Viewer) -> None:
    manifest = """
        title = "Rain <in> May"
        entry = "b.ipynb"
        refresh = 0
        [limits]
        cell = 2
        memory = 999999999999
    """
    address = stage.share(TWO | {"vaas.toml": manifest})
    sessions = stage.front.launcher.sessions
    async with viewer.dashboard(address) as line:
        await line.until("vaas_ready")
        assert line.texts(0) == "b\n"
        (session,) = [one for one in sessions._sessions.values() if one.state == "ready"]
        assert session.notebook.title == "Rain <in> May"
        limits = session.recipe.request.limits
        assert (limits.cell, limits.memory) == (2, 1 << 30)
        assert not stage.front.launcher._watch._watched
    assert "Rain &lt;in&gt; May" in (await viewer.get(f"{address}?vaas=source")).text
    assert (await viewer.view(f"{address}a.ipynb")).texts(0) == "a\n"


async def test_the_list_of_dashboards(stage: Stage, viewer: Viewer) -> None:
    manifest = 'title = "Rain"\ndescription = "Of <May>"\nthumbnail = "see/rain 1.png"'
    picture = b"\x89PNG"
    address = stage.share(TWO | {"vaas.toml": manifest, "see/rain 1.png": picture})
    page = await viewer.get(address)
    assert page.status == 200
    assert "<h1>Rain</h1>" in page.text
    assert "Of &lt;May&gt;" in page.text
    source = f'src="{address}see/rain%201.png"'
    assert source in page.text
    assert (await viewer.get(f"{address}see/rain%201.png")).status == 200


async def test_the_data_mode(stage: Stage, viewer: Viewer) -> None:
    for mode, place in (("mount", "/mounted/share\n"), ("sync", "/data\n"), ("copy", "/data\n")):
        address = stage.share({"a.ipynb": BOOK, "vaas.toml": f'data = "{mode}"'})
        assert (await viewer.view(address)).texts(0) == place


async def test_the_entry_of_a_share_too_large_to_look_through(
    stage: Stage, viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vaas.storage.front.SECONDS", 0.0)
    manifest = 'data = "mount"\nentry = "deep/er/b.ipynb"'
    address = stage.share({"deep/er/b.ipynb": BOOK, "vaas.toml": manifest})
    page = await viewer.get(address)
    assert (page.status, page.headers["Location"]) == (302, f"{address}deep/er/b.ipynb")
    assert (await viewer.view(f"{address}deep/er/b.ipynb")).texts(0) == "/mounted/share/deep/er\n"


async def test_a_wrong_one_is_no_matter_of_viewers(stage: Stage, viewer: Viewer) -> None:
    address = stage.share(TWO | {"vaas.toml": 'entry = "b.ipynb"\ntitel = "Hidden"'})
    page = await viewer.get(address)
    assert page.status == 200
    assert "a.ipynb" in page.text
    assert "titel" not in page.text
    assert stage.heard("manifest_ignored")


async def test_its_author_learns_what_is_wrong(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir(mode=0o755)
    (folder / "a.ipynb").write_text(code("print(1)"))
    link = ShareLink("local:", "mine", "", "local")

    async def problems(manifest: str) -> tuple[str, ...]:
        (folder / "vaas.toml").write_text(manifest)
        settings = load_settings(data=tmp_path / "data", kernel={"templates": 0})
        report = await check_link(settings, link, local={"mine": folder})
        assert [one.works for one in report.notebooks] == [True]
        assert report.works == (not report.manifest)
        return report.manifest

    assert await problems('title = "A"\nrefresh = -1') == (
        "vaas.toml, line 2: refresh: Input should be greater than or equal to 0",
    )
    assert await problems('entry = "b.ipynb"\nthumbnail = "a.png"') == (
        "no file 'b.ipynb' in the share, which its manifest names",
        "no file 'a.png' in the share, which its manifest names",
    )
    assert await problems('title = "A"\nentry = "a.ipynb"') == ()
