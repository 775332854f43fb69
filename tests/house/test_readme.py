"""The README says what is true: its commands, flags, settings, folders and pictures exist."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr
from typer.core import TyperGroup
from typer.main import get_command

from tests.house.tree import ROOT
from vaas.cli import app
from vaas.config import (
    OcmDirectory,
    OcmIntegration,
    OcmPeer,
    Settings,
    Site,
    load_settings,
)

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
SHELL = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
OURS = [line.split("#")[0] for line in SHELL if ".venv/bin/vaas " in line]
SETTINGS = next(text for kind, text in BLOCKS if kind == "toml")
# What a site has to choose; the README shows an example instead of the default.
CHOSEN = {"public_url", "site"}
# Whose default depends on the user.
CHOSEN |= {"environments"}


def commands() -> dict[str, Any]:
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    return group.commands


def fields(model: type[BaseModel]) -> dict[str, object]:
    """Settings of a table as the file calls them, with their defaults."""
    found = {
        field.alias or name: field.get_default(call_default_factory=True)
        for name, field in model.model_fields.items()
    }
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in found.items()
    }


def test_first_command_comes_soon() -> None:
    before = README.split("```")[0]
    assert len(re.findall(r"\w[\w’':-]*", re.sub(r"\(.*?\)", "", before))) < 60


def test_two_commands_set_everything_up() -> None:
    assert [line for line in SHELL if "dev.py" in line] == [
        "python3 dev.py demo",
        "python3 dev.py test",
    ]
    assert "python3 dev.py test" in (ROOT / ".ci" / "run").read_text()


@pytest.mark.parametrize("line", OURS)
def test_command_is_one_of_ours(line: str) -> None:
    _, name, *words = shlex.split(line)
    commands()[name].make_context(name, words)


def test_every_command_is_told() -> None:
    assert [name for name in commands() if not re.search(rf"(vaas|dev\.py) {name}", README)] == []


@pytest.mark.parametrize(
    ("flag", "name"),
    [
        ("--password-stdin", "open"),
        ("--password-stdin", "check"),
        ("--json", "check"),
        ("--json", "doctor"),
    ],
)
def test_flag_exists(flag: str, name: str) -> None:
    assert flag in re.findall(r"`(--[\w-]+)`", README)
    assert flag in {option for param in commands()[name].params for option in param.opts}


def test_settings_are_complete_and_told_with_their_defaults() -> None:
    told = tomllib.loads(SETTINGS)
    known = {
        name: fields(type(value)) if isinstance(value, BaseModel) else value
        for name, value in fields(Settings).items()
    }
    assert told.keys() == known.keys()
    for name, kind in (("peer", OcmPeer), ("directory", OcmDirectory)):
        assert [table.keys() for table in told["ocm"].pop(name)] == [fields(kind).keys()]
        assert known["ocm"].pop(name) == ()
    known["ocm"]["integration"] = fields(OcmIntegration)
    for table in ("ocm", "oidc", "cs3_app"):
        told[table] = {n: tuple(v) if isinstance(v, list) else v for n, v in told[table].items()}
    for name in told.keys() - CHOSEN:
        expected = known[name]
        value = told[name]
        plain = str(expected) if isinstance(expected, Path) else expected
        assert (tuple(value) if isinstance(value, list) else value) == plain, name
    assert [table.keys() for table in told["site"]] == [fields(Site).keys()]


def test_settings_are_accepted(tmp_path: Path) -> None:
    file = tmp_path / "vaas.toml"
    file.write_text(SETTINGS)
    settings = load_settings(file)
    assert settings.public_url == "https://dashboards.example.org"
    assert settings.site == (Site(host="cloud.example.org"),)


def test_variables_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "`VAAS_PORT=80`" in README
    assert "`VAAS_KERNEL__MEMORY=536870912`" in README
    monkeypatch.setenv("VAAS_PORT", "80")
    monkeypatch.setenv("VAAS_KERNEL__MEMORY", "536870912")
    settings = load_settings()
    assert (settings.port, settings.kernel.memory) == (80, 512 << 20)


def test_what_it_points_to_is_there() -> None:
    named = re.findall(r"\]\(([\w./]+)\)", README)
    table = README.split("| Look into | for |")[1].split("\n\n")[0]
    for row in table.strip().splitlines()[1:]:
        first, *more = re.findall(r"`([\w./]+)`", row.split("|")[1])
        above = first.rsplit("/", 1)[0] + "/" if "/" in first else ""
        named += [first]
        named += [name if (ROOT / name).exists() else above + name for name in more]
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
