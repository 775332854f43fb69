"""What people of other clouds look at, and what was taken back by whoever did."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from vaas.errors import VaasError
from vaas.mesh import shown
from vaas.model import Secret
from vaas.state import Store, Vault
from vaas.state.values import Sent

ONE = Sent("a" * 32, "s" * 32, "bob@d.example.org", "d.example.org", Secret("x"))


async def test_what_another_process_took_back_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "EVERY", 0.05)
    ended: list[str] = []
    over = asyncio.Event()

    async def end(session_id: str, _why: VaasError) -> None:
        ended.append(session_id)
        over.set()

    vault = Vault([Secret(Fernet.generate_key().decode())])
    async with Store.opened(tmp_path / "s", vault) as store:
        seen = shown.Shown(store.sent)
        for number, sent in enumerate((ONE, replace(ONE, id="b" * 32, secret=Secret("y")))):
            await store.sent.add(sent)
            seen.add(f"session {number}", sent.id)
        task = asyncio.create_task(seen.run(end))
        async with Store.opened(tmp_path / "s", vault) as other:
            await other.sent.remove(ONE.id)
        await asyncio.wait_for(over.wait(), 10)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert ended == ["session 0"]


def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "MOST", 3)
    seen = shown.Shown(None)  # type: ignore[arg-type]
    for number in range(5):
        seen.add(str(number), "x")
    assert [*seen._sessions] == ["2", "3", "4"]
