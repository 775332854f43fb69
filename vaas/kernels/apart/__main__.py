"""The kernel host's process: ``python -m vaas.kernels.apart FOLDER``, its terms on standard input."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path

from vaas.kernels.apart.keeper import Keeper
from vaas.kernels.apart.values import Terms
from vaas.kernels.descriptors import allow_many


async def main(folder: Path) -> None:
    """Keep kernels until nobody needs them.

    Args:
        folder: for runtime files.
    """
    allow_many()
    name, terms = json.load(sys.stdin)
    keeper = Keeper(folder, Terms(**terms), name)
    logging.basicConfig(handlers=[keeper], level=logging.INFO)
    await keeper.run()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
