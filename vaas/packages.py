"""What a notebook imports, what of it is not there, and which environment has it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from IPython.core.inputtransformer2 import TransformerManager

from vaas.kernels import Installations
from vaas.kernels.installations import can_import
from vaas.model import Installation, Workspace
from vaas.rendering import Notebook

_SHOWN = frozenset({"vois"})
"""What every kernel may import, wherever it runs."""

_FORGIVEN = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


def lacking(
    notebook: Notebook, workspace: Workspace, where: Installation, known: Iterable[str] = ()
) -> tuple[str, ...]:
    """Top names of modules that a notebook imports and that are not there; blocks.

    Args:
        notebook: whose imports.
        workspace: its files; of one that is mounted those are not looked through.
        where: the environment that it runs in.
        known: names that it was found to lack.
    """
    named = set() if workspace.front else set(_imported(notebook)) - _SHOWN
    folder = workspace.near / PurePosixPath(notebook.path).parent
    absent = {name for name in named if not (can_import(where, name) or _beside(folder, name))}
    return tuple(sorted(absent | set(known)))


def found_in(names: Iterable[str], installations: Installations) -> dict[str, tuple[str, ...]]:
    """The environments that have each of some modules; blocks."""
    everywhere = installations.all()
    return {name: tuple(one.name for one in everywhere if can_import(one, name)) for name in names}


def _beside(folder: Path, name: str) -> bool:
    return (folder / name).is_dir() or any(folder.glob(f"{name}.*"))


def _imported(notebook: Notebook) -> Iterator[str]:
    """Top names of all that its cells import, but for what they do without."""
    plain = TransformerManager()  # type: ignore[no-untyped-call]
    for cell in notebook.node.cells:
        if cell.cell_type == "code":
            try:
                yield from _of(ast.parse(plain.transform_cell(cell.source)))
            except (SyntaxError, ValueError, RecursionError):
                continue  # its run tells that


def _of(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (one.name.split(".")[0] for one in names)
        case ast.ImportFrom(module=str(module), level=0):
            yield module.split(".")[0]
        case ast.Try() if any(map(_forgives, node.handlers)):
            for part in (*node.orelse, *node.finalbody):
                yield from _of(part)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _of(child)


def _forgives(handler: ast.ExceptHandler) -> bool:
    """Whether an absent module is no matter."""
    if handler.type is None:
        return True
    return any(isinstance(one, ast.Name) and one.id in _FORGIVEN for one in ast.walk(handler.type))


__all__ = ["found_in", "lacking"]
