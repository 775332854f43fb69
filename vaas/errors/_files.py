"""Files that do not arrive, and notebooks that cannot be read."""

from __future__ import annotations

from collections.abc import Sequence

from vaas.errors._base import VaasError


class WorkspaceError(VaasError):
    """The share cannot become local files."""

    title = "The shared files could not be fetched"
    advice = "Please try again in a moment."
    label = "workspace"


class ShareTooLarge(WorkspaceError):
    """Over a limit of size, number of files or depth.

    Attributes:
        listed: path and size of the files that were listed before a limit was
            passed, for whoever chooses another way; empty where none were.
    """

    listed: Sequence[tuple[str, int]] = ()
    title = "This share is larger than this service fetches"
    advice = "Share the folder of the notebook and its data alone, without the rest."
    label = "too_large"


class ShareChanged(WorkspaceError):
    """The share kept changing while it was being fetched."""

    title = "The share changed while it was being fetched"
    advice = "Its owner is saving files right now. Please reload in a moment."
    label = "changed"


class FileMissing(WorkspaceError):
    """The address names a file that the share does not hold."""

    title = "This file is not in the share"
    advice = "It may have been renamed or moved."
    label = "file_missing"


class FolderPrivate(WorkspaceError):
    """A folder of this machine that the kernel's user may not read."""

    title = "This folder is private"
    advice = "Its owner can let others read it (chmod -R o+rX), or open it as its own user."
    label = "folder_private"


class DiskFull(WorkspaceError):
    """No room left, even after eviction."""

    title = "This service has no room left"
    advice = "Please try again later; it is noted for its operator."
    label = "disk_full"


class NotebookError(VaasError):
    """The share has no notebook that can run."""

    title = "The notebook could not be opened"
    advice = "Tell its author; a check of the notebook shows what is wrong."
    label = "notebook"


class NoNotebook(NotebookError):
    """A share without any notebook."""

    title = "There is no notebook in this share"
    advice = "Ask its owner to put a notebook (.ipynb) into the shared folder."
    label = "no_notebook"


class NotebookMissing(NotebookError):
    """The address names a file that the share does not hold."""

    title = "This notebook is not in the share"
    advice = "It may have been renamed or moved; the share's page lists what is there."
    label = "notebook_missing"


class NotebookInvalid(NotebookError):
    """The file is no notebook that can be read."""

    title = "This file is not a notebook we can read"
    label = "notebook_invalid"


class ParameterWrong(NotebookError):
    """The address gives a parameter of the notebook a value that is none of its type, or none."""

    title = "This dashboard asks for something else"
    advice = "Its address must give each of its parameters a value that fits."
    label = "parameter"


class LanguageUnknown(NotebookError):
    """No kernel for the notebook's language is installed."""

    title = "The notebook's language is not installed here"
    advice = "The operator of this service can add it."
    label = "language_unknown"


class EnvironmentUnknown(NotebookError):
    """The share asks for an environment that the operator has not made."""

    title = "The packages of this dashboard are not installed here"
    advice = (
        "Tell its author, who asked for them by name; the operator of this service can add them."
    )
    label = "environment_unknown"


__all__ = [
    "DiskFull",
    "EnvironmentUnknown",
    "FileMissing",
    "FolderPrivate",
    "LanguageUnknown",
    "NoNotebook",
    "NotebookError",
    "NotebookInvalid",
    "NotebookMissing",
    "ParameterWrong",
    "ShareChanged",
    "ShareTooLarge",
    "WorkspaceError",
]
