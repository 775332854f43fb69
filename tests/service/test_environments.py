"""Environments that the operator made: who gets them, and what happens when one changes."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from unittest import mock

import pytest
import pytest_asyncio

from tests.service.harness import Stage, book, code, staged
from vaas import doctor
from vaas.check import check_link
from vaas.config import load_settings
from vaas.errors import EnvironmentNotMade, EnvironmentUnknown
from vaas.kernels import Installations
from vaas.kernels.installations import can_import, packages
from vaas.kernels.making import make, remove
from vaas.model import ShareLink
from vaas.web import dashboards

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]

LOOK = "import sys, tinyrain; print(tinyrain.drops, 'pandas' in sys.modules, sys.prefix)"
WIDGET = "import ipywidgets; ipywidgets.IntSlider()"


def wheel(folder: Path, drops: int) -> Path:
    """A library of one module, and of one widget's front end; a list of packages that names it."""
    folder.mkdir(parents=True, exist_ok=True)
    about, front = f"tinyrain-{drops}.dist-info", f"tinyrain-{drops}.data/data/share/jupyter"
    built = {"load": "static/entry.js", "extension": "./extension"}
    with zipfile.ZipFile(folder / f"tinyrain-{drops}-py3-none-any.whl", "w") as file:
        file.writestr("tinyrain.py", f"drops = {drops}\n")
        file.writestr(
            f"{about}/METADATA", f"Metadata-Version: 2.1\nName: tinyrain\nVersion: {drops}\n"
        )
        file.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        file.writestr(f"{about}/RECORD", "")
        package = json.dumps({"name": "tinyrain", "jupyterlab": {"_build": built}})
        file.writestr(f"{front}/labextensions/tinyrain/package.json", package)
        file.writestr(f"{front}/labextensions/tinyrain/static/entry.js", f"// {drops}")
    asked = folder / "rain.txt"
    asked.write_text(f"./tinyrain-{drops}-py3-none-any.whl\n")
    return asked


@pytest.fixture(scope="module")
def known() -> Iterator[Installations]:
    """A folder that all users can read, with one environment."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="vaas-environments-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        found = Installations(folder / "environments")
        make(found, "rain", wheel(folder / "wheels", 7), tell=lambda _: None)
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(known: Installations) -> AsyncIterator[Stage]:
    async with staged(environments=known.folder, kernel={"most": 6, "grace": 2}) as found:
        yield found


def named(*sources: str) -> str:
    cells = json.loads(code(*sources))["cells"]
    spec = {"name": "rain", "display_name": "Rain", "language": "python"}
    return book(cells, kernelspec=spec)


async def test_what_nobody_foresaw_is_said_in_a_page_that_has_begun(known) -> None:
    """Here a package's front end that says no JSON."""
    prefix = known.find("rain").prefix
    file = prefix / "share" / "jupyter" / "labextensions" / "tinyrain" / "package.json"
    whole = file.read_text()
    file.write_text("{")
    try:
        async with staged(environments=known.folder) as broken, broken.viewer() as viewer:
            with mock.patch.object(dashboards, "PATIENCE", 0.0):
                page = await viewer.get(broken.notebook(named(LOOK)))
            [failed] = broken.heard("failed")
    finally:
        file.write_text(whole)
    assert (page.status, page.failure) == (200, "internal")
    assert f'"reference": "{failed["reference"]}"' in page.text
    assert "JSON" not in page.text


async def test_a_kernels_name_or_the_shares_manifest_picks_one(stage: Stage, known) -> None:
    prefix = known.find("rain").prefix
    async with stage.viewer() as viewer:
        line = await viewer.view(stage.notebook(named(LOOK)))
        assert line.texts(0) == f"7 False {prefix}\n"
        files = {"a.ipynb": code(LOOK), "vaas.toml": 'environment = "rain"'}
        line = await viewer.view(stage.share(files))
        assert line.texts(0) == f"7 False {prefix}\n"
        line = await viewer.view(stage.notebook(code(LOOK)))
        assert line.cells[0][0]["output_type"] == "display_data"  # a failure, in words for viewers


async def test_later_viewers_get_forks_of_it(stage: Stage) -> None:
    address = stage.notebook(named(LOOK, WIDGET))
    async with stage.viewer() as viewer:
        first = await viewer.view(address)
        page = await viewer.get(address)
        assert "7 False" in page.text
        assert first.texts(0).startswith("7 ")
        assert "IntSlider" in (await viewer.get(f"/api/v1/sessions/{page.kernel}/widgets")).text
        await viewer.leave(page.kernel)


async def test_pages_take_its_widget_libraries_from_it(stage: Stage, known) -> None:
    key = known.find("rain").key
    async with stage.viewer() as viewer:
        page = await viewer.get(stage.notebook(named(LOOK)))
        root = page.text.split('"libraries": "')[1].split('"')[0]
        assert root.endswith(f"/labextensions-{key}")
        assert '"name": "tinyrain"' in page.text
        assert (await viewer.get(f"{root}/tinyrain/static/entry.js")).text == "// 7"
        assert (await viewer.get(f"{root}/jupyter-vuetify/package.json")).status == 200
        for wrong in (root.replace(key, "rain-00000000"), root.replace(key, "..")):
            assert (await viewer.get(f"{wrong}/tinyrain/static/entry.js")).status == 404
        await viewer.leave(page.kernel)
        page = await viewer.get(stage.notebook(code("1")))
        assert '"name": "tinyrain"' not in page.text
        await viewer.leave(page.kernel)


