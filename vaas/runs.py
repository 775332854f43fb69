"""The one run of a notebook that its first viewers watch together.

A viewer may come at any time of it: what it has said so far is told again. At
its end each gets a fork of it, or one of them the process itself (see
``vaas.prepared``, which owns the runs).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from vaas.errors import KernelError
from vaas.kernels import (
    Backlog,
    Channel,
    Kernel,
    KernelRequest,
    Relay,
    Template,
    message_type,
)
from vaas.rendering import CellResult, Notebook, Recording, record_cells

ANSWERS_WITHIN = 30.0
"""Seconds in which a kernel that was just started says what it is."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What a viewer gets of a run that is over.

    Attributes:
        kernel: the process itself; its results are the viewer's own.
        results: of all cells that ran in it.
        error: why it died, if it did.
    """

    kernel: Kernel | None = None
    results: Mapping[int, CellResult] = field(default_factory=dict)
    error: KernelError | None = None


class Watcher:
    """One viewer of a run.

    Attributes:
        request: the viewer's.
        relay: to the viewer's page.
        whole: the page is a document: its cells stand in order and stay as they are.
        begun: set when the first cell runs, or the run is over.
        results: as they come; ``None`` ends them.
        ending: done when the run is over.
    """

    def __init__(self, request: KernelRequest, relay: Relay, *, whole: bool) -> None:
        """Nothing is told yet."""
        self.request, self.relay, self.whole = request, relay, whole
        self.begun = asyncio.Event()
        self.results: asyncio.Queue[CellResult | None] = asyncio.Queue()
        self.ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self.blind = False
        self._took = False

    async def cells(self) -> AsyncIterator[CellResult]:
        """What the viewer may see before the end of the run."""
        while (result := await self.results.get()) is not None:
            yield result

    async def take(self) -> Ending:
        """Wait until the run is over; a kernel that it gave is the caller's own from then on."""
        ending = await self.ending
        self._took = True
        return ending

    async def leave(self) -> None:
        """Want nothing more; a kernel that was given and not taken is ended."""
        self.ending.cancel()
        if self._took or self.ending.cancelled():
            return
        if kernel := self.ending.result().kernel:
            await kernel.close()


class Run:
    """One run, its viewers, and what it has said so far.

    Attributes:
        session: what the kernel calls its session, and each fork of it likewise.
        watched: set when the first viewer has come.
        watchers: those who are there, in the order in which they came.
    """

    def __init__(self) -> None:
        """Begin with nobody."""
        self.watched = asyncio.Event()
        self._watchers: list[Watcher] = []
        self._said = Backlog()
        self._all_kept = True
        self._fresh: frozenset[int] = frozenset()
        self._total = 0
        self._shown: list[CellResult] = []
        self._in_order: list[CellResult] = []
        self._stopped = self._over = False
        self.session = ""
        self._about: dict[str, Any] | None = None
        self._hearing: asyncio.Task[None] | None = None

    @property
    def watchers(self) -> list[Watcher]:
        """Those who are there, in the order in which they came."""
        return [one for one in self._watchers if not one.ending.done()]

    def join(self, watcher: Watcher) -> None:
        """A viewer comes, and is told what has been said so far.

        Nothing before its end is told to one who comes too late for all of it,
        nor to a further document: it could not be taken back.
        """
        further = watcher.whole and any(one.whole for one in self.watchers)
        watcher.blind = further or not self._all_kept
        self._watchers.append(watcher)
        self.watched.set()
        if self._over:
            _end(watcher, Ending())
        elif self._about:
            self._welcome(watcher)

    async def go(self, template: Template, notebook: Notebook, timeout: float) -> Recording:
        """Run all cells.

        Args:
            template: in which they run; what it says goes to all viewers.
            notebook: what to run.
            timeout: seconds that one cell may take.
        """
        self._fresh, self._total = notebook.fresh, notebook.cells
        reply = await template.client.kernel_info(reply=True, timeout=ANSWERS_WITHIN)
        self._about, self.session = reply["content"], str(reply["header"]["session"])
        self._hearing = asyncio.create_task(self._hear(template.channel), name="a run's line")
        template.channel.inject("vaas_run", {"done": 0, "total": self._total})
        for watcher in self.watchers:
            self._welcome(watcher)
        return await record_cells(
            notebook,
            template.manager,
            template.client,
            timeout=timeout,
            inject=template.channel.inject,
            tell=lambda result: self._tell(template.channel, result),
        )

    async def heard_all(self) -> None:
        """Wait until the viewers have been told all; of a template that was sealed."""
        if self._hearing:
            await self._hearing

    async def give(self, template: Template, results: Mapping[int, CellResult]) -> Kernel | None:
        """Make the template the kernel of one viewer, and end for all.

        Args:
            template: whose run cannot be forked.
            results: of all cells that ran.

        Returns:
            the kernel, if there was somebody for whom.
        """
        await self.close()
        # What a document has shown can only go on in the same process.
        shown = [one for one in self.watchers if one.whole and not one.blind]
        ending = Ending(results=results)
        for watcher in [*shown, *self.watchers][:1]:
            try:
                kernel = await template.become(watcher.request)
            except KernelError as error:
                ending = Ending(results=results, error=error)
                break
            if watcher.ending.done():
                await kernel.close()
                break
            _end(watcher, Ending(kernel, results))
            self.end(ending)
            return kernel
        self.end(ending)
        return None

    def end(self, ending: Ending | None = None) -> None:
        """Tell those who are there, and who still come, that the run is over."""
        self._over = True
        for watcher in self.watchers:
            _end(watcher, ending or Ending())

    async def close(self) -> None:
        """Hear no more; what the template has not been heard to say stays with it."""
        if self._hearing:
            self._hearing.cancel()
            await asyncio.wait([self._hearing])

    async def _hear(self, channel: Channel) -> None:
        async for frame in channel.attach():
            own = message_type(frame).startswith("vaas_")
            dropped = self._all_kept and self._said.put(frame, own=own)
            if dropped:
                self._all_kept, self._said = False, Backlog()
            for watcher in self.watchers:
                if not watcher.blind:
                    _put(watcher, frame, own=own)

    def _welcome(self, watcher: Watcher) -> None:
        """Tell a viewer what has been said so far."""
        assert self._about is not None
        watcher.begun.set()
        if watcher.blind:
            return
        watcher.relay.watch(self._about, self.session)
        for frame, own in self._said:
            _put(watcher, frame, own=own)
        for result in self._in_order if watcher.whole else self._shown:
            watcher.results.put_nowait(result)

    def _tell(self, channel: Channel, result: CellResult) -> None:
        """Show a cell's result, unless the viewer's own kernel will come to another."""
        if result.failure or result.index in self._fresh:
            self._stopped = True
            return
        self._shown.append(result)
        if not self._stopped:
            self._in_order.append(result)
        told = {"index": result.index, "outputs": result.outputs}
        channel.inject("vaas_cell", {**told, "done": len(self._shown), "total": self._total})
        for watcher in self.watchers:
            if not (watcher.blind or (watcher.whole and self._stopped)):
                watcher.results.put_nowait(result)


def _put(watcher: Watcher, frame: bytes, *, own: bool) -> None:
    if not (own and watcher.whole):
        watcher.relay.put(frame, own=own)


def _end(watcher: Watcher, ending: Ending) -> None:
    watcher.begun.set()
    watcher.results.put_nowait(None)
    watcher.ending.set_result(ending)


__all__ = ["Ending", "Run", "Watcher"]
