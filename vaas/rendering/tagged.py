"""The cell tagged ``parameters``: what it declares, and how a notebook gets other values.

As papermill has it (https://papermill.readthedocs.io/en/latest/usage-parameterize.html):
what is assigned there as a plain number, text or truth value can be given from
outside. The cell is read and not run for this; in the notebook's kernel it runs as
any other, and the values of the address are assigned behind it.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from queue import Empty
from typing import Any

from vaas.rendering.parameters import Answer, Declared, Parameter, Value, is_name, text_of

TAG = "parameters"

_MOST = 50
"""Parameters that a cell may declare."""

_LONGEST = 20_000
"""Characters of a cell that is read: a stranger wrote it, and Python takes its time for long ones."""

_HUGE = 10**18
_DONE_WITHIN = 20.0
"""Seconds that assigning may take."""

_COMMAND = re.compile(r"^[ \t]*[%!].*$", re.MULTILINE)
"""What IPython takes and Python does not."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Code that gives a notebook its values.

    Attributes:
        code: Python, without any effect but to assign names.
        cell: place of a code cell.
        after: whether it runs after that cell, or before it.
    """

    code: str
    cell: int
    after: bool


def declared(node: Any, manifest: Mapping[str, Parameter]) -> tuple[Declared, ...]:
    """The parameters of a notebook.

    Args:
        node: the notebook in nbformat 4.
        manifest: those that its share declares; where there are none, its own cell does.
    """
    python = _is_python(node)
    cell = _tagged(node) if python else None
    own = _assigned(node.cells[cell].source) if cell is not None else {}
    found = []
    for name, one in (manifest or _of_literals(own)).items():
        default = one.value if one.value is not None else _fitting(one, own.get(name))
        if default is None and name not in own and one.choices:
            default = one.choices[0]
        required = python and default is None and name not in own
        found.append(Declared(name, one, default, required))
    return tuple(found)


def assignment(node: Any, told: Iterable[Answer]) -> Assignment | None:
    """How a notebook gets its values; ``None`` if it gets none by this way."""
    lines = [f"{one.of.name} = {_code(one.value)}" for one in told if one.value is not None]
    code_cells = (i for i, cell in enumerate(node.cells) if cell.cell_type == "code")
    cell, first = _tagged(node), next(code_cells, None)
    if not lines or first is None or not _is_python(node):
        return None
    place = first if cell is None else cell
    return Assignment("\n".join(lines), place, after=cell is not None)


async def assign(client: Any, given: Assignment) -> None:
    """Give a kernel's names their values; a kernel that has ended shows that at its next cell.

    Args:
        client: a connected client of jupyter_client's.
        given: names and values.
    """
    asked = client.execute(given.code, silent=True, store_history=False)
    with contextlib.suppress(TimeoutError, Empty):
        async with asyncio.timeout(_DONE_WITHIN):
            while True:
                reply = await client.get_shell_msg(timeout=_DONE_WITHIN)
                if reply["parent_header"].get("msg_id") == asked:
                    return


def _tagged(node: Any) -> int | None:
    for index, cell in enumerate(node.cells):
        if cell.cell_type == "code" and TAG in cell.metadata.get("tags", ()):
            return index
    return None


def _is_python(node: Any) -> bool:
    metadata = node.metadata
    language = metadata.kernelspec.language or metadata.language_info.name or "python"
    return str(language).lower() in {"python", "ipython"}


def _assigned(source: str) -> dict[str, Any]:
    """Names that a cell assigns, with their values where these are plain, else ``None``."""
    try:
        tree = ast.parse(_COMMAND.sub("", source) if len(source) <= _LONGEST else "")
    except (SyntaxError, ValueError, RecursionError, MemoryError, SystemError):
        return {}  # the last three are how Python ends what is nested too deep
    found: dict[str, Any] = {}
    for statement in tree.body:
        for target, value in _assignments(statement):
            found[target] = _plain(value)
    return found


def _assignments(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    match statement:
        case ast.Assign(targets=targets, value=value):
            yield from ((one.id, value) for one in targets if isinstance(one, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.AugAssign(target=ast.Name(id=name)):
            yield name, statement.target


def _plain(value: ast.expr) -> Any:
    operand = value.operand if isinstance(value, ast.UnaryOp) else value
    try:
        return ast.literal_eval(value) if isinstance(operand, ast.Constant) else None
    except ValueError:  # such as "not 1"
        return None


def _of_literals(own: Mapping[str, Any]) -> dict[str, Parameter]:
    types = {bool: "boolean", int: "integer", float: "number", str: "text"}
    found: dict[str, Parameter] = {}
    for name, value in own.items():
        kind: Any = types.get(type(value))
        if kind is None or not is_name(name) or len(found) == _MOST:
            continue
        if _fitting(Parameter(type=kind), value) is not None:
            found[name] = Parameter(type=kind, default=value)
    return found


def _fitting(parameter: Parameter, own: Any) -> Value | None:
    """What a notebook assigns itself, if its parameter could have that value."""
    plain = isinstance(own, str | float) or (isinstance(own, int) and abs(own) < _HUGE)
    if not plain:
        return None
    value = parameter.read(text_of(own))
    return value if value == own or text_of(value) == text_of(own) else None


def _code(value: Value | None) -> str:
    if isinstance(value, date):
        return f'__import__("datetime").date({value.year}, {value.month}, {value.day})'
    return repr(value)


__all__ = ["Assignment", "assign", "assignment", "declared"]
