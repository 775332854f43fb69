"""The ``vaas`` command: what to type, and what it says.

Exit codes: 0 all is well, 1 the check found that viewers would get no working
dashboard (or the doctor something missing), 2 the command could not do its
work; the reason is one line on standard error.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import webbrowser
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from urllib.parse import urlsplit

import typer

from vaas import __version__, envs, sharing, trust
from vaas.config import Settings, Site, load_settings
from vaas.envs import plainly
from vaas.errors import NotALink
from vaas.model import Secret, ShareLink
from vaas.observability import configure_logging
from vaas.shares import parse_link
from vaas.shares.links import canonical_path, local_link
from vaas.temporary import run_folder

# What runs notebooks takes seconds to import: each command does that when it needs it.
if TYPE_CHECKING:
    from vaas.web import Card

app = typer.Typer(
    name="vaas",
    help="Open a shared notebook as a live dashboard.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

app.add_typer(envs.app, name="env")
app.add_typer(sharing.app, name="received")
app.command()(trust.mesh)

Port = Annotated[int, typer.Option(help="Port to listen on; 0 takes any free one.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the link's password from standard input.")
]
NoSandbox = Annotated[
    bool,
    typer.Option("--no-sandbox", help="Run without isolation. For notebooks of your own only."),
]
Values = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A parameter's value, as in the address."),
]
Link = Annotated[
    str, typer.Argument(metavar="LINK", help="A share link, or a folder or notebook here.")
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="Settings, usually vaas.toml.", show_default=False)
]
DEFAULT_PORT = 8866
_SHOWN = 120
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a service manager, a terminal that is closed."""
T = TypeVar("T")


@app.command()
def demo(port: Port = DEFAULT_PORT, no_browser: NoBrowser = False) -> None:
    """Show a complete VaaS: example dashboards, shared by a small cloud of its own.

    Open the printed address, and click an example or paste one of its links.
    """
    from vaas.demo.gallery import gallery  # noqa: PLC0415
    from vaas.web import Card  # noqa: PLC0415

    with plainly(), ExitStack() as stack:
        data = stack.enter_context(run_folder("demo"))
        exhibits = stack.enter_context(gallery())
        settings = load_settings(
            port=port,
            data=data,
            site=(Site(host=exhibits.host, insecure=True, private=True),),
        )
        cards = [
            Card(e.title, e.description, canonical_path(parse_link(e.url)), e.picture, e.kind)
            for e in exhibits.shown
        ]
        _serve(settings, browser=not no_browser, cards=cards)


@app.command("open")
def open_(
    link: Link,
    port: Port = DEFAULT_PORT,
    no_browser: NoBrowser = False,
    password_stdin: PasswordStdin = False,
    no_sandbox: NoSandbox = False,
) -> None:
    """Open one link, or a folder or notebook of this machine, in the browser.

    Example: vaas open https://cloud.example.org/s/AbCdEf123
    """
    with plainly(), run_folder("open") as data:
        found, local = _named(link)
        sandbox = "none" if no_sandbox else "bubblewrap"
        settings = _for_link(found, data=data, port=port, kernel={"sandbox": sandbox})
        password = Secret(sys.stdin.readline().rstrip("\n")) if password_stdin else None
        given = [(found, password)] if password else []
        _serve(settings, browser=not no_browser, at=canonical_path(found), local=local, given=given)


@app.command()
def serve(config: ConfigFile = None) -> None:
    """Run the site service.

    Without a file, settings come from VAAS_... variables and defaults: no site
    is open until one is listed.
    """
    with plainly():
        settings = load_settings(config)
        _serve(settings, browser=False, stay=settings.kernel.stay)


