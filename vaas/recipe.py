"""Of what a notebook's template is made, and the template that was."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from math import inf
from typing import Literal

from vaas.kernels import KernelRequest, Template
from vaas.model import Share, Workspace
from vaas.rendering import CellResult, Notebook, Recording
from vaas.shelf import SHARE_VERSION, Key

_AHEAD, _MARGIN = 1.5, 2.0
"""A successor is begun so many times what a run takes before the end, and so many seconds."""

_SELDOM = 60.0
"""Where a run is good for so many times what it takes, it has successors before somebody has looked
at it, too: they take little of the machine."""

_LEAST = 6.0
"""A run is never too old before so many times what it took: runs take a sixth of all time at most."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a template can be made of.

    Attributes:
        notebook: as it was read for the viewer at hand.
        request: the viewer's; who that is does not go into the template.
        share: what it is of, by the link that led to it.
        files: opens the share's files once more, for the template's own life.
        asks: whether the viewer's address has more than values of parameters: one of
            many, or an attempt to fill us.
    """

    notebook: Notebook
    request: KernelRequest
    share: Share
    files: Callable[[], AbstractAsyncContextManager[Workspace]] = field(repr=False)
    asks: bool = False

    @property
    def key(self) -> Key:
        """What the run depends on."""
        request = self.request
        # The version stands before them: with it they would be others at each.
        told = {k: text for k, text in request.environment.items() if k != SHARE_VERSION}
        variables = tuple(sorted(told.items()))
        ref, name = request.ref, request.kernel_name
        return ref.version, ref.notebook, name, request.installation, variables

    @property
    def for_all(self) -> bool:
        """Whether the notebook is to be run for all its viewers at once."""
        launch = self.notebook.launch
        return launch == "fork" or (launch != "fresh" and not self.asks)

    def age(self, took: float) -> float:
        """Seconds after which a run is too old.

        Args:
            took: how many it took.
        """
        ttl = self.notebook.ttl
        return min(self.request.limits.life, max(ttl, _LEAST * took) if ttl else inf)

    @property
    def plain(self) -> bool:
        """Whether the address is the notebook's own, without values of parameters or more."""
        return not self.request.environment.get("QUERY_STRING")


@dataclass(slots=True, eq=False)
class Prepared:
    """A sealed template and what its run gave.

    Attributes:
        recipe: what it was made of.
        template: to be forked.
        recording: outputs, and the widgets' state.
        fresh: places of the cells that run for each viewer.
        session: what each fork calls its session.
        took: seconds that it took to make.
        made: ``time.monotonic()`` when it was.
        lasts: seconds from then until it is too old to be forked, unless a newer one is on its way.
        seen: ``time.monotonic()`` when somebody looked at it last, or at what it takes the place of.
        used: whether somebody has looked at it.
        successor: whether one is ``coming``, or has ``failed`` to come.
    """

    recipe: Recipe
    template: Template
    recording: Recording
    fresh: frozenset[int]
    session: str
    took: float
    made: float
    lasts: float
    seen: float
    used: bool = False
    successor: Literal["", "coming", "failed"] = ""

    @property
    def known(self) -> dict[int, CellResult]:
        """Results that a viewer gets as they are; others run in the fork."""
        return {i: one for i, one in self.recording.results.items() if i not in self.fresh}

    @property
    def until(self) -> float:
        """``time.monotonic()`` at which it is too old."""
        return self.made + self.lasts

    def lives(self, now: float) -> bool:
        """Whether it can be forked.

        Args:
            now: ``time.monotonic()``.
        """
        aged = now > self.until and self.successor != "coming"
        return not (aged or self.template.ended.done())

    def wants_successor(self, now: float, recent: float) -> bool:
        """Whether its successor is to be begun, so that nobody waits for it.

        Args:
            now: ``time.monotonic()``.
            recent: seconds for which somebody may come after the last one who looked.
        """
        due = self.until - _AHEAD * self.took - _MARGIN
        awaited = now - self.seen < recent and self.lasts > _SELDOM * self.took
        return (self.used or awaited) and not self.successor and now > due


__all__ = ["Prepared", "Recipe"]
