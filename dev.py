"""A newcomer's two commands, with nothing but Python 3.11 on a Debian 12 machine.

    python3 dev.py demo [arguments of vaas demo]
    python3 dev.py test [arguments of pytest]

Each first installs what it needs and is not there yet: Debian's packages (as
root; anybody else is told what to ask for), a virtual environment ``.venv``
(in a folder that is closed to other users: below ``/opt``, and ``.venv`` leads
there) with the locked Python packages, and VaaS itself with its browser's part.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
OLDEST = (3, 11)

# A Debian package, and the file by which it is known to be there.
RUN = {"bubblewrap": "usr/bin/bwrap", "python3-venv": ""}
TEST = RUN | {
    "apache2-bin": "usr/sbin/apache2",
    "chromium": "usr/bin/chromium",
    "davfs2": "usr/sbin/mount.davfs",
    "fonts-dejavu-core": "usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "fuse3": "usr/bin/fusermount3",
    "libatomic1": "usr/lib/*/libatomic.so.1",
    "postgresql": "usr/lib/postgresql/*/bin/initdb",
    "rclone": "usr/bin/rclone",
}
BUILT_FROM = ("pyproject.toml", "hatch_build.py", "ui", "templates", "vaas/__init__.py")

CHECKS = {
    "ruff check": ("ruff", "check"),
    "ruff format": ("ruff", "format", "--check"),
    "mypy": ("mypy",),
    "import contract": ("lint-imports",),
    "TypeScript": (str(ROOT / "ui/node_modules/.bin/tsc"), "--noEmit", "--project", "ui"),
}
WHOLE = ("--numprocesses=auto", "--dist=loadfile")
"""How all tests are run: as many at a time as there are processors, those of one file in a row."""


def main() -> int:
    """Do what the command line says; the exit code is that of what was run."""
    if sys.version_info < OLDEST:
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
        venv = python("requirements.lock")
        os.execv(venv / "bin" / "vaas", ["vaas", "demo", *arguments])  # noqa: S606  our own program
    return 2


def test(arguments: list[str]) -> int:
    """Install what tests need, then check everything; with arguments, run pytest alone."""
    if not debian(TEST):
        return 2
    venv = python("requirements-test.lock")
    path = f"{venv / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    search = os.environ | {"PATH": path, "VIRTUAL_ENV": str(venv)}
    failed = []
    for name, command in {} if arguments else CHECKS.items():
        say(name)
        if subprocess.run(command, env=search, check=False).returncode:
            failed.append(name)
    if failed:
        say(f"FAILED before the tests: {', '.join(failed)}")
    say("tests")
    # Sockets lie in it, whose paths may not be long.
    with tempfile.TemporaryDirectory(prefix="v-", ignore_cleanup_errors=True) as place:
        options = (f"--basetemp={place}", *(arguments or WHOLE))
        tests = subprocess.run(("pytest", *options), env=search, check=False)
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
        return any(Path("/").glob(file))
    return _answers(_interpreter(), "import ensurepip, venv")


def python(lock: str) -> Path:
    """Fill the virtual environment: what the lock says, then VaaS from this checkout.

    Returns:
        where the environment is.
    """
    venv = _place()
    if not (venv / "bin" / "python").exists():
        say(f"virtual environment {venv}")
        run(_interpreter(), "-m", "venv", venv)
        if venv.parent != ROOT and not os.path.lexists(ROOT / ".venv"):
            (ROOT / ".venv").symlink_to(venv)
    pip = (venv / "bin" / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check")
    locked, ours = venv / f"{lock}.stamp", venv / "vaas.stamp"
    once(locked, [lock], "Python packages", lambda: packages(venv, pip, lock))
    if not (ROOT / "vaas/web/static/manifest.json").exists():
        ours.unlink(missing_ok=True)
    once(ours, BUILT_FROM, "VaaS itself", lambda: run(*pip, "--no-deps", "--editable", "."))
    return venv


def packages(venv: Path, pip: tuple[str | Path, ...], lock: str) -> None:
    """Install what a lock says, which is whole: pip, left to resolve it, may ask for newer ones.

    uv does it in a quarter of pip's time. It knows nothing of pip's settings, so that where
    those name a mirror or a proxy it may find no way: then pip does it.
    """
    exact = ("--no-deps", "--require-hashes", "--requirement")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as only:
        only.write(pinned("uv", lock))
        only.flush()
        run(*pip, *exact, only.name)
    uv = (venv / "bin" / "uv", "pip", "install", "-q", "--no-cache", "--system-certs")
    into = ("--compile-bytecode", "--python", venv / "bin" / "python")
    if subprocess.run((*uv, *into, *exact, lock), check=False).returncode:
        say("Python packages, by pip, as uv did not come to its end")
        run(*pip, *exact, lock)


def pinned(name: str, lock: str) -> str:
    """What a lock says of one package: version and hashes."""
    found = re.search(rf"^{name}==.*\n(?: .*\n)*", (ROOT / lock).read_text(), re.MULTILINE)
    assert found, f"{lock} has no {name}"
    return found[0]


def _place() -> Path:
    """``.venv`` here, or below ``/opt`` where other users may not come here.

    Root's kernels run as users of their own, who must be able to read it; and
    the home of root is closed to them.
    """
    if _open_to_all(ROOT):
        return ROOT / ".venv"
    return Path("/opt") / f"vaas-{hashlib.sha256(bytes(ROOT)).hexdigest()[:8]}"


def _interpreter() -> str:
    """The running Python, or Debian's where other users may not run this one."""
    debians = "/usr/bin/python3"
    if _open_to_all(Path(sys.executable).resolve()):
        return sys.executable
    new_enough = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    return debians if _answers(debians, new_enough) else sys.executable


def _open_to_all(place: Path) -> bool:
    """Whether every user may reach a place; of no matter unless this is root."""
    others = 0o001
    return os.geteuid() != 0 or all(
        folder.stat().st_mode & others for folder in (place, *place.parents)
    )


def _answers(interpreter: str, code: str) -> bool:
    try:
        done = subprocess.run([interpreter, "-c", code], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def once(stamp: Path, inputs: Iterable[str], told: str, step: Callable[[], None]) -> None:
    """Do a step of installing, unless the stamp says that it ran for the same inputs."""
    now = _digest(inputs)
    if stamp.exists() and stamp.read_text() == now:
        return
    say(f"{told} (only this once)")
    step()
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
