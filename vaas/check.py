"""What an author runs before publishing: every notebook of a link, as a viewer's visit would."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode

from vaas.config import Settings
from vaas.errors import VaasError
from vaas.launch import Listing, Opened, Wish
from vaas.model import PRODUCT_NAMES, Secret, Share, ShareLink
from vaas.packages import found_in, lacking
from vaas.places import missing
from vaas.rooms import Rooms, rooms
from vaas.session import Session

_BEGIN = "Traceback (most recent call last)"
_MISSING = re.compile(r"No module named '([^'.]+)")


@dataclass(frozen=True, slots=True)
class NotebookReport:
    """How one notebook did.

    Attributes:
        path: in the share.
        works: whether a viewer gets the whole dashboard.
        seconds: from asking for it to its last cell.
        memory: bytes that its kernel uses at the end; 0 if unknown.
        data: bytes of the share that were fetched for it.
        files: how many files these are.
        cells: code cells.
        ttl: seconds after which its run is made anew, as its author asks; 0 for never.
        waits: why every viewer waits for a run of the whole notebook; empty if it
            opens at once for all but the first.
        problem: what went wrong, empty if nothing.
        cell: number of the failing cell, from 1.
        line: line in it, from 1.
        missing: packages that it imports, or could, and that are not installed.
        found_in: the environments that have each of them.
        environment: the one that it ran in.
        traceback: whole, for the author.
        parameters: that its address may give, one line each.
    """

    path: str
    works: bool
    seconds: float = 0.0
    memory: int = 0
    data: int = 0
    files: int = 0
    cells: int = 0
    ttl: float = 0.0
    waits: str = ""
    problem: str = ""
    cell: int | None = None
    line: int | None = None
    missing: tuple[str, ...] = ()
    found_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    environment: str = ""
    traceback: str = ""
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What viewers of a link would get.

    Attributes:
        share: its name.
        product: the system that shares it.
        problem: why nothing could be opened, empty if it could.
        notebooks: one report each.
        manifest: what is wrong with the share's manifest, one line each.
    """

    share: str
    product: str
    problem: str
    notebooks: tuple[NotebookReport, ...]
    manifest: tuple[str, ...] = ()

    @property
    def works(self) -> bool:
        """Whether every notebook gives a working dashboard, as the manifest wants it."""
        return not (self.problem or self.manifest) and all(
            notebook.works for notebook in self.notebooks
        )


async def check_link(
    settings: Settings,
    link: ShareLink,
    password: Secret | None = None,
    local: Mapping[str, Path] | None = None,
    values: Mapping[str, str] | None = None,
) -> Report:
    """Resolve a link and run its notebooks one after the other in the sandbox.

    Args:
        settings: what applies to viewers.
        link: the share, or one notebook of it.
        password: the link's.
        local: as for ``vaas.rooms.rooms``.
        values: of the notebooks' parameters, as an address gives them.
    """
    async with rooms(settings, local) as built:
        wish = Wish(link, password, {"QUERY_STRING": urlencode(values or {})})
        try:
            first = await _open(built, wish)
        except VaasError as error:
            return Report("", "", _words(error), ())
        if isinstance(first, Opened):
            share = first.session.share
            reports = [await _watch(built, first.session)]
        else:
            share = first.share
            paths = [path for path, _, _ in first.notebooks]
            reports = [await _check_one(built, wish, path) for path in paths]
        wrong = await _manifest_problems(built, share)
        return Report(share.name, share.product, "", tuple(reports), wrong)


async def _manifest_problems(built: Rooms, share: Share) -> tuple[str, ...]:
    """What is wrong with a share's manifest, one line each."""
    found = await built.launcher.arrivals.manifests.problems(share)
    if found:
        return found
    manifest = await built.launcher.arrivals.manifests.of(share)
    async with built.launcher.arrivals.files(share) as workspace:
        return await asyncio.to_thread(missing, workspace, manifest.entry, manifest.thumbnail)


async def _check_one(built: Rooms, wish: Wish, path: str) -> NotebookReport:
    try:
        opened = await _open(built, replace(wish, link=replace(wish.link, path=path)))
    except VaasError as error:
        return NotebookReport(path, works=False, problem=_words(error))
    assert isinstance(opened, Opened), "a notebook's own path leads to one dashboard"
    return await _watch(built, opened.session)


