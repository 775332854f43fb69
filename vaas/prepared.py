"""Notebooks that have run once, kept so that their viewers need not wait.

A notebook's first viewers watch it run in a template, all of them the same one
run (see ``vaas.runs``). When it is over each gets a fork of it, as does who comes
later, with the recorded outputs. A run that cannot be forked becomes the kernel of
one of them, the others get kernels of their own; that is remembered, so that it is
not tried at every visit. An author decides otherwise in the notebook's metadata:
``{"vaas": {"launch": "fresh"}}`` is never forked, ``"fork"`` also where the address
has parameters.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from vaas.errors import KernelStartFailed, VaasError
from vaas.kernels import KernelHost, KernelRequest, Relay, Template
from vaas.model import KernelRef, Version, Workspace
from vaas.observability import logger, metrics
from vaas.rendering import CellResult, Notebook, Recording, load_notebook
from vaas.runs import Run, Watcher

log = logger(__name__)

Key = tuple[Version, str, str, tuple[tuple[str, str], ...]]
"""Version, notebook, kernel's name, variables: what a run depends on."""

_REMEMBERED = 1024
"""Notebooks of which we know that they cannot be forked."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a template can be made of.

    Attributes:
        notebook: as it was read for the viewer at hand.
        request: the viewer's; who that is does not go into the template.
        files: opens the share's files once more, for the template's own life.
    """

    notebook: Notebook
    request: KernelRequest
    files: Callable[[], AbstractAsyncContextManager[Workspace]] = field(repr=False)

    @property
    def key(self) -> Key:
        """What the run depends on."""
        request = self.request
        variables = tuple(sorted(request.environment.items()))
        return request.ref.version, request.ref.notebook, request.kernel_name, variables

    @property
    def asks(self) -> bool:
        """Whether the viewer's address has parameters: one of many, or an attempt to fill us."""
        return bool(self.request.environment.get("QUERY_STRING"))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sealed template and what its run gave.

    Attributes:
        template: to be forked.
        recording: outputs, and the widgets' state.
        fresh: places of the cells that run for each viewer.
        until: ``time.monotonic()`` at which it is too old to be forked.
    """

    template: Template
    recording: Recording
    fresh: frozenset[int]
    until: float

    @property
    def known(self) -> dict[int, CellResult]:
        """Results that a viewer gets as they are; others run in the fork."""
        return {i: one for i, one in self.recording.results.items() if i not in self.fresh}


class PreparedNotebooks:
    """Makes templates and owns them.

    Attributes:
        made: is told of each run that is kept.
    """

    def __init__(self, host: KernelHost, *, most: int = 8) -> None:
        """Start with none.

        Args:
            host: starts templates.
            most: kept at a time; the one not used for longest goes first. 0: none.
        """
        self.made: Callable[[Notebook, Recording], None] = lambda _notebook, _recording: None
        self._host, self._most = host, most
        self._kept: OrderedDict[Key, Prepared] = OrderedDict()
        self._never: OrderedDict[Key, str] = OrderedDict()
        self._making: dict[Key, tuple[Run, asyncio.Task[None]]] = {}
        # One at a time of those that nobody watches: viewers who are here come first.
        self._turn = asyncio.Semaphore(1)

    @property
    def making(self) -> int:
        """How many notebooks run in templates now, or wait for their turn."""
        return len(self._making)

    @property
    def watching(self) -> int:
        """How many viewers watch a run, and want a kernel at its end."""
        return sum(len(run.watchers) for run, _ in self._making.values())

    def find(self, recipe: Recipe) -> Prepared | None:
        """A template that can be forked right now."""
        found = self._kept.get(recipe.key)
        if found is None or found.template.ended.done() or time.monotonic() > found.until:
            return None
        self._kept.move_to_end(recipe.key)
        return found

    def watch(self, recipe: Recipe, relay: Relay, *, whole: bool) -> Watcher | None:
        """Let a viewer watch a notebook's one run, which begins now if it has not.

        Args:
            recipe: what the viewer wants.
            relay: to the viewer's page.
            whole: the page is a document, see ``Watcher``.

        Returns:
            ``None`` if there is a template already, or no use in one.
        """
        if not _may_run(recipe) or (found := self._begun(recipe)) is None:
            return None
        watcher = Watcher(recipe.request, relay, whole=whole)
        found[0].join(watcher)
        return watcher

    def make(self, recipe: Recipe) -> None:
        """Begin to make a template out of sight, unless that makes no sense."""
        if _may_run(recipe):
            self._begun(recipe)

    async def why_not(self, recipe: Recipe) -> str:
        """Why a notebook cannot be forked, for its author; found out by trying.

        Returns:
            empty if it can.
        """
        if recipe.notebook.launch == "fresh":
            return "its metadata asks for a fresh kernel"
        await self._made(recipe)
        return "" if self.find(recipe) else self._never.get(recipe.key, "no templates are kept")

    async def drop(self, recipe: Recipe, why: str) -> None:
        """Forget a template of which no fork could be had, and make no other of that kind."""
        self._give_up(recipe, why)
        if found := self._kept.pop(recipe.key, None):
            await found.template.retire()

    async def forget(self, share: str | None = None) -> None:
        """Make and keep nothing of a share (``Version.share``), or of any; forks that live go on."""
        tasks = [task for key, (_, task) in self._making.items() if share in {None, key[0].share}]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for key in [key for key in self._kept if share in {None, key[0].share}]:
            if found := self._kept.pop(key, None):
                await found.template.retire()

    async def _made(self, recipe: Recipe) -> None:
        if found := self._begun(recipe):
            await asyncio.wait([found[1]])

    def _begun(self, recipe: Recipe) -> tuple[Run, asyncio.Task[None]] | None:
        """The one run that makes the template, and its task; ``None`` if there is no use in it."""
        key = recipe.key
        if not self._most or key in self._never or self.find(recipe):
            return None
        if key not in self._making:
            run = Run()
            task = asyncio.create_task(self._make(recipe, run), name="template")
            self._making[key] = run, task
            task.add_done_callback(lambda _: self._making.pop(key, None))
        return self._making[key]

    async def _make(self, recipe: Recipe, run: Run) -> None:
        """Make a template and keep it; what goes wrong is told, not raised."""
        try:
            async with self._its_turn(run), AsyncExitStack() as stack:
                stack.callback(run.end)
                await self._run(recipe, run, stack)
        except KernelStartFailed as error:
            self._give_up(recipe, error.detail)
        except VaasError as error:  # no room, or no files: another time
            log.info("not_prepared", notebook=recipe.notebook.path, why=error.detail)
        except Exception as error:  # the task's last line: told, not raised
            log.exception("template_failed", notebook=recipe.notebook.path)
            self._give_up(recipe, f"{type(error).__name__}: {error}")

    @asynccontextmanager
    async def _its_turn(self, run: Run) -> AsyncIterator[None]:
        """One at a time, but at once if a viewer waits for it."""
        turn = asyncio.ensure_future(self._turn.acquire())
        watched = asyncio.ensure_future(run.watched.wait())
        try:
            await asyncio.wait({turn, watched}, return_when=asyncio.FIRST_COMPLETED)
            turn.cancel()
            yield
        finally:
            for task in (turn, watched):
                task.cancel()
            if turn.done() and not turn.cancelled():
                self._turn.release()

    async def _run(self, recipe: Recipe, run: Run, stack: AsyncExitStack) -> None:
        workspace = await stack.enter_async_context(recipe.files())
        await self._make_room(recipe.key)
        ref = KernelRef("", recipe.request.ref.version, recipe.request.ref.notebook)
        request = replace(recipe.request, ref=ref, workspace=workspace)
        template = await self._host.prepare(request)
        stack.push_async_callback(template.retire)
        stack.push_async_callback(run.close)
        # Read anew: the one at hand is its viewer's, in whose kernel cells may still run.
        notebook = await asyncio.to_thread(load_notebook, workspace.path, recipe.notebook.path)
        recording = await run.go(template, notebook, request.limits.cell)
        if why := await _why_not(template, recording):
            self._give_up(recipe, why)
            if kernel := await run.give(template, recording.results):
                kernel.ended.add_done_callback(_letting_go(stack.pop_all()))
            return
        await run.heard_all()
        if not run.watchers:
            # That it can be sealed is its word; the walls of a fork are looked at from outside.
            await (await template.fork(request)).close()
        await self._make_room(recipe.key)
        until = time.monotonic() + request.limits.life
        self._kept[recipe.key] = Prepared(template, recording, notebook.fresh, until)
        metrics.templates.labels("made").inc()
        self.made(notebook, recording)
        template.ended.add_done_callback(_letting_go(stack.pop_all()))
        run.end()

    async def _make_room(self, key: Key) -> None:
        """Let older versions of the same notebook go, and the least used of all."""
        version, notebook, *_ = key
        old = [k for k in self._kept if k[0].share == version.share and k[1] == notebook]
        old = [k for k in old if k[0] != version or k == key]
        while len(self._kept) - len(old) >= self._most:
            old.append(next(k for k in self._kept if k not in old))
        for one in old:
            # Another run may have let it go meanwhile.
            if found := self._kept.pop(one, None):
                await found.template.retire()

    def _give_up(self, recipe: Recipe, why: str) -> None:
        log.info("not_forked", notebook=recipe.notebook.path, why=why)
        metrics.templates.labels("refused").inc()
        self._never[recipe.key] = why
        while len(self._never) > _REMEMBERED:
            self._never.popitem(last=False)


async def _why_not(template: Template, recording: Recording) -> str:
    """Why a run cannot be forked; empty if it can."""
    if failed := recording.failure:
        return f"a cell failed: {failed.name}: {failed.message}"
    return "; ".join(await template.seal())


def _may_run(recipe: Recipe) -> bool:
    """Whether a notebook is to be run for all its viewers at once."""
    launch = recipe.notebook.launch
    return launch == "fork" or (launch != "fresh" and not recipe.asks)


_closing: set[asyncio.Task[None]] = set()


def _letting_go(resources: AsyncExitStack) -> Callable[[object], None]:
    """What closes a template's files when it has ended."""

    def let_go(_: object) -> None:
        """Close what was opened, in a task that is kept until it is done."""
        task = asyncio.get_running_loop().create_task(resources.aclose())
        _closing.add(task)
        task.add_done_callback(_closing.discard)

    return let_go


__all__ = ["Prepared", "PreparedNotebooks", "Recipe"]
