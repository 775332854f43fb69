"""The service as its operators start it: a process of its own, asked over HTTP."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import psutil

ROOT = Path(__file__).parents[2]
DEADLINE = 60.0

CONFIG = """
port = {port}
data = "{data}"
log_level = "DEBUG"
[[site]]
host = "{host}"
insecure = true
private = true
[kernel]
grace = {grace}
templates = {templates}
stay = {stay}
most = {most}
"""


def settings(
    folder: Path,
    host: str,
    *,
    port: int = 0,
    grace: float = 20.0,
    templates: int = 0,
    stay: float = 0.0,
    most: int = 50,
) -> Path:
    """Write a ``vaas.toml`` that admits one cloud; return where it lies.

    Without ``templates`` each kernel runs its notebook itself, and nothing runs out of sight.
    """
    file = folder / "vaas.toml"
    data = folder / "data"
    wanted = {"port": port, "grace": grace, "templates": templates, "stay": stay, "most": most}
    file.write_text(CONFIG.format(data=data, host=host, **wanted))
    return file


class Service:
    """``vaas ...`` from entering the context to leaving it.

    Attributes:
        url: address at which it serves, with a slash at its end.
        log: file with all that it wrote.
        status: its exit code, once it has ended.
    """

    def __init__(self, log: Path, *arguments: str) -> None:
        self.log = log
        self.url = ""
        self.status: int | None = None
        self._arguments = arguments
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._ready = threading.Event()

    def __enter__(self) -> Self:
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "vaas", *self._arguments],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
                start_new_session=True,
            )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        assert self._ready.wait(DEADLINE), self.written()
        assert self.url, self.written()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process
        assert self._reader
        self._process.send_signal(signal.SIGINT)
        try:
            self.status = self._process.wait(DEADLINE)
        finally:
            self._process.kill()
            self._reader.join(DEADLINE)

    def end(self, number: signal.Signals) -> None:
        """End it by a signal."""
        assert self._process
        self._process.send_signal(number)
        self._process.wait(DEADLINE)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.end(signal.SIGKILL)

    def host(self) -> psutil.Process:
        """Its kernel host, if it started that itself."""
        assert self._process
        children = psutil.Process(self._process.pid).children()
        [host] = [one for one in children if "vaas.kernels.apart" in one.cmdline()]
        return host

    def written(self) -> str:
        """All that it logged so far."""
        return self.log.read_text()

    def kernels(self) -> int:
        """How many kernels live."""
        return int(self.ask("health/ready")["kernels"])

    def ask(self, path: str) -> Any:
        """An answer in JSON."""
        with urllib.request.urlopen(self.url + path, timeout=DEADLINE) as answer:
            return json.load(answer)

    def _read(self) -> None:
        assert self._process
        assert self._process.stdout
        with self._process.stdout as lines:
            for line in lines:
                if line.startswith("ready "):
                    self.url = line.split()[1]
                    self._ready.set()
        self._ready.set()


@contextlib.contextmanager
def serving(cloud: str, folder: Path, **wanted: Any) -> Iterator[Service]:
    """``vaas serve`` for the cloud at an address; ``wanted`` as ``settings`` takes it."""
    config = settings(folder, urlsplit(cloud).netloc, **wanted)
    with Service(folder / "log.txt", "serve", "--config", str(config)) as running:
        yield running


def eventually(holds: Callable[[], bool], *, within: float = DEADLINE) -> bool:
    """Ask again and again until it holds; ``False`` if it does not in time."""
    latest = time.monotonic() + within
    asked = threading.Event()
    while not holds():
        if time.monotonic() > latest:
            return False
        asked.wait(0.05)
    return True
