"""How long a viewer waits: VaaS beside plain Voilà, in one run, visit by visit.

``python benchmarks/open.py [--runs 5] [--notebook slider]`` starts plain
``voila`` on ``benchmarks/notebooks`` and ``vaas serve`` with a cloud on this
machine that shares the same folders by links. Each round visits each notebook
once in each system, in turn, each time with an empty browser cache. Both have
been visited once before, so that neither pays for a cold disk.

What is measured, from the start of the navigation to the frame that shows it:

- **text**: the first words on the page, whichever they are (our name and phase,
  or Voilà's own "Executing 1 of 3").
- **output**: the first output of the notebook's own cells.
- **whole**: all its outputs.
- **interactive**: a key or click has changed the page by way of the kernel. The
  viewer acts once, as soon as the page is whole.
- **memory**: by how much the proportional set size (PSS) of all processes below
  the server has grown for this viewer, a few seconds after that.

``cold share`` means a link never seen before: its files are fetched first, and the
notebook runs, for this viewer and all later ones, whose forks share that memory.
``vaas`` alone means a link that somebody has opened before.
Other hosts do not exist for the browser, so a page that asks for one is told so
at once. The machine's noise hits all alike: read the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Page, sync_playwright
from servers import PATIENCE, System, vaas, voila, wait

HERE = Path(__file__).resolve().parent
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
SETTLE = 3.0
"""Seconds from the interaction to the look at memory."""

# Looks once per frame, which is how often a viewer can see something new.
MARKS = """(outputs) => {
  const marks = (window.benchMarks = {});
  const visible = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    element.getBoundingClientRect().height > 0;
  const shown = (selector) => [...document.querySelectorAll(selector)].some(visible);
  const note = (name, happened) => {
    if (!(name in marks) && happened()) marks[name] = performance.now();
  };
  const answer = () => document.querySelector(".bench-result")?.textContent;
  const look = () => {
    note("text", () => document.body?.innerText.trim());
    note("output", () => outputs.some(shown));
    if ("output" in marks) note("whole", () => outputs.every(shown));
    if ("whole" in marks) {
      marks.before ??= answer();
      note("interactive", () => answer() && answer() !== marks.before);
    }
    if (!("interactive" in marks)) requestAnimationFrame(look);
  };
  look();
}"""
MOMENTS = ("text", "output", "whole", "interactive")


def _press(page: Page) -> None:
    page.locator(".noUi-handle").press("ArrowRight")


def _choose(page: Page) -> None:
    page.locator(".bench-control .v-field").click()
    page.locator(".v-overlay .v-list-item", has_text="Birch").click()


def _click(page: Page) -> None:
    page.locator("button.bench-control").click()


@dataclass(frozen=True, slots=True)
class Example:
    """A notebook: the selectors of its outputs, and what its viewer does."""

    name: str
    outputs: tuple[str, ...]
    act: Callable[[Page], None]


EXAMPLES = (
    Example("slider", (".noUi-handle", ".bench-result"), _press),
    Example("chart", (".bench-control", ".bench-result", ".scatterlayer .js-line"), _choose),
    Example("map", (".jp-OutputArea img", ".bench-control", ".leaflet-image-layer"), _click),
)


def memory(server: psutil.Process) -> float:
    """PSS in MB of all processes below a server, which itself is shared by all viewers."""
    total = 0
    for child in server.children(recursive=True):
        try:
            text = Path(f"/proc/{child.pid}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += next(int(row.split()[1]) for row in text.splitlines() if row.startswith("Pss:"))
    return total * 1024 / 1e6


def visit(browser: Browser, system: System, example: Example) -> dict[str, float]:
    """One viewer: comes with an empty cache, acts once, stays a moment, leaves.

    Returns:
        seconds for each of ``MOMENTS``; ``memory`` in MB; ``requests`` of the
        page and ``received``, MB on the wire.
    """
    wait(system.idle, f"the end of the last viewer of {system.name}")
    before = memory(system.server)
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    page.add_init_script(f"({MARKS})({json.dumps(example.outputs)})")
    page.goto(system.address(example.name), wait_until="commit")
    page.wait_for_function("window.benchMarks.whole")
    example.act(page)
    page.wait_for_function("window.benchMarks.interactive")
    time.sleep(SETTLE)
    marks = page.evaluate("benchMarks")
    sizes = page.evaluate("performance.getEntriesByType('resource').map(e => e.transferSize)")
    result = {name: marks[name] / 1000 for name in MOMENTS}
    result |= {"memory": memory(system.server) - before}
    result |= {"requests": len(sizes), "received": sum(sizes) / 1e6}
    page.goto("about:blank")
    context.close()
    return result


def measure(runs: int, examples: list[Example]) -> tuple[dict[str, Any], str]:
    """All visits.

    Returns:
        results by notebook, system and figure, a list each; the browser's version.
    """
    names = [example.name for example in examples]
    with ExitStack() as stack:
        systems = [stack.enter_context(voila()), *stack.enter_context(vaas(names))]
        play = stack.enter_context(sync_playwright())
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        stack.callback(browser.close)
        results: dict[str, Any] = {e.name: {s.name: {} for s in systems} for e in examples}
        for run in range(-1, runs):
            for example in examples:
                for system in systems if run % 2 else reversed(systems):
                    figures = visit(browser, system, example)
                    told = " ".join(f"{key} {value:.2f}" for key, value in figures.items())
                    print(f"{run}: {example.name}, {system.name}: {told}", file=sys.stderr)
                    for key, value in figures.items() if run >= 0 else ():
                        results[example.name][system.name].setdefault(key, []).append(value)
        return results, browser.version


def about(browser: str, runs: int) -> dict[str, Any]:
    """The machine and the versions."""
    packages = ("voila", "ipykernel", "ipywidgets", "ipyvuetify", "ipyleaflet", "plotly")
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "runs": runs,
        "cores": os.cpu_count(),
        "load": [round(load, 2) for load in os.getloadavg()],
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "chromium": browser,
        # Without it (some installers leave it out) every kernel compiles all it imports.
        "compiled": Path(cache_from_source(psutil.__file__)).exists(),
        **{name: version(name) for name in packages},
    }


def table(results: dict[str, Any], machine: dict[str, Any]) -> str:
    """Medians with their spans as a Markdown table; ratios to plain Voilà's medians."""
    heads = [*(f"{name} (s)" for name in MOMENTS), "memory (MB)", "requests", "received (MB)"]
    rows = [["notebook", "system", *heads], ["---"] * (len(heads) + 2)]
    for notebook, systems in results.items():
        for system, figures in systems.items():
            base = None if system == "voila" else systems["voila"]
            cells = [_cell(values, base and base[key]) for key, values in figures.items()]
            rows.append([notebook, system, *cells])
    facts = ", ".join(f"{key} {value}" for key, value in machine.items())
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([*lines, "", "Median [least, most] (ratio to voila).", facts])


def _cell(values: list[float], base: list[float] | None) -> str:
    middle = statistics.median(values)
    form = ".0f" if middle >= 20 else ".2f"
    text = f"{middle:{form}} [{min(values):{form}}, {max(values):{form}}]"
    return text + (f" (**{middle / statistics.median(base):.2f}**)" if base else "")


def main() -> None:
    """Measure, print and keep the table."""
    parser = argparse.ArgumentParser(description="Opening a dashboard: VaaS beside plain Voilà.")
    parser.add_argument("--runs", type=int, default=5, help="visits of each kind")
    parser.add_argument("--notebook", action="append", choices=[e.name for e in EXAMPLES])
    asked = parser.parse_args()
    chosen = [e for e in EXAMPLES if not asked.notebook or e.name in asked.notebook]
    results, browser = measure(asked.runs, chosen)
    machine = about(browser, asked.runs)
    target = HERE.parent / "artifacts" / "open.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({"machine": machine, "results": results}, indent=2) + "\n")
    print(table(results, machine))


if __name__ == "__main__":
    main()
