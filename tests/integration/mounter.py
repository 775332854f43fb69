"""Another VaaS that mounts a share and is killed: run with its folder and a WebDAV port."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from vaas.model import ShareLink
from vaas.shares import FailureMemory, OutboundClient, OutboundPolicy, Shares, SiteRule
from vaas.storage import RcloneMount, RcloneSite, Sites


async def main(root: str, port: str) -> None:
    host = f"127.0.0.1:{port}"
    policy = OutboundPolicy([SiteRule(host, insecure=True, private=True)])
    async with OutboundClient(policy) as client:
        shares = Shares(client, policy, FailureMemory())
        share = await shares.resolve(ShareLink(f"http://{host}/open", "-", "", "webdav"))
        async with RcloneMount(Sites(Path(root), RcloneSite)).open(share, shares, lambda _: None):
            print("mounted", flush=True)
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
