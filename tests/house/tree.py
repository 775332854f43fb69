"""The project's own files, with or without git at hand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]


def files(*suffixes: str) -> Iterator[Path]:
    """Every file that is not left out by ``.gitignore``, with one of the suffixes if any."""
    left_out = [".git", *_ignored()]
    for folder, names, found in os.walk(ROOT):
        names[:] = [name for name in names if not _matches(Path(folder, name), left_out)]
        for file in (Path(folder, name) for name in found):
            if (not suffixes or file.suffix in suffixes) and not _matches(file, left_out):
                yield file


def texts(*suffixes: str) -> Iterator[tuple[str, str]]:
    """Path from the root and content of every text file of the project."""
    for file in files(*suffixes):
        try:
            yield str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def packages() -> list[Path]:
    """The ``__init__`` of each package that is shipped."""
    return [file for file in files(".py") if file.name == "__init__.py" and _shipped(file)]


def modules(*above: str) -> list[Path]:
    """Python files below the given folders."""
    return [file for file in files(".py") if file.relative_to(ROOT).parts[0] in above]


def _shipped(file: Path) -> bool:
    return file.relative_to(ROOT).parts[0] in ("vaas", "vois")


def _ignored() -> list[str]:
    lines = (ROOT / ".gitignore").read_text().splitlines()
    return [line.strip("/") for line in lines if line and not line.startswith("#")]


def _matches(path: Path, patterns: list[str]) -> bool:
    whole = str(path.relative_to(ROOT))
    return any(fnmatch(path.name, pattern) or fnmatch(whole, pattern) for pattern in patterns)