async def _open(built: Rooms, wish: Wish) -> Opened | Listing:
    async for event in built.launcher.open(wish):
        if isinstance(event, Opened | Listing):
            return event
    raise VaasError("the launch ended without a result")


async def _watch(built: Rooms, session: Session) -> NotebookReport:
    """Wait for the last cell, then end the session."""
    sessions = built.launcher.sessions
    started = time.monotonic()
    async for _ in session.cells():
        pass
    seconds = time.monotonic() - started
    report = NotebookReport(
        session.notebook.path,
        works=session.state == "ready" and not session.failures,
        seconds=round(seconds, 2),
        data=session.workspace.size,
        files=session.workspace.files,
        cells=session.notebook.cells,
        parameters=tuple(map(str, session.notebook.parameters)),
        ttl=session.notebook.ttl,
    )
    if session.state == "ready":
        report = replace(report, memory=await sessions.memory(session))
    if report.works:
        waits = await sessions.why_not_forked(session)
        report = replace(report, waits=waits)
    report = await asyncio.to_thread(_packages, built, session, report)
    await sessions.end(session.id)
    if session.failures:
        failure = session.failures[0]
        return replace(
            report,
            problem=f"{failure.name}: {failure.message}",
            cell=failure.cell,
            line=failure.line,
            traceback=failure.traceback,
        )
    if session.error and session.state == "ended" and not report.works:
        return replace(report, problem=_words(session.error))
    return report


def _packages(built: Rooms, session: Session, report: NotebookReport) -> NotebookReport:
    """A report with what is not installed, and where it would be."""
    said = [one.message for one in session.failures]
    missed = {name for text in said for name in _MISSING.findall(text)}
    where = session.recipe.request.installation
    names = lacking(session.notebook, session.workspace, where, missed)
    there = found_in(names, built.launcher.installations)
    return replace(report, missing=names, found_in=there, environment=where.name)


def print_report(report: Report, *, as_json: bool) -> None:
    """Print a report, for people or as one JSON object."""
    if as_json:
        print(json.dumps(asdict(report) | {"works": report.works}, indent=2))  # noqa: T201 - the command's answer
        return
    lines = [f"{report.share} ({PRODUCT_NAMES[report.product]})"] if report.share else []
    if report.problem:
        lines.append(f"cannot be opened: {report.problem}")
    lines += [f"  FAILS  {problem}" for problem in report.manifest]
    for notebook in report.notebooks:
        lines += _lines(notebook)
    print("\n".join(lines))  # noqa: T201 - the command's answer


def _lines(notebook: NotebookReport) -> list[str]:
    mark = "works " if notebook.works else "FAILS "
    figures = f"{_count(notebook.cells, 'cell')}, {notebook.seconds:.1f} s"
    if notebook.files:
        figures += (
            f", {_count(notebook.files, 'file')} of {notebook.data / (1 << 20):.1f} MB fetched"
        )
    if notebook.memory:
        figures += f", {notebook.memory / (1 << 20):.0f} MB of memory"
    lines = [f"  {mark} {notebook.path}  ({figures})"]
    lines += [f"         parameter {one}" for one in notebook.parameters]
    if notebook.ttl:
        lines.append(f"         run anew after {notebook.ttl:g} s")
    if notebook.waits:
        lines.append(f"         every viewer waits for a run of their own: {notebook.waits}")
    if notebook.problem:
        place = f"cell {notebook.cell}" if notebook.cell else ""
        place += f", line {notebook.line}" if notebook.line else ""
        lines.append(f"         {place + ': ' if place else ''}{notebook.problem}")
    for name in notebook.missing:
        others = [one for one in notebook.found_in.get(name, ()) if one != notebook.environment]
        named = f"; environment that has it: {', '.join(others)}" if others else ""
        lines.append(f"         not installed here: {name}{named}")
    lines += [f"           {line}".rstrip() for line in _frames(notebook.traceback)]
    return lines


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _frames(traceback: str) -> list[str]:
    """The traceback's own lines, without the whole cell that stands before them."""
    lines = traceback.strip().splitlines()
    begin = next((at for at, line in enumerate(lines) if _BEGIN in line), 0)
    return lines[begin:]


def _words(error: VaasError) -> str:
    return f"{error.title}. {error.detail or error.advice}"


__all__ = ["NotebookReport", "Report", "check_link", "print_report"]
