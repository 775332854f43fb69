"""One viewer's running notebook, as far as it has come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Literal

from vaas.errors import KernelError, KernelStartFailed, SessionGone, VaasError
from vaas.kernels import Kernel, Relay
from vaas.model import Phase, Share, Workspace
from vaas.observability import logger, metrics
from vaas.recipe import Prepared, Recipe
from vaas.rendering import CellFailure, CellResult, Notebook, Packed
from vaas.runs import Watcher
from vaas.waiting import Place

log = logger(__name__)

State = Literal["starting", "running", "ready", "ended"]


def _unheard(_failure: CellFailure) -> None:
    """Where nobody asks for failures."""


@dataclass(slots=True)
class Session:
    """One viewer's running notebook.

    Attributes:
        id: random; whoever knows it is the viewer.
        share: what it shows.
        workspace: the files it reads.
        notebook: which notebook runs.
        recipe: the kernel it needs, and of what it could be forked.
        place: for its kernel, or in the line for one.
        state: how far it is.
        joined: whether its page has come.
        error: why it ended, once it has.
        failures: what failed in it, for the author.
        note: tells how to go on with it, once its cells have run, by a server
            that comes after this one; empty if none could.
        failed: is told of each cell that failed and is shown.
        failure: the last of them.
        channel: the page's line, from the session's start to its end.
        begun: done when there is something to be seen; fails with a ``VaasError``.
        kernel: done when its own kernel answers; fails with a ``VaasError``.
        widgets: of what its page makes its widgets, as far as they do not come by the channel.
        results: cell results for a document template; ``None`` ends them.
        shown: places of the cells whose results the viewer has been told.
        since: ``time.monotonic()`` of the beginning of the phase that it is in.
    """

    id: str = field(repr=False)
    share: Share
    workspace: Workspace
    notebook: Notebook
    recipe: Recipe
    place: Place
    state: State = "starting"
    joined: bool = False
    error: VaasError | None = None
    failures: list[CellFailure] = field(default_factory=list)
    note: Callable[[], str] = field(default=str, repr=False)
    failed: Callable[[CellFailure], None] = field(default=_unheard, repr=False)
    failure: CellFailure | None = None
    channel: Relay = field(default_factory=Relay)
    begun: asyncio.Future[None] = field(default_factory=asyncio.Future)
    kernel: asyncio.Future[Kernel] = field(default_factory=asyncio.Future)
    widgets: Packed = field(default_factory=Packed)
    results: asyncio.Queue[CellResult | None] = field(default_factory=asyncio.Queue)
    shown: set[int] = field(default_factory=set)
    since: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> int:
        """How many cells' results the viewer has been told."""
        return len(self.shown)

    @property
    def waits(self) -> Phase | None:
        """Where it stands in the line, if it does."""
        number = self.place.number
        return Phase("line", self.place.passed, number) if number else None

    async def turn(self, grace: float) -> None:
        """Wait until its place is given to it, and tell its page meanwhile where it stands.

        Args:
            grace: seconds for which the place in the line outlives the page.

        Raises:
            SessionGone: the page went away and did not come back.
        """
        given = self.place.given
        if given.done():
            return
        self.channel.hold()
        self.place.moved = self._tell_place
        self._tell_place()
        deserted = asyncio.ensure_future(self.channel.deserted(grace))
        either: set[asyncio.Future[None]] = {deserted, given}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            deserted.cancel()
        if not given.done():
            raise SessionGone("its viewer left the line")
        self.since = time.monotonic()

    def _tell_place(self) -> None:
        told = {"number": self.place.number, "passed": self.place.passed}
        self.channel.inject("vaas_line", told)

    def show(self, result: CellResult) -> None:
        """Note a result that the viewer is told."""
        self.shown.add(result.index)
        self.results.put_nowait(result)
        if result.failure:
            self.failure = result.failure
            self.failed(result.failure)

    def see(self) -> None:
        """Note that there is something to be seen."""
        self.state = "running"
        if not self.begun.done():
            self.begun.set_result(None)
            self.pass_phase("environment")

    def pass_phase(self, name: str) -> None:
        """Measure a phase that has ended now; the next one begins."""
        now = time.monotonic()
        metrics.phases.labels(name).observe(now - self.since)
        self.since = now

    def be_ready(self, kernel: Kernel) -> None:
        """Nothing is left to run in its kernel."""
        self.results.put_nowait(None)
        self.state = "ready"
        kernel.channel.inject("vaas_ready", {"failed": bool(self.failures)})
        self.pass_phase("run")

    def finish(self) -> None:
        """It is over; whoever waits for something of it is told why."""
        self.state = "ended"
        self.results.put_nowait(None)
        self.channel.end()
        error = self.error or SessionGone("ended")
        for future in (self.begun, self.kernel):
            if not future.done():
                future.set_exception(error)
                future.exception()  # it may be that nobody asks
        reason = error.label if isinstance(error, KernelError) else "failed"
        metrics.kernel_ends.labels(reason).inc()
        share = self.share.link.fingerprint
        log.info("session_ended", reason=reason, detail=error.detail, share=share)

    def tell_author(self, result: CellResult) -> None:
        """Write into the log what failed in a cell, if something did."""
        if (failure := result.failure) is None:
            return
        self.failures.append(failure)
        metrics.cell_errors.inc()
        log.warning(
            "cell_failed",
            notebook=self.notebook.path,
            share=self.share.link.fingerprint,
            cell=failure.cell,
            line=failure.line,
            error=failure.name,
            traceback=failure.traceback,
        )

    async def follow(self, watcher: Watcher) -> None:
        """Watch a run to its end."""
        await watcher.begun.wait()
        if not watcher.ending.done():
            self.see()
        async for result in watcher.cells():
            self.show(result)

    def recall(self, prepared: Prepared) -> None:
        """Tell the page what a run gave, as far as it was not told; its fork need not be there."""
        total = self.notebook.cells
        self.channel.name(prepared.session)
        if self.done < total:
            self.channel.inject("vaas_run", {"done": self.done, "total": total})
        for index, result in sorted(prepared.known.items()):
            if index not in self.shown:
                self.show(result)
                told = {"index": index, "outputs": result.outputs}
                self.channel.inject("vaas_cell", {**told, "done": self.done, "total": total})

    def begin_anew(self, watcher: Watcher) -> None:
        """The run that was watched is of no use to this viewer, whose own kernel comes next.

        Raises:
            KernelError: it cannot be: a document shows what would not go on to live.
        """
        if watcher.whole and self.shown:
            ending = watcher.ending.result()
            for index in sorted(ending.results.keys() - self.shown):
                self.show(ending.results[index])
                self.tell_author(ending.results[index])
            raise ending.error or KernelStartFailed("what has run could not be forked")
        self.forget()

    def forget(self) -> None:
        """Tell all anew: the kernel will not be the one of which the page was told."""
        self.shown.clear()
        self.channel.forget()

    async def cells(self) -> AsyncIterator[CellResult]:
        """The cells' results in order, as they come."""
        while (result := await self.results.get()) is not None:
            yield result


__all__ = ["Session", "State"]
