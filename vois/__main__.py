"""The ``vois`` command: what to type, and what it says.

Exit codes: 0 nothing was found, 1 something was, 2 a file is no notebook; the
reason is one line on standard error.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from vois import __version__
from vois.check import check as findings_of

__all__ = ["app", "main"]

app = typer.Typer(
    name="vois",
    help="Help for authors of dashboards.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Notebooks = Annotated[list[Path], typer.Argument(metavar="NOTEBOOK...", help="Files to look at.")]


@app.command()
def check(notebooks: Notebooks) -> None:
    """Tell what in notebooks is written in the older spelling or asks other hosts.

    Each finding is two lines: file, cell, line and advice; then the line itself.
    """
    count = 0
    for path in notebooks:
        try:
            found = findings_of(path)
        except (OSError, ValueError) as error:
            typer.echo(f"vois: {error}", err=True)
            raise typer.Exit(2) from None
        count += len(found)
        for one in found:
            typer.echo(f"{path}: cell {one.cell}, line {one.line}: {one.advice}\n  {one.text}")
    raise typer.Exit(1 if count else 0)


@app.callback(invoke_without_command=True)
def versions(
    version: Annotated[bool, typer.Option("--version", help="Tell the version.")] = False,
) -> None:
    """Help for authors of dashboards."""
    if version:
        typer.echo(__version__)
        raise typer.Exit


def main(words: Sequence[str] | None = None) -> None:
    """Run the command with these words, or with those that were typed."""
    app(words, prog_name="vois")


if __name__ == "__main__":
    main()
