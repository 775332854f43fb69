"""What every data mode must do alike, over every system that it serves."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from tests.contracts.conftest import REMOTE
from tests.contracts.systems import PASSWORD, Emulated, OfThisMachine, Plain, System
from vaas.errors import PasswordWrong, ShareUnknown
from vaas.model import Share, Workspace
from vaas.shares import Shares
from vaas.storage import (
    CopyLimits,
    CopyStorage,
    DavfsMount,
    DavfsSite,
    MappedStorage,
    NativeStorage,
    PathRule,
    RcloneMount,
    RcloneSite,
    Sites,
    Storage,
    SyncStorage,
)
from vaas.storage.fuse import mounts_below
from vaas.storage.mapped import address

BIG = b"".join(hashlib.sha512(b"%d" % n).digest() for n in range(47_000))
TREE = {
    "notebook.ipynb": b'{"cells": []}',
    "more/second.ipynb": b"{}",
    "more/two words/größe #1 100%.csv": b"a,b\n1,2\n" * 400,
    "more/-x/日本データ+&;=@.txt": b"leaf",
    "[x]{y}~$!@^.txt": b"odd",
    "big.bin": BIG,
    "empty.bin": b"",
}
MODES = ("copy", "mount")
NEWER = ("mount by a newer rclone", "sync by a newer rclone")
FEW = ("nextcloud", "wsgidav", "apache")
REMOTE_CASES = [(mode, system) for system in REMOTE for mode in MODES] + [
    (mode, system) for system in FEW for mode in ("sync", "davfs", *NEWER)
]
IN_PLACE = [("native", "local"), ("mapped", "wsgidav")]
CASES = REMOTE_CASES + IN_PLACE
every = pytest.mark.parametrize(("mode", "system"), CASES, indirect=["system"])

# A folder shown in place is protected by the sandbox alone, and changes: that is the point of it.
fetched = pytest.mark.parametrize(("mode", "system"), REMOTE_CASES, indirect=["system"])

# A folder of one's own machine has no password.
guarded = pytest.mark.parametrize(
    ("mode", "system"), [*REMOTE_CASES, ("mapped", "wsgidav")], indirect=["system"]
)


@pytest.fixture
async def storage(
    mode: str, system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Storage]:
    made: Storage
    if mode in NEWER:
        beside = Path(sys.executable).parent
        assert (beside / "rclone").exists()
        monkeypatch.setenv("PATH", f"{beside}{os.pathsep}{os.environ['PATH']}")
        mode = mode.split(maxsplit=1)[0]
    copy = CopyStorage(tmp_path / "store", CopyLimits(free_bytes=0))
    if mode == "copy":
        made = copy
    elif mode == "mount":
        made = RcloneMount(rclone(tmp_path))
    elif mode == "davfs":
        made = DavfsMount(Sites(tmp_path / "store", DavfsSite))
    elif mode == "sync":
        made = SyncStorage(tmp_path / "copies", CopyLimits(free_bytes=0), rclone(tmp_path))
    elif mode == "mapped":
        assert isinstance(system, Plain)
        made = mapped(system, copy)
    else:
        assert isinstance(system, OfThisMachine)
        made = NativeStorage(system.paths)
    yield made
    await made.close()
    await copy.close()
    assert not mounts_below(tmp_path)
    if mode in ("mount", "sync", "davfs"):
        assert not (tmp_path / "store").exists() or not list((tmp_path / "store").iterdir())


def rclone(folder: Path) -> Sites:
    return Sites(folder / "store", RcloneSite)


def mapped(system: Plain, otherwise: Storage) -> MappedStorage:
    """Shows a server's own folder."""
    link = re.compile(rf"http://{re.escape(system.host)}/(?:open|locked)/(.+)")
    return MappedStorage([PathRule(link, r"\1", system.root)], otherwise)


def fill(folder: Path) -> Path:
    for path, content in TREE.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder


