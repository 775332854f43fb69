"""Making and removing the operator's environments, by uv.

An environment is made aside, checked, and then takes its name at once; what goes
wrong before changes nothing. To what was asked for comes what kernels and pages
need: ipykernel, and the widget libraries in the versions that pages can draw.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from uv import find_uv_bin

from vaas.errors import EnvironmentNotMade
from vaas.kernels.installations import (
    LOCK,
    MADE,
    NAME,
    VENV,
    Installations,
    closed_at,
    held,
    unreadable,
)
from vaas.model import BASE, Installation

DEFINITIONS = Path(__file__).with_name("definitions")
"""What comes with VaaS: a list of packages for each name."""

ASKED = "requirements.txt"
_OURS = "vaas.txt"
_PYTHONS = ".python"
"""Interpreters that uv brings; its own place for them lies in a home."""

_DRAWN = ("ipywidgets", "ipyvue", "ipyvuetify", "anywidget")
_LAST_WORDS = 12
_READABLE = 0o444


def make(
    known: Installations,
    name: str,
    requirements: Path | None = None,
    python: str = "",
    tell: Callable[[str], None] = print,
) -> Installation:
    """Make an environment, or make it anew.

    Args:
        known: where it belongs.
        name: what it is called.
        requirements: a file as pip reads it; without one VaaS's own list of that name.
        python: version or path of its interpreter; empty for that of VaaS.
        tell: is told what happens now.

    Raises:
        EnvironmentNotMade: whatever stopped it; nothing has changed then.
    """
    asked = _asked(name, requirements)
    _prepare(known.folder)
    before = os.umask(0o022)  # kernels run as other users and read what is made here
    try:
        with _aside(known.folder, name) as place:
            _fill(place, asked, python or sys.executable, tell)
            made = Installation(name, place.name, place / VENV)
            _check(made)
            _rename(known.folder, name, place)
    except OSError as error:
        raise EnvironmentNotMade(f"{known.folder}: {error}") from error
    finally:
        os.umask(before)
    sweep(known.folder)
    return made


def remove(known: Installations, name: str) -> bool:
    """Take an environment's name away, and its files unless kernels still run from them.

    Returns:
        whether its files have gone too.

    Raises:
        EnvironmentUnknown: there is none.
        EnvironmentNotMade: it is VaaS's own, or the folder may not be changed.
    """
    one = known.find(name)
    if not one.key:
        raise EnvironmentNotMade(f"{name!r} is the one that VaaS runs in")
    try:
        (known.folder / name).unlink()
        sweep(known.folder)
    except OSError as error:
        raise EnvironmentNotMade(f"{known.folder}: {error}") from error
    return not one.prefix.exists()


def sweep(folder: Path) -> None:
    """Remove what has no name any more and nobody runs from."""
    with _alone(folder):
        named = {os.path.realpath(one) for one in folder.iterdir() if one.is_symlink()}
        for place in (folder / MADE).iterdir():
            if str(place) not in named:
                _remove(place)


def _remove(place: Path) -> None:
    holding = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(holding, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(place, ignore_errors=True)
    except BlockingIOError:
        pass  # kernels still run from it, or it is being made
    finally:
        os.close(holding)


def _asked(name: str, requirements: Path | None) -> Path:
    """The list of what goes into an environment."""
    if not NAME.fullmatch(name) or name == BASE.name:
        raise EnvironmentNotMade(
            f"{name!r} is no name for one: small letters, digits, '.', '_', '-', and not 'base'"
        )
    if requirements is not None and requirements.is_file():
        return requirements.resolve()
    if requirements is not None:
        raise EnvironmentNotMade(f"no file {requirements} is here")
    ours = DEFINITIONS / f"{name}.txt"
    if not ours.is_file():
        there = ", ".join(sorted(one.stem for one in DEFINITIONS.glob("*.txt")))
        raise EnvironmentNotMade(
            f"--requirements is needed; VaaS has a list of its own for {there}"
        )
    return ours


def _prepare(folder: Path) -> None:
    """See that the folder is there, and that kernels will be able to read it."""
    if closed := closed_at(folder):
        raise EnvironmentNotMade(
            f"{closed} is closed to other users, as whom kernels run; set another folder: "
            f"environments (or VAAS_ENVIRONMENTS), such as /opt/vaas/environments"
        )
    try:
        for one in (*reversed(folder.parents), folder, folder / MADE):
            if not one.exists():
                one.mkdir()
                one.chmod(0o755)
    except OSError as error:
        why = f"{error.strerror}; set another folder: environments (or VAAS_ENVIRONMENTS)"
        raise EnvironmentNotMade(f"{folder}: {why}") from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One command at a time."""
    lock = os.open(folder / MADE, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


@contextmanager
def _aside(folder: Path, name: str) -> Iterator[Path]:
    """A new place; gone again if what is done in it fails."""
    key = f"{name[:50]}-{secrets.token_hex(4)}"
    place = folder / MADE / key
    with _alone(folder):
        place.mkdir()
        holding = held(Installation(name, key, place / VENV))
        holding.__enter__()
    try:
        yield place
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    finally:
        holding.__exit__(None, None, None)


def _fill(place: Path, asked: Path, python: str, tell: Callable[[str], None]) -> None:
    """Resolve, lock and install."""
    pythons = {"UV_PYTHON_INSTALL_DIR": str(place.parent.parent / _PYTHONS)}
    venv, lock, ours = place / VENV, place / LOCK, place / _OURS
    shutil.copyfile(asked, place / ASKED)
    ours.write_text("".join(f"{line}\n" for line in needed()))
    tell("making the environment")
    _uv(asked.parent, "venv", "--no-project", "--python", python, str(venv), **pythons)
    inside = ("--python", str(venv / "bin" / "python"))
    quiet = ("--generate-hashes", "--no-header", "--no-annotate")
    tell("choosing versions")
    _uv(
        asked.parent,
        "pip",
        "compile",
        *inside,
        *quiet,
        str(asked),
        str(ours),
        "-o",
        str(lock),
        **pythons,
    )
    count = sum("==" in line for line in lock.read_text().splitlines())
    tell(f"installing {count} packages")
    _uv(asked.parent, "pip", "sync", *inside, "--compile-bytecode", str(lock), **pythons)
    _open_up(venv)


def needed() -> list[str]:
    """What kernels and pages need of each environment."""
    major, minor = version("ipywidgets").split(".")[:2]
    # Its own half is part of our page; the others bring theirs.
    own = f"ipywidgets>={major}.{minor},<{int(major) + 1}"
    drawn = (f"{one}>={version(one)},<{_next_major(one)}" for one in _DRAWN if one != "ipywidgets")
    return [f"ipykernel>={version('ipykernel').split('.')[0]}", own, *drawn]


def _next_major(name: str) -> int:
    return int(version(name).split(".")[0]) + 1


def _uv(folder: Path, *words: str, **settings: str) -> None:
    """Run uv in a folder, to which paths in a list of packages are relative.

    Raises:
        EnvironmentNotMade: it failed; its last words are the detail.
    """
    command = [find_uv_bin(), *words]
    surroundings = os.environ | settings
    done = subprocess.run(
        command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()][-_LAST_WORDS:]
        raise EnvironmentNotMade("\n      ".join(said) or f"uv ended with {done.returncode}")


def _open_up(venv: Path) -> None:
    """Let all users read it; what uv keeps for later may have come when only one might."""
    for folder, names, files in os.walk(venv):
        for name in (*names, *files):
            path = Path(folder, name)
            mode = path.lstat().st_mode
            if not path.is_symlink() and mode & _READABLE != _READABLE:
                path.chmod(mode | _READABLE | (0o111 if path.is_dir() or mode & 0o100 else 0))


def _check(made: Installation) -> None:
    """See that kernels can begin in it."""
    if closed := unreadable(made):
        raise EnvironmentNotMade(
            f"its interpreter lies below {closed}, which is closed to other users, as whom "
            "kernels run; name another one with --python"
        )


def _rename(folder: Path, name: str, place: Path) -> None:
    link = folder / f".{place.name}"
    link.symlink_to(Path(MADE, place.name))
    link.replace(folder / name)


__all__ = ["DEFINITIONS", "make", "needed", "remove", "sweep"]
