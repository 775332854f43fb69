"""One viewer's running notebook, as the rest of VaaS sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Literal

from vaas.errors import VaasError
from vaas.kernels import Kernel
from vaas.model import Share, Workspace
from vaas.prepared import Recipe
from vaas.rendering import CellFailure, CellResult, Notebook, Packed

State = Literal["starting", "running", "ready", "ended"]


@dataclass(slots=True)
class Session:
    """One viewer's running notebook.

    Attributes:
        id: random; whoever knows it is the viewer.
        share: what it shows.
        workspace: the files it reads.
        notebook: which notebook runs.
        recipe: the kernel it needs, and of what it could be forked.
        state: how far it is.
        joined: whether its page has come.
        error: why it ended, once it has.
        failures: what failed in it, for the author.
        note: tells how to go on with it, once its cells have run, by a server
            that comes after this one; empty if none could.
        kernel: done when the kernel answers; fails with a ``VaasError``.
        widgets: of what its page makes its widgets; those of a run come by the channel.
        results: cell results for a document template; ``None`` ends them.
    """

    id: str = field(repr=False)
    share: Share
    workspace: Workspace
    notebook: Notebook
    recipe: Recipe
    state: State = "starting"
    joined: bool = False
    error: VaasError | None = None
    failures: list[CellFailure] = field(default_factory=list)
    note: Callable[[], str] = field(default=str, repr=False)
    kernel: asyncio.Future[Kernel] = field(default_factory=asyncio.Future)
    widgets: Packed = field(default_factory=Packed)
    results: asyncio.Queue[CellResult | None] = field(default_factory=asyncio.Queue)
    done: int = 0

    async def cells(self) -> AsyncIterator[CellResult]:
        """The cells' results in order, as they come."""
        while (result := await self.results.get()) is not None:
            yield result


__all__ = ["Session", "State"]