def content(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {p.relative_to(folder).as_posix(): digest(p.read_bytes()) for p in found}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def refused(path: Path) -> bool:
    """Whether a kernel, as the user that it is, cannot write there."""
    become = ["setpriv", "--reuid", "61001", "--regid", "61001", "--clear-groups"]
    user = become if os.geteuid() == 0 else []
    return subprocess.run([*user, "touch", path], check=False, capture_output=True).returncode != 0


async def share_of(system: System, shares: Shares, path: Path, **options: object) -> Share:
    secret = system.password(PASSWORD) if options else None
    return await shares.resolve(system.share(path, **options), secret)


@every
async def test_the_tree_is_that_of_the_share(
    system: System, shares: Shares, storage: Storage
) -> None:
    share = await share_of(system, shares, fill(system.folder()))
    async with storage.open(share, shares, lambda _: None) as workspace:
        found = await asyncio.to_thread(content, workspace.path)
        assert found == {path: digest(data) for path, data in TREE.items()}
        assert workspace.notebooks == ("more/second.ipynb", "notebook.ipynb")
        assert (workspace.files, workspace.size) == (7, sum(map(len, TREE.values())))
        for name in workspace.notebooks:
            assert (workspace.near / name).read_bytes() == TREE[name]


@every
async def test_parts_of_a_file_are_right(system: System, shares: Shares, storage: Storage) -> None:
    share = await share_of(system, shares, fill(system.folder()))
    places = [(n * 1_000_003 % len(BIG), n * 7919 % 100_000 + 1) for n in range(20)]

    def parts(path: Path) -> list[bytes]:
        with path.open("rb") as file:
            return [os.pread(file.fileno(), size, start) for start, size in places]

    async with storage.open(share, shares, lambda _: None) as workspace:
        found = await asyncio.to_thread(parts, workspace.path / "big.bin")
        assert found == [BIG[start : start + size] for start, size in places]


@fetched
async def test_nothing_can_be_written(system: System, shares: Shares, storage: Storage) -> None:
    share = await share_of(system, shares, fill(system.folder()))
    async with storage.open(share, shares, lambda _: None) as workspace:
        for name in ("notebook.ipynb", "new", "more/new"):
            assert await asyncio.to_thread(refused, workspace.path / name)


@every
async def test_a_share_of_one_file(system: System, shares: Shares, storage: Storage) -> None:
    share = await share_of(system, shares, fill(system.folder()) / "notebook.ipynb")
    async with storage.open(share, shares, lambda _: None) as workspace:
        assert workspace.notebooks == ("notebook.ipynb",)
        found = await asyncio.to_thread(content, workspace.path)
        assert found == {"notebook.ipynb": digest(TREE["notebook.ipynb"])}
        assert (workspace.near / "notebook.ipynb").read_bytes() == TREE["notebook.ipynb"]


@every
async def test_viewers_of_one_version_share_it(
    system: System, shares: Shares, storage: Storage
) -> None:
    share = await share_of(system, shares, fill(system.folder()))
    async with AsyncExitStack() as first:
        open_ = [storage.open(share, shares, lambda _: None) for _ in range(3)]
        one = await first.enter_async_context(open_[0])
        async with open_[1] as two:
            assert (two.path, two.files) == (one.path, one.files)
        assert len(await asyncio.to_thread(content, one.path)) == 7
        async with open_[2] as three:
            assert await asyncio.to_thread(content, three.path)


@fetched
async def test_a_change_never_gives_a_mixture(
    system: System, shares: Shares, storage: Storage
) -> None:
    folder = fill(system.folder())
    share = await share_of(system, shares, folder)
    async with storage.open(share, shares, lambda _: None) as workspace:
        changed = bytes(len(BIG) + 5)
        (folder / "big.bin").write_bytes(changed)
        assert await asyncio.to_thread(whole_or_nothing, workspace, "big.bin") in (BIG, None)
    later = await share_of(system, shares, folder)
    assert later.version != share.version
    async with storage.open(later, shares, lambda _: None) as workspace:
        assert await asyncio.to_thread(whole_or_nothing, workspace, "big.bin") == changed


def whole_or_nothing(workspace: Workspace, name: str) -> bytes | None:
    try:
        return (workspace.path / name).read_bytes()
    except OSError:
        return None


@every
async def test_a_link_that_is_gone(system: System, shares: Shares, storage: Storage) -> None:
    folder = fill(system.folder())
    share = await share_of(system, shares, folder)
    folder.rename(folder.with_name(f"{folder.name} moved"))
    with pytest.raises(Exception) as caught:
        async with storage.open(share, shares, lambda _: None):
            pass
    assert getattr(caught.value, "label", "internal") != "internal"


@guarded
async def test_a_share_with_a_password(system: System, shares: Shares, storage: Storage) -> None:
    share = await share_of(system, shares, fill(system.folder()), password=PASSWORD)
    async with storage.open(share, shares, lambda _: None) as workspace:
        found = await asyncio.to_thread(content, workspace.path)
        assert found == {path: digest(data) for path, data in TREE.items()}


@guarded
async def test_a_password_that_is_wrong_by_now(
    system: System, shares: Shares, storage: Storage
) -> None:
    share = await share_of(system, shares, fill(system.folder()), password=PASSWORD)
    share = replace(share, password=system.password("another one"))
    with pytest.raises(PasswordWrong):
        async with storage.open(share, shares, lambda _: None):
            pass


@pytest.mark.parametrize("system", ["nextcloud"], indirect=True)
async def test_a_folder_that_is_here_too_goes_with_its_link(
    system: Emulated, shares: Shares, tmp_path: Path
) -> None:
    folder = fill(system.folder())
    share = await share_of(system, shares, folder)
    rule = PathRule(re.compile(re.escape(address(share.link))), folder.name, system.root)
    async with AsyncExitStack() as stack:
        copy = CopyStorage(tmp_path)
        stack.push_async_callback(copy.close)
        storage = MappedStorage([rule], copy)
        async with storage.open(share, shares, lambda _: None) as workspace:
            assert workspace.path == folder
        system.efss.remove_link(f"{share.link.root}/s/{share.link.token}")
        with pytest.raises(ShareUnknown):
            async with storage.open(share, shares, lambda _: None):
                pass
    assert folder.is_dir()


@pytest.mark.parametrize(("mode", "system"), [("mapped", "wsgidav")], indirect=["system"])
async def test_a_change_in_a_folder_that_is_here_too_is_another_version(
    system: System, shares: Shares, storage: Storage
) -> None:
    folder = fill(system.folder())
    share = await storage.stamped(await share_of(system, shares, folder))
    assert await storage.stamped(await share_of(system, shares, folder)) == share
    async with storage.open(share, shares, lambda _: None) as workspace:
        (folder / "more" / "new.csv").write_text("a,b")
        assert (workspace.path / "more" / "new.csv").read_text() == "a,b"
    later = await storage.stamped(await share_of(system, shares, folder))
    assert later.version != share.version
