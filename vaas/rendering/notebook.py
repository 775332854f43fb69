"""Reading a notebook file that a stranger wrote.

Everything here is synchronous and may be slow on a hostile file: callers run
it in a thread. What cannot be read becomes ``NotebookInvalid`` with a detail
for the author; nothing else leaves this module.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

import nbformat

from vaas.errors import LanguageUnknown, NotebookInvalid, NotebookMissing
from vaas.rendering.parameters import (
    Declared,
    Parameter,
    answers,
    is_all,
    query_of,
    refuse_wrong,
)
from vaas.rendering.tagged import Assignment, assignment, declared
from vaas.rendering.tidy import attachments, cell_metadata, notebook_metadata, text

MAX_BYTES = 64 << 20
"""Largest notebook file that is read; facts of the trade say 20 MB is already odd."""

_VERSIONS = (3, 4)
_FRESH = "vaas.fresh"
_KINDS = ("code", "markdown", "raw")


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook ready to run.

    Attributes:
        path: relative to the workspace.
        title: what people call it: its metadata's title, its first heading,
            or its file name without ending.
        description: one sentence for lists, or empty.
        node: the notebook in nbformat 4, without stored outputs.
        template: the Voilà template it asks for, or empty.
        theme: ``light`` unless it asks for ``dark``, or for ``auto`` (as the
            viewer's system has it): most notebooks are drawn for light paper.
        cells: how many code cells it has.
        launch: how viewers' kernels begin: ``fork``, ``fresh``, or as the
            service thinks best if empty.
        ttl: seconds after which its run is too old for viewers; 0 if it does not age.
        fresh: places of the cells that run for each viewer, tagged ``vaas.fresh``.
        parameters: that its address may give.
        given: how it gets their values.
        libraries: key of the environment whose widget libraries draw it; empty
            for those that VaaS comes with.
    """

    path: str
    title: str
    description: str
    node: Any
    template: str
    theme: str
    cells: int
    launch: str
    ttl: float
    fresh: frozenset[int]
    parameters: tuple[Declared, ...] = ()
    given: Assignment | None = None
    libraries: str = ""

    def asked(self, query: str) -> Asked:
        """The notebook as an address wants it.

        Args:
            query: of the address.

        Raises:
            ParameterWrong: the address gives a parameter no value of its type.
        """
        told = answers(self.parameters, query)
        refuse_wrong(told)
        more = not is_all(self.parameters, query)
        notebook = replace(self, given=assignment(self.node, told))
        return Asked(notebook, query if more else query_of(told), more)


@dataclass(frozen=True, slots=True)
class Asked:
    """A notebook as an address wants it.

    Attributes:
        notebook: with its parameters' values.
        query: the shortest of the same meaning, or all of it if it gives more than these.
        more: whether it does.
    """

    notebook: Notebook
    query: str
    more: bool


def load_notebook(
    root: Path, path: str, parameters: Mapping[str, Parameter] = MappingProxyType({})
) -> Notebook:
    """Read a notebook of a workspace.

    Args:
        root: the workspace's folder.
        path: the notebook inside it.
        parameters: those that its share declares.

    Raises:
        NotebookMissing: there is no such file.
        NotebookInvalid: it is no notebook, or too large.
    """
    node = _read(root / path)
    metadata, voila = node.metadata.vaas, node.metadata.voila
    return Notebook(
        path=path,
        title=text(metadata.get("title")) or _heading(node) or PurePosixPath(path).stem,
        description=text(metadata.get("description")),
        node=node,
        template=text(voila.get("template")),
        theme=_theme(metadata.get("theme", voila.get("theme"))),
        cells=sum(cell.cell_type == "code" for cell in node.cells),
        launch=_launch(metadata.get("launch")),
        ttl=_ttl(metadata.get("ttl")),
        fresh=frozenset(
            index
            for index, cell in enumerate(node.cells)
            if cell.cell_type == "code" and _FRESH in cell.metadata.get("tags", ())
        ),
        parameters=declared(node, parameters),
    )


