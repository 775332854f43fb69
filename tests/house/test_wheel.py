"""The wheel is a whole VaaS: installed elsewhere, it serves its examples."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import sysconfig
import tarfile
import urllib.request
import zipfile
from pathlib import Path

import pytest

from tests.house.tree import ROOT
from vaas import __version__

READY_WITHIN = 60


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=300)
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def tracked(folder: str, *suffixes: str) -> set[str]:
    return {
        str(file.relative_to(ROOT))
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and (not suffixes or file.suffix in suffixes)
        if not {"__pycache__", ".ipynb_checkpoints"} & set(file.parts)
    }


def test_holds_the_packages(names: set[str]) -> None:
    wanted = tracked("vaas", ".py", ".html", ".typed") | tracked("vois", ".py", ".typed")
    assert wanted - names == set()


def test_holds_the_lists_of_environments(names: set[str]) -> None:
    lists = tracked("vaas/kernels/definitions")
    assert "vaas/kernels/definitions/eo.txt" in lists
    assert lists - names == set()


def test_holds_what_the_browser_gets(names: set[str]) -> None:
    static = tracked("vaas/web/static")
    assert "vaas/web/static/manifest.json" in static
    assert static - names == set()
    assert {name for name in names if name.startswith("vaas/web/static/")} == static


@pytest.mark.parametrize(
    ("folder", "place"),
    [
        ("templates/vaas", "share/jupyter/voila/templates/vaas"),
        ("templates/plain", "share/jupyter/voila/templates/plain"),
        ("examples", "share/vaas/examples"),
    ],
)
def test_holds_shared_data(names: set[str], folder: str, place: str) -> None:
    data = f"voila_as_a_service-{__version__}.data/data"
    wanted = {f"{data}/{place}{name.removeprefix(folder)}" for name in tracked(folder)}
    assert wanted
    assert wanted - names == set()


def test_holds_nothing_else(names: set[str]) -> None:
    about = f"voila_as_a_service-{__version__}"
    tops = {name.split("/")[0] for name in names}
    assert tops == {"vaas", "vois", f"{about}.data", f"{about}.dist-info"}
    assert f"{about}.dist-info/licenses/LICENSE" in names


def test_sources_can_be_packed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=120)
    (file,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(file) as archive:
        held = {name.split("/", 1)[1] for name in archive.getnames()}
    assert {"dev.py", "hatch_build.py", "ui/package-lock.json", "requirements.lock"} <= held
    assert not [name for name in held if "node_modules" in name or name.startswith(".venv")]


def test_installed_elsewhere_it_serves_its_examples(wheel: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(fresh)], check=True)
    (library,) = fresh.glob("lib/python*/site-packages")
    # The libraries that are installed already; not the checkout, which its own .pth would add.
    (library / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--python", str(fresh / "bin" / "python"), "install"]
    subprocess.run([*pip, "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)
    shared = Path(sys.prefix) / "share" / "jupyter"
    settled = {"PATH": os.defpath, "HOME": str(tmp_path), "JUPYTER_PATH": str(shared)}
    with subprocess.Popen(
        [fresh / "bin" / "vaas", "demo", "--port", "0", "--no-browser"],
        cwd=tmp_path,
        env=settled,
        stdout=subprocess.PIPE,
        text=True,
    ) as served:
        assert served.stdout
        try:
            assert select.select([served.stdout], [], [], READY_WITHIN)[0]
            word, url = served.stdout.readline().split()
            assert word == "ready"
            with urllib.request.urlopen(url, timeout=30) as answer:
                home = answer.read().decode()
        finally:
            served.send_signal(signal.SIGINT)
    assert home.count('href="/s/') >= len(list((ROOT / "examples").glob("*/*.ipynb")))
    assert served.returncode == 0
