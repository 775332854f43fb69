"""Another VaaS on the same cache: copies one share and says so, line by line.

Run as a program with the cache's folder, the share's address, its version's
tag and what to do: ``hold`` the workspace open, ``stall`` in the middle of the
file ``big`` for ever, or ``end`` at once.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.unit.storage.readers import DavReader, Seen, a_share
from vaas.model import Entry, Share
from vaas.storage import CopyLimits, CopyStorage

MB = 1 << 20


class Stalling(DavReader):
    """Stops for ever in the middle of the file ``big``."""

    async def read(self, share: Share, entry: Entry, offset: int = 0) -> AsyncIterator[bytes]:
        got = 0
        async for piece in super().read(share, entry, offset):
            yield piece
            got += len(piece)
            if entry.name == "big" and got > 4 * MB:
                print("stalled", flush=True)
                await asyncio.Event().wait()


async def main(root: str, url: str, tag: str, what: str) -> None:
    storage = CopyStorage(Path(root), CopyLimits(free_bytes=0))
    kind = Stalling if what == "stall" else DavReader
    async with kind() as reader, storage.open(a_share(tag, url=url), reader, Seen()) as found:
        print("open", found.files, sum(reader.fetched.values()), flush=True)
        if what == "hold":
            await asyncio.Event().wait()
    await storage.close()


if __name__ == "__main__":
    os.umask(0o077)
    asyncio.run(main(*sys.argv[1:5]))
