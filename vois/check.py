"""``python -m vois.check notebook.ipynb``: what an author may want to modernise."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from vois.vuetify._table import CLASSES

__all__ = ["Finding", "check", "main"]

_OLD = {old: new for new, (old, _) in CLASSES.items()}
_RULES = [
    (re.compile(rf"\b({'|'.join(_OLD)})\.\1\("), "renamed class"),
    (re.compile(r"importlib\.reload\("), "reload is no longer needed: settings are read when used"),
    (re.compile(r"\.draw\(\)"), "draw() is no longer needed: every widget shows itself"),
    (re.compile(r"jeodpp|\binter\.|\bimap\b"), "needs the institute's own services"),
    (
        re.compile(r"\bv\.(TabItem|TabsItems|SimpleTable|ListItemContent|Content)\b"),
        "gone in Vuetify 3",
    ),
    (re.compile(r"https?://(?!www\.w3\.org)"), "asks another host when opened or run"),
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line to look at: cell and line count from 1."""

    cell: int
    line: int
    text: str
    advice: str


def check(path: str | Path) -> list[Finding]:
    """Return what in a notebook is written in the older spelling or needs a look.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no notebook.
    """
    whole = json.loads(Path(path).read_text(encoding="utf-8"))
    if not isinstance(whole, dict) or "cells" not in whole:
        raise ValueError(f"{path} is no notebook: it has no cells")
    found = []
    for number, cell in enumerate(whole["cells"], 1):
        if cell.get("cell_type") == "code":
            source = cell.get("source", "")
            lines = ("".join(source) if isinstance(source, list) else source).splitlines()
            found += [one for i, line in enumerate(lines, 1) for one in _line(number, i, line)]
    return found


def _line(cell: int, line: int, text: str) -> list[Finding]:
    found = []
    for pattern, advice in _RULES:
        match = pattern.search(text)
        if match and advice == "renamed class":
            new = _OLD[match.group(1)]
            found.append(Finding(cell, line, text.strip(), f"now: from vois.vuetify import {new}"))
        elif match:
            found.append(Finding(cell, line, text.strip(), advice))
    return found


def main(paths: list[str]) -> int:
    """Print the findings of each notebook; the answer is the number of findings, at most 100."""
    count = 0
    for path in paths:
        for one in check(path):
            count += 1
            sys.stdout.write(
                f"{path}: cell {one.cell}, line {one.line}: {one.advice}\n  {one.text}\n"
            )
    return min(count, 100)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
