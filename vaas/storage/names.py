"""Which names of a share become files here, and how they are called.

Names come from strangers. A name that could lead out of the folder, or that
no file can have, is refused; one that is only awkward (line breaks, too long)
is neutralised and remembered; what sync clients, editors and systems leave
lying about is not fetched at all. Names that differ in case or in their
Unicode form are different files, as they are for Linux; nothing is folded.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

MAX_NAME = 255
"""Bytes of one name that Linux file systems take."""

MAX_PATH = 2048
"""Bytes of a path inside the workspace: leaves room below PATH_MAX (4096) for its folder."""

_DEBRIS = (
    ".~lock*",
    "~$*",
    ".sync_*.db*",
    "._*",
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
    ".owncloudsync.log*",
    ".nextcloudsync.log*",
)
# Control characters, line and paragraph separators, marks that reverse the
# reading direction, halves of surrogate pairs (not encodable), backslash.
_AWKWARD = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\\\\]")
_DRIVE = re.compile("^[A-Za-z]:")


def is_debris(name: str, *, is_folder: bool) -> bool:
    """Whether an entry is of no use to a notebook: hidden folders, sync and office leftovers.

    Args:
        name: the entry's own name.
        is_folder: whether it is a folder; hidden files are kept (``.env``,
            ``.style.json``), hidden folders are not.
    """
    if is_folder:
        return name.startswith(".") or name == "__pycache__"
    return any(fnmatchcase(name, pattern) for pattern in _DEBRIS)


def inside(folder: str, path: str) -> str | None:
    """The one part by which ``path`` goes beyond ``folder``.

    Args:
        folder: path of the listed folder, empty for the share's root.
        path: path of an entry as the share's system gave it.

    Returns:
        the entry's name, or ``None`` if it does not lie directly in the
        folder or is none (``.``, ``..``, empty, with a NUL).
    """
    prefix = f"{folder}/" if folder else ""
    if not path.startswith(prefix):
        return None
    name = path[len(prefix) :]
    return None if name in {"", ".", ".."} or "/" in name or "\0" in name else name


def neutral(name: str) -> str:
    """The name under which an entry is stored: its own, unless that is awkward.

    An awkward name gets its bad characters replaced, is cut to 255 bytes and
    carries eight hex digits of its true name, so that two of them stay two.

    Args:
        name: a name that ``inside`` let through.
    """
    plain = _DRIVE.sub(lambda drive: f"{drive[0][0]}_", _AWKWARD.sub("_", name))
    if plain == name and len(name.encode()) <= MAX_NAME:
        return name
    mark = "~" + hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:8]
    stem, dot, ending = plain.rpartition(".")
    if not stem or not ending.isalnum() or len(ending.encode()) > len(mark):
        stem, dot, ending = plain, "", ""
    tail = mark + dot + ending
    return _cut(stem, MAX_NAME - len(tail.encode())) + tail


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


def order_notebooks(paths: Iterable[str]) -> tuple[str, ...]:
    """The notebooks among ``paths``: sorted, the root's ``index.ipynb`` first.

    Hidden ones only if there are no others, and none in hidden folders, where
    Jupyter and sync clients keep copies of their own.

    Args:
        paths: relative paths of files, ``/`` between parts.
    """
    found = [PurePosixPath(path) for path in paths if path.lower().endswith(".ipynb")]
    found = [path for path in found if not any(one.startswith(".") for one in path.parts[:-1])]
    shown = [path for path in found if not path.name.startswith(".")] or found
    return tuple(sorted(map(str, shown), key=lambda path: (path != "index.ipynb", path)))


__all__ = ["MAX_NAME", "MAX_PATH", "inside", "is_debris", "neutral", "order_notebooks"]
