"""Voilà's front end as one script.

Voilà's ``voila.js`` fetches some fifty files on every page, one request each,
before anything runs, and the widget library that every page needs another
dozen. All of them are webpack chunks: scripts that lay their modules on a list
by which the runtime finds them. If they lie there before the runtime starts,
it fetches none of them. So the chunks, and ``voila.js`` after them, make one
script. A chunk that is missing here is fetched by itself, as before.

See https://webpack.js.org/concepts/under-the-hood/ (chunks and their loading).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

ADDRESS = "voila/core.js"
"""Where the script is served, below the digest."""

FORMAT = "1"
"""To be counted up when the script's making changes: browsers keep it for ever."""

# What voila.js names itself is what it fetches at its start; chunks for special
# needs (MathJax, diagrams, editor modes) are named only inside others.
_NAMED = re.compile(r"\be\((\d+)\)")
_CHUNK = re.compile(rb"\(?self\.(?:web|rs)packChunk\w+\s*=")


def core_script(voila: Path, libraries: Iterable[Path]) -> bytes:
    """The script.

    Args:
        voila: folder of ``voila.js`` and its chunks.
        libraries: folders with the chunks of widget libraries.
    """
    chunks = [*_voila_chunks(voila), *(c for folder in libraries for c in _all_chunks(folder))]
    # A function around each keeps its "use strict" to itself.
    wrapped = [b"(function(){" + chunk + b"\n})();\n" for chunk in chunks]
    return b"".join([*wrapped, (voila / "voila.js").read_bytes()])


def _voila_chunks(folder: Path) -> Iterator[bytes]:
    numbers = dict.fromkeys(_NAMED.findall((folder / "voila.js").read_text(encoding="utf-8")))
    for file in (folder / f"{number}.voila.js" for number in numbers):
        # A number without a file is a module that another library may bring.
        if file.is_file() and _CHUNK.search(chunk := file.read_bytes(), 0, 500):
            yield chunk


def _all_chunks(folder: Path) -> Iterator[bytes]:
    for file in sorted(folder.glob("*.js")):
        if not file.name.startswith("remoteEntry") and _CHUNK.search(
            chunk := file.read_bytes(), 0, 500
        ):
            yield chunk


__all__ = ["ADDRESS", "FORMAT", "core_script"]
