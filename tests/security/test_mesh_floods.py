"""Ten thousand shares of one cloud: what is taken of them, and what others notice."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tests.contracts.clouds import Nextcloud28, Strict14
from tests.contracts.membership import Member, joined, trusted
from tests.security.test_mesh import over
from vaas.mesh import entry, keeper
from vaas.mesh.desk import UNSEEN
from vaas.mesh.senders import PER_MINUTE
from vaas.model import Secret
from vaas.state.tables import ReceivedRow

MANY = 10_000
LINES = 8
MIB = 1 << 20


async def poured(member: Member, bodies: Sequence[bytes]) -> Counter[int]:
    """Post all of them as fast as a few lines carry them; how often each status came."""
    host = member.url.removeprefix("http://")
    name, port = host.split(":")

    async def one(part: Sequence[bytes]) -> Counter[int]:
        reader, writer = await asyncio.open_connection(name, int(port))
        found: Counter[int] = Counter()

        async def send() -> None:
            for body in part:
                head = f"POST /ocm/shares HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}"
                writer.write(f"{head}\r\n\r\n".encode() + body)
                await writer.drain()

        sending = asyncio.create_task(send())
        for _ in part:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            found[int(head.split(" ", 2)[1])] += 1
            length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
            assert length
            await reader.readexactly(int(length[1]))
        await sending
        writer.close()
        await writer.wait_closed()
        return found

    parts = await asyncio.gather(*(one(bodies[start::LINES]) for start in range(LINES)))
    return sum(parts, Counter())


async def test_ten_thousand_at_once(old: Nextcloud28, strict: Strict14, tmp_path: Path) -> None:
    """Of them as many are kept as may wait; the other cloud's come through meanwhile."""
    for cloud in (old, strict):
        cloud.forget()
    async with joined(tmp_path, [trusted(old), trusted(strict, signed=True)], most=1000) as member:
        await member.take(strict, strict.root)
        told = old.share(old.root, member.address)
        old.grants.clear()
        bodies = [json.dumps(told | {"providerId": number}).encode() for number in range(MANY)]
        before = psutil.Process().memory_info().rss
        flood = asyncio.create_task(poured(member, bodies))
        offered = strict.share(strict.root, member.address)
        answer = await strict.post(f"{member.url}/ocm/shares", offered)
        assert answer.status_code == 201
        assert not flood.done()
        found = await flood
        assert psutil.Process().memory_info().rss - before < 64 * MIB
        assert found == {201: UNSEEN, 429: MANY - UNSEEN}
        assert UNSEEN < PER_MINUTE
        await member.keeper.settled()
        theirs = [share for share in await member.all() if share.peer == old.host]
        assert [share.state for share in theirs] == ["pending"] * UNSEEN
        ours = [share for share in await member.all("open") if share.peer == strict.host]
        assert len(ours) == 2
        for share in ours:
            assert await member.files(share)
        # It would lock us out for more.
        assert old.refused <= keeper.FIRST_LOOKS * UNSEEN
        assert len(member.keeper._tasks) == 0


async def kept(member: Member, cloud: Nextcloud28, many: int) -> None:
    """So many shares of a cloud's, as if they had come over the years."""
    vault = member.mesh.store._vault
    rows: list[dict[str, Any]] = [
        {
            "id": f"{number:032}",
            "peer": cloud.host,
            "provider_id": f"old-{number}",
            "owner": f"alice@{cloud.host}",
            "sender": f"alice@{cloud.host}",
            "to": member.address,
            "name": f"Share {number}",
            "secret": vault.seal(f"{number:032}", Secret(f"secret-{number}")),
            "uri": "",
            "modern": False,
            "exchange": False,
            "expires": None,
            "state": "open",
            "changed": float(number),
        }
        for number in range(many)
    ]
    async with AsyncSession(member.mesh.store._engine) as session, session.begin():
        await session.execute(insert(ReceivedRow), rows)


async def test_ten_thousand_over_the_years(
    old: Nextcloud28, strict: Strict14, tmp_path: Path
) -> None:
    """Where the operator allows so many they are looked after, and one of them can end."""
    for cloud in (old, strict):
        cloud.forget()
    rules = [trusted(old), trusted(strict, signed=True)]
    async with joined(tmp_path, rules, most=MANY + 1, visible="listed") as member:
        await kept(member, old, MANY)
        await member.keeper.round()
        await member.keeper.settled()
        assert 0 < old.refused <= keeper._A_ROUND
        shown = await member.mesh.entry.listed()
        assert len(shown) == entry.SHOWN
        await member.take(old, old.root)
        refused = await old.post(f"{member.url}/ocm/shares", old.share(old.root, member.address))
        assert refused.status_code == 429
        await member.take(strict, strict.root)
        answer = await member.tell(old, over("old-77", sharedSecret="secret-77"))
        assert answer.status_code == 201
        states = Counter(share.state for share in await member.all())
        # Who is refused often asks no more for a while: what came last waits.
        assert states.pop("pending") == states.pop("gone") == 1
        assert states["open"] + states["missing"] == MANY
