"""Forks made ahead: furnished, all their walls seen to stand, each waiting for its viewer.

They are made after a viewer came, for those who follow, once those have theirs who wait
for a kernel meanwhile: most of what a fork takes is waiting for the Linux kernel, so that
a stream of viewers need not. They go with their template, when no viewer came for long,
and before they take much of the machine.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from vaas.errors import KernelError
from vaas.kernels.base import Limits
from vaas.kernels.forks.furnishing import Fork
from vaas.kernels.forks.template import LocalTemplate

log = logging.getLogger(__name__)

MOST = 8
"""Of all templates together."""

OF_ONE = 2
"""Of one template."""

MEMORY = 256 << 20
"""Bytes that all of them hold from which on no more are made."""

KEPT = 600.0
"""Seconds that they wait for a viewer."""


@dataclass(slots=True)
class _Shelf:
    """The spares of one template, and for what limits the last viewer asked."""

    limits: Limits
    forgotten: asyncio.TimerHandle
    spares: list[Fork] = field(default_factory=list)


class Spares:
    """All spares of a host."""

    def __init__(
        self,
        make: Callable[[LocalTemplate, Limits], Awaitable[Fork]],
        calm: Callable[[], Awaitable[None]],
        most: int = MOST,
    ) -> None:
        """Begin without any.

        Args:
            make: furnishes a fork.
            calm: waits until those have kernels who wait for one.
            most: at a time.
        """
        self._make, self._calm, self.most = make, calm, most
        self._shelves: dict[LocalTemplate, _Shelf] = {}
        self._work: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """How many wait."""
        return sum(len(shelf.spares) for shelf in self._shelves.values())

    @property
    def makes(self) -> bool:
        """Whether any are being made, or are waited for to be."""
        return self._work is not None and not self._work.done()

    def take(self, template: LocalTemplate, limits: Limits) -> Fork | None:
        """A fork that waits, if there is one for these limits; it is the caller's then."""
        if template.ended.done():
            return None
        spares = shelf.spares if (shelf := self._shelves.get(template)) else []
        while spares:
            spare = spares.pop(0)
            if spare.limits == limits and spare.lives:
                return spare
            self._part_with(spare)
        return None

    def want(self, template: LocalTemplate, limits: Limits) -> None:
        """A viewer came: more may follow."""
        if not self.most or template.ended.done():
            return
        forget = asyncio.get_running_loop().call_later(KEPT, self.drop, template)
        if shelf := self._shelves.pop(template, None):
            shelf.forgotten.cancel()
            shelf.limits, shelf.forgotten = limits, forget
        # The last one is the one that was asked for last; the first ones make room for it.
        self._shelves[template] = shelf or _Shelf(limits, forget)
        while len(self._shelves) > max(1, self.most // OF_ONE):
            self.drop(next(iter(self._shelves)))
        self._begin()

    def drop(self, template: LocalTemplate) -> None:
        """End those of a template."""
        if shelf := self._shelves.pop(template, None):
            shelf.forgotten.cancel()
            for spare in shelf.spares:
                self._part_with(spare)

    async def close(self) -> None:
        """End all, and see that they are gone."""
        self.most = 0
        if self._work:
            self._work.cancel()
            await asyncio.wait([self._work])
        for template in tuple(self._shelves):
            self.drop(template)
        await asyncio.gather(*self._closing)

    def _begin(self) -> None:
        """Make what is wanted, if it is not being made."""
        if not self.makes and self._lacking():
            self._work = asyncio.create_task(self._fill(), name="forks made ahead")

    async def _fill(self) -> None:
        """Make what is wanted, that of the template first that was asked for last."""
        while self._lacking():
            await self._calm()
            async with asyncio.TaskGroup() as group:
                for template in self._lacking():
                    group.create_task(self._add(template))

    async def _add(self, template: LocalTemplate) -> None:
        """Make one of a template, if it is wanted still."""
        shelf = self._shelves.get(template)
        if shelf is None:
            return
        try:
            spare = await self._make(template, shelf.limits)
        except (KernelError, OSError, TimeoutError) as error:
            # Its next viewer is told, or another way is found for them.
            log.info("no fork could be made ahead: %r", error)
            self.drop(template)
            return
        if self._shelves.get(template) is shelf:
            shelf.spares.append(spare)
        else:
            self._part_with(spare)

    def _lacking(self) -> list[LocalTemplate]:
        """A template for each that is to be made now."""
        waiting = [spare for shelf in self._shelves.values() for spare in shelf.spares]
        if sum(one.leaf.held() for one in waiting) >= MEMORY:
            return []
        lacking = [
            template
            for template, shelf in reversed(self._shelves.items())
            for _ in range(OF_ONE - len(shelf.spares))
        ]
        # Those that are on their way out have their users still.
        return lacking[: max(0, self.most - len(waiting) - len(self._closing))]

    def _part_with(self, spare: Fork) -> None:
        task = asyncio.create_task(spare.resources.aclose(), name="a fork that nobody needs")
        self._closing.add(task)
        task.add_done_callback(self._parted)

    def _parted(self, task: asyncio.Task[None]) -> None:
        self._closing.discard(task)
        self._begin()


__all__ = ["Spares"]
