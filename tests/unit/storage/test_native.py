from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.storage.readers import FaultyReader, Seen, a_share
from vaas.errors import FolderPrivate, ShareUnknown
from vaas.model import Phase
from vaas.storage import NativeStorage

TOKEN = a_share().link.token
READER = FaultyReader({})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    for path in ("index.ipynb", "d/b.ipynb", ".h/x.ipynb", "d/a.csv", "__pycache__/m.pyc"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("{}")
    (tmp_path / "secret.ipynb").write_text("{}")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "other.ipynb").write_text("{}")
    (folder / "out.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (folder / "outside").symlink_to(tmp_path / "elsewhere")
    (folder / "loop").symlink_to(folder)
    (folder / "dangling").symlink_to(folder / "nothing")
    (folder / "in.ipynb").symlink_to(folder / "d" / "b.ipynb")
    return folder


@pytest.fixture(autouse=True)
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    private = tmp_path / "tmp"
    private.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(private))
    yield private
    assert not list(private.iterdir())


async def test_a_folder_is_shown_where_it_is(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(folder)
    storage = NativeStorage({TOKEN: tmp_path / "alias"})
    seen = Seen()
    async with storage.open(a_share(), READER, seen) as workspace:
        assert workspace.path == folder
        assert workspace.notebooks == ("index.ipynb", "d/b.ipynb", "in.ipynb")
        assert (workspace.files, workspace.size) == (4, 8)
    assert seen.phases == [Phase("data", 4, 4, 8)]
    await storage.close()


async def test_a_single_notebook_is_shown_without_its_neighbours(
    folder: Path, private: Path
) -> None:
    notebook = folder / "d" / "b.ipynb"
    notebook.chmod(0o600)
    storage = NativeStorage({TOKEN: notebook})
    async with storage.open(a_share(is_file=True), READER, Seen()) as workspace:
        assert [path.name for path in workspace.path.iterdir()] == ["b.ipynb"]
        assert workspace.notebooks == ("b.ipynb",)
        assert workspace.path.is_relative_to(private)
        assert (workspace.path / "b.ipynb").stat().st_mode & 0o777 == 0o444
        assert workspace.path.stat().st_mode & 0o777 == 0o555
    assert notebook.stat().st_mode & 0o777 == 0o600


async def test_only_named_paths_that_exist(folder: Path) -> None:
    for paths in ({}, {"other": folder}, {TOKEN: folder / "none"}, {TOKEN: folder / "dangling"}):
        with pytest.raises(ShareUnknown):
            async with NativeStorage(paths).open(a_share(), READER, Seen()):
                pass


async def test_the_private_folder_goes_even_after_an_error(folder: Path) -> None:
    storage = NativeStorage({TOKEN: folder / "index.ipynb"})
    with pytest.raises(RuntimeError):
        async with storage.open(a_share(), READER, Seen()):
            raise RuntimeError


async def test_a_folder_that_kernels_may_not_read(folder: Path) -> None:
    """As the administrator kernels have users of their own; else they are ours."""
    await asyncio.to_thread(folder.chmod, 0o700)
    opening = NativeStorage({TOKEN: folder}).open(a_share(), READER, Seen())
    if os.geteuid() == 0:
        with pytest.raises(FolderPrivate, match="mode is 700"):
            await opening.__aenter__()
    else:
        async with opening as workspace:
            assert workspace.files == 4
