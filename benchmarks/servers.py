"""The two servers that the benchmarks compare, each started and ended with a context."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import psutil

from vaas.demo.efss import DemoEfss
from vaas.shares import parse_link
from vaas.shares.links import canonical_path

NOTEBOOKS = Path(__file__).resolve().parent / "notebooks"
PATIENCE = 90.0
"""Seconds after which a server or a visit counts as failed."""


@dataclass(frozen=True, slots=True)
class System:
    """What is compared: its process, where it shows a notebook, whether nobody is there."""

    name: str
    server: psutil.Process
    address: Callable[[str], str]
    idle: Callable[[], bool]


@contextmanager
def voila(python: Path = Path(sys.executable)) -> Iterator[System]:
    """Plain Voilà, serving the notebooks from disk; ``python`` is the interpreter that has it."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    # Without this Voilà 0.5 refuses the word with which its own page leaves (403), and
    # the kernels of all earlier viewers would weigh on the later ones.
    leaving = "--Voila.tornado_settings=disable_check_xsrf=True"
    command = ["-m", "voila", str(NOTEBOOKS), "--no-browser", f"--port={port}", leaving]
    base = f"http://127.0.0.1:{port}"
    with _server(*command, python=python) as process:
        wait(lambda: _answers(f"{base}/"), "voila")
        yield System(
            "voila",
            process,
            lambda name: f"{base}/voila/render/{name}/{name}.ipynb",
            lambda: not process.children(),
        )


@contextmanager
def vaas(names: Iterable[str]) -> Iterator[tuple[System, System]]:
    """VaaS with links of a small cloud: the same one again and again, and new ones."""
    with ExitStack() as stack:
        cloud = stack.enter_context(DemoEfss(NOTEBOOKS))
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        settings = data / "vaas.toml"
        settings.write_text(
            f'port = 0\ndata = "{data}"\n[[site]]\nhost = "{urlsplit(cloud.url).netloc}"\n'
            "insecure = true\nprivate = true\n"
        )
        command = ["-m", "vaas", "serve", "--config", str(settings)]
        log = data / "ready"
        process = stack.enter_context(_server(*command, out=log))
        wait(lambda: "ready " in log.read_text(), "vaas")
        base = log.read_text().split("ready ")[1].split()[0].rstrip("/")
        links = {name: cloud.add_link("nextcloud", name) for name in names}

        def again(name: str) -> str:
            return base + canonical_path(parse_link(links[name]))

        def afresh(name: str) -> str:
            return base + canonical_path(parse_link(cloud.add_link("nextcloud", name)))

        def idle() -> bool:
            with urlopen(f"{base}/health/ready", timeout=5) as answer:
                health = json.load(answer)
            return not health["kernels"] and not health["preparing"]

        yield (
            System("vaas", process, again, idle),
            System("vaas, cold share", process, afresh, idle),
        )


@contextmanager
def _server(
    *command: str, out: Path | None = None, python: Path = Path(sys.executable)
) -> Iterator[psutil.Process]:
    """A Python program from start to end; what it says goes to a file."""
    with out.open("w") if out else Path(os.devnull).open("w") as file:
        process = subprocess.Popen([python, *command], stdout=file, stderr=file)
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(30)


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def wait(condition: Callable[[], bool], what: str) -> None:
    """Look again and again until it is so."""
    latest = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > latest:
            raise TimeoutError(f"{what} did not come in {PATIENCE:.0f} s")
        time.sleep(0.1)
