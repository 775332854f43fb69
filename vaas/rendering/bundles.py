"""What a page's widget libraries are known to fetch, as one file for each library.

A library's own build cuts it into many scripts; a page that fetches forty of
them waits for each. Only those are put together that do no more than hand
modules to the library's loader, in whatever order they come (the chunks of
webpack and Rspack): the loader then finds them there and fetches none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

LIBRARY = re.compile(
    r"(/labextensions(?:-[\w-]+)?/(?:@[\w.~-]+/)?[\w.~-]+)/[\w./~-]+\.js(\?v=\w+)?"
)
"""Path below the assets' root of a library's script; the first group is the library's."""

_CHUNK = re.compile(
    r"\A(?:\s|/\*.*?\*/|\"use strict\";)*\((?:self|globalThis)\W{1,2}(?:webpack|rspack)Chunk",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """The scripts of libraries that a page fetches.

    Attributes:
        bundles: address of the bundle of a library, by the library's own address.
        others: addresses of scripts that are in none.
    """

    bundles: dict[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()


def bundled(
    scripts: Iterable[str],
    root: str,
    find: Callable[[str], Path | None],
    keep: Callable[[str], str],
) -> Fetched:
    """Put together what can be; reads and writes files, call it in a thread.

    Args:
        scripts: addresses, in the order in which a page fetched them.
        root: address prefix of all assets.
        find: the file of an address below the root.
        keep: makes a file of a script and returns its address.
    """
    chunks: dict[str, list[str]] = defaultdict(list)
    others = []
    for script in scripts:
        below = script.removeprefix(root)
        known = LIBRARY.fullmatch(below)
        file = find(below.removeprefix("/").partition("?")[0]) if known else None
        text = file.read_text("utf-8", "replace") if file else ""
        if known and _CHUNK.match(text):
            chunks[root + known[1]].append(text)
        else:
            others.append(script)
    # Each in a function of its own: some are strict, others must not be.
    bundles = {
        library: keep("\n".join(f"(() => {{{text}\n}})();" for text in texts))
        for library, texts in chunks.items()
    }
    return Fetched(bundles, tuple(others))


__all__ = ["LIBRARY", "Fetched", "bundled"]
