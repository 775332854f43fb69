"""Sessions: notebooks that run, each for one viewer, and their end.

A session owns a task that watches the notebook's one run or starts a kernel and
runs the cells, shows what comes to the viewer through the session's channel, and
ends with the kernel. It holds the workspace open for as long as it lives.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from vaas.errors import KernelStartFailed, ServerFull, SessionGone, VaasError
from vaas.kernels import Kernel, KernelHost
from vaas.observability import logger, metrics
from vaas.prepared import PreparedNotebooks
from vaas.recipe import Prepared, Recipe
from vaas.rendering import CellResult, run_cells
from vaas.session import Session
from vaas.waiting import WaitingRoom

log = logger(__name__)

_TOLD = 120.0
"""Seconds for which an ended session can still be asked why."""

_JOINS_WITHIN = 120.0
"""Seconds in which a page that was sent opens its line; one that does not was closed before."""

_LET_GO = 5.0
"""Seconds that whoever ends a session waits for its kernel and files to go."""

_Given = tuple[Kernel, Mapping[int, CellResult] | None]
"""A kernel and the results of cells that have run in it; ``None`` if the page has them all."""


class Sessions:
    """Starts sessions and owns them.

    Attributes:
        room: gives them their places.
        leaving: whether they wait for another server.
    """

    def __init__(
        self,
        host: KernelHost,
        prepared: PreparedNotebooks,
        room: WaitingRoom,
        *,
        grace: float = 20.0,
    ) -> None:
        """Start with none.

        Args:
            host: starts kernels.
            prepared: notebooks that have run already.
            room: as many places as there may be kernels.
            grace: seconds for which a place in the line outlives its page.
        """
        self.room = room
        self._host, self._prepared, self._grace = host, prepared, grace
        self._sessions: dict[str, Session] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.leaving = False

    def find(self, session_id: str) -> Session:
        """A session that lives, or ended lately.

        Raises:
            SessionGone: there is none of that id.
            ServerFull: this server is leaving; the next one may know of it.
        """
        if self.leaving:
            raise ServerFull("this server is stopping", retry_after=1)
        if found := self._sessions.get(session_id):
            return found
        raise SessionGone("no session of that id")

    async def end(self, session_id: str) -> None:
        """End a session because its viewer left."""
        await asyncio.sleep(0)  # a task cancelled before its first step would close nothing
        if task := self._tasks.get(session_id):
            # Also while the kernel starts: nobody would come for it.
            if not task.cancelling():
                task.cancel()
            await asyncio.wait([task], timeout=_LET_GO)

    def show(self, share: str) -> bool:
        """Whether some session shows a share (``Version.share``)."""
        sessions = self._sessions.values()
        return any(one.share.version.share == share and one.state != "ended" for one in sessions)

    async def withdraw(self, share: str, why: VaasError) -> None:
        """End all that shows a share (``Version.share``), tell its pages why, forget its runs."""
        showing = [one for one in self._sessions.values() if one.share.version.share == share]
        for session in showing:
            session.error = session.error or why
        await asyncio.gather(*(self.end(session.id) for session in showing))
        await self._prepared.forget(share)

    async def close(self) -> None:
        """End all sessions and wait until their kernels and workspaces are gone."""
        self.room.close()
        await asyncio.sleep(0)  # as in ``end``
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._prepared.forget()

    async def leave(self) -> None:
        """As ``close``, but kernels whose notebooks have run wait for another server."""
        self.leaving = True
        await self.close()

    def prepared(self, recipe: Recipe) -> Prepared | None:
        """What each viewer of a notebook sees at first, if it has run already."""
        return self._prepared.find(recipe)

    async def why_not_forked(self, session: Session) -> str:
        """Why each viewer of a notebook waits for a run of their own; empty if they do not.

        Takes as long as a run, if none was watched.
        """
        return await self._prepared.why_not(session.recipe)

    async def memory(self, session: Session) -> int:
        """Bytes that a session's notebook holds, with all that its fork shares with the run."""
        prepared = self._prepared.find(session.recipe)
        return await (prepared.template if prepared else session.kernel.result()).memory()

    @property
    def runs(self) -> PreparedNotebooks:
        """Notebooks that have run already."""
        return self._prepared

    def begin(self, session: Session, stack: AsyncExitStack, *, stream: bool) -> None:
        """Let a session live.

        Args:
            session: the new session.
            stack: what must stay open as long as it lives; closed at its end.
            stream: whether results go to the viewer by the kernel's channel.
        """
        task = self._own(session, self._live(session, stack, stream=stream))
        if stream:
            loop = asyncio.get_running_loop()
            waiting = loop.call_later(_JOINS_WITHIN, self._unless_joined, session, task)
            task.add_done_callback(lambda _: waiting.cancel())

    async def resume(self, session: Session, kernel: Kernel, stack: AsyncExitStack) -> None:
        """Let a session live on that another server began; its notebook has run.

        Args:
            session: built anew.
            kernel: where it ran.
            stack: as for ``begin``.
        """
        kernel.client.stop_channels()  # no more cells are run; what nobody reads would pile up
        await session.channel.join(kernel.channel)
        session.kernel.set_result(kernel)
        session.see()
        session.state, session.joined = "ready", True
        session.results.put_nowait(None)
        self._own(session, self._go_on(session, kernel, stack))

    def _own(self, session: Session, life: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        self._sessions[session.id] = session
        task = self._tasks[session.id] = asyncio.create_task(life)
        task.add_done_callback(lambda _: self._tasks.pop(session.id, None))
        return task

    def _unless_joined(self, session: Session, task: asyncio.Task[None]) -> None:
        if not session.joined:
            log.info("never_joined", notebook=session.notebook.path)
            task.cancel()

    async def _live(self, session: Session, stack: AsyncExitStack, *, stream: bool) -> None:
        """One session from start to end; it never raises."""
        async with self._ending(session, stack):
            await session.turn(self._grace)
            kernel, known = await self._kernel(session, stack, stream=stream)
            stack.push_async_callback(self._let_go, session, kernel)
            await session.channel.join(kernel.channel)
            session.kernel.set_result(kernel)
            session.see()
            if known is not None:
                await self._run(session, kernel, known, stream=stream)
            session.be_ready(kernel)
            await self._live_on(session, kernel)

    async def _go_on(self, session: Session, kernel: Kernel, stack: AsyncExitStack) -> None:
        """The rest of a session that another server began; it never raises."""
        async with self._ending(session, stack):
            stack.push_async_callback(self._let_go, session, kernel)
            await self._live_on(session, kernel)

    async def _live_on(self, session: Session, kernel: Kernel) -> None:
        """Be there until the kernel ends."""
        through = asyncio.ensure_future(session.channel.through.wait())
        either: set[asyncio.Future[Any]] = {through, kernel.ended}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            # What a page was not told yet of a run that it watched, only we know.
            kernel.note(session.note())
            session.error = await asyncio.shield(kernel.ended)
        finally:
            through.cancel()

    async def _let_go(self, session: Session, kernel: Kernel) -> None:
        """End a kernel, unless it shall wait for another server."""
        if not (self.leaving and session.state == "ready"):
            await kernel.close()

    @asynccontextmanager
    async def _ending(self, session: Session, stack: AsyncExitStack) -> AsyncIterator[None]:
        """Close what a session holds, and tell why it ended; lets no error out."""
        try:
            async with stack:
                yield
        except VaasError as error:
            session.error = error
        except asyncio.CancelledError:
            session.error = session.error or SessionGone("its viewer left, or the server closes")
        except Exception as error:  # the task's last line: told, not raised
            log.exception("session_failed", notebook=session.notebook.path)
            session.error = KernelStartFailed(f"{type(error).__name__}: {error}")
        finally:
            self._finish(session)

    async def _kernel(self, session: Session, stack: AsyncExitStack, *, stream: bool) -> _Given:
        """A kernel in which the notebook has run; else one of its own."""
        recipe = session.recipe
        watcher = self._prepared.watch(recipe, session.channel, whole=not stream)
        if watcher:
            stack.push_async_callback(watcher.leave)
            await session.follow(watcher)
            ending = await watcher.take()
            if ending.kernel:
                return ending.kernel, ending.results
        if forked := await self._fork(session, stream=stream):
            return forked
        if watcher:
            session.begin_anew(watcher)
        return await self._host.start(recipe.request), {}

    async def _fork(self, session: Session, *, stream: bool) -> _Given | None:
        """A fork of the notebook if it has run already."""
        recipe = session.recipe
        prepared = self._prepared.find(recipe)
        if prepared is None or recipe.notebook.launch == "fresh":
            return None
        runs = bool(prepared.fresh) or not stream
        if not runs:
            session.recall(prepared)
        try:
            kernel = await prepared.template.fork(recipe.request, runs=runs)
        except KernelStartFailed as error:
            log.warning("fork_failed", notebook=recipe.notebook.path, detail=error.detail)
            await self._prepared.drop(recipe, error.detail)
            session.forget()
            return None
        metrics.forks.inc()
        return kernel, prepared.known if runs else None

    async def _run(
        self, session: Session, kernel: Kernel, known: Mapping[int, CellResult], *, stream: bool
    ) -> None:
        """Show what the viewer has not been told yet, and run what has not run."""
        total = session.notebook.cells
        if stream and session.done < total:
            kernel.channel.inject("vaas_run", {"done": session.done, "total": total})
        cells = run_cells(
            session.notebook,
            kernel.manager,
            kernel.client,
            timeout=session.recipe.request.limits.cell,
            inject=kernel.channel.inject,
            known=known,
        )
        async for result in cells:
            session.tell_author(result)
            if result.index in session.shown:
                continue
            session.show(result)
            if stream:
                news = {"index": result.index, "outputs": result.outputs}
                kernel.channel.inject("vaas_cell", {**news, "done": session.done, "total": total})

    def _finish(self, session: Session) -> None:
        session.finish()
        # Kept for a while so that the page can learn why.
        asyncio.get_running_loop().call_later(_TOLD, self._sessions.pop, session.id, None)


__all__ = ["Sessions"]
