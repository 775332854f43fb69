"""What this machine lacks, and the command that installs it."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from vaas.config import Settings
from vaas.doorways import app_terms
from vaas.kernels import Installations, SandboxReport, probe
from vaas.kernels.installations import packages, python_version, unreadable
from vaas.model import Installation
from vaas.rendering import find_browser
from vaas.shares.cs3 import extra
from vaas.storage import DavfsMount, DavfsSite, RcloneMount, RcloneSite, Site, Sites, find_program

_DEVICE = "/dev/fuse"
_LOADS = f"modprobe fuse  # for a container: docker run --device {_DEVICE}"
_ALLOWS = f"docker run --cap-add SYS_ADMIN --security-opt apparmor=unconfined --device {_DEVICE}"
_AS_ROOT = "systemctl edit vaas.service  # [Service] User=root"
_DRAWN = "ipywidgets"
"""The widgets whose browser's half is part of our page."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at.

    Attributes:
        name: what.
        ok: whether it is there.
        detail: version, or what is missing and why it matters.
        cure: the command that adds it, or empty.
        optional: whether VaaS opens dashboards without it.
    """

    name: str
    ok: bool
    detail: str
    cure: str = ""
    optional: bool = False


async def examine(environments: Path, settings: Settings | None = None) -> list[Finding]:
    """Look at the sandbox, limits, programs and environments of this machine.

    Args:
        environments: folder of those that the operator made.
        settings: if what they name elsewhere is to be looked at too.
    """
    report = await probe()
    made = await asyncio.to_thread(_environments, environments)
    modes = await data_modes()
    elsewhere = await _opening(settings) if settings else []
    return [_sandbox(report), *_strength(report), *made, _stills(), *modes, *elsewhere]


async def _opening(settings: Settings) -> list[Finding]:
    """Whether the gateway of Open with VaaS answers, and would show it for notebooks."""
    terms = app_terms(settings)
    if terms is None:
        return []
    with extra("cs3_app"):
        from vaas.mesh.cs3.registration import lacks  # noqa: PLC0415 (an extra)
    lack = await lacks(terms)
    detail = lack or f"{terms.site.gateway} answers, and knows notebooks"
    return [Finding("open with VaaS", not lack, detail, optional=True)]


def _environments(folder: Path) -> list[Finding]:
    """Which there are, and whether kernels can read and pages draw them."""
    return [_environment(one) for one in Installations(folder).all()]


def _environment(one: Installation) -> Finding:
    name, there = f"environment {one.name}", packages(one)
    told = f"Python {python_version(one)}, {len(there)} packages"
    if closed := unreadable(one):
        cure = f"chmod o+x {closed}"
        return Finding(name, ok=False, detail=f"kernels may not enter {closed}", cure=cure)
    ours, theirs = version(_DRAWN), there.get(_DRAWN, "")
    if theirs.split(".")[0] != ours.split(".")[0]:
        detail = f"{told}; pages draw {_DRAWN} {ours}, it has {theirs or 'none'}"
        return Finding(name, ok=False, detail=detail, cure=f"vaas env add {one.name}")
    return Finding(name, ok=True, detail=told)


def _sandbox(report: SandboxReport) -> Finding:
    lacks = report.missing
    if report.usable:
        return Finding(
            "sandbox", ok=True, detail=f"bubblewrap {report.bwrap}, level {report.level}"
        )
    cure = lacks.get("bubblewrap") or lacks.get("user namespaces", "")
    return Finding("sandbox", ok=False, detail=report.detail, cure=cure)


def _strength(report: SandboxReport) -> list[Finding]:
    """What makes the sandbox stronger."""
    limits = "only those that a process can set itself"
    if report.cgroups:
        limits = f"cgroup v{report.cgroups}: {', '.join(report.controllers)}"
    found = (
        ("own user for each kernel", "a user for each kernel", report.own_users, ""),
        ("system call filter", "system call filter", report.seccomp, ""),
        ("limits of memory, time and processes", "cgroup limits", bool(report.cgroups), limits),
    )
    told = [
        Finding(name, ok, detail, report.missing.get(lack, ""), optional=True)
        for name, lack, ok, detail in found
    ]
    known = {"bubblewrap", "user namespaces", *(lack for _, lack, _, _ in found)}
    return told + [
        Finding(lack, ok=False, detail="", cure=cure, optional=True)
        for lack, cure in report.missing.items()
        if lack not in known
    ]


def _stills() -> Finding:
    """Whether pages can show widgets before their scripts have run."""
    found = find_browser()
    detail = found or "pages show their widgets only when their scripts have run"
    return Finding("stills", bool(found), detail, "apt-get install chromium", optional=True)


def print_findings(findings: list[Finding], *, as_json: bool) -> None:
    """Print what was found, one line each, or as JSON."""
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))  # noqa: T201 - the command's answer
        return
    for finding in findings:
        mark = "ok     " if finding.ok else "absent " if finding.optional else "MISSING"
        cure = f"  ->  {finding.cure}" if finding.cure and not finding.ok else ""
        print(f"{mark}  {finding.name}  {finding.detail}{cure}".rstrip())  # noqa: T201 - the command's answer


async def data_modes() -> list[Finding]:
    """Look which ways there are to bring a share's files here, and what is missing for the others.

    ``copy``, and ``native`` folders, need nothing. What mounts is asked as it is
    when a large share is opened: a system may refuse what all programs are there for.
    """
    rclone = _lacks("rclone", "rclone")
    mount = _lacks("rclone", "rclone fuse3") or _lacks("fusermount3", "rclone fuse3")
    mount = mount or await _refusal(RcloneMount, RcloneSite)
    davfs = _lacks("mount.davfs", "davfs2") or await _refusal(DavfsMount, DavfsSite)
    return [
        _mode("copy", None, "brings whole shares, once for each version"),
        _mode("native", None, "shows folders of this machine, where a site has rules for it"),
        _mode("mount", mount, "reads large shares where they lie; else davfs or copy"),
        _mode("sync", rclone, "brings whole shares with rclone; else copy"),
        _mode("davfs", davfs, "stands in where rclone is missing"),
    ]


def _mode(name: str, lack: tuple[str, str] | None, purpose: str) -> Finding:
    what, cure = lack or ("", "")
    detail = f"{purpose} ({what})" if what else purpose
    return Finding(f"data mode {name}", not what, detail, cure, optional=True)


def _lacks(program: str, packages: str) -> tuple[str, str] | None:
    return None if find_program(program) else (f"no {program}", f"apt-get install {packages}")


async def _refusal(
    kind: type[RcloneMount | DavfsMount], site: Callable[[Path], Site]
) -> tuple[str, str] | None:
    """Why nothing can be mounted although the programs are there, and what changes that."""
    if not os.access(_DEVICE, os.R_OK | os.W_OK):
        return f"no {_DEVICE}", _LOADS
    with tempfile.TemporaryDirectory(prefix="vaas-") as folder:
        storage = kind(Sites(Path(folder), site))
        try:
            lack = await storage.lack()
        finally:
            await storage.close()
    return (lack, _ALLOWS if os.geteuid() == 0 else _AS_ROOT) if lack else None


__all__ = ["Finding", "data_modes", "examine", "print_findings"]
