"""What this machine lacks, and the command that installs it."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from vaas.kernels import probe

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
    findings = [
        Finding(
            "sandbox",
            report.usable,
            f"bubblewrap {report.bwrap}, level {report.level}" if report.usable else report.detail,
            "" if report.usable else report.missing.get("bwrap", "apt-get install bubblewrap"),
        ),
        Finding("own user for each kernel", report.own_users, "", optional=True),
        Finding("system call filter", report.seccomp, "", optional=True),
        Finding(
            "limits of memory, time and processes",
            bool(report.cgroups),
            f"cgroup v{report.cgroups}: {', '.join(report.controllers)}",
            optional=True,
        ),
    ]
    findings += [
        Finding(f"missing: {what}", ok=False, detail="", cure=cure, optional=True)
        for what, cure in report.missing.items()
    ]
    return findings + [_program(name) for name in _PROGRAMS] + [_fuse()]


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
