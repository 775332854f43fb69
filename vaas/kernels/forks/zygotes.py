"""Processes of environments that have imported what takes long, and wait to be forked.

A kernel that would begin with seconds of imports is a fork of one instead, and so is
a template, which is forked further. There is one for each environment, in a sandbox
like any other; no notebook has run in it, and it has seen no share: that is shown
to each fork from outside (see ``placer.root``). It is made out of sight, and anew
when its environment has changed or when it is old, since all its forks have the
places of their memory in common.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vaas.errors import VaasError
from vaas.kernels.base import KernelRequest, Limits
from vaas.kernels.forks.template import LocalTemplate
from vaas.kernels.forks.templates import FIRST_TEMPLATE_UID
from vaas.kernels.installations import libraries
from vaas.model import Installation, KernelRef, Version, Workspace

log = logging.getLogger(__name__)

PRELOADED = (
    "numpy",
    "pandas",
    "matplotlib.pyplot",
    "ipywidgets",
    "plotly.graph_objects",
    "ipyvuetify",
    "ipyleaflet",
    "xarray",
    "vois",
)
"""Of these what an environment has is imported, unless its operator wants others."""

LIFE = 86_400.0
LIMITS = Limits(memory=2 << 30, file_size=1 << 40, start=120.0)

_LOAD = """
def _load(names):
    import importlib
    aside = get_ipython().kernel.line.aside
    aside.begin()
    for name in names:
        try:
            importlib.import_module(name)
        except Exception:
            pass
    aside.end()
_load({!r})
del _load
"""

Key = tuple[Installation, str, tuple[int, ...]]
"""The environment, its kernel, and when its packages changed last."""


class Zygote(LocalTemplate):
    """A template in which nothing has run, and that has seen no share."""

    first_uid = FIRST_TEMPLATE_UID


@dataclass(slots=True)
class _Made:
    """A zygote, and when it was made; ``None`` if none can be had."""

    zygote: Zygote | None
    at: float


class Zygotes:
    """Keeps one for each environment that is in use.

    Attributes:
        most: how many; 0 for none.
    """

    def __init__(
        self,
        make: Callable[[KernelRequest], Awaitable[Zygote]],
        most: int,
        preload: Mapping[str, Sequence[str]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start with none.

        Args:
            make: starts a process in which nothing is imported yet.
            most: how many are kept.
            preload: what is imported, by the environment's name.
            clock: tells the time in seconds.
        """
        self._make, self._preload, self._clock = make, preload, clock
        self.most = most
        self._made: dict[Key, _Made] = {}
        self._making: dict[Key, asyncio.Task[None]] = {}
        self._closed = False

    async def find(self, installation: Installation, kernel_name: str) -> Zygote | None:
        """One that can be forked now."""
        key = await _key(installation, kernel_name)
        found = self._made.pop(key, None)
        if found is not None and self._is_good(found):
            self._made[key] = found  # the last one is the one used last
            return found.zygote
        if found and found.zygote:
            await found.zygote.retire()
        return None

    async def want(self, installation: Installation, kernel_name: str) -> asyncio.Task[None] | None:
        """Begin to make one, out of sight, unless there is one, or can be none."""
        if self._closed or await self.find(installation, kernel_name):
            return None
        key = await _key(installation, kernel_name)
        if key not in self._making and key not in self._made:
            task = asyncio.create_task(self._begin(key), name="zygote")
            self._making[key] = task
            task.add_done_callback(lambda _: self._making.pop(key, None))
        return self._making.get(key)

    async def close(self) -> None:
        """Make no more; who made them ends them."""
        self._closed = True
        tasks = list(self._making.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def request(self, installation: Installation, kernel_name: str) -> KernelRequest:
        """What one is started for: nobody, and no share."""
        nothing = Version("", "")
        workspace = Workspace(Path("/"), nothing, (), 0, 0)
        return KernelRequest(
            KernelRef("", nothing, ""), workspace, kernel_name, installation, limits=LIMITS
        )

    def _is_good(self, one: _Made) -> bool:
        ended = one.zygote is not None and one.zygote.ended.done()
        return not ended and self._clock() - one.at < LIFE

    async def _begin(self, key: Key) -> None:
        """Make one and keep it, or keep in mind that there can be none."""
        installation, kernel_name, _ = key
        zygote = None
        try:
            zygote = await self._load(self.request(installation, kernel_name))
        except VaasError as error:
            log.warning("kernels of %s begin slowly: %s", installation.name, error.detail)
        except Exception:  # the task's last line: told, not raised
            log.exception("kernels of %s begin slowly", installation.name)
        self._made[key] = _Made(zygote, self._clock())
        await self._let_go(key)

    async def _load(self, request: KernelRequest) -> Zygote | None:
        zygote = await self._make(request)
        try:
            names = tuple(self._preload.get(request.installation.name, PRELOADED))
            code = _LOAD.format(names)
            await zygote.client.execute(
                code, silent=True, store_history=False, reply=True, timeout=LIMITS.start
            )
            if reasons := await zygote.seal():
                log.warning("kernels of %s begin slowly: %s", request.installation.name, reasons)
                await zygote.close()
                return None
        except BaseException:
            await zygote.close()
            raise
        return zygote

    async def _let_go(self, key: Key) -> None:
        """Let those of a former state of the environment go, and the least used of all."""
        old = [k for k in self._made if k[0].name == key[0].name and k[1] == key[1] and k != key]
        others = [k for k in self._made if k not in old and k != key]
        old += others[: max(0, len(others) + 1 - self.most)]
        for one in old:
            if zygote := self._made.pop(one).zygote:
                with suppress(VaasError):
                    await zygote.retire()


async def _key(installation: Installation, kernel_name: str) -> Key:
    return installation, kernel_name, await asyncio.to_thread(_changed, installation)


def _changed(installation: Installation) -> tuple[int, ...]:
    """When packages came into an environment, or went."""
    folders = libraries(installation)
    return tuple(folder.stat().st_mtime_ns for folder in folders if folder.is_dir())


__all__ = ["LIFE", "PRELOADED", "Zygote", "Zygotes"]
