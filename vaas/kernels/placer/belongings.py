"""What a template's run wrote into its own places, copied for a fork."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

Found = tuple[str, int, bytes | None]
"""Path, mode, and content (``None`` for a folder)."""


def collect(root: str, limit: int) -> Iterator[Found]:
    """What the template wrote below a folder; no link is followed, no mount entered.

    Raises:
        OSError: it is more than ``limit`` bytes.
    """
    left, device = limit, os.stat(root).st_dev  # noqa: PTH116  pathlib would cost start-up time
    for folder, names, files, place in os.fwalk(root, follow_symlinks=False):
        inside = os.path.relpath(folder, root)
        for name in [*names, *files]:
            found = os.stat(name, dir_fd=place, follow_symlinks=False)
            path = os.path.normpath(f"{inside}/{name}")
            if found.st_dev != device:
                if name in names:
                    names.remove(name)
            elif stat.S_ISDIR(found.st_mode):
                yield path, found.st_mode, None
            elif stat.S_ISREG(found.st_mode):
                content = _read(name, place, left)
                left -= len(content)
                yield path, found.st_mode, content


def _read(name: str, place: int, left: int) -> bytes:
    with open(os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=place), "rb") as file:  # noqa: PTH123
        content = file.read(left + 1)
    if len(content) > left:
        raise OSError("the notebook's own files are more than a viewer's place holds")
    return content


def put(root: str, found: list[Found]) -> None:
    """Write files into a fresh place; what another mount put there already stays."""
    for path, mode, content in found:
        target = f"{root}/{path}"
        if content is None:
            os.makedirs(target, stat.S_IMODE(mode) | stat.S_IRWXU, exist_ok=True)  # noqa: PTH103
            continue
        fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IMODE(mode))
        with open(fd, "wb") as file:  # noqa: PTH123
            file.write(content)


__all__ = ["Found", "collect", "put"]
