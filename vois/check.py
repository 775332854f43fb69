"""What an author may want to modernise in a notebook: ``vois check notebook.ipynb``."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vois import vuetify
from vois._gone import GONE
from vois.vuetify._table import CLASSES

__all__ = ["Finding", "check"]

_NEW = {old: new for new, (old, _) in CLASSES.items()}
_MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)
_RULES = [
    (re.compile(r"\.draw\(\)"), "draw() is no longer needed: every widget shows itself"),
    (re.compile(r"\breload\("), "reload is no longer needed: settings are read when used"),
    (re.compile(r"\b(jeodpp|inter|imap|dataread)\b"), "needs the institute's own services"),
    (re.compile(r"https?://(?!www\.w3\.org)"), "asks another host when opened or run"),
]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One line to look at.

    Attributes:
        cell: number of the cell, from 1; text cells count too.
        line: number of the line in its cell, from 1.
        text: the line.
        advice: what to do about it, or why it matters.
    """

    cell: int
    line: int
    text: str
    advice: str


def check(path: str | Path) -> list[Finding]:
    """Return what in a notebook is written in the older spelling or needs a look.

    Args:
        path: of the notebook.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no notebook.
    """
    found: set[Finding] = set()
    for number, source in _code(Path(path)):
        lines = source.splitlines()
        told = [*_in_lines(lines), *_in_calls(source)]
        found |= {Finding(number, line, lines[line - 1].strip(), said) for line, said in told}
    return sorted(found)


def _code(path: Path) -> Iterator[tuple[int, str]]:
    """Yield number and text of each code cell."""
    try:
        cells = [*enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"], 1)]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is no notebook: it has no list of cells as JSON") from error
    for number, cell in cells:
        if cell.get("cell_type") == "code":
            source = cell.get("source", "")
            yield number, "".join(source) if isinstance(source, list) else source


def _in_lines(lines: list[str]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, 1):
        yield from ((number, advice) for pattern, advice in _RULES if pattern.search(line))


def _in_calls(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and advice for the classes and arguments that are called differently now."""
    try:
        tree = ast.parse(_MAGIC.sub(r"\1pass", source))
    except SyntaxError as error:
        yield (
            min(error.lineno or 1, len(source.splitlines())),
            "is no Python, so it was not looked into",
        )
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield from _of_name(node.value.id, node.attr, node.lineno)
        elif isinstance(node, ast.Call):
            yield from _of_arguments(node)


def _of_name(owner: str, name: str, line: int) -> Iterator[tuple[int, str]]:
    if owner == name and name in _NEW:
        yield line, f"now: from vois.vuetify import {_NEW[name]}"
    elif owner == "v" and name in GONE:
        yield line, f"gone in Vuetify 3: v.{GONE[name]}, or call vois.compat.vuetify2() first"


def _of_arguments(call: ast.Call) -> Iterator[tuple[int, str]]:
    said = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    name = _NEW.get(said, said)
    if name not in CLASSES:
        return
    aliases: dict[str, str] = getattr(vuetify, name).ALIASES
    for one in call.keywords:
        if one.arg in aliases:
            yield one.value.lineno, f"argument {one.arg} is called {aliases[one.arg]} now"


if __name__ == "__main__":
    from vois.__main__ import main

    main(["check", *sys.argv[1:]])
