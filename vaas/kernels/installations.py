"""The environments that kernels may run in: VaaS's own, and those that the operator made.

The folder of environments holds a link for each, by its name, to what was made
of it last, below ``.made``: a virtual environment, what was asked for, and the
lock of what that came to. One that is made anew gets another place, and the link
leads there at once. What was there before stays for as long as kernels hold it.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import re
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path

from vaas.errors import EnvironmentUnknown, KernelStartFailed
from vaas.model import BASE, Installation

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
MADE, VENV, LOCK = ".made", "venv", "requirements.lock"
_CONFIG = re.compile(r"^version(?:_info)? *= *(\d+\.\d+\.\d+)", re.MULTILINE)
_OTHERS = 0o001


class Installations:
    """All of them.

    Attributes:
        folder: where the operator's are.
    """

    def __init__(self, folder: Path) -> None:
        """Look into a folder; it need not be there.

        Args:
            folder: where the operator's environments are.
        """
        self.folder = Path(os.path.realpath(folder.expanduser()))

    def all(self) -> list[Installation]:
        """Each as it is now, VaaS's own first."""
        names = sorted(p.name for p in self.folder.iterdir()) if self.folder.is_dir() else []
        return [BASE, *(found for name in names if (found := self._find(name)))]

    def find(self, name: str) -> Installation:
        """One of them.

        Raises:
            EnvironmentUnknown: there is none of that name.
        """
        if name == BASE.name:
            return BASE
        if found := self._find(name):
            return found
        there = ", ".join(one.name for one in self.all())
        raise EnvironmentUnknown(f"no environment {name!r} is here; there are: {there}")

    def has(self, name: str) -> bool:
        """Whether there is one of that name."""
        return name == BASE.name or self._find(name) is not None

    def prefix(self, key: str) -> Path | None:
        """Where what has this key is, if it is still there."""
        place = self.folder / MADE / key / VENV
        return place if NAME.fullmatch(key) and place.is_dir() else None

    def _find(self, name: str) -> Installation | None:
        if not NAME.fullmatch(name):
            return None
        place = Path(os.path.realpath(self.folder / name))
        if place.parent != self.folder / MADE or not (place / VENV).is_dir():
            return None
        return Installation(name, place.name, place / VENV)


@contextmanager
def held(one: Installation) -> Iterator[None]:
    """Keep an environment's files for as long as something runs from them.

    Raises:
        KernelStartFailed: it has just been removed, or made anew.
    """
    if not one.key:
        yield
        return
    place = None
    try:
        place = os.open(one.prefix.parent, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(place, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield
    except (FileNotFoundError, BlockingIOError) as error:
        raise KernelStartFailed(f"the environment {one.name!r} has changed right now") from error
    finally:
        if place is not None:
            os.close(place)


def python_version(one: Installation) -> str:
    """The version of its interpreter; empty if it does not say."""
    if not one.key:
        return ".".join(map(str, sys.version_info[:3]))
    found = _CONFIG.search((one.prefix / "pyvenv.cfg").read_text())
    return found[1] if found else ""


def libraries(one: Installation) -> list[Path]:
    """Folders from which it imports what is installed."""
    if not one.key:
        return sorted({Path(sysconfig.get_path(kind)) for kind in ("purelib", "platlib")})
    return sorted(one.prefix.glob("lib/python3*/site-packages"))


def packages(one: Installation) -> dict[str, str]:
    """What is installed in it: versions by normal names."""
    found = distributions(path=[str(folder) for folder in libraries(one)])
    return {re.sub(r"[-_.]+", "-", dist.name).lower(): dist.version for dist in found}


def can_import(one: Installation, module: str) -> bool:
    """Whether a module of that top name is there; nothing is imported."""
    if module in sys.stdlib_module_names:
        return True
    if not one.key:
        return importlib.util.find_spec(module) is not None
    return any(
        (folder / module).is_dir() or any(folder.glob(f"{module}.*py*")) or _built(folder, module)
        for folder in libraries(one)
    )


def _built(folder: Path, module: str) -> bool:
    return any(folder.glob(f"{module}.*so"))


def closed_at(place: Path) -> Path | None:
    """The first folder, on the way to a place, that kernels may not enter; ``None`` if there is none.

    Kernels run as other users where VaaS is root.
    """
    if os.geteuid() != 0:
        return None
    way = [place, *place.parents][::-1]
    return next((one for one in way if one.exists() and not one.stat().st_mode & _OTHERS), None)


def unreadable(one: Installation) -> Path | None:
    """The folder that keeps kernels from reading an environment; ``None`` if there is none."""
    python = one.prefix / "bin" / "python"
    return closed_at(one.prefix) or closed_at(Path(os.path.realpath(python)))


__all__ = [
    "LOCK",
    "MADE",
    "NAME",
    "VENV",
    "Installations",
    "can_import",
    "closed_at",
    "held",
    "libraries",
    "packages",
    "python_version",
    "unreadable",
]
