"""``vaas env``: the environments that notebooks may ask for, made by the operator."""

from __future__ import annotations

import json as as_json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from vaas.config import load_settings
from vaas.errors import ConfigError, VaasError

app = typer.Typer(
    help="Make, list and remove environments: sets of packages that notebooks may ask for.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Config = Annotated[
    Path | None, typer.Option("--config", help="Settings, usually vaas.toml.", show_default=False)
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="What notebooks call it.")]


@dataclass(frozen=True, slots=True)
class Told:
    """One environment, as ``vaas env list --json`` tells it."""

    name: str
    python: str
    packages: int
    place: str
    readable: bool


@app.command()
def add(
    name: Name,
    requirements: Annotated[
        Path | None,
        typer.Option(help="What goes into it, a file as pip reads it.", show_default=False),
    ] = None,
    python: Annotated[
        str, typer.Option(help="Version or path of its Python.", show_default="VaaS's own")
    ] = "",
    config: Config = None,
) -> None:
    """Make an environment, or make it anew. Without a list, VaaS's own of that name: eo.

    Notebooks run in it whose kernel, or whose share's vaas.toml, names it.
    Example: vaas env add rain --requirements rain.txt
    """
    from vaas.kernels import Installations  # noqa: PLC0415  seconds, see cli.py
    from vaas.kernels.installations import LOCK  # noqa: PLC0415
    from vaas.kernels.making import make  # noqa: PLC0415

    with plainly():
        known = Installations(load_settings(config).environments)
        made = make(known, name, requirements, python, tell=typer.echo)
        typer.echo(f"{name} is ready; its versions: {made.prefix.parent / LOCK}")


@app.command("list")
def list_(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    config: Config = None,
) -> None:
    """Tell which environments there are."""
    with plainly():
        found = environments(load_settings(config).environments)
        if json:
            typer.echo(as_json.dumps([asdict(one) for one in found], indent=2))
            return
        width = max(len(one.name) for one in found)
        for one in found:
            closed = "" if one.readable else "  (kernels cannot read it)"
            about = f"Python {one.python}, {one.packages} packages"
            typer.echo(f"{one.name:{width}}  {about}  {one.place}{closed}")


@app.command()
def remove(name: Name, config: Config = None) -> None:
    """Remove an environment. Kernels that run from it go on, and its files go later."""
    from vaas.kernels import Installations  # noqa: PLC0415  seconds, see cli.py
    from vaas.kernels.making import remove as take_away  # noqa: PLC0415

    with plainly():
        gone = take_away(Installations(load_settings(config).environments), name)
        later = "" if gone else "; kernels still run from it: the next “vaas env” clears it up"
        typer.echo(f"{name} is removed{later}")


def environments(folder: Path) -> list[Told]:
    """What there is, VaaS's own first.

    Args:
        folder: of the operator's.
    """
    from vaas.kernels import Installations  # noqa: PLC0415  seconds, see cli.py
    from vaas.kernels.installations import packages, python_version, unreadable  # noqa: PLC0415

    known = Installations(folder)
    return [
        Told(
            one.name,
            python_version(one),
            len(packages(one)),
            str(known.folder / one.name if one.key else one.prefix),
            unreadable(one) is None,
        )
        for one in known.all()
    ]


@contextmanager
def plainly() -> Iterator[None]:
    """Errors of ours become one line or two on standard error, and exit code 2."""
    try:
        yield
    except VaasError as error:
        # The words for viewers send them to the operator, who is who reads this.
        is_config = isinstance(error, ConfigError)
        said = "cannot start as it is set up" if is_config else f"{error.title}. {error.advice}"
        typer.echo(f"vaas: {said}", err=True)
        if error.detail:
            typer.echo(f"      {error.detail}", err=True)
        raise typer.Exit(2) from None


__all__ = ["Told", "add", "app", "environments", "list_", "plainly", "remove"]
