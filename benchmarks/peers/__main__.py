"""How VaaS, Voilà, Panel, Streamlit, Solara and Dash open the same three dashboards, in one run.

``python -m benchmarks.peers [--runs 5] [--page map] [--against dash]`` makes a virtual
environment for each peer (once, in the user's cache), starts every system on this machine
and visits them in turn with Chromium, each time with an empty browser cache. The first
visit to each is not counted: it pays for cold disks, and VaaS has seen the version after it.

- **first useful paint**: from the start of the navigation to the frame that shows the
  page's content, its result and its chart or map.
- **interactive**: to the frame that shows the server's answer to the viewer's own action.
  The viewer acts as soon as the content is there, and again if nothing comes of it.
- **CPU**: seconds of user and system time of the server and all it started for one visit.
- **memory**: proportional set size (PSS) that one more viewer adds, of some who stay.
- **received**: by the browser, over HTTP and websocket.
- **at once**: viewers without a browser, who say what the page would; until the last has
  all content. **opens**: a minute, of four viewers who come again and again. Nothing
  stands there for Solara, whose page's talk is not written down.

VaaS comes twice: a link whose version was opened before, and one never opened, whose cost
includes the run that later viewers share. Voilà's kernels that ran ahead are paid for by
the visit they are for. Other hosts do not exist for the browser, so map tiles are
missing everywhere. The machine's noise hits all alike: read the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, sync_playwright

from benchmarks.peers.crowds import crowd
from benchmarks.peers.environments import LISTS, installed
from benchmarks.peers.pages import EXAMPLES, Example
from benchmarks.peers.systems import COMMANDS, SYSTEMS
from benchmarks.peers.table import table
from benchmarks.peers.visits import memory, visit
from benchmarks.servers import CHROMIUM, System

ARTIFACTS = LISTS.parent.parent / "artifacts"
BROWSER = "/usr/bin/chromium"


def measure(example: Example, asked: argparse.Namespace) -> dict[str, dict[str, list[float]]]:
    """One page: its figures by system, a list each."""
    with ExitStack() as stack:
        systems: list[System] = []
        for name in ["vaas", *asked.against]:
            systems += stack.enter_context(SYSTEMS[name](example.name))
        results: dict[str, dict[str, list[float]]] = {one.name: {} for one in systems}

        def note(system: System, figures: Iterable[tuple[str, float | None]]) -> None:
            """Keep and print one visit's figures."""
            for key, value in figures:
                print(f"{example.name}, {system.name}: {key} {value}", file=sys.stderr)
                kept = results[system.name].setdefault(key, [])
                kept += [] if value is None else [value]

        with _chromium() as browser:
            for system in systems:
                visit(browser, system, example)
            for run in range(asked.runs):
                for system in systems if run % 2 else reversed(systems):
                    note(system, visit(browser, system, example).items())
            for system in systems if asked.stay else ():
                each = memory(browser, system, example, asked.stay)
                note(system, [("memory", each)])
        for system in systems:
            note(system, crowd(system, example.name, asked.crowd, asked.seconds))
    return results


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=BROWSER, args=CHROMIUM)
        yield browser
        browser.close()


def about(runs: int, peers: list[str]) -> dict[str, Any]:
    """The machine and the versions."""
    packages = ["ipywidgets", "ipyvuetify", "ipyleaflet", "plotly"]
    packages += ["voila"] * any("voila" in one for one in peers)
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "runs": runs,
        "cores": os.cpu_count(),
        "processor": _processor(),
        "memory": f"{psutil.virtual_memory().total / 1e9:.0f} GB",
        "load": round(os.getloadavg()[0], 2),
        "system": platform.platform(),
        "Python": platform.python_version(),
        "Chromium": _version(BROWSER),
        **{name: version(name) for name in packages},
        **{name: installed(name) for name in peers if name in COMMANDS},
    }


def _version(browser: str) -> str:
    command = [browser, "--version"]
    told = subprocess.check_output(command, stderr=subprocess.DEVNULL, text=True)
    return told.split()[1]


def _processor() -> str:
    rows = Path("/proc/cpuinfo").read_text().splitlines()
    return next((row.split(":")[1].strip() for row in rows if row.startswith("model name")), "")


def _options() -> argparse.Namespace:
    pages, peers = [one.name for one in EXAMPLES], [name for name in SYSTEMS if name != "vaas"]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--runs", type=int, default=5, help="visits of each kind")
    parser.add_argument("--page", nargs="+", choices=pages, default=pages)
    parser.add_argument("--against", nargs="*", choices=peers, default=peers)
    parser.add_argument(
        "--stay", type=int, default=4, help="viewers for the memory of one; 0: none"
    )
    parser.add_argument("--crowd", nargs="*", type=int, default=[20, 50], help="viewers at once")
    parser.add_argument("--seconds", type=float, default=20, help="for which opens are counted")
    return parser.parse_args()


def main() -> None:
    """Measure, print and keep the table."""
    asked = _options()
    chosen = [example for example in EXAMPLES if example.name in asked.page]
    results = {example.name: measure(example, asked) for example in chosen}
    machine = about(asked.runs, asked.against)
    ARTIFACTS.mkdir(exist_ok=True)
    kept = {"machine": machine, "results": results}
    (ARTIFACTS / "peers.json").write_text(json.dumps(kept, indent=2) + "\n")
    print(table(results, machine))


if __name__ == "__main__":
    main()
