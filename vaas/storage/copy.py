"""Data mode ``copy``: the share is copied once for each version, for all its viewers.

A viewer who asks for a version that is there gets it at once. Otherwise the
first one starts a copy (a *flight*) and those who come meanwhile join it: each
sees its progress, and it ends only when it is done or nobody waits any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from vaas.errors import (
    DiskFull,
    EfssTooSlow,
    ShareChanged,
    ShareTooLarge,
    ShareUnknown,
    WorkspaceError,
)
from vaas.model import Phase, Reader, Share, Workspace
from vaas.observability import logger
from vaas.storage.base import OnProgress, Storage
from vaas.storage.cache import Cache, Pin
from vaas.storage.fetch import Fetcher
from vaas.storage.limits import CopyLimits
from vaas.storage.listing import Lister, Plan, snapshot
from vaas.storage.stage import Stage, Survey
from vaas.storage.tasks import grasp, in_thread, settle

_ROUNDS = 2
_MARGIN = 1 << 20
_POLL = 0.1
_PROGRESS = 0.1

_log = logger(__name__)


class Flight:
    """One copy under way and those who wait for it."""

    def __init__(self) -> None:
        self.task: asyncio.Task[Pin] | None = None
        self.waiting = 0
        self._listeners: list[OnProgress] = []
        self._last = Phase("data")
        self._next = 0.0

    def join(self, listener: OnProgress) -> None:
        """Wait too; the listener is told at once how far it is."""
        self.waiting += 1
        self._listeners.append(listener)
        asyncio.get_running_loop().call_soon(listener, self._last)

    def leave(self, listener: OnProgress) -> None:
        """Wait no longer."""
        self.waiting -= 1
        self._listeners.remove(listener)

    def tell(self, phase: Phase) -> None:
        """Pass progress on, some ten times a second; the last word always."""
        loop = asyncio.get_running_loop()
        self._last = phase
        if loop.time() < self._next and phase.done != phase.total:
            return
        self._next = loop.time() + _PROGRESS
        for listener in self._listeners:
            loop.call_soon(listener, phase)  # a listener that fails must not fail the copy


class CopyStorage(Storage):
    """Copies shares to a cache on disk; see ``vaas.storage.cache`` for its layout."""

    def __init__(self, root: Path, limits: CopyLimits | None = None) -> None:
        """Remember where; the disk is touched with the first share.

        Args:
            root: the cache's folder; several VaaS may use the same one.
            limits: what a share and the cache may take.
        """
        self._limits = limits or CopyLimits()
        self._cache = Cache(root, self._limits)
        self._flights: dict[str, Flight] = {}
        self._fetchers: set[Fetcher] = set()
        self._sweeper: asyncio.Task[None] | None = None

    def open(
        self, share: Share, reader: Reader, on_progress: OnProgress
    ) -> AbstractAsyncContextManager[Workspace]:
        """Give the share's copy, made now if it is not there; it stays while the context does.

        Raises:
            ShareTooLarge: over a limit.
            ShareChanged: it changed again and again, or files are not what was listed.
            DiskFull: no room even after eviction.
            WorkspaceError: the disk refused something.
            EfssTooSlow: not finished within ``limits.seconds``.
            ShareError, OutboundError: whatever ``reader`` raises.
        """
        return self._open(share, reader, on_progress)

    @asynccontextmanager
    async def _open(
        self, share: Share, reader: Reader, on_progress: OnProgress
    ) -> AsyncIterator[Workspace]:
        if self._sweeper is None:
            self._sweeper = asyncio.create_task(self._sweep())
        pin = await self._pin(share) or await self._wait(share, reader, on_progress)
        try:
            found = pin.workspace
            on_progress(Phase("data", found.files, found.files, found.size))
            yield found
        finally:
            pin.close()

    @asynccontextmanager
    async def kept(self, share: Share) -> AsyncIterator[Workspace | None]:
        """See ``Storage.kept``."""
        pin = await self._pin(share)
        try:
            yield pin.workspace if pin else None
        finally:
            if pin:
                pin.close()

    async def erase(self, share: str) -> bool:
        """See ``Storage.erase``.

        Raises:
            WorkspaceError: the disk refuses.
        """
        return await in_thread(self._cache.erase, share)

    async def close(self) -> None:
        """End copies under way; finished and unfinished files stay for the next run."""
        tasks: list[asyncio.Task[Any] | None] = [flight.task for flight in self._flights.values()]
        for task in [*tasks, self._sweeper]:
            if task is not None:
                task.cancel()
                await settle(task)

    async def _sweep(self) -> None:
        """Remove what dead processes left; a disk that refuses is no reason to fail."""
        try:
            await in_thread(self._cache.sweep)
        except WorkspaceError as error:
            _log.warning("cache not swept", detail=error.detail)

    async def _pin(self, share: Share) -> Pin | None:
        return await grasp(
            lambda: self._cache.pin(share.version), lambda pin: pin.close() if pin else None
        )

    async def _wait(self, share: Share, reader: Reader, on_progress: OnProgress) -> Pin:
        """Join the version's flight, or start it."""
        key = share.version.key
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = Flight()
            flight.task = asyncio.create_task(self._fly(share, reader, flight))
        task = flight.task
        assert task is not None
        flight.join(on_progress)
        try:
            await asyncio.wait([task])
            if task.cancelled():
                raise WorkspaceError("the copy was ended: the service is closing")
            task.result()
            pin = await self._pin(share)
            if pin is None:  # not by us: the flight's own pin keeps it
                raise WorkspaceError("the copy was removed from outside")
            return pin
        finally:
            flight.leave(on_progress)
            if not flight.waiting:
                await self._land(key, flight, task)

    async def _land(self, key: str, flight: Flight, task: asyncio.Task[Pin]) -> None:
        """The last one who waited is gone."""
        if self._flights.get(key) is flight:
            del self._flights[key]
        task.cancel()
        await settle(task)
        if not task.cancelled() and task.exception() is None:
            task.result().close()

    async def _fly(self, share: Share, reader: Reader, flight: Flight) -> Pin:
        """Copy the version, or wait for another process that does."""
        limit = self._limits.seconds
        try:
            async with asyncio.timeout(limit):
                while (pin := await self._pin(share)) is None:
                    stage = await self._stage(share)
                    if stage is None:
                        await asyncio.sleep(_POLL)
                        continue
                    try:
                        await self._fill(share, reader, flight, stage)
                    finally:
                        stage.close()
                return pin
        except TimeoutError as error:
            raise EfssTooSlow(f"the copy took more than {limit} s") from error

    async def _stage(self, share: Share) -> Stage | None:
        return await grasp(
            lambda: self._cache.stage(share.version),
            lambda stage: stage.close() if stage else None,
        )

    async def _fill(self, share: Share, reader: Reader, flight: Flight, stage: Stage) -> None:
        """Make a stage a finished version."""
        pin = await self._pin(share)
        if pin:  # another process finished between our look and our lock
            pin.close()
            await in_thread(self._cache.abandon, stage)
            return
        try:
            plan = await self._copy(share, reader, flight, stage)
            await in_thread(self._publish, stage, plan, share)
        except (ShareTooLarge, DiskFull, ShareUnknown):
            await in_thread(self._cache.abandon, stage)  # it will not be continued
            raise

    def _publish(self, stage: Stage, plan: Plan, share: Share) -> None:
        stage.seal(plan)
        self._cache.publish(stage, share.version)

    async def _copy(self, share: Share, reader: Reader, flight: Flight, stage: Stage) -> Plan:
        """List and fetch; once more if the share changed meanwhile."""
        for _ in range(_ROUNDS):
            plan = await Lister(share, reader, self._limits).run()
            failure: ShareChanged | None = None
            try:
                await self._fetch(share, reader, flight, stage, plan)
            except ShareChanged as error:
                failure = error
            if snapshot(await reader.list(share, "")) == plan.root:
                if failure:
                    raise failure
                return plan
        raise ShareChanged("the share kept changing while it was copied")

    async def _fetch(
        self, share: Share, reader: Reader, flight: Flight, stage: Stage, plan: Plan
    ) -> None:
        survey = await in_thread(self._survey, stage, plan, share)
        fetcher = Fetcher(
            share,
            reader,
            limits=self._limits,
            stage=stage,
            survey=survey,
            tell=flight.tell,
            make_room=self._make_room,
        )
        self._fetchers.add(fetcher)
        try:
            await self._make_room()
            await fetcher.run()
        finally:
            self._fetchers.remove(fetcher)

    def _survey(self, stage: Stage, plan: Plan, share: Share) -> Survey:
        return stage.survey(plan, self._cache.older(share.version))

    async def _make_room(self, more: int = 0) -> None:
        """Evict so that all copies under way fit, and ``more`` bytes."""
        need = more + sum(max(fetcher.left, _MARGIN) for fetcher in self._fetchers)
        await in_thread(self._cache.make_room, need)


__all__ = ["CopyStorage", "Flight"]
