"""Data mode copy against a real WebDAV server, and against kill -9 and other processes."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.unit.storage.readers import DavReader, Seen, a_share, webdav
from vaas.model import Share
from vaas.storage import CopyStorage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "owner"
    (folder / "data" / "a b").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("x")
    (folder / "index.ipynb").write_text("{}")
    (folder / "data" / "second.ipynb").write_text("{}")
    (folder / "data" / "a b" / "größe #1 100%.csv").write_bytes(os.urandom(3_000_000))
    (folder / "data" / "empty").write_bytes(b"")
    (folder / ".DS_Store").write_text("x")
    return folder


@pytest.fixture
def url(folder: Path) -> Iterator[str]:
    with webdav(folder) as url:
        yield url


@pytest.fixture
async def reader() -> AsyncIterator[DavReader]:
    async with DavReader() as reader:
        yield reader


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[CopyStorage]:
    storage = CopyStorage(tmp_path / "cache")
    yield storage
    await storage.close()


def content(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


async def test_a_share_becomes_a_workspace(
    folder: Path, url: str, reader: DavReader, storage: CopyStorage
) -> None:
    seen = Seen()
    async with storage.open(a_share(url=url), reader, seen) as workspace:
        wanted = content(folder)
        del wanted[".git/config"], wanted[".DS_Store"]
        assert content(workspace.path) == wanted
        assert workspace.notebooks == ("index.ipynb", "data/second.ipynb")
        assert (workspace.files, workspace.size) == (4, 3_000_004)
    assert seen.phases[-1].done == seen.phases[-1].total == 4
    assert seen.phases[-1].size == 3_000_004
