"""A virtual environment for each peer, made once from its locked list and kept in the user's cache.

The list ``panel.txt`` was made of the names in its first line, each on a line of its own, by::

    uv pip compile --universal --python-version 3.11 --no-header --no-annotate names.in
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

LISTS = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vaas-benchmarks"


def environment(peer: str) -> Path:
    """The folder of a peer's programs; made if this list has never been asked for."""
    wanted = LISTS / f"{peer}.txt"
    made_of = hashlib.sha256(wanted.read_bytes() + sys.version.encode()).hexdigest()[:12]
    place = CACHE / f"{peer}-{made_of}"
    ready = place / "ready"
    if not ready.exists():
        print(f"making {place} (only this once)", file=sys.stderr)
        venv.create(place, clear=True, with_pip=True)
        python = str(place / "bin" / "python")
        install = [python, "-m", "pip", "install"]
        if uv := shutil.which("uv"):  # in seconds instead of minutes
            install = [uv, "pip", "install", "--python", python, "--compile-bytecode"]
        subprocess.run([*install, "--quiet", "--requirement", wanted], check=True)
        ready.touch()
    return place / "bin"


def installed(peer: str) -> str:
    """The version of a peer in its environment."""
    code = f"from importlib.metadata import version; print(version({peer!r}))"
    command = [str(environment(peer) / "python"), "-c", code]
    return subprocess.check_output(command, text=True).strip()
