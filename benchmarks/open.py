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
- **memory**: proportional set size (PSS) of all processes that exist for this
  viewer, the sandbox's own included, a few seconds after that.

``cold share`` means a link never seen before: its files are fetched first.
Other hosts do not exist for the browser, so a page that asks for one is told so
at once. The machine's noise hits all alike: read the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from vaas.demo.efss import DemoEfss
from vaas.shares import parse_link
from vaas.shares.links import canonical_path

HERE = Path(__file__).resolve().parent
NOTEBOOKS = HERE / "notebooks"
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
PATIENCE = 90.0
"""Seconds after which a visit counts as failed."""
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


@dataclass(frozen=True, slots=True)
class System:
    """What is compared: its process and where it shows a notebook."""

    name: str
    server: psutil.Process
    address: Callable[[str], str]


@contextmanager
def voila() -> Iterator[System]:
    """Plain Voilà, serving the notebooks from disk."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    # Without this Voilà 0.5 refuses the word with which its own page leaves (403), and
    # the kernels of all earlier viewers would weigh on the later ones.
    leaving = "--Voila.tornado_settings=disable_check_xsrf=True"
    command = ["-m", "voila", str(NOTEBOOKS), "--no-browser", f"--port={port}", leaving]
    base = f"http://127.0.0.1:{port}"
    with _server(*command) as process:
        _wait(lambda: _answers(f"{base}/"), "voila")
        yield System("voila", process, lambda name: f"{base}/voila/render/{name}/{name}.ipynb")


@contextmanager
def vaas() -> Iterator[tuple[System, System]]:
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
        _wait(lambda: "ready " in log.read_text(), "vaas")
        base = log.read_text().split("ready ")[1].split()[0].rstrip("/")
        links = {one.name: cloud.add_link("nextcloud", one.name) for one in EXAMPLES}

        def again(name: str) -> str:
            return base + canonical_path(parse_link(links[name]))

        def afresh(name: str) -> str:
            return base + canonical_path(parse_link(cloud.add_link("nextcloud", name)))

        yield System("vaas", process, again), System("vaas, cold share", process, afresh)


@contextmanager
def _server(*command: str, out: Path | None = None) -> Iterator[psutil.Process]:
    """A Python program from start to end; what it says goes to a file."""
    with out.open("w") if out else Path(os.devnull).open("w") as file:
        process = subprocess.Popen([sys.executable, *command], stdout=file, stderr=file)
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


def _wait(condition: Callable[[], bool], what: str) -> None:
    latest = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > latest:
            raise TimeoutError(f"{what} did not come in {PATIENCE:.0f} s")
        time.sleep(0.1)


def memory(server: psutil.Process) -> float:
    """PSS in MB of all processes below a server; the server itself is shared by all viewers."""
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
    _wait(lambda: not system.server.children(), f"the end of the last viewer of {system.name}")
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
    result |= {"memory": memory(system.server)}
    result |= {"requests": len(sizes), "received": sum(sizes) / 1e6}
    page.goto("about:blank")
    context.close()
    return result


def measure(runs: int, examples: list[Example]) -> tuple[dict[str, Any], str]:
    """All visits.

    Returns:
        results by notebook, system and figure, a list each; the browser's version.
    """
    with ExitStack() as stack:
        systems = [stack.enter_context(voila()), *stack.enter_context(vaas())]
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
