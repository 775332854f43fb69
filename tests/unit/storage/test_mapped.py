"""Shares that are folders of this machine too: which, and which never."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.storage.readers import FaultyReader, Seen, a_share
from vaas.errors import VaasError, WorkspaceError
from vaas.model import Reader, Share, ShareLink, Workspace
from vaas.storage import MappedStorage, PathRule, Storage
from vaas.storage.base import OnProgress
from vaas.storage.mapped import address
from vaas.storage.tasks import in_own_thread

BASE = "https://dav.test/files"


class Elsewhere(Storage):
    """Stands for the mode that serves what no rule leads to."""

    def open(self, share: Share, _reader: Reader, _on_progress: OnProgress):
        return self._open(share)

    @asynccontextmanager
    async def _open(self, share: Share) -> AsyncIterator[Workspace]:
        yield Workspace(Path("elsewhere"), share.version, (), 0, 0)

    async def close(self) -> None:
        pass


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    """Folders of two people; one made links to what is the other's, and to the system's."""
    inside = tmp_path / "eos"
    for path in ("ada/data/index.ipynb", "ada/data/own.csv", "bob/secret.csv"):
        (inside / path).parent.mkdir(parents=True, exist_ok=True)
        (inside / path).write_text("{}")
    (inside / "ada" / "out").symlink_to("/etc")
    (inside / "ada" / "bobs").symlink_to(inside / "bob")
    (inside / "ada" / "data" / "passwd").symlink_to("/etc/passwd")
    (inside / "ada" / "file").write_text("")
    (tmp_path / "eos2").mkdir()
    return inside


def storage(inside: Path, link: str = rf"{BASE}/(.+)", folder: str = r"\1") -> MappedStorage:
    return MappedStorage([PathRule(re.compile(link), folder, inside)], Elsewhere())


def share(path: str, **more: object) -> Share:
    link = ShareLink(f"{BASE}/{path}", "-", "", "webdav")
    return replace(a_share(), link=link, **more)  # type: ignore[arg-type]


async def shown(storage: Storage, share: Share) -> Workspace:
    reader = FaultyReader({"index.ipynb": b"{}", "own.csv": b"{}"})
    async with storage.open(share, reader, Seen()) as workspace:
        if workspace.front:
            files = {path.name for path in workspace.front.iterdir()}
            assert files == {"index.ipynb"}, "the service reads what the site says"
            assert (workspace.front / "index.ipynb").read_bytes() == b"{}"
    if workspace.front:
        assert not workspace.front.exists()
    return workspace


async def test_the_folder_of_a_link(inside: Path) -> None:
    found = await shown(storage(inside), share("ada/data"))
    assert found.path == inside / "ada" / "data"
    assert (found.notebooks, found.files, found.mounted) == (("index.ipynb",), 2, False)


@pytest.mark.parametrize(
    "path",
    [
        "ada/none",
        "ada/file",
        "ada/out",
        "ada/bobs",
        "ada/../bob",
        "ada/%2e%2e/bob",
        "ada%2fdata",
        "ada/..%2fbob",
        "..",
        "../eos2",
        "%00",
        "ada//data",
        "./",
    ],
)
async def test_what_leads_elsewhere_is_not_shown(inside: Path, path: str) -> None:
    assert (await shown(storage(inside), share(path))).path == Path("elsewhere")


@pytest.mark.parametrize(
    ("link", "folder"), [("https://other.test/(.+)", r"\1"), (rf"{BASE}/(.+)", r"\2"), (".*", "")]
)
async def test_rules_that_do_not_fit(inside: Path, link: str, folder: str) -> None:
    found = await shown(storage(inside, link, folder), share("ada/data"))
    assert found.path == Path("elsewhere")


async def test_one_file_is_left_to_the_other_mode(inside: Path) -> None:
    found = await shown(storage(inside), share("ada/data", is_file=True))
    assert found.path == Path("elsewhere")


def test_addresses_have_one_spelling() -> None:
    root = "https://cloud.test/nc"
    assert address(ShareLink(root, "AbC")) == f"{root}/s/AbC"
    assert address(ShareLink(root, "d.0123abcd", hint="seafile")) == f"{root}/d/0123abcd"
    assert address(ShareLink("https://d.test/a%20b/", "-", hint="webdav")) == "https://d.test/a b"


async def test_the_version_is_that_of_the_folder(inside: Path) -> None:
    mode, first = storage(inside), share("ada/data")
    before = await mode.stamped(first)
    assert before.version != first.version
    assert await mode.stamped(first) == before
    (inside / "ada" / "data" / "own.csv").write_text("changed")
    assert (await mode.stamped(first)).version != before.version
    unknown = share("ada/none")
    assert await mode.stamped(unknown) == unknown


async def test_a_refusal_of_the_site_holds_here_too(inside: Path) -> None:
    reader = FaultyReader({"index.ipynb": b"{}"})

    def refuse(_folder: str) -> None:
        raise WorkspaceError("no")

    reader.on_list = refuse
    with pytest.raises(VaasError):
        await storage(inside).open(share("ada/data"), reader, Seen()).__aenter__()


async def test_a_file_system_that_hangs_keeps_nobody() -> None:
    gate, slots = threading.Event(), threading.BoundedSemaphore(3)
    try:
        with pytest.raises(WorkspaceError, match="does not answer"):
            await in_own_thread(gate.wait, 0.05, slots)
        assert await in_own_thread(lambda: 7, 5, slots) == 7
        with pytest.raises(WorkspaceError, match="No such file"):
            await in_own_thread(Path("not/there").stat, 5, slots)
        stuck = [asyncio.create_task(in_own_thread(gate.wait, 5, slots)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(WorkspaceError, match="too many"):
            await in_own_thread(lambda: 7, 5, slots)
    finally:
        gate.set()
    await asyncio.gather(*stuck)
