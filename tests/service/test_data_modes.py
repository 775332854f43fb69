"""Which way a share's files come to its dashboard, as viewers of all products get it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.service.harness import Stage, Viewer, code, staged
from vaas.model import Entry
from vaas.storage.rcd import Daemon
from vaas.storage.view import View

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]

KIB = 1 << 10
BOOK = code(
    "import os; print(os.stat('.').st_dev == os.stat('/').st_dev, os.path.realpath('.'))",
    "data = open('data/values.bin', 'rb'); data.seek(300_000); print(len(data.read()))",
    "print(sorted(os.listdir('data')))",
)


AWAY = code("print('before')", "print(len(open('data/values.bin', 'rb').read()))")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    """A service that mounts what is over half a megabyte or ten files."""
    limits = {"above_bytes": 512 * KIB, "above_files": 10}
    async with staged(kernel={"cell": 10, "most": 8, "grace": 2}, mount=limits) as found:
        yield found


def files(size: int, book: str = BOOK, count: int = 0) -> dict[str, str | bytes]:
    many = {f"data/{n}.csv": "1" for n in range(count)}
    return {"app.ipynb": book, "data/values.bin": bytes(size), **many}


@pytest.mark.parametrize("product", ["nextcloud", "owncloud", "ocis", "reva", "seafile"])
async def test_a_large_share_is_mounted(stage: Stage, viewer: Viewer, product: str) -> None:
    line = await viewer.view(stage.share(files(600 * KIB), product))
    assert [line.texts(n) for n in range(3)] == [
        "False /mounted/share\n",
        f"{600 * KIB - 300_000}\n",
        "['values.bin']\n",
    ]
    assert line.ready == {"failed": False}


async def test_a_small_one_is_copied(stage: Stage, viewer: Viewer) -> None:
    line = await viewer.view(stage.share(files(400 * KIB)))
    assert line.texts(0).endswith(" /data\n")
    assert line.texts(1) == f"{400 * KIB - 300_000}\n"


async def test_one_of_many_small_files_is_brought_by_rclone(
    stage: Stage, viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []
    begin = Daemon.begin_copy

    async def noted(daemon: Daemon, url: str, key: str, place: Path) -> int:
        asked.append(place)
        return await begin(daemon, url, key, place)

    monkeypatch.setattr(Daemon, "begin_copy", noted)
    line = await viewer.view(stage.share(files(400 * KIB, count=12)))
    assert line.texts(0).endswith(" /data\n")
    assert line.texts(1) == f"{400 * KIB - 300_000}\n"
    assert len(asked) == 1
    assert not stage.heard("rclone brought not all")


async def test_an_array_of_many_files_is_mounted(stage: Stage, viewer: Viewer) -> None:
    chunks = {f"data/rain.zarr/c/{n}": bytes(KIB) for n in range(12)}
    line = await viewer.view(stage.share({**files(4 * KIB), **chunks}))
    assert line.texts(0).endswith(" /mounted/share\n")


async def test_pictures_and_lists_come_without_the_mount(stage: Stage, viewer: Viewer) -> None:
    more = {"other.ipynb": BOOK, "deep/er/third.ipynb": BOOK, "deep/er/logo.png": b"\x89PNG"}
    address = stage.share({**files(600 * KIB), **more})
    listing = await viewer.get(address)
    assert listing.status == 200
    assert all(name in listing.text for name in ("app.ipynb", "other.ipynb", "third.ipynb"))
    line = await viewer.view(f"{address}deep/er/third.ipynb")
    assert line.texts(0).endswith(" /mounted/share/deep/er\n")


SEEN: list[str] = []
"""Paths inside mounts that this process, which is the service too, has touched."""


def notice(event: str, told: tuple[Any, ...]) -> None:
    """Stays for good, as hooks do; so it has little to do."""
    if event in {"open", "os.listdir", "os.scandir", "os.chdir"}:
        note(told[0])


def note(path: object) -> None:
    if isinstance(path, str | bytes | os.PathLike) and b"/bind/share" in os.fsencode(path):
        SEEN.append(os.fsdecode(path))


async def test_the_service_never_looks_into_a_mount(
    stage: Stage, viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sys.addaudithook(notice)
    for name in ("stat", "lstat", "access"):  # of these no hook is told
        plain = getattr(os, name)
        monkeypatch.setattr(
            os, name, lambda path, *a, _do=plain, **k: (note(path), _do(path, *a, **k))[1]
        )
    address = stage.share({**files(600 * KIB), "other.ipynb": BOOK, "logo.png": b"\x89PNG"})
    SEEN.clear()
    first = await viewer.view(f"{address}app.ipynb")  # watches the run that is forked later
    again = await viewer.view(f"{address}app.ipynb")
    assert first.texts(0) == again.texts(0) == "False /mounted/share\n"
    assert (await viewer.get(address)).status == 200
    assert stage.front.launcher.sessions._prepared._kept
    assert SEEN == []


async def test_a_cloud_that_fails_under_a_page_is_told_to_the_author_and_in_words_to_the_viewer(
    stage: Stage, viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = stage.share({**files(600 * KIB), "app.ipynb": AWAY})
    read = View.read

    def away(view: View, entry: Entry, offset: int, size: int) -> AsyncGenerator[bytes, None]:
        """The cloud goes in the moment in which the cell reads."""
        stage.cloud.broken("nextcloud", entry.path == "data/values.bin")
        return read(view, entry, offset, size)

    monkeypatch.setattr(View, "read", away)
    try:
        line = await viewer.view(address)
    finally:
        stage.cloud.broken("nextcloud", False)
    assert line.texts(0) == "before\n"
    assert line.ready == {"failed": True}
    assert "could not be shown" in line.html(1)
    assert "OSError" not in line.html(1)
    (told,) = [one for one in stage.heard("cell_failed") if one["cell"] == 2]
    assert told["error"] == "OSError"
    assert "Input/output error" in told["traceback"]


@pytest.mark.parametrize(
    ("missing", "place"),
    [({"rclone"}, "/mounted/share\n"), ({"rclone", "mount.davfs"}, "/data\n")],
    ids=["davfs2", "copy"],
)
async def test_without_rclone(
    monkeypatch: pytest.MonkeyPatch, missing: set[str], place: str
) -> None:
    def which(name: str, **more: str | None) -> str | None:
        return None if name in missing else found(name, **more)

    found = shutil.which
    monkeypatch.setattr(shutil, "which", which)
    limits = {"above_bytes": 512 * KIB}
    async with staged(kernel={"most": 2}, mount=limits) as stage, stage.viewer() as viewer:
        line = await viewer.view(stage.share(files(600 * KIB)))
        assert line.texts(0).endswith(f" {place}")
        assert len(stage.heard("shares are not mounted")) == len(missing)
