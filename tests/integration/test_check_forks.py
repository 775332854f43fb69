"""``vaas check`` tells an author what keeps a notebook from opening at once."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat.v4 as nb
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
pytestmark = pytest.mark.sandbox

THREAD = (
    "import threading, time\n"
    "threading.Thread(target=time.sleep, args=(60,), name='worker', daemon=True).start()"
)


def check(folder: Path, data: Path, told: str = "waits") -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "vaas", "check", str(folder), "--json"],
        env={**os.environ, "VAAS_DATA": str(data)},
        capture_output=True,
        timeout=120,
        check=True,
    )
    return {one["path"]: one[told] for one in json.loads(done.stdout)["notebooks"]}


def test_what_makes_viewers_wait_is_told(tmp_path):
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python", "language": "python"}}
    books = {
        "good": ("print(1)", {}),
        "thread": (THREAD, {}),
        "fresh": ("print(1)", {"vaas": {"launch": "fresh"}}),
    }
    (tmp_path / "share").mkdir()
    for name, (code, more) in books.items():
        book = nb.new_notebook(cells=[nb.new_code_cell(code)], metadata=metadata | more)
        (tmp_path / "share" / f"{name}.ipynb").write_text(json.dumps(book))
    waits = check(tmp_path / "share", tmp_path / "data")
    assert waits["good.ipynb"] == ""
    assert waits["thread.ipynb"] == "the thread 'worker' still runs"
    assert "fresh" in waits["fresh.ipynb"]


def test_how_fast_runs_age_is_told(tmp_path):
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python", "language": "python"}}
    (tmp_path / "share").mkdir()
    for name, more in (("own", {"vaas": {"ttl": 60}}), ("others", {})):
        book = nb.new_notebook(cells=[nb.new_code_cell("1")], metadata=metadata | more)
        (tmp_path / "share" / f"{name}.ipynb").write_text(json.dumps(book))
    (tmp_path / "share" / "vaas.toml").write_text("ttl = 3600")
    ages = check(tmp_path / "share", tmp_path / "data", "ttl")
    assert ages == {"own.ipynb": 60.0, "others.ipynb": 3600.0}
    done = subprocess.run(
        [sys.executable, "-m", "vaas", "check", str(tmp_path / "share")],
        env={**os.environ, "VAAS_DATA": str(tmp_path / "data")},
        capture_output=True,
        timeout=120,
        check=True,
        text=True,
    )
    assert "run anew after 60 s" in done.stdout
    assert "run anew after 3600 s" in done.stdout


def test_the_heaviest_example_makes_nobody_wait(tmp_path):
    """Its libraries keep files of theirs open."""
    share = shutil.copytree(EXAMPLES / "landcover", tmp_path / "share")
    assert check(share, tmp_path / "data") == {"landcover.ipynb": ""}
