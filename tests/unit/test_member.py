"""What the operator is told of received shares."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests.contracts.integrators import RevaReceiver
from vaas.cli import app
from vaas.config import load_settings
from vaas.member import member
from vaas.model import Secret
from vaas.state.contacts import Contact
from vaas.state.values import Received


def test_what_came_is_listed(tmp_path: Path) -> None:
    file = tmp_path / "vaas.toml"
    file.write_text(
        f'public_url = "https://d.example.org"\ndata = "{tmp_path}"\n[ocm]\nenabled = true\n'
    )
    sender, name = "alice@cloud.example.org", "Rivers\x1b[2J"
    known = {"sender": sender, "name": name, "secret": Secret("sesame")}

    async def come() -> str:
        async with member(load_settings(file), tmp_path) as mesh:
            assert mesh
            share = Received("a" * 32, "cloud.example.org", "7", state="open", **known)  # type: ignore[arg-type]
            await mesh.store.received.put(share)
            await mesh.store.received.put(Received("b" * 32, "cloud.example.org", state="gone"))
            await mesh.store.contacts.add(Contact(sender, "Alice\t\x1b", ""))
            return mesh.entry.address(share)

    address = asyncio.run(come())
    told = CliRunner().invoke(app, ["received", "--config", str(file)])
    assert told.exit_code == 0
    assert told.stdout.splitlines() == [f"open\t{sender}\tRivers?[2J\t{address}"]
    assert address.startswith(f"https://d.example.org/ocm/s/{'a' * 32}/?key=")
    told = CliRunner().invoke(app, ["received", "--owners", "--config", str(file)])
    assert "\thttps://d.example.org/ocm/mine?key=" in told.stdout
    told = CliRunner().invoke(app, ["received", "--contacts", "--config", str(file)])
    assert re.fullmatch(rf"\d{{4}}-\d\d-\d\d\t{sender}\tAlice\?\?\n", told.stdout)


def test_it_is_shared_on_listed_and_taken_back(tmp_path: Path) -> None:
    with RevaReceiver(tmp_path / "cloud") as cloud:
        file = tmp_path / "vaas.toml"
        peer = f'[[ocm.peer]]\nhost = "{cloud.host}"\ninsecure = true\nprivate = true\n'
        file.write_text(
            f'public_url = "https://d.example.org"\ndata = "{tmp_path}"\n'
            f"[ocm]\nenabled = true\n{peer}"
        )

        async def come() -> None:
            async with member(load_settings(file), tmp_path) as mesh:
                assert mesh
                known = {"name": "Rivers", "secret": Secret("sesame"), "state": "open"}
                await mesh.store.received.put(Received("a" * 32, "c.example.org", "7", **known))  # type: ignore[arg-type]

        def run(*words: str) -> Result:
            return CliRunner().invoke(app, ["received", *words, "--config", str(file)])

        asyncio.run(come())
        address, bob = f"https://d.example.org/ocm/s/{'a' * 32}/?key=x", f"bob@{cloud.host}"
        told = run("share", address, bob)
        assert told.exit_code == 0, told.output
        number = cloud.taken[0]["providerId"]
        assert told.stdout == f"{number} is shared with {bob}\n"
        assert run("sent", "a" * 32).stdout.split("\t")[:3] == [number, bob, "sent"]
        assert run("unshare", number).stdout == f"{number} is taken back\n"
        assert cloud.heard[0]["notificationType"] == "SHARE_UNSHARED"
        assert run("sent", "a" * 32).stdout == ""
        assert run("unshare", number).exit_code == 2
        assert run("share", "b" * 32, bob).exit_code == 2
        assert cloud.taken[0]["protocol"]["webapp"]["sharedSecret"] not in told.output


def test_where_nothing_is_taken_it_says_so(tmp_path: Path) -> None:
    file = tmp_path / "vaas.toml"
    file.write_text(f'data = "{tmp_path}"')
    told = CliRunner().invoke(app, ["received", "--config", str(file)])
    assert told.exit_code != 0
    assert "ocm: not enabled" in told.output


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('[oidc]\nissuer = "https://id.example.org"', "issuer and client_id go together"),
        ('[oidc]\nissuer = "https://id.example.org"\nclient_id = "x"', "need [ocm]"),
        (
            '[ocm]\nenabled = true\n[oidc]\nissuer = "http://id.example.org"\nclient_id = "x"',
            "oidc: issuer: id.example.org",
        ),
        ('[ocm]\nenabled = true\npeople = ["alice"]', "ocm.people.0"),
    ],
)
def test_what_cannot_be_set(tmp_path: Path, more: str, said: str) -> None:
    file = tmp_path / "vaas.toml"
    file.write_text(f'public_url = "https://d.example.org"\ndata = "{tmp_path}"\n{more}\n')
    told = CliRunner().invoke(app, ["received", "--config", str(file)])
    assert told.exit_code != 0
    assert said in told.output
