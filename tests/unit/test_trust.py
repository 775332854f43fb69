"""What the operator is told of other clouds, and of directories that name them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.publisher import KEY, OTHER, Publisher, pem, published
from tests.contracts.servers import free_port
from vaas.config import load_settings
from vaas.errors import ConfigError

RULES = """
[[ocm.peer]]
host = "*.ours.example.org"
signed = true
[[ocm.peer]]
host = "bad.example.org"
allow = false
"""


@pytest.fixture
def mesh() -> Iterator[Publisher]:
    with published() as found:
        yield found


@pytest.fixture
def settings(mesh: Publisher, tmp_path: Path) -> Path:
    file = tmp_path / "vaas.toml"
    file.write_text(
        f'public_url = "https://d.example.org"\ndata = "{tmp_path}"\n[ocm]\nenabled = true\n'
        f'{RULES}[[ocm.directory]]\nurl = "{mesh.url}"\nkeys = [{json.dumps(pem(KEY))}]\n'
        "insecure = true\nprivate = true\n"
    )
    return file


def told(settings: Path, *command: str) -> tuple[int, str]:
    whole = [sys.executable, "-m", "vaas", *command, "--config", str(settings)]
    done = subprocess.run(whole, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_who_is_trusted_and_why(mesh: Publisher, settings: Path) -> None:
    mesh.sign([("https://one.example.org", "One\x1b[2J"), ("https://bad.example.org", "Bad")])
    code, text = told(settings, "mesh")
    *clouds, directory = [line.split("\t") for line in text.splitlines()]
    assert code == 0
    assert clouds == [
        ["trusted if signed", "*.ours.example.org", "", "a rule of the settings"],
        ["not trusted", "bad.example.org", "", "a rule of the settings"],
        ["trusted", "one.example.org", "One [2J", "The Test Mesh"],
        ["not trusted", "*", "any other cloud", "open_mode is listed"],
    ]
    host = mesh.url.split("/")[2]
    assert directory[:3] == ["directory", host, "The Test Mesh"]
    assert directory[3].endswith("; read")
    mesh.sign([], OTHER)
    *_, directory = [line.split("\t") for line in told(settings, "mesh")[1].splitlines()]
    assert directory[3].startswith("2 clouds, as of 20")
    assert directory[3].endswith("refused: its signature is of none of the pinned keys")


def test_the_doctor_names_a_directory_that_is_refused(mesh: Publisher, settings: Path) -> None:
    """And makes nothing: the service's files are the service's to make."""
    before = set(settings.parent.iterdir())
    name = f"directory {mesh.url.split('/')[2]}"
    mesh.sign([("https://one.example.org", "One")])
    assert f"ok       {name}  The Test Mesh: 1 clouds" in told(settings, "doctor")[1]
    mesh.sign([("https://one.example.org", "One")], OTHER)
    code, text = told(settings, "doctor", "--json")
    (found,) = [one for one in json.loads(text) if one["name"] == name]
    assert (code, found["ok"]) == (1, False)
    assert found["detail"] == "its signature is of none of the pinned keys"
    assert set(settings.parent.iterdir()) == before


def test_the_doctor_names_a_database_that_is_away(mesh: Publisher, settings: Path) -> None:
    mesh.sign([])
    url = f"postgresql://owner:swordfish@127.0.0.1:{free_port()}/vaas"
    settings.write_text(f'{settings.read_text()}[state]\nurl = "{url}"\n')
    code, text = told(settings, "doctor")
    assert code == 1
    assert "MISSING  state  127.0.0.1/vaas: " in text
    code, text = told(settings, "mesh")
    assert (code, "127.0.0.1/vaas: StateAway" in text) == (2, True)
    assert "swordfish" not in text


def test_a_key_that_is_none(settings: Path) -> None:
    settings.write_text(settings.read_text().replace("BEGIN PUBLIC", "BEGIN PRIVATE"))
    code, text = told(settings, "mesh")
    assert code == 2
    assert "a key of a directory is no public key" in text


@pytest.mark.parametrize(
    "directory",
    [
        "",
        'url = "https://a.example.org/x"\nfile = "/x"',
        'url = "https://user:pw@a.example.org/x"',
        'url = "ftp://a.example.org/x"',
        'file = "/x"\nevery = 0',
    ],
)
def test_directories_that_are_nowhere(tmp_path: Path, directory: str) -> None:
    file = tmp_path / "vaas.toml"
    file.write_text(f"[[ocm.directory]]\n{directory}\n")
    with pytest.raises(ConfigError, match=r"ocm\.directory"):
        load_settings(file)
