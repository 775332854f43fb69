"""What this machine can do for the sandbox, found out by trying."""

from __future__ import annotations

import asyncio
import ctypes
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from vaas.errors import KernelStartFailed
from vaas.kernels import seccomp
from vaas.kernels.base import Limits
from vaas.kernels.limits import Cgroups
from vaas.kernels.process import Orders, abandon, launch
from vaas.kernels.sandbox import World

TRY_UID = 61000
LANDLOCK_CREATE_RULESET = 444
TRIAL_LIMITS = Limits(memory=64 << 20, scratch=1 << 20)


@dataclass(frozen=True, slots=True)
class SandboxReport:
    """What was found, for ``vaas doctor`` and the health page.

    Attributes:
        bwrap: version of bubblewrap, empty if there is none.
        usable: whether a sandbox could be built and run.
        detail: why not, in the words of the programs involved.
        own_users: each kernel gets a user of its own (the server is root).
        no_nesting: no further user namespace can be made inside.
        seccomp: system calls are filtered.
        landlock: version of Landlock's interface, 0 if absent; told, not needed.
        cgroups: version in use, 0 if none may be written.
        controllers: those that may be written.
        missing: what would make it stronger, with the command that adds it.
    """

    bwrap: str
    usable: bool
    detail: str
    own_users: bool
    no_nesting: bool
    seccomp: bool
    landlock: int
    cgroups: int
    controllers: tuple[str, ...]
    missing: dict[str, str] = field(default_factory=dict)

    @property
    def level(self) -> str:
        """``full``, ``reduced`` (something listed in ``missing``) or ``none``."""
        if not self.usable:
            return "none"
        return "reduced" if self.missing else "full"


async def probe() -> SandboxReport:
    """Find out, by building the smallest sandbox; takes some ten milliseconds."""
    version = await asyncio.to_thread(_bwrap_version)
    filtered = await asyncio.to_thread(_seccomp_works)
    orders, detail = await _strongest(filtered=filtered) if version else (None, "no bubblewrap")
    groups = await asyncio.to_thread(Cgroups.find)
    report = SandboxReport(
        bwrap=version,
        usable=orders is not None,
        detail=detail,
        own_users=orders is not None and orders.uid is not None,
        no_nesting=orders is not None and orders.no_nesting,
        seccomp=filtered,
        landlock=_landlock(),
        cgroups=groups.version,
        controllers=tuple(sorted(groups.roots)),
    )
    report.missing.update(_missing(report))
    return report


async def _strongest(*, filtered: bool) -> tuple[Orders | None, str]:
    """The strongest way of starting that works, and why the stronger ones do not."""
    users = (TRY_UID, None) if os.geteuid() == 0 else (None,)
    said = ""
    for uid in users:
        for no_nesting in (True, False):
            orders = Orders((), uid, no_nesting=no_nesting, filtered=filtered)
            said = await _trial(orders)
            if not said:
                return orders, ""
    return None, said


async def _trial(orders: Orders) -> str:
    """Run ``true`` in a sandbox; what went wrong, or nothing."""
    world = World(("/usr/bin/true",), (), {}, "/", TRIAL_LIMITS, b"")
    try:
        async with asyncio.timeout(10):
            process = await launch(world, orders)
    except (KernelStartFailed, OSError) as error:
        return str(error)
    except TimeoutError:
        return "bubblewrap did not answer within 10 s"
    code = await process.wait()
    notes = await abandon(process)
    return "" if code == 0 else notes or f"exit status {code}"


def _bwrap_version() -> str:
    path = shutil.which("bwrap")
    if path is None:
        return ""
    done = subprocess.run([path, "--version"], capture_output=True, timeout=10, check=False)
    return done.stdout.decode().strip().removeprefix("bubblewrap ")


def _seccomp_works() -> bool:
    try:
        return bool(seccomp.program())
    except (ImportError, OSError, RuntimeError):
        return False


def _landlock() -> int:
    """The version of Landlock that the running kernel offers."""
    libc = ctypes.CDLL(None, use_errno=True)
    return max(0, int(libc.syscall(LANDLOCK_CREATE_RULESET, None, 0, 1)))


def _missing(report: SandboxReport) -> dict[str, str]:
    """What is lacking, by name, with the command (as root, Debian) that adds it."""
    lacks = {}
    if not report.bwrap:
        lacks["bubblewrap"] = "apt-get install bubblewrap"
    elif not report.usable:
        lacks["user namespaces"] = "sysctl -w kernel.unprivileged_userns_clone=1"
    elif not report.own_users:
        lacks["a user for each kernel"] = "systemctl edit vaas.service  # [Service] User=root"
    if not report.seccomp:
        lacks["system call filter"] = "apt-get install libseccomp2"
    if not Path("/usr/bin/prlimit").exists():
        lacks["process limits"] = "apt-get install util-linux"
    if not {"memory", "pids", "cpu"} <= set(report.controllers):
        lacks["cgroup limits"] = "systemctl edit vaas.service  # [Service] Delegate=yes"
    return lacks


__all__ = ["SandboxReport", "probe"]
