"""The command explains itself, and tells the same version everywhere."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner, Result

from tests.house.tree import ROOT
from vaas import __version__
from vaas.cli import app

COMMANDS = ["demo", "open", "serve", "received", "mesh", "check", "env", "doctor"]


def vaas(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, prog_name="vaas")


def test_help_names_every_command() -> None:
    done = vaas("--help")
    assert done.exit_code == 0
    assert "Open a shared notebook as a live dashboard." in done.stdout
    told = re.findall(r"^  (\w+)  +\w", done.stdout.split("Commands:")[1], re.MULTILINE)
    assert sorted(told) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_each_command(name: str) -> None:
    done = vaas(name, "--help")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: vaas {name} ") or f"vaas {name}" in done.stdout
    options = done.stdout.split("Options:")[1]
    untold = re.findall(r"^  --[\w-]+(?: [A-Z]+)?$(?!\n {10,}\S)", options, re.MULTILINE)
    assert untold == []


def test_it_starts_without_the_grammar_that_a_library_builds_at_import() -> None:
    look = "import sys, vaas.app, vaas.cli; sys.exit('lark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0


def test_without_arguments_it_helps() -> None:
    done = vaas()
    assert "Commands:" in done.stdout + done.stderr


@pytest.mark.parametrize(
    "arguments", [["opne"], ["open"], ["demo", "--prot", "1"], ["demo", "--port", "x"]]
)
def test_what_is_mistyped_is_told_and_ends_with_2(arguments: list[str]) -> None:
    done = vaas(*arguments)
    assert done.exit_code == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 6


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["demo", "--port", "99999"], "port: Input should be less than or equal to 65535"),
        (["check", ""], "no file or folder ''"),
        (["check", " "], "no file or folder ' '"),
        (["open", "./not-here"], "no file or folder './not-here' is here"),
        (["open", "~not-a-user/x"], "no file or folder"),
        (["check", "a" * 5000], "aaa…"),
        (["check", "a\0b"], "no file or folder"),
    ],
)
def test_what_cannot_be_done_is_told_in_two_lines(arguments: list[str], said: str) -> None:
    done = vaas(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 2
    assert max(map(len, done.stderr.splitlines())) < 220


def test_one_version_everywhere() -> None:
    command = [sys.executable, "-m", "vaas", "--version"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == f"{__version__}\n"
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text()
