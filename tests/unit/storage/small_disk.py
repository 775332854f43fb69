"""Fills a disk that is really full: run as a program with a folder on a 16 MB disk.

Sizes are announced as unknown, so that only the write itself can find out.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.unit.storage.readers import FaultyReader, Seen, a_share
from vaas.errors import DiskFull
from vaas.observability import configure_logging
from vaas.storage import CopyLimits, CopyStorage

CONTENT = bytes(6 << 20)


def a_reader(name: str) -> FaultyReader:
    reader = FaultyReader({name: CONTENT, f"{name}-small": b"x"})
    reader.sizes[name] = 0
    return reader


async def main(root: Path) -> None:
    storage = CopyStorage(root, CopyLimits(free_bytes=0))
    async with AsyncExitStack() as stack:
        for name in "ab":
            context = storage.open(a_share(name), a_reader(name), Seen())
            workspace = await stack.enter_async_context(context)
        try:
            await stack.enter_async_context(storage.open(a_share("c"), a_reader("c"), Seen()))
        except DiskFull:
            print("full while both are open")
        assert (workspace.path / "b").read_bytes() == CONTENT
        assert not list((root / "staging").iterdir())
    async with storage.open(a_share("c"), a_reader("c"), Seen()) as workspace:
        assert (workspace.path / "c").read_bytes() == CONTENT
        print("copied after eviction")
    await storage.close()


if __name__ == "__main__":
    configure_logging(as_json=True)
    disk = Path(sys.argv[1])
    asyncio.run(main(disk))
    print(len(list(disk.glob("shares/*/*"))), "versions")
