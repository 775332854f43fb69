"""The doctor names each lack once, with the command that cures just that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from vaas import doctor
from vaas.kernels import SandboxReport
from vaas.kernels.probe import _missing

WHOLE = SandboxReport(
    bwrap="0.8.0",
    usable=True,
    detail="",
    own_users=True,
    no_nesting=True,
    seccomp=True,
    landlock=4,
    cgroups=2,
    controllers=("cpu", "memory", "pids"),
)


async def told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], report: SandboxReport
) -> list[str]:
    report = replace(report, missing=_missing(report))

    async def probed() -> SandboxReport:
        return report

    monkeypatch.setattr(doctor, "probe", probed)
    doctor.print_findings(await doctor.examine(Path("/nowhere")), as_json=False)
    lines = capsys.readouterr().out.splitlines()
    elsewhere = ("data mode", "stills", "environment")  # test_doctor_modes.py, and below
    return [line for line in lines if not any(name in line for name in elsewhere)]


async def test_a_machine_with_everything(monkeypatch, capsys) -> None:
    lines = await told(monkeypatch, capsys, WHOLE)
    assert [line.split()[0] for line in lines] == ["ok"] * 4


async def test_namespaces_that_are_switched_off(monkeypatch, capsys) -> None:
    report = replace(WHOLE, usable=False, own_users=False, detail="setting up uid map: denied")
    lines = await told(monkeypatch, capsys, report)
    [line] = [line for line in lines if line.startswith("MISSING")]
    assert "denied" in line
    assert "sysctl" in line
    assert "install bubblewrap" not in "".join(lines)


async def test_a_machine_without_bubblewrap(monkeypatch, capsys) -> None:
    report = replace(WHOLE, bwrap="", usable=False, own_users=False, detail="no bubblewrap")
    [line] = [x for x in await told(monkeypatch, capsys, report) if x.startswith("MISSING")]
    assert line.endswith("->  apt-get install bubblewrap")


async def test_somebody_who_is_not_root(monkeypatch, capsys) -> None:
    report = replace(WHOLE, own_users=False, cgroups=0, controllers=())
    lines = await told(monkeypatch, capsys, report)
    assert len(lines) == 4
    assert "User=root" in lines[1]
    assert "v0" not in lines[3]
    assert "Delegate=yes" in lines[3]


@pytest.mark.parametrize("found", ["/usr/bin/chromium", None])
async def test_the_browser_is_optional(monkeypatch, capsys, found) -> None:
    monkeypatch.setattr(doctor, "find_browser", lambda: found)
    doctor.print_findings([doctor._stills()], as_json=False)
    line = capsys.readouterr().out
    assert line.startswith("ok" if found else "absent")
    assert ("apt-get install chromium" in line) is (found is None)
