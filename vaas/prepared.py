"""Notebooks that have run once, kept so that their viewers need not wait.

A notebook's first viewers watch it run in a template, all of them the same one
run (see ``vaas.runs``). When it is over each gets a fork of it, as does who comes
later, with the recorded outputs. A run that cannot be forked becomes the kernel of
one of them, the others get kernels of their own; that is remembered, so that it is
not tried at every visit. An author decides otherwise in the notebook's metadata:
``{"vaas": {"launch": "fresh"}}`` is never forked, ``"fork"`` also where the address
has more than values of declared parameters, of which each set has a run of its own;
after ``{"vaas": {"ttl": 3600}}`` seconds a run is too old. One that somebody has
looked at, or may soon, gets a successor before that, and is used until it is there.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from math import inf

from vaas.closing import letting_go
from vaas.errors import KernelStartFailed, VaasError
from vaas.kernels import KernelHost, Relay, Template
from vaas.model import KernelRef
from vaas.observability import logger, metrics
from vaas.recipe import Prepared, Recipe
from vaas.refusals import Refusals
from vaas.rendering import Notebook, Recording, load_notebook
from vaas.runs import Run, Watcher
from vaas.shelf import Key, lasting, may_be_made, to_let_go

log = logger(__name__)


class PreparedNotebooks:
    """Makes templates and owns them.

    Attributes:
        made: is told of each run that went well, with the notebook as it ran.
    """

    def __init__(
        self, host: KernelHost, *, most: int = 8, life: float = inf, recent: float = 0.0
    ) -> None:
        """Start with none.

        Args:
            host: starts templates.
            most: kept at a time; the one not used for longest goes first. 0: none.
            life: seconds after which one is too old.
            recent: seconds for which somebody may come after the last one who looked.
        """
        self.made: Callable[[Recipe, Notebook, Recording], None] = _unheard
        self._host, self._most, self._life, self._recent = host, most, life, recent
        self._kept: dict[Key, Prepared] = {}
        self._refusals = Refusals()
        self._making: dict[Key, tuple[Run, asyncio.Task[None]]] = {}
        # One at a time of those that nobody watches: viewers who are here come first.
        self._turn = asyncio.Semaphore(1)

    @property
    def making(self) -> int:
        """How many notebooks run in templates now, or wait for their turn."""
        return len(self._making)

    def find(self, recipe: Recipe) -> Prepared | None:
        """A template that can be forked right now."""
        found = self._kept.get(recipe.key)
        now = time.monotonic()
        if found is None or not found.lives(now):
            return None
        found.seen, found.used = now, True
        return found

    def keeps(self, recipe: Recipe) -> bool:
        """Whether there is a template at any version, or will be."""
        same = lasting(recipe.key)
        return any(lasting(key) == same for key in (*self._kept, *self._making))

    def watch(self, recipe: Recipe, relay: Relay, *, whole: bool) -> Watcher | None:
        """Let a viewer watch a notebook's one run, which begins now if it has not.

        Args:
            recipe: what the viewer wants.
            relay: to the viewer's page.
            whole: the page is a document, see ``Watcher``.

        Returns:
            ``None`` if there is a template already, or no use in one.
        """
        if not recipe.for_all or (found := self._begun(recipe)) is None:
            return None
        watcher = Watcher(recipe.request, relay, whole=whole)
        found[0].join(watcher)
        return watcher

    def make(self, recipe: Recipe) -> None:
        """Begin to make a template out of sight, unless that makes no sense."""
        if recipe.for_all:
            self._begun(recipe)

    def make_ahead(self, recipe: Recipe) -> None:
        """As ``make``, but only where nothing has to go for it."""
        if len({*self._kept, *self._making, recipe.key}) <= self._most:
            self.make(recipe)

    async def why_not(self, recipe: Recipe) -> str:
        """Why a notebook cannot be forked, for its author; found out by trying.

        Returns:
            empty if it can.
        """
        if recipe.notebook.launch == "fresh":
            return "its metadata asks for a fresh kernel"
        await self._made(recipe)
        if self.find(recipe):
            return ""
        return self._refusals.why(recipe.key) or "no templates are kept"

    async def drop(self, recipe: Recipe, why: str) -> None:
        """Forget a template of which no fork could be had, and make no other of that kind soon."""
        await self._let_go(recipe.key, "broken")
        self._give_up(recipe, why)

    async def keep_up(self, *, pressed: bool) -> None:
        """Begin the successors of those that come of age, and let go of those that are.

        Args:
            pressed: memory is short: the one not used for longest goes.
        """
        now = time.monotonic()
        for key, one in list(self._kept.items()):
            if not one.lives(now):
                await self._let_go(key, "ended" if one.template.ended.done() else "age")
            elif one.wants_successor(now, self._recent) and not pressed and key not in self._making:
                one.successor = "coming"
                self._begin(one.recipe)
        if pressed and self._kept:
            await self._let_go(self._by_use()[0], "memory")

    async def forget(self, share: str | None = None) -> None:
        """Make and keep nothing of a share (``Version.share``), or of any; forks that live go on."""
        tasks = [task for key, (_, task) in self._making.items() if share in {None, key[0].share}]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for key in [key for key in self._kept if share in {None, key[0].share}]:
            await self._let_go(key, "end")

    async def _made(self, recipe: Recipe) -> None:
        if found := self._begun(recipe):
            await asyncio.wait([found[1]])

    def _begun(self, recipe: Recipe) -> tuple[Run, asyncio.Task[None]] | None:
        """The one run that makes the template, and its task; ``None`` if there is no use in it."""
        key = recipe.key
        if not self._most or self._refusals.why(key) or self.find(recipe):
            return None
        if key not in self._making:
            if not may_be_made(self._making, key, self._most):
                return None
            self._begin(recipe)
        return self._making[key]

    def _begin(self, recipe: Recipe) -> None:
        key, run = recipe.key, Run()

        def over(_: object) -> None:
            """A template whose successor has not come goes when its time is over."""
            del self._making[key]
            run.end()  # here, because what is cancelled before its first step ends nothing
            if (old := self._kept.get(key)) and old.successor:
                old.successor = "failed"

        task = asyncio.create_task(self._make(recipe, run), name="template")
        self._making[key] = run, task
        task.add_done_callback(over)

    async def _make(self, recipe: Recipe, run: Run) -> None:
        """Make a template and keep it; what goes wrong is told, not raised."""
        try:
            async with self._its_turn(run), AsyncExitStack() as stack:
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
        began = time.monotonic()
        workspace = await stack.enter_async_context(recipe.files())
        await self._make_room(recipe.key)
        ref = KernelRef("", recipe.request.ref.version, recipe.request.ref.notebook)
        request = replace(recipe.request, ref=ref, workspace=workspace)
        template = await self._host.prepare(request)
        stack.push_async_callback(template.retire)
        stack.push_async_callback(run.close)
        # Read anew: the one at hand is its viewer's, in whose kernel cells may still run.
        notebook = await asyncio.to_thread(load_notebook, workspace.near, recipe.notebook.path)
        asked = recipe.notebook
        notebook = replace(notebook, given=asked.given, libraries=asked.libraries)
        recording = await run.go(template, notebook, request.limits.cell)
        if not recording.failure:
            self.made(recipe, notebook, recording)
        if why := await _why_not(template, recording):
            passes = bool(recording.failure and recording.failure.name == "DeadKernel")
            self._give_up(recipe, why, passes=passes)
            if kernel := await run.give(template, recording.results):
                kernel.ended.add_done_callback(letting_go(stack.pop_all()))
            return
        await run.heard_all()
        if not run.watchers:
            # That it can be sealed is its word; the walls of a fork are looked at from outside.
            await (await template.fork(request)).close()
        await self._make_room(recipe.key)
        older = [self._kept.pop(key) for key in self._older(recipe.key)]
        took = (now := time.monotonic()) - began
        lasts = min(self._life, recipe.age(took))
        # Of one that nobody looks at, changes do not make what is looked at the least used.
        seen = max((one.seen for one in older), default=now)
        self._kept[recipe.key] = Prepared(
            recipe, template, recording, notebook.fresh, run.session, took, now, lasts, seen
        )
        metrics.templates.labels("made").inc()
        template.ended.add_done_callback(letting_go(stack.pop_all()))
        run.end()
        for one in older:
            await _retire(one, "replaced")

    def _by_use(self) -> list[Key]:
        """What is kept, the one not used for longest first."""
        return sorted(self._kept, key=lambda key: self._kept[key].seen)

    def _older(self, key: Key) -> list[Key]:
        """Those that one takes the place of: the same notebook at other versions, and itself."""
        version, notebook, *_ = key
        same = [k for k in self._kept if k[0].share == version.share and k[1] == notebook]
        return [k for k in same if k[0] != version or k == key]

    async def _make_room(self, key: Key) -> None:
        """Let the least used go; not those that are used until a newer one is there."""
        older = self._older(key)
        others = [one for one in self._by_use() if one not in older]
        for one in to_let_go(others, key, self._most):
            await self._let_go(one, "room")

    async def _let_go(self, key: Key, why: str) -> None:
        # Another run may have let it go meanwhile.
        if found := self._kept.pop(key, None):
            await _retire(found, why)

    def _give_up(self, recipe: Recipe, why: str, *, passes: bool = True) -> None:
        """Make none of that kind; not for long if what was in the way ``passes``."""
        log.info("not_forked", notebook=recipe.notebook.path, why=why)
        metrics.templates.labels("refused").inc()
        if recipe.key in self._kept:
            return  # of which this was to be the successor; the next viewers see for themselves
        self._refusals.add(recipe.key, why, recipe.notebook.ttl or 0.0, passes=passes)


async def _retire(one: Prepared, why: str) -> None:
    metrics.template_ends.labels(why).inc()
    await one.template.retire()


def _unheard(_recipe: Recipe, _notebook: Notebook, _recording: Recording) -> None:
    """Nobody wants to know."""


async def _why_not(template: Template, recording: Recording) -> str:
    """Why a run cannot be forked; empty if it can."""
    if failed := recording.failure:
        return f"a cell failed: {failed.name}: {failed.message}"
    return "; ".join(await template.seal())


__all__ = ["PreparedNotebooks"]
