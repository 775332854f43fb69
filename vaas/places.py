"""What an address inside a share means."""

from __future__ import annotations

from pathlib import Path

from vaas.errors import FileMissing, NoNotebook, NotebookMissing
from vaas.model import Workspace
from vaas.rendering import describe

_LARGEST_PICTURE = 32 << 20


def pick_notebook(workspace: Workspace, path: str, entry: str | None = None) -> str | None:
    """Which notebook an address inside a share means.

    Args:
        workspace: the share's files.
        path: as in the address: a notebook, a folder, or empty for the root.
        entry: the notebook that the root means, if the share says that; one
            that is not there means nothing.

    Returns:
        the notebook's path; ``None`` if it is a folder with several, none of
        them called ``index.ipynb``.

    Raises:
        NoNotebook: nothing to run there.
        NotebookMissing: the address names a notebook that is not there.
    """
    path = local_path(workspace, path)
    if not path and entry and local_path(workspace, entry) in workspace.notebooks:
        return local_path(workspace, entry)
    if path in workspace.notebooks:
        return path
    if path.endswith(".ipynb"):
        raise NotebookMissing(f"no {path!r} in the share")
    folder, inside = _below(workspace, path)
    if not inside:
        elsewhere = len(workspace.notebooks)
        raise NoNotebook(f"none below {folder!r}, {elsewhere} elsewhere" if elsewhere else "")
    if f"{folder}index.ipynb" in inside:
        return f"{folder}index.ipynb"
    return inside[0] if len(inside) == 1 else None


def read_inside(root: Path, path: str) -> bytes:
    """A file's bytes.

    Args:
        root: the folder that it lies in.
        path: its path below that.

    Raises:
        FileMissing: there is no such file, a link leads out of the folder, or it
            is too large for a picture.
    """
    file = (root / path).resolve()
    if not file.is_relative_to(root.resolve()) or not file.is_file():
        raise FileMissing(f"no file {path!r} in the share")
    if file.stat().st_size > _LARGEST_PICTURE:
        raise FileMissing(f"{path!r} is over {_LARGEST_PICTURE >> 20} MB")
    return file.read_bytes()


def titles(workspace: Workspace, path: str) -> tuple[tuple[str, str, str], ...]:
    """Path, title and description of each notebook below a folder of the share."""
    _, names = _below(workspace, local_path(workspace, path))
    return tuple((name, *describe(workspace.near, name)) for name in names)


def missing(workspace: Workspace, *paths: str | None) -> tuple[str, ...]:
    """Those of a share's files that it names itself and does not have, one line each.

    Of a share that is mounted only notebooks are looked for.
    """
    named = [path for path in paths if path]
    return tuple(
        f"no file {path!r} in the share, which its manifest names"
        for path in named
        if not _is_there(workspace, local_path(workspace, path))
    )


def _is_there(workspace: Workspace, path: str) -> bool:
    if path in workspace.notebooks or (workspace.near / path).is_file():
        return True
    return workspace.front is not None and not path.endswith(".ipynb")


def local_path(workspace: Workspace, path: str) -> str:
    """The local path of what the share calls ``path``: another one if its name was neutralised."""
    path = path.strip("/")
    return next((ours for ours, theirs in workspace.names.items() if theirs == path), path)


def _below(workspace: Workspace, path: str) -> tuple[str, list[str]]:
    """A folder as prefix of paths, and the notebooks below it."""
    folder = f"{path}/" if path else ""
    return folder, [name for name in workspace.notebooks if name.startswith(folder)]


__all__ = ["local_path", "missing", "pick_notebook", "read_inside", "titles"]