async def test_one_that_nobody_made(stage: Stage) -> None:
    files = {"a.ipynb": code("1"), "vaas.toml": 'environment = "snow"'}
    async with stage.viewer() as viewer:
        page = await viewer.get(stage.share(files))
    assert (page.status, page.failure) == (422, "environment_unknown")
    assert "The packages of this dashboard are not installed here" in page.text
    assert "snow" not in page.text


async def test_its_author_learns_what_is_missing_and_where_it_is(known, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir(mode=0o755)
    link = ShareLink("local:", "mine", "", "local")
    settings = load_settings(data=tmp_path / "data", environments=known.folder)
    (folder / "own.py").write_text("x = 1")
    once = "if False:\n    import tinyrain\ntry:\n    import never\nexcept ImportError: pass\n"
    (folder / "a.ipynb").write_text(code(f"%matplotlib inline\n{once}import own, vois, pandas"))
    (folder / "b.ipynb").write_text(named("import tinyrain\nimport pandas as pd"))
    report = await check_link(settings, link, local={"mine": folder})
    one, two = report.notebooks
    assert (one.works, one.environment, one.missing) == (True, "base", ("tinyrain",))
    assert one.found_in == {"tinyrain": ("rain",)}
    assert (two.works, two.environment, two.missing) == (False, "rain", ("pandas",))
    assert two.found_in == {"pandas": ("base",)}
    (folder / "vaas.toml").write_text('environment = "snow"')
    report = await check_link(settings, link, local={"mine": folder})
    assert "no environment 'snow' is here; there are: base, rain" in report.notebooks[0].problem


async def test_made_anew_it_serves_new_viewers_and_old_kernels_keep_theirs(
    stage: Stage, known
) -> None:
    before = known.find("rain")
    address = stage.notebook(named(LOOK))
    async with stage.viewer() as viewer, viewer.dashboard(address) as old:
        await old.until("vaas_ready")
        wrong = known.folder.parent / "wrong.txt"
        wrong.write_text("never-to-be-found-anywhere==1\n")
        with pytest.raises(EnvironmentNotMade, match="never-to-be-found"):
            make(known, "rain", wrong, tell=lambda _: None)
        assert known.find("rain") == before
        make(known, "rain", wheel(known.folder.parent / "wheels", 8), tell=lambda _: None)
        assert known.find("rain") != before
        assert before.prefix.is_dir()
        assert (await viewer.view(address)).texts(0).startswith("8 ")
        assert old.texts(0).startswith("7 ")


async def test_its_kernels_begin_with_its_libraries(known) -> None:
    """First runs and kernels of their own alike: as forks, the first of their processes."""
    ahead = {"zygotes": 1, "preload": {"rain": ["tinyrain"]}}
    look = "import os, sys; print(os.getpid(), 'tinyrain' in sys.modules, os.getcwd())"
    own = json.loads(named(look))
    own["metadata"]["vaas"] = {"launch": "fresh"}
    async with staged(environments=known.folder, kernel=ahead) as stage, stage.viewer() as viewer:
        await stage.front.launcher.sessions._host.warm(known.find("rain"))  # type: ignore[attr-defined]
        for notebook in (named(look), json.dumps(own)):
            said = (await viewer.view(stage.notebook(notebook))).texts(0)
            # Only root can show a fork its share; others' kernels begin by themselves.
            assert said == ("1 True /data\n" if os.geteuid() == 0 else "2 False /data\n")


async def test_what_is_there_is_told(known, capsys: pytest.CaptureFixture[str]) -> None:
    one = known.find("rain")
    assert {"ipykernel", "ipywidgets", "ipyvuetify", "anywidget", "tinyrain"} <= set(packages(one))
    assert can_import(one, "tinyrain")
    assert not can_import(one, "pandas")
    lock = (known.folder / "rain" / "requirements.lock").read_text()
    assert f"ipykernel=={packages(one)['ipykernel']}" in lock
    findings = {one.name: one for one in await doctor.examine(known.folder)}
    assert findings["environment rain"].ok
    assert findings["environment base"].ok


async def test_a_place_that_kernels_cannot_read(tmp_path: Path, known) -> None:
    (tmp_path / "home").mkdir(mode=0o700)
    asked = known.folder.parent / "wheels" / "rain.txt"
    with pytest.raises(EnvironmentNotMade, match=r"closed to other users.*VAAS_ENVIRONMENTS"):
        make(Installations(tmp_path / "home" / "e"), "rain", asked, tell=lambda _: None)
    known.folder.parent.chmod(0o700)
    try:
        findings = {one.name: one for one in await doctor.examine(known.folder)}
    finally:
        known.folder.parent.chmod(0o755)
    assert not findings["environment rain"].ok
    assert str(known.folder.parent) in findings["environment rain"].cure


@pytest.mark.parametrize("name", ["base", "", "..", "A", "a/b", "x" * 65])
async def test_names_that_are_none(known, name: str) -> None:
    with pytest.raises(EnvironmentNotMade):
        make(known, name, known.folder.parent / "wheels" / "rain.txt", tell=lambda _: None)


async def test_removed_it_leaves_nothing(known) -> None:
    place = shutil.copytree(known.find("rain").prefix.parent, known.folder / ".made" / "left-1")
    remove(known, "rain")
    assert not place.exists()
    with pytest.raises(EnvironmentUnknown):
        known.find("rain")
    with pytest.raises(EnvironmentNotMade, match="VaaS runs in"):
        remove(known, "base")
