"""The widget library beside the older ``vois``, in one run.

``python benchmarks/vois.py [--runs 5]`` makes a virtual environment with the
older library from the package index, and the ipyvuetify 1 that it was written
for, and keeps it in ``artifacts``. What is measured:

- **import**: processor time of a fresh Python process that does ``from
  vois.vuetify import app`` and no more, seconds; the two take turns, and all that
  they import has been compiled before.
- **widgets**: how many widgets live after 100 notifications and 100 dialogs that
  have been shown and closed, beyond those that live after the first of each.
- **page**: what Chromium receives, MB over HTTP and websocket, from the start of
  the navigation until the button of a one-button notebook has been pressed and
  the network is silent. The notebook is the same; the older library is shown by
  plain Voilà of its own environment, ours by ``vaas serve``, both with an empty
  browser cache.

Ratios are ours to theirs. Exits with 1 if a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import venv
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.servers import CHROMIUM, PATIENCE, System, vaas, voila

ARTIFACTS = Path(__file__).resolve().parent.parent / "artifacts"
OLDER = ["vois==1.0.44", "ipyvuetify==1.12.0", "nest_asyncio"]
OLDER += [f"{name}=={version(name)}" for name in ("voila", "ipykernel")]
IMPORT = "import time; from vois.vuetify import app; print(time.process_time())"
WIDGETS = """
import builtins, gc
from IPython.display import display
from ipywidgets import Output
from ipywidgets.widgets.widget import _instances
from vois.vuetify import dialogMessage, snackbar

builtins.display = display  # as in a notebook
output = Output()

def once():
    for kind in (snackbar.snackbar, dialogMessage.dialogMessage):
        kind(title="Done", text="It is saved", show=True, output=output).close()

def alive():
    gc.collect()
    return len(_instances)

once()
before = alive()
for _ in range(100):
    once()
print(alive() - before)
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured: of the older library, of ours, and the most that ours may be."""

    name: str
    older: list[float]
    ours: list[float]
    goal: float
    relative: bool = True

    @property
    def missed(self) -> bool:
        """Whether ours is above the goal."""
        limit = self.goal * statistics.median(self.older) if self.relative else self.goal
        return statistics.median(self.ours) > limit

    def row(self) -> str:
        """As a line of a Markdown table."""
        theirs, ours = statistics.median(self.older), statistics.median(self.ours)
        ratio = f"{ours / theirs:.2f}" if theirs else "-"
        goal = f"ratio <= {self.goal:g}" if self.relative else f"<= {self.goal:g}"
        cells = [self.name, _told(self.older), _told(self.ours), ratio, goal]
        return "| " + " | ".join([*cells, "missed" if self.missed else "met"]) + " |"


def _told(values: list[float]) -> str:
    return f"{statistics.median(values):.3g} [{min(values):.3g}, {max(values):.3g}]"


def older_python() -> Path:
    """The interpreter that has the older library; made once."""
    place = ARTIFACTS / "older-vois"
    python = place / "bin" / "python"
    ready = place / "ready"
    if not ready.exists() or ready.read_text() != " ".join(OLDER):
        venv.create(place, clear=True, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *OLDER], check=True)
        ready.write_text(" ".join(OLDER))
    return python


def told_by(python: Path, code: str) -> float:
    """The number that a fresh process prints last; its own folder holds nothing to import."""
    command = [python, "-W", "ignore", "-c", code]
    # Some installers leave modules uncompiled, some machines forbid to keep what is compiled.
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    env["PYTHONPYCACHEPREFIX"] = str(ARTIFACTS / "compiled")
    done = subprocess.run(
        command, cwd=ARTIFACTS, env=env, stdout=subprocess.PIPE, check=True, text=True
    )
    return float(done.stdout.split()[-1])


def in_turn(runs: int, *measures: Callable[[], float]) -> list[list[float]]:
    """Results of each measure; the first round, with cold disks, is not counted."""
    rounds = [[measure() for measure in measures] for _ in range(runs + 1)]
    return [list(one) for one in zip(*rounds[1:], strict=True)]


def received(browser: Browser, system: System) -> float:
    """MB that a new viewer of the one-button notebook receives."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE * 1000)
    page, sizes = context.new_page(), [0.0]
    page.on("websocket", lambda one: one.on("framereceived", lambda it: sizes.append(len(it))))
    network = context.new_cdp_session(page)
    network.on("Network.loadingFinished", lambda one: sizes.append(one["encodedDataLength"]))
    network.send("Network.enable")
    page.goto(system.address("button"), wait_until="commit")
    page.get_by_role("button", name="Press").click()
    page.wait_for_load_state("networkidle")
    context.close()
    return sum(sizes) / 1e6


def measure(runs: int) -> list[Figure]:
    """All figures."""
    older, own = older_python(), Path(sys.executable)
    imports = in_turn(runs, lambda: told_by(older, IMPORT), lambda: told_by(own, IMPORT))
    left = [[told_by(python, WIDGETS)] for python in (older, own)]
    with ExitStack() as stack:
        plain = stack.enter_context(voila(older))
        served, _ = stack.enter_context(vaas(["button"]))
        play = stack.enter_context(sync_playwright())
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        stack.callback(browser.close)
        pages = in_turn(2, lambda: received(browser, plain), lambda: received(browser, served))
    return [
        Figure("import, CPU s", *imports, goal=0.33),
        Figure("widgets left by 100 + 100", *left, goal=0, relative=False),
        Figure("page of one button, MB", *pages, goal=0.5),
    ]


def main() -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="The widget library beside the older vois.")
    parser.add_argument("--runs", type=int, default=5, help="processes of each kind")
    ARTIFACTS.mkdir(exist_ok=True)
    figures = measure(parser.parse_args().runs)
    kept = {one.name: {"older": one.older, "ours": one.ours} for one in figures}
    (ARTIFACTS / "vois.json").write_text(json.dumps(kept, indent=2) + "\n")
    print("| figure | older vois | ours | ratio | goal | |\n|---|---|---|---|---|---|")
    print("\n".join(one.row() for one in figures))
    print("\nMedian [least, most]; " + ", ".join([*OLDER, f"ipyvuetify {version('ipyvuetify')}"]))
    return int(any(one.missed for one in figures))


if __name__ == "__main__":
    sys.exit(main())
