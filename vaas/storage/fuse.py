"""Mounts as Linux tells of them, and their end whatever state they are in. All of it blocks.

Nothing here looks at a path inside a mount: that could hang for ever.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

from vaas.errors import WorkspaceError

_PATIENCE = 5.0
_OCTAL = re.compile(r"\\([0-7]{3})")
_MOUNT_POINT = 4


def mounts_below(folder: Path) -> list[Path]:
    """Mount points at and below a folder, the deepest first."""
    found = []
    for line in Path("/proc/self/mountinfo").read_text(errors="surrogateescape").splitlines():
        text = _OCTAL.sub(lambda code: chr(int(code[1], 8)), line.split(" ")[_MOUNT_POINT])
        if Path(text).is_relative_to(folder):
            found.append(Path(text))
    return sorted(found, key=lambda path: len(path.parts), reverse=True)


def detach(path: Path) -> None:
    """Take a mount away at once, even one in use or whose process is dead.

    Where that fails there is no mount, or it is not ours.
    """
    # Without looking the path up, which would ask the mount's own process.
    program = (
        ["umount", "-i", "--lazy", "--no-canonicalize"]
        if os.geteuid() == 0
        else [_fusermount(), "-uz"]
    )
    with suppress(subprocess.TimeoutExpired):
        subprocess.run([*program, str(path)], check=False, capture_output=True, timeout=_PATIENCE)


def _fusermount() -> str:
    return shutil.which("fusermount3") or "fusermount"


def share_mounts(folder: Path) -> None:
    """Let what is mounted below a folder later appear in sandboxes that show the folder.

    Only root can, and only for root is it needed: elsewhere the system's own
    set-up (systemd shares ``/``) decides.

    Raises:
        WorkspaceError: the system does not allow it.
    """
    if os.geteuid() != 0:
        return
    for words in (["--bind", str(folder), str(folder)], ["--make-shared", str(folder)]):
        done = subprocess.run(
            ["mount", *words], check=False, capture_output=True, timeout=_PATIENCE
        )
        if done.returncode:
            first = done.stderr.decode(errors="replace").partition("\n")[0]
            raise WorkspaceError(f"mounts are not possible: {first.rpartition(': ')[2]}")


class MountFolder:
    """This server's folder of mounts; what dead servers left beside it is cleared away.

    Attributes:
        path: the folder.
    """

    def __init__(self, root: Path) -> None:
        """Make it.

        Args:
            root: common to all servers of one installation.

        Raises:
            OSError: the disk refuses.
        """
        root.mkdir(parents=True, exist_ok=True)
        root.chmod(0o700)
        name = f"m{secrets.token_hex(6)}"
        self._root = root
        self._fd = os.open(root / f"{name}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        self.path = (root / name).resolve()
        self.path.mkdir()
        reap_mounts(root)

    def close(self) -> None:
        """Take all mounts away and remove the folder."""
        if self._fd >= 0:
            _clear(self._root, self.path.name)
            os.close(self._fd)
            self._fd = -1


def reap_mounts(root: Path) -> None:
    """Take away the mounts and folders of dead servers.

    Args:
        root: as ``MountFolder`` takes it; need not be there.
    """
    for lock in root.glob("m*.lock"):
        with suppress(OSError), lock.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _clear(root, lock.stem)


def _clear(root: Path, name: str) -> None:
    folder = root.resolve() / name
    for path in mounts_below(folder):
        detach(path)
    if not mounts_below(folder):
        shutil.rmtree(folder, ignore_errors=True)
        (root / f"{name}.lock").unlink(missing_ok=True)


__all__ = ["MountFolder", "detach", "mounts_below", "reap_mounts", "share_mounts"]
