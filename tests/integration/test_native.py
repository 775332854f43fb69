"""Folders of this machine under a real kernel: what it reads there, and what it cannot."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from tests.integration.test_mount import wanted
from tests.security.kernel_tools import a_host, run
from tests.unit.storage.readers import FaultyReader, Seen
from tests.unit.storage.test_mapped import Elsewhere, share
from vaas.storage import MappedStorage, PathRule

pytestmark = pytest.mark.sandbox


def people(root: Path) -> Path:
    """Folders of two people; one made links to what is not theirs. Returns that one's."""
    root.chmod(0o755)
    folder = root / "eos" / "ada"
    folder.mkdir(parents=True)
    (folder / "app.ipynb").write_text("{}")
    (folder / "own.csv").write_text("mine")
    (folder / "own.csv").chmod(0o666)
    (folder / "passwd").symlink_to("/etc/shadow")
    (folder / "beside").symlink_to("../bob")
    (root / "eos" / "bob").mkdir()
    (root / "eos" / "bob" / "secret.csv").write_text("his")
    return folder


async def test_a_kernel_reads_the_folder_and_nothing_beside_it(tmp_path: Path) -> None:
    folder = await asyncio.to_thread(people, tmp_path)
    rule = PathRule(re.compile(".*/(.+)"), r"\1", tmp_path / "eos")
    storage = MappedStorage([rule], Elsewhere())
    reader = FaultyReader({"app.ipynb": b"{}"})
    async with (
        storage.open(share("ada"), reader, Seen()) as workspace,
        a_host(tmp_path / "run") as host,
    ):
        kernel = await host.start(wanted(workspace))
        assert (await run(kernel, "print(open('own.csv').read())")).out == "mine\n"
        assert (await run(kernel, "import os; print(os.getcwd())")).out == "/data\n"
        for name in ("passwd", "beside/secret.csv", "../bob/secret.csv", "/mounted"):
            assert "No such file" in (await run(kernel, f"open({name!r})")).error, name
        assert "Read-only" in (await run(kernel, "open('own.csv', 'a')")).error
        await asyncio.to_thread((folder / "own.csv").write_text, "newer")
        assert (await run(kernel, "print(open('own.csv').read())")).out == "newer\n"
