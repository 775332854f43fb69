"""A kernel host in a process of its own, as the rest of VaaS sees it."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from vaas.errors import KernelDied, KernelStartFailed, ServerFull, VaasError
from vaas.kernels.apart.control import Control
from vaas.kernels.apart.kernel import MARGIN, RemoteKernel, RemoteTemplate, maker
from vaas.kernels.apart.place import ensure, hosts
from vaas.kernels.apart.talk import Said
from vaas.kernels.apart.values import Terms, installation_told, ref_untold, request_told
from vaas.kernels.base import Kernel, KernelHost, KernelRequest, Template
from vaas.kernels.probe import SandboxReport
from vaas.model import Installation

_TRIES = 3
_ENDS_WITHIN = 2.0
_WARM_WITHIN = 180.0


class RemoteHost(KernelHost):
    """Starts kernels in a host apart, which it starts too where none answers."""

    def __init__(self, runtime: Path, terms: Terms, *, stay: float = 0.0) -> None:
        """Set it up; nothing lives before the first request.

        Args:
            runtime: folder in which hosts are found.
            terms: of the host that is wanted.
            stay: seconds that kernels wait for another server when this one has gone.
        """
        self._folder, self._terms, self._stay = runtime, terms, stay
        # Once: the files may be exchanged under a server that runs.
        self._name = terms.name
        self._controls: list[Control] = []
        self._home: Control | None = None
        self._report: SandboxReport | None = None
        self._opening = asyncio.Lock()
        self._starting = 0
        self._closed = False
        self._processes: list[subprocess.Popen[bytes]] = []
        self._parting: set[asyncio.Task[None]] = set()

    async def report(self) -> SandboxReport:
        """What the machine can do for the sandbox, as the host found at its start."""
        await self._open()
        assert self._report is not None
        return self._report

    def kernels(self) -> tuple[RemoteKernel, ...]:
        """See ``KernelHost.kernels``."""
        return tuple(one for one in self._all() if not one.ended.done())

    def _all(self) -> list[RemoteKernel]:
        things = [thing for control in self._controls for thing in control.things.values()]
        return [thing for thing in things if isinstance(thing, RemoteKernel)]

    async def start(self, request: KernelRequest) -> Kernel:
        """See ``KernelHost.start``."""
        with self._one_more():
            control = await self._open()
            kernel: RemoteKernel = await self._ask(
                control,
                "start",
                within=request.limits.start + MARGIN,
                take=maker(control, request),
                request=request_told(request),
            )
        return await kernel.open()

    async def warm(self, installation: Installation) -> None:
        """Have ready what kernels of an environment begin with; may take many seconds.

        Args:
            installation: the environment.
        """
        if self._terms.zygotes:
            control = await self._open()
            told = installation_told(installation)
            await self._ask(control, "warm", within=_WARM_WITHIN, installation=told)

    async def prepare(self, request: KernelRequest) -> Template:
        """See ``KernelHost.prepare``."""
        control = await self._open()
        template: RemoteTemplate = await self._ask(
            control,
            "prepare",
            within=request.limits.start + MARGIN,
            take=lambda said: RemoteTemplate(control, said, request.workspace.interrupt),
            request=request_told(request),
        )
        return await template.open()

    async def adopt(self) -> Sequence[tuple[Kernel, str]]:
        """See ``KernelHost.adopt``."""
        await self._open()
        for place in hosts(self._folder):
            if all(control.place != place for control in self._controls):
                # It had other terms; its kernels go on, and new ones start elsewhere.
                with suppress(OSError):
                    self._controls.append(await Control.open(place, self._stay))
        found: list[tuple[Kernel, str]] = []
        for control in self._controls:
            with suppress(VaasError):
                said = await control.ask("adopt", take=_adopter(control))
                found += [(await kernel.open(), note) for kernel, note in said]
            if control is not self._home:
                self._parting.add(asyncio.create_task(_part_with(control), name="older host"))
        return found

    async def close(self) -> None:
        """See ``KernelHost.close``."""
        await self._leave(0.0)

    async def leave(self) -> None:
        """Go, and let the kernels that have a note wait for another server."""
        await self._leave(self._stay)

    async def _leave(self, stay: float) -> None:
        async with self._opening:
            self._closed = True
            for task in self._parting:
                task.cancel()
            await asyncio.gather(*self._parting, return_exceptions=True)
            controls = [one for one in self._controls if not one.lost.done()]
            await asyncio.gather(*(control.leave(stay) for control in controls))
            for process in self._processes:
                await asyncio.to_thread(_part, process, _ENDS_WITHIN if not stay else 0.0)

    @contextmanager
    def _one_more(self) -> Iterator[None]:
        """Take a place until the host's answer; other hosts' kernels count as well.

        Raises:
            ServerFull: there is none.
        """
        living = [one for one in self._all() if not one.gone.done()]
        if len(living) + self._starting >= self._terms.most:
            raise ServerFull("as many kernels run as are allowed", retry_after=30)
        self._starting += 1
        try:
            yield
        finally:
            self._starting -= 1

    async def _ask(self, control: Control, do: str, **said: Any) -> Any:
        try:
            return await control.ask(do, **said)
        except KernelDied as error:
            raise KernelStartFailed(error.detail) from error

    async def _open(self) -> Control:
        """The host with our terms, started if there is none; once.

        Raises:
            ServerFull: this server is stopping.
            KernelStartFailed: the host cannot be had.
        """
        async with self._opening:
            if self._closed:
                raise ServerFull("this server is stopping")
            for _ in range(_TRIES):
                if self._home is not None and not self._home.lost.done():
                    return self._home
                # One that ends right now says so, or nothing any more.
                with suppress(OSError, KernelDied, ServerFull):
                    await self._begin()
            raise KernelStartFailed("the kernel host ends as soon as it starts")

    async def _begin(self) -> None:
        self._controls = [one for one in self._controls if not one.lost.done()]
        # To its end, even where nobody waits for it any more: a process must have an owner.
        starting = asyncio.create_task(
            asyncio.to_thread(ensure, self._folder, self._terms, self._name)
        )
        starting.add_done_callback(self._own)
        place, _ = await asyncio.shield(starting)
        if place is None:
            raise KernelDied("the kernel host has gone again")
        control = await Control.open(place, self._stay)
        self._controls.append(control)
        said = (await control.ask("report"))["report"]
        # Those that ended before their time.
        self._processes = [one for one in self._processes if one.poll() is None]
        self._report = SandboxReport(**{**said, "controllers": tuple(said["controllers"])})
        self._home = control

    def _own(
        self, starting: asyncio.Task[tuple[Path | None, subprocess.Popen[bytes] | None]]
    ) -> None:
        if not starting.cancelled() and starting.exception() is None:
            process = starting.result()[1]
            if process is not None:
                self._processes.append(process)


async def _part_with(control: Control) -> None:
    """Leave a host with other terms when it has no kernels of ours any more."""
    while things := [one for one in control.things.values() if isinstance(one, RemoteKernel)]:
        await asyncio.wait([one.gone for one in things])
    await control.leave(0.0)


def _adopter(control: Control) -> Any:
    def adopt(said: Said) -> list[tuple[RemoteKernel, str]]:
        """The kernels that a host hands over, with their notes."""
        found = said["kernels"]
        return [
            (RemoteKernel(control, one, ref_untold(one["ref"]), _unheard), one["note"])
            for one in found
        ]

    return adopt


def _unheard(_hard: bool) -> None:
    """Whoever adopts the kernel says what interrupts its mount."""


def _part(process: subprocess.Popen[bytes], within: float) -> None:
    """See a host end, or let it live on."""
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        process.returncode = 0  # it is no child of ours any more, as far as we care


__all__ = ["RemoteHost"]
