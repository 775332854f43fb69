"""``vaas received``: what other clouds shared with this service, and with whom that is shared on."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from vaas.config import load_settings
from vaas.envs import plainly
from vaas.errors import ShareUnknown
from vaas.member import connected, member, required, taken
from vaas.observability import configure_logging

if TYPE_CHECKING:
    from vaas.mesh import Mesh

T = TypeVar("T")

app = typer.Typer(
    help="List what other clouds shared with this service, and share its dashboards on.",
    invoke_without_command=True,
    rich_markup_mode=None,
)

Config = Annotated[
    Path | None, typer.Option("--config", help="Settings, usually vaas.toml.", show_default=False)
]
Share = Annotated[str, typer.Argument(metavar="ID", help="A share's ID, or its address here.")]


@app.callback()
def list_(
    context: typer.Context,
    owners: Annotated[bool, typer.Option("--owners", help="Tell their senders’ pages.")] = False,
    contacts: Annotated[bool, typer.Option("--contacts", help="Who connected a cloud.")] = False,
    config: Config = None,
) -> None:
    """List what other clouds shared with this service, and where to see it.

    The addresses open what they name: they are for those who shared it.
    """
    if context.invoked_subcommand:
        return
    with plainly():
        settings = load_settings(config)
        told = connected(settings) if contacts else taken(settings, owners=owners)
        for line in asyncio.run(told):
            typer.echo(line)


@app.command()
def share(
    share: Share,
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="Whom to share with, as alice@cloud.example.")
    ],
    config: Config = None,
) -> None:
    """Share a received share's dashboards with somebody at another cloud.

    Their cloud lists it among what is shared with them, and opens it.
    """
    with plainly():
        sent = _run(config, lambda mesh: mesh.sharing.send(_id(share), address))
        typer.echo(f"{sent.id} is shared with {sent.to}")


@app.command("sent")
def sent_(share: Share, config: Config = None) -> None:
    """List with whom a received share's dashboards are shared: number, address, since when."""
    with plainly():
        for one in _run(config, lambda mesh: mesh.sharing.sent(_id(share))):
            since = datetime.fromtimestamp(one.made, UTC).strftime("%Y-%m-%d")
            taken_ = "accepted" if one.accepted else "sent"
            typer.echo(f"{one.id}\t{one.to}\t{taken_}\t{since}")


@app.command()
def unshare(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="As “sent” lists it.")],
    config: Config = None,
) -> None:
    """Take back what was shared with somebody; their open pages end within seconds."""
    with plainly():
        if not _run(config, lambda mesh: mesh.sharing.revoke(number)):
            raise ShareUnknown("nothing of that number is shared")
        typer.echo(f"{number} is taken back")


def _id(text: str) -> str:
    """The ID in a share's address."""
    found = re.search(r"[0-9a-f]{32}", text)
    return found[0] if found else text


def _run(config: Path | None, work: Callable[[Mesh], Awaitable[T]]) -> T:
    """Do something as a member of the mesh.

    Raises:
        ConfigError: we are none.
    """

    async def run() -> T:
        """As long as it takes."""
        settings = load_settings(config)
        configure_logging(as_json=False, level="ERROR")
        async with member(settings, settings.data.expanduser()) as mesh:
            return await work(required(mesh))

    return asyncio.run(run())


__all__ = ["app", "list_", "sent_", "share", "unshare"]
