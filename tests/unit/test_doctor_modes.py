"""Which data modes a machine has, and what adds the others."""

from __future__ import annotations

import os
import shutil

import pytest

from vaas import doctor


def lacking(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    found = shutil.which

    def which(name: str, path: str | None = None) -> str | None:
        return None if name in names else (found(name, path=path) or f"/bin/{name}")

    monkeypatch.setattr(shutil, "which", which)


def modes() -> dict[str, doctor.Finding]:
    return {one.name.removeprefix("data mode "): one for one in doctor.data_modes()}


def test_all_modes_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking(monkeypatch)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "access", lambda *_: True)
    assert {name for name, one in modes().items() if one.ok} == {
        "copy",
        "native",
        "mount",
        "sync",
        "davfs",
    }


def test_without_rclone(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking(monkeypatch, "rclone")
    monkeypatch.setattr(os, "access", lambda *_: True)
    found = modes()
    assert (found["mount"].ok, found["mount"].cure) == (False, "apt-get install rclone fuse3")
    assert (found["sync"].ok, found["sync"].cure) == (False, "apt-get install rclone")
    assert found["copy"].ok
    assert all(one.optional for one in found.values())


def test_what_no_package_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking(monkeypatch)
    monkeypatch.setattr(os, "access", lambda *_: False)
    found = modes()
    assert (found["mount"].ok, found["mount"].cure) == (False, "")
    assert "/dev/fuse" in found["mount"].detail
    monkeypatch.setattr(os, "access", lambda *_: True)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert (modes()["davfs"].ok, modes()["davfs"].cure) == (False, "")
    assert "root" in modes()["davfs"].detail
    lacking(monkeypatch, "mount.davfs")
    assert modes()["davfs"].cure == "apt-get install davfs2"
