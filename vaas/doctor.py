"""What this machine lacks, and the command that installs it."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from vaas.kernels import SandboxReport, probe

_PROGRAMS = {
    "rclone": ("mounts large shares; without it they are copied", "apt-get install rclone"),
    "fusermount3": ("mounts large shares; without it they are copied", "apt-get install fuse3"),
}


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


async def examine() -> list[Finding]:
    """Look at the sandbox, limits and programs of this machine."""
    report = await probe()
    findings = [_sandbox(report), *_strength(report)]
    return findings + [_program(name) for name in _PROGRAMS] + [_fuse()]


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


def print_findings(findings: list[Finding], *, as_json: bool) -> None:
    """Print what was found, one line each, or as JSON."""
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))  # noqa: T201 - the command's answer
        return
    for finding in findings:
        mark = "ok     " if finding.ok else "absent " if finding.optional else "MISSING"
        cure = f"  ->  {finding.cure}" if finding.cure and not finding.ok else ""
        print(f"{mark}  {finding.name}  {finding.detail}{cure}".rstrip())  # noqa: T201 - the command's answer


def _program(name: str) -> Finding:
    purpose, cure = _PROGRAMS[name]
    path = shutil.which(name) or shutil.which(name, path="/sbin:/usr/sbin")
    return Finding(name, path is not None, path or purpose, cure, optional=True)


def _fuse() -> Finding:
    there = Path("/dev/fuse").exists()
    return Finding("/dev/fuse", there, "" if there else "needed for mounts", optional=True)


__all__ = ["Finding", "examine", "print_findings"]
