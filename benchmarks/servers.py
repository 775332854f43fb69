"""VaaS and Voilà for the benchmarks, each started and ended with a context; what servers cost."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
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

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--js-flags=--no-enable-lazy-source-positions",
]
"""Other hosts do not exist for the browser: a page that asks for one is told so at once.

Where somebody watches a page, as we do, V8 would parse a whole script anew for each error
that it throws, also those that it catches: Plotly's takes twice as long to begin then as it
does for viewers, if it is a module.
"""


@dataclass(frozen=True, slots=True)
class System:
    """What is compared: its process, where it shows a notebook, whether nobody is there."""

    name: str
    server: psutil.Process
    address: Callable[[str], str]
    idle: Callable[[], bool]


def family(server: psutil.Process) -> list[psutil.Process]:
    """A server and all processes below it."""
    return [server, *server.children(recursive=True)]


def spent(server: psutil.Process) -> float:
    """Processor seconds of a server and its family, with those that have ended."""
    total = 0.0
    for one in family(server):
        with suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def held(server: psutil.Process) -> int:
    """Proportional set size (PSS) of a server and its family, in bytes."""
    total = 0
    for one in family(server):
        with suppress(psutil.NoSuchProcess):
            total += int(one.memory_full_info().pss)
    return total


def free_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def voila(python: Path = Path(sys.executable), preheated: str = "") -> Iterator[System]:
    """Plain Voilà, serving the notebooks from disk.

    Args:
        python: the interpreter that has it.
        preheated: serve this notebook alone, each time by a kernel that has run it before
            anybody asked; one is kept.
    """
    port = free_port()
    # Without this Voilà 0.5 refuses the word with which its own page leaves (403), and
    # the kernels of all earlier viewers would weigh on the later ones.
    leaving = "--Voila.tornado_settings=disable_check_xsrf=True"
    folder, waiting = NOTEBOOKS / preheated, int(bool(preheated))
    options = ["--preheat_kernel=True", "--pool_size=1"] if preheated else []
    command = ["-m", "voila", str(folder), "--no-browser", f"--port={port}", leaving, *options]
    base = f"http://127.0.0.1:{port}"
    with server(python, *command) as process:
        wait(lambda: answers(f"{base}/"), "voila")
        yield System(
            "voila, preheated" if preheated else "voila",
            process,
            lambda name: f"{base}/voila/render/{'' if preheated else f'{name}/'}{name}.ipynb",
            lambda: len(process.children()) == waiting,
        )


@contextmanager
def vaas(names: Iterable[str], most: int = 50) -> Iterator[tuple[System, System]]:
    """VaaS with links of a small cloud: the same one again and again, and new ones.

    Args:
        names: the notebooks.
        most: how many viewers may come at once.
    """
    with ExitStack() as stack:
        cloud = stack.enter_context(DemoEfss(NOTEBOOKS))
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        settings = data / "vaas.toml"
        settings.write_text(
            f'port = 0\ndata = "{data}"\n[[site]]\nhost = "{urlsplit(cloud.url).netloc}"\n'
            f"insecure = true\nprivate = true\n[kernel]\nmost = {most}\n"
        )
        command = ["-m", "vaas", "serve", "--config", str(settings)]
        log = data / "ready"
        process = stack.enter_context(server(Path(sys.executable), *command, out=log))
        wait(lambda: "ready " in log.read_text(), "vaas")
        base = log.read_text().split("ready ")[1].split()[0].rstrip("/")
        links = {name: cloud.add_link("nextcloud", name) for name in names}

        def again(name: str) -> str:
            """The address of a link that was opened before."""
            return base + canonical_path(parse_link(links[name]))

        def afresh(name: str) -> str:
            """The address of a link that nobody opened yet."""
            return base + canonical_path(parse_link(cloud.add_link("nextcloud", name)))

        def idle() -> bool:
            """Whether no kernel runs and none is prepared, nor a still taken."""
            with urlopen(f"{base}/health/ready", timeout=5) as answer:
                health = json.load(answer)
            return not (health["kernels"] or health["preparing"] or _browses(process))

        yield (
            System("vaas", process, again, idle),
            System("vaas, never opened", process, afresh, idle),
        )


def _browses(server: psutil.Process) -> bool:
    """Whether a server has a browser at work."""
    found = False
    for one in family(server):
        with suppress(psutil.NoSuchProcess):
            found = found or "chrom" in one.name()
    return found


@contextmanager
def server(
    program: Path, *arguments: str, out: Path | None = None, **environment: str
) -> Iterator[psutil.Process]:
    """A program from start to end; what it says goes to a file."""
    with out.open("w") if out else Path(os.devnull).open("w") as file:
        process = subprocess.Popen(
            [program, *arguments], stdout=file, stderr=file, env=os.environ | environment
        )
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(30)


def answers(address: str) -> bool:
    """Whether a GET succeeds."""
    try:
        with urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def wait(condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Look again and again until it is so, for some seconds."""
    latest = time.monotonic() + patience
    while not condition():
        if time.monotonic() > latest:
            raise TimeoutError(f"{what} did not come in {patience:.0f} s")
        time.sleep(0.1)
