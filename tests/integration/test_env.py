"""``vaas env``: environments as an operator makes, lists and removes them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner
from uv import find_uv_bin

from tests.house.tree import ROOT
from tests.service.command import run
from tests.service.test_environments import wheel
from vaas.cli import app
from vaas.kernels.making import DEFINITIONS, needed

pytestmark = pytest.mark.sandbox


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that all users can read."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="vaas-environments-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


async def env(folder: Path, *words: str | Path) -> tuple[int, str, str]:
    return await run("env", *map(str, words), VAAS_ENVIRONMENTS=str(folder / "made"))


async def test_made_listed_and_removed(folder: Path) -> None:
    asked, link = wheel(folder / "wheels", 7), folder / "made" / "rain"
    status, out, err = await env(folder, "add", "rain", "--requirements", asked)
    assert (status, err) == (0, "")
    told = out.splitlines()
    assert told[:2] == ["making the environment", "choosing versions"]
    assert told[-1].startswith("rain is ready; its versions: ")
    assert told[-1].endswith("/requirements.lock")
    status, out, _ = await env(folder, "list", "--json")
    found = {one["name"]: one for one in json.loads(out)}
    assert (status, set(found)) == (0, {"base", "rain"})
    assert found["rain"]["place"] == str(link)
    assert found["rain"]["readable"]
    assert "tinyrain-7.dist-info" in {one.name for one in link.glob("venv/lib/*/site-packages/*")}
    assert await env(folder, "remove", "rain") == (0, "rain is removed\n", "")
    assert [one.name for one in (folder / "made").iterdir()] == [".made"]
    assert not list((folder / "made" / ".made").iterdir())


def test_they_are_listed_in_columns(folder: Path) -> None:
    """Without one, VaaS's own alone."""
    done = CliRunner().invoke(app, ["env", "list"], env={"VAAS_ENVIRONMENTS": str(folder)})
    assert (done.exit_code, done.stderr) == (0, "")
    (base,) = done.stdout.splitlines()
    assert re.fullmatch(rf"base  Python 3\.\S+, \d+ packages  {re.escape(sys.prefix)}", base)


LISTS = {"fine.txt": "six\n", "odd.txt": "./never-to-be-found.whl\n", "broken.txt": "= 1 ==\n"}
WRONG = {
    "no/name": (["add", "a/b", "--requirements", "fine.txt"], "'a/b' is no name for one"),
    "VaaS's own": (["add", "base", "--requirements", "fine.txt"], "'base' is no name for one"),
    "no file": (["add", "rain", "--requirements", "never.txt"], "no file never.txt is here"),
    "a folder": (["add", "rain", "--requirements", "/"], "no file / is here"),
    "no list": (["add", "rain"], "--requirements is needed; VaaS has a list of its own for eo"),
    "no package": (["add", "rain", "--requirements", "odd.txt"], "never-to-be-found"),
    "no words": (["add", "rain", "--requirements", "broken.txt"], "broken.txt"),
    "no Python": (
        ["add", "rain", "--requirements", "fine.txt", "--python", "/no/python"],
        "/no/python",
    ),
    "nothing to remove": (["remove", "snow"], "no environment 'snow' is here; there are: base"),
    "not to be removed": (["remove", "base"], "'base' is the one that VaaS runs in"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_told_in_a_few_lines_and_changes_nothing(folder: Path, what: str) -> None:
    for name, text in LISTS.items():
        (folder / name).write_text(text)
    words, reason = WRONG[what]
    words = [str(folder / word) if word in LISTS else word for word in words]
    made = folder / "made"
    done = CliRunner().invoke(app, ["env", *words], env={"VAAS_ENVIRONMENTS": str(made)})
    assert (done.exit_code, type(done.exception)) == (2, SystemExit)
    assert done.stderr.startswith("vaas: ")
    assert reason in done.stderr
    assert len(done.stderr.splitlines()) < 16
    assert not made.exists() or [*made.iterdir()] == [made / ".made"]
    assert not [*made.glob(".made/*")]


async def test_the_list_that_comes_along_has_all_of_the_extra_and_resolves(folder: Path) -> None:
    (eo,) = DEFINITIONS.glob("*.txt")
    assert eo.stem == "eo"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(project["optional-dependencies"]["eo"]) <= set(eo.read_text().splitlines())
    ours = folder / "ours.txt"
    ours.write_text("\n".join(needed()))
    command = [find_uv_bin(), "pip", "compile", "--python", sys.executable, "--no-header", "-q"]
    done = await asyncio.create_subprocess_exec(
        *command, eo, ours, stdout=asyncio.subprocess.PIPE, env=dict(os.environ), cwd=folder
    )
    lock, _ = await done.communicate()
    assert done.returncode == 0
    locked = {line.split("==")[0] for line in lock.decode().splitlines() if "==" in line}
    assert {"rasterio", "xarray", "zarr", "netcdf4", "ipykernel", "ipyvuetify"} <= locked
