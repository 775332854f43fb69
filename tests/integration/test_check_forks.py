"""``vaas check`` tells an author what keeps a notebook from opening at once."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat.v4 as nb
import pytest

from vaas.kernels.installations import MADE, VENV

EXAMPLES = Path(__file__).parents[2] / "examples"
pytestmark = pytest.mark.sandbox

THREAD = (
    "import threading, time\n"
    "threading.Thread(target=time.sleep, args=(60,), name='worker', daemon=True).start()"
)


def check(folder: Path, data: Path, told: str = "waits", **variables: str) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "vaas", "check", str(folder), "--json"],
        env={**os.environ, "VAAS_DATA": str(data), **variables},
        capture_output=True,
        timeout=120,
        check=True,
    )
    return {one["path"]: one[told] for one in json.loads(done.stdout)["notebooks"]}


HINDRANCES = {
    "thread": (THREAD, "the thread 'worker' still runs"),
    "socket": ("import socket\nline = socket.socket()", "open: socket:"),
    "child": ("import subprocess\nchild = subprocess.Popen(['sleep', '60'])", "that it started"),
    "file": ("file = open('/scratch/notes', 'w')", "open for writing: /scratch/notes"),
    # A graphics card's context holds such a device, and memory that the card sees.
    "device": ("import os\ndevice = os.open('/dev/ptmx', os.O_RDWR)", "open: /dev/"),
    "memory": ("import mmap\nshared = mmap.mmap(-1, 4096)", "memory shared with others"),
}
"""What a run leaves behind, and what of the reason is told."""


@pytest.fixture
def tongue() -> Iterator[Path]:
    """A folder of environments with one whose kernel speaks another language, as far as is known."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="vaas-environments-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        kernel = folder / MADE / "tongue-1" / VENV / "share/jupyter/kernels/tongue"
        kernel.mkdir(parents=True)
        python = kernel.parents[3] / "bin" / "python"
        python.parent.mkdir()
        python.symlink_to(sys.executable)
        start = "from ipykernel.kernelapp import launch_new_instance as start; start()"
        spec = {
            "argv": [str(python), "-c", start, "-f", "{connection_file}"],
            "display_name": "Tongue",
            "language": "tongue",
            "env": {"PYTHONPATH": sysconfig.get_path("purelib")},
        }
        (kernel / "kernel.json").write_text(json.dumps(spec))
        (folder / "tongue").symlink_to(folder / MADE / "tongue-1")
        yield folder


def test_what_makes_viewers_wait_is_told(tmp_path, tongue):
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python", "language": "python"}}
    other = {"name": "tongue", "display_name": "Tongue", "language": "tongue"}
    books = {
        "good": ("print(1)", {}),
        "fresh": ("print(1)", {"vaas": {"launch": "fresh"}}),
        "tongue": ("print(1)", {"kernelspec": other}),
        **{name: (code, {}) for name, (code, _) in HINDRANCES.items()},
    }
    (tmp_path / "share").mkdir()
    for name, (code, more) in books.items():
        book = nb.new_notebook(cells=[nb.new_code_cell(code)], metadata=metadata | more)
        (tmp_path / "share" / f"{name}.ipynb").write_text(json.dumps(book))
    waits = check(tmp_path / "share", tmp_path / "data", VAAS_ENVIRONMENTS=str(tongue))
    assert waits["good.ipynb"] == ""
    assert "fresh" in waits["fresh.ipynb"]
    assert waits["tongue.ipynb"] == "only Python's own kernel can be forked"
    for name, (_, told) in HINDRANCES.items():
        assert told in waits[f"{name}.ipynb"], name


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
