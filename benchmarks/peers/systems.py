"""The systems that show a page: each started for that page alone, and warm when it is handed out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from urllib.request import urlopen

from benchmarks.peers.environments import LISTS, environment
from benchmarks.servers import System, answers, free_port, server, vaas, voila, wait

APPS = LISTS / "apps"
WORKERS = 2
"""Processes of Dash's server; as many as the cores of a small machine."""

# The program of a peer's environment, and how it is told its page and port. Without these
# options Panel and Streamlit refuse an address or wait for a person, nothing more.
COMMANDS = {
    "panel": (
        "panel serve {app} --address 127.0.0.1 --port {port}"
        " --allow-websocket-origin 127.0.0.1:{port}"
    ),
    "streamlit": (
        "streamlit run {app} --server.address 127.0.0.1 --server.port {port}"
        " --server.headless true --browser.gatherUsageStats false"
    ),
    "solara": "solara run {app} --host 127.0.0.1 --port {port} --no-open --production",
    "dash": (
        "gunicorn {page}:server --chdir {folder} --bind 127.0.0.1:{port} --no-control-socket"
        f" --workers {WORKERS} --threads 4"
    ),
}
PLACES = {"panel": "/{page}", "streamlit": "/", "solara": "/", "dash": "/"}


@contextmanager
def peer(name: str, page: str) -> Iterator[tuple[System]]:
    """A peer's server with one page."""
    app, port = APPS / name / f"{page}.py", free_port()
    words = COMMANDS[name].format(app=app, page=page, folder=app.parent, port=port).split()
    program = environment(name) / words[0]
    address = f"http://127.0.0.1:{port}" + PLACES[name].format(page=page)
    with server(program, *words[1:], PYTHONPATH=str(APPS)) as process:
        wait(lambda: answers(address), name)
        # Each of Dash's workers refuses a page's scripts until it has served a page.
        for _ in range(10 * WORKERS):
            urlopen(address).close()
        yield (System(name, process, lambda _: address, lambda: True),)


@contextmanager
def _one(started: AbstractContextManager[System]) -> Iterator[tuple[System]]:
    with started as system:
        yield (system,)


SYSTEMS: dict[str, Callable[[str], AbstractContextManager[tuple[System, ...]]]] = {
    "vaas": lambda page: vaas([page], most=60),
    "voila": lambda _: _one(voila()),
    "voila-preheated": lambda page: _one(voila(preheated=page)),
    **{name: lambda page, name=name: peer(name, page) for name in COMMANDS},  # type: ignore[misc]
}
"""Starts a system for a page; VaaS comes twice, opened before and never opened."""
