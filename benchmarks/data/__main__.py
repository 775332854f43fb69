"""``python -m benchmarks.data``: run as root on a machine with rclone, FUSE and Apache.

All but the proxy's own figure is measured behind a line that takes 15 ms each way.
"""

from __future__ import annotations

import asyncio
import platform
import subprocess

from benchmarks.data.copies import measure_copies, measure_first_output, measure_proxy
from benchmarks.data.reads import measure


async def main() -> None:
    """Measure everything, one after the other."""
    for part in (measure, measure_copies, measure_proxy, measure_first_output):
        await part()


if __name__ == "__main__":
    version = subprocess.run(["rclone", "version"], capture_output=True, text=True, check=True)
    print(f"{version.stdout.splitlines()[0]}, Linux {platform.release()}")
    asyncio.run(main())
