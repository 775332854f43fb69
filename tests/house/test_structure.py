"""The plan of the house: what may import what, and how modules are made."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, modules, packages

MOST_LINES = 300
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def dotted(init: Path) -> str:
    return ".".join(init.parent.relative_to(ROOT).parts)


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def public(body: list[ast.stmt], within: str = "") -> Iterator[tuple[str, Definition]]:
    """Functions and classes whose names do not begin with an underscore."""
    for node in body:
        if isinstance(node, Definition):
            if node.name.startswith("_"):
                continue
            yield f"{within}{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{node.name}.")


def told_elsewhere(node: Definition) -> bool:
    """An overload, or the setter of a property."""
    said = {ast.unparse(one).split(".")[-1] for one in node.decorator_list}
    return bool(said & {"overload", "override", "setter"})


def normal(requirement: str) -> str:
    name = re.match(r"[\w.-]+", requirement)
    assert name
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def foreign(file: Path) -> set[str]:
    """Top names of the libraries that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"vaas", "vois", "tests"}


def test_import_contract() -> None:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as run; run()",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Contracts:" in done.stdout, done.stderr
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("init", packages(), ids=dotted)
def test_packages_tell_their_public_names(init: Path) -> None:
    names = importlib.import_module(dotted(init)).__all__
    kinds = {name: (not name.isupper(), not name[0].isupper(), name) for name in names}
    assert names == sorted(names, key=kinds.__getitem__)
    assert len(names) == len(set(names))
    module = importlib.import_module(dotted(init))
    assert [name for name in names if not hasattr(module, name)] == []


@pytest.mark.parametrize("folder", ["vaas", "vois"])
def test_what_is_public_is_told(folder: str) -> None:
    silent = []
    for file in modules(folder):
        tree = ast.parse(file.read_text())
        if file.stat().st_size and not ast.get_docstring(tree):
            silent.append(str(file.relative_to(ROOT)))
        silent += [
            f"{file.relative_to(ROOT)}: {name}"
            for name, node in public(tree.body)
            if not ast.get_docstring(node) and not told_elsewhere(node)
        ]
    assert silent == []


def test_modules_are_short() -> None:
    lines = {
        str(file.relative_to(ROOT)): len(file.read_text().splitlines())
        for file in modules("vaas", "vois", "dev.py", "hatch_build.py")
    }
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_every_library_in_use_is_declared() -> None:
    owners = importlib.metadata.packages_distributions()
    used = {name for file in modules("vaas", "vois") for name in foreign(file)}
    # The import contract keeps this extra's libraries to their own folder.
    extra = PROJECT["optional-dependencies"]["cs3"]
    declared = {normal(one) for one in (*PROJECT["dependencies"], *extra)}
    missing = {
        name for name in used if not {normal(one) for one in owners.get(name, [])} & declared
    }
    assert missing == set()