def describe(root: Path, path: str) -> tuple[str, str]:
    """Title and description of a notebook for a list; its file name if it cannot be read."""
    try:
        notebook = load_notebook(root, path)
    except (NotebookInvalid, NotebookMissing):
        return PurePosixPath(path).name, ""
    return notebook.title, notebook.description


def kernel_asked(notebook: Notebook) -> str:
    """The name of the kernel that a notebook asks for; empty if it does not say."""
    return text(notebook.node.metadata.kernelspec.name)


def choose_kernel(notebook: Notebook, installed: Mapping[str, str]) -> str:
    """Name of the installed kernel that fits a notebook.

    The named kernel if it is installed; else one of the same language; a
    notebook that says nothing is Python.

    Args:
        notebook: what is to run.
        installed: languages by kernels' names.

    Raises:
        LanguageUnknown: nothing installed speaks its language.
    """
    metadata = notebook.node.metadata
    spec, info = metadata.kernelspec, metadata.language_info
    if spec.name in installed:
        return str(spec.name)
    language = str(spec.language or info.name or "python").lower()
    for candidate in sorted(installed):
        if installed[candidate] == language:
            return candidate
    raise LanguageUnknown(f"no kernel for {language!r} (asked for {spec.name!r})")


def _read(file: Path) -> Any:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise NotebookInvalid(f"{file.name} is larger than {MAX_BYTES >> 20} MB")
        content = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise NotebookMissing(f"no file {file.name}") from error
    except (OSError, UnicodeError) as error:
        raise NotebookInvalid(f"{file.name}: {error}") from error
    try:
        return _parse(content)
    except (ValueError, RecursionError, TypeError, AttributeError, LookupError) as error:
        raise NotebookInvalid(f"{file.name}: {type(error).__name__}: {error}"[:500]) from error
    except nbformat.ValidationError as error:
        raise NotebookInvalid(f"{file.name}: {error}"[:500]) from error


def _parse(content: str) -> Any:
    """A notebook in nbformat 4, without what it stored.

    Stricter than ``nbformat.reads`` about what would fail later, and content
    with what would not, such as ids or outputs that no notebook should have.
    """
    raw = json.loads(content)
    major = raw.get("nbformat")
    if major not in _VERSIONS:
        raise ValueError(f"nbformat {major!r} is not read")
    raw["metadata"] = notebook_metadata(raw.get("metadata"))
    for sheet in [raw] if major == max(_VERSIONS) else raw["worksheets"]:
        for cell in sheet["cells"]:
            cell["metadata"] = cell_metadata(cell.get("metadata"))
            if "attachments" in cell:
                cell["attachments"] = attachments(cell["attachments"])
            if cell["cell_type"] == "code":
                cell |= {"outputs": [], "execution_count": None}
    node = nbformat.convert(nbformat.versions[major].to_notebook_json(raw, minor=0), 4)
    for index, cell in enumerate(node.cells):
        if cell.cell_type not in _KINDS or not isinstance(cell.source, str):
            raise ValueError(f"cell {index + 1} is none")
        cell.id = f"cell-{index}"
    json.dumps(node, ensure_ascii=False).encode()  # half characters would fail later, in the page
    return node


def _theme(asked: Any) -> str:
    return asked if asked in ("light", "dark", "auto") else "light"


def _launch(asked: Any) -> str:
    return asked if asked in ("fork", "fresh") else ""


def _ttl(asked: Any) -> float:
    number = isinstance(asked, int | float) and not isinstance(asked, bool)
    return float(asked) if number and 0 < asked < inf else 0.0


def _heading(node: Any) -> str:
    for cell in node.cells[:5]:
        if cell.cell_type == "markdown":
            for line in str(cell.source).splitlines():
                if line.startswith("# "):
                    return line[2:].strip().strip("*_`")
    return ""


__all__ = [
    "MAX_BYTES",
    "Asked",
    "Notebook",
    "choose_kernel",
    "describe",
    "kernel_asked",
    "load_notebook",
]