@app.command()
def check(
    link: Link,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    password_stdin: PasswordStdin = False,
    no_sandbox: NoSandbox = False,
    values: Values = None,
) -> None:
    """Tell what viewers of a link would get: run its notebooks as a viewer's visit would.

    Reports time, memory, data, missing packages, and errors with cell and line.
    Exit code 0 only if every notebook gives a working dashboard.
    """
    from vaas.check import check_link, print_report  # noqa: PLC0415

    with plainly(), run_folder("check") as data:
        configure_logging(as_json=False, level="ERROR")
        given = dict(_name_and_value(one) for one in values or ())
        password = None
        if password_stdin:
            password = Secret(sys.stdin.readline().rstrip("\n"))
        found, local = _named(link)
        sandbox = "none" if no_sandbox else "bubblewrap"
        # Imports ahead would only compete with the one run that there is.
        settings = _for_link(found, data=data, kernel={"sandbox": sandbox, "zygotes": 0})
        report = asyncio.run(_until_signal(check_link(settings, found, password, local, given)))
        print_report(report, as_json=json)
    raise typer.Exit(0 if report.works else 1)


@app.command()
def doctor(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    config: ConfigFile = None,
) -> None:
    """Tell what this machine lacks, and the command that installs it."""
    from vaas.doctor import examine, print_findings  # noqa: PLC0415

    with plainly():
        settings = load_settings(config)
        findings = asyncio.run(examine(settings.environments, settings))
        findings += asyncio.run(trust.examine(settings))
        print_findings(findings, as_json=json)
    raise typer.Exit(0 if all(finding.ok or finding.optional for finding in findings) else 1)


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Entry point of the command."""
    app()


def _named(text: str) -> tuple[ShareLink, dict[str, Path]]:
    """The share that the person at the keyboard named: a path here, or a link."""
    if path := _here(text):
        link = local_link(path)
        return link, {link.token: path}
    try:
        return parse_link(text), {}
    except NotALink as error:
        if "://" in text:
            raise
        name = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        raise NotALink(f"no file or folder {name!r} is here, and it is no web address") from error


def _name_and_value(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise typer.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--set")
    return name, value


def _here(text: str) -> Path | None:
    """A path of this machine, if it is one."""
    try:
        path = Path(text).expanduser()
        return path.resolve() if text.strip() and path.exists() else None
    except (OSError, ValueError, RuntimeError):  # too long, a NUL, a user who is none
        return None


def _for_link(link: ShareLink, **settings: Any) -> Settings:
    """Settings that admit just this link's host, whatever it is."""
    if link.hint == "local":
        return load_settings(**settings)
    insecure = urlsplit(link.root).scheme == "http"
    site = Site(host=link.host, insecure=insecure, private=True)
    return load_settings(site=(site,), **settings)


def _serve(
    settings: Settings,
    *,
    browser: bool,
    at: str = "/",
    local: Mapping[str, Path] | None = None,
    cards: Sequence[Card] = (),
    given: Sequence[tuple[ShareLink, Secret]] = (),
    stay: float = 0.0,
) -> None:
    from vaas.app import service  # noqa: PLC0415
    from vaas.kernels.descriptors import allow_many  # noqa: PLC0415

    allow_many()
    configure_logging(as_json=settings.log_format == "json", level=settings.log_level)

    async def run() -> None:
        """Serve until cancelled; open the browser if that is wished."""
        async with service(settings, local, cards, given, stay=stay) as url:
            typer.echo(f"ready {url}")
            sys.stdout.flush()
            if browser:
                webbrowser.open(url.rstrip("/") + at)
            elif at != "/":
                typer.echo(f"      {url.rstrip('/')}{at}")
            await asyncio.Event().wait()

    with plainly(), suppress(typer.Exit):
        asyncio.run(_until_signal(run()))


async def _until_signal(work: Coroutine[Any, Any, T]) -> T:
    """Run until done, or until a signal asks to end; a second one ends at once."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    # Under nohup the terminal's end is not to be heard.
    is_heard = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    ending = _ENDING if is_heard else _ENDING[:2]

    def stop() -> None:
        """End at the first signal; a second one kills as usual."""
        for number in ending:
            loop.remove_signal_handler(number)
        task.cancel()

    for number in ending:
        loop.add_signal_handler(number, stop)
    try:
        return await task
    except asyncio.CancelledError:
        raise typer.Exit(130) from None


__all__ = ["app", "main"]
