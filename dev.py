"""A newcomer's two commands, with nothing but Python 3.11 on a Debian 12 machine.

    python3 dev.py demo [arguments of vaas demo]
    python3 dev.py test [arguments of pytest]

Each first installs what it needs and is not there yet: Debian's packages (as
root; anybody else is told what to ask for), a virtual environment ``.venv``
with the locked Python packages, and VaaS itself with its browser's part.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"

# A Debian package, and the file by which it is known to be there.
RUN = {"bubblewrap": "/usr/bin/bwrap", "python3-venv": ""}
TEST = RUN | {
    "apache2-bin": "/usr/sbin/apache2",
    "chromium": "/usr/bin/chromium",
    "davfs2": "/usr/sbin/mount.davfs",
    "fonts-dejavu-core": "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "fuse3": "/usr/bin/fusermount3",
    "rclone": "/usr/bin/rclone",
}
BUILT_FROM = ("pyproject.toml", "hatch_build.py", "ui", "templates", "vaas/__init__.py")

CHECKS = {
    "ruff check": ("ruff", "check"),
    "ruff format": ("ruff", "format", "--check"),
    "mypy": ("mypy",),
    "import contract": ("lint-imports",),
    "TypeScript": (str(ROOT / "ui/node_modules/.bin/tsc"), "--noEmit", "--project", "ui"),
}
COVERAGE = ("--cov", "--cov-report=term:skip-covered")


def main() -> int:
    """Do what the command line says; the exit code is that of what was run."""
    if sys.version_info < (3, 11):  # noqa: UP036  this file is run by whatever Python there is
        return _refuse(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    commands: dict[str, Callable[[list[str]], int]] = {"demo": demo, "test": test}
    word, *rest = sys.argv[1:] or [""]
    if word not in commands:
        print(__doc__)
        return 0 if word in ("-h", "--help") else 2
    os.chdir(ROOT)
    os.umask(0o022)  # kernels run as other users and read what is installed here
    try:
        return commands[word](rest)
    except subprocess.CalledProcessError as error:
        return _refuse(f"This step failed, its own words are above: {' '.join(error.cmd)}")


def demo(arguments: list[str]) -> int:
    """Install what VaaS needs, then become ``vaas demo``."""
    if debian(RUN):
        python("requirements.lock")
        os.execv(BIN / "vaas", ["vaas", "demo", *arguments])  # noqa: S606  our own program
    return 2


def test(arguments: list[str]) -> int:
    """Install what tests need, then check everything; with arguments, run pytest alone."""
    if not debian(TEST):
        return 2
    python("requirements-test.lock")
    search = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    failed = []
    for name, command in {} if arguments else CHECKS.items():
        say(name)
        if subprocess.run(command, env=search, check=False).returncode:
            failed.append(name)
    if failed:
        say(f"FAILED before the tests: {', '.join(failed)}")
    say("tests")
    tests = subprocess.run(("pytest", *(arguments or COVERAGE)), env=search, check=False)
    return tests.returncode or bool(failed)


def debian(packages: dict[str, str]) -> bool:
    """See that Debian's packages are there; install them if this is root."""
    missing = [name for name, file in packages.items() if not _there(name, file)]
    if not missing:
        return True
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        _refuse(f"Please ask an administrator of this machine for:\n  {' '.join(install)}")
        return False
    say(f"Debian packages: {' '.join(missing)}")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update"], install):
        # What it says at length is left out; what goes wrong it says on standard error.
        subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=True)
    return True


def _there(package: str, file: str) -> bool:
    if package != "python3-venv":
        return Path(file).exists()
    # Asked of a fresh interpreter: this one may have looked before it was installed.
    asked = (sys.executable, "-c", "import ensurepip, venv")
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def python(lock: str) -> None:
    """Fill the virtual environment: what the lock says, then VaaS from this checkout."""
    if not (BIN / "python").exists():
        say("virtual environment .venv")
        run(sys.executable, "-m", "venv", VENV)
    pip = (BIN / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    once(lock, [lock], "Python packages", (*pip, "--require-hashes", "--requirement", lock))
    if not (ROOT / "vaas/web/static/manifest.json").exists():
        (VENV / "vaas.stamp").unlink(missing_ok=True)
    once("vaas", BUILT_FROM, "VaaS itself", (*pip, "--no-deps", "--editable", "."))


def once(name: str, inputs: Iterable[str], told: str, command: tuple[str | Path, ...]) -> None:
    """Run an installing command, unless it ran for the same inputs before."""
    stamp, now = VENV / f"{name}.stamp", _digest(inputs)
    if stamp.exists() and stamp.read_text() == now:
        return
    say(f"{told} (only this once)")
    run(*command)
    stamp.write_text(now)


def _digest(inputs: Iterable[str]) -> str:
    """One hash over names and contents of files and folders."""
    total = hashlib.sha256()
    for name in inputs:
        place = ROOT / name
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if file.is_file() and "node_modules" not in file.parts:
                total.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return total.hexdigest()


def run(*command: str | Path) -> None:
    """Run a program in the foreground.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    subprocess.run([str(word) for word in command], check=True)


def say(text: str) -> None:
    """Tell the person at the terminal what happens now."""
    print(f"dev.py: {text}", flush=True)


def _refuse(text: str) -> int:
    print(f"dev.py: {text}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
