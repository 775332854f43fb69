"""Which data modes a machine has, and what adds the others."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vaas import doctor
from vaas.storage.fuse import mounts_below


def lacking(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    found = shutil.which

    def which(name: str, path: str | None = None) -> str | None:
        return None if name in names else (found(name, path=path) or f"/bin/{name}")

    monkeypatch.setattr(shutil, "which", which)


async def modes() -> dict[str, doctor.Finding]:
    return {one.name.removeprefix("data mode "): one for one in await doctor.data_modes()}


async def test_all_modes_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking(monkeypatch)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "access", lambda *_: True)
    assert {name for name, one in (await modes()).items() if one.ok} == {
        "copy",
        "native",
        "mount",
        "sync",
        "davfs",
    }


async def test_without_rclone(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking(monkeypatch, "rclone")
    monkeypatch.setattr(os, "access", lambda *_: True)
    found = await modes()
    assert (found["mount"].ok, found["mount"].cure) == (False, "apt-get install rclone fuse3")
    assert (found["sync"].ok, found["sync"].cure) == (False, "apt-get install rclone")
    assert found["copy"].ok
    assert all(one.optional for one in found.values())


async def test_what_no_package_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking(monkeypatch)
    monkeypatch.setattr(os, "access", lambda *_: False)
    found = await modes()
    for name in ("mount", "davfs"):
        assert not found[name].ok
        assert found[name].cure.startswith("modprobe fuse ")
        assert "/dev/fuse" in found[name].detail
    monkeypatch.setattr(os, "access", lambda *_: True)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    davfs = (await modes())["davfs"]
    assert not davfs.ok
    assert davfs.cure.endswith("User=root")
    assert "administrator" in davfs.detail
    lacking(monkeypatch, "mount.davfs")
    assert (await modes())["davfs"].cure == "apt-get install davfs2"


LOOK = """
import asyncio, dataclasses, json
from vaas import doctor
found = asyncio.run(doctor.data_modes())
print(json.dumps({one.name.split()[-1]: dataclasses.asdict(one) for one in found}))
"""


def test_a_system_that_refuses_mounts(tmp_path: Path) -> None:
    """As in a container of the usual kind: all programs and the device are there."""
    less = ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"]
    done = subprocess.run(
        [*less, sys.executable, "-c", LOOK],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        check=True,
        capture_output=True,
    )
    found = json.loads(done.stdout)
    assert {name for name, one in found.items() if one["ok"]} == {"copy", "native", "sync"}
    for name in ("mount", "davfs"):
        assert "(mounts are not possible: permission denied" in found[name]["detail"]
        assert "--cap-add SYS_ADMIN" in found[name]["cure"]
    assert not mounts_below(tmp_path)
    assert not list(tmp_path.iterdir())
