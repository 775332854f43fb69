"""One server at the kernel host: what it asks, and what of it stays when it has gone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any, Protocol

from vaas.errors import KernelStartFailed, SessionGone, VaasError
from vaas.kernels.apart.talk import Said, Talk, told
from vaas.kernels.apart.values import installation_untold, ref_told, request_untold
from vaas.kernels.base import Kernel, KernelRequest, Template
from vaas.kernels.forks.host import ForkingHost
from vaas.kernels.forks.template import LocalTemplate
from vaas.kernels.kernel import LocalKernel

log = logging.getLogger(__name__)

_VERBS = frozenset(
    {"adopt", "become", "bye", "close", "fork", "inject", "interrupt", "memory", "note", "prepare"}
    | {"report", "retire", "seal", "send", "start", "warm"}
)
"""What a server may ask; a method each."""


class Kept:
    """A kernel or template of the host, and whose it is.

    Attributes:
        name: by which servers call it.
        one: itself.
        visit: the server that it belongs to; ``None`` while that is gone.
        note: what that server wrote for the one after it; empty for none.
        resting: set when nobody runs cells in it any more.
    """

    def __init__(self, name: str, one: LocalKernel | LocalTemplate, visit: Visit) -> None:
        """Begin without a note."""
        self.name, self.one = name, one
        self.visit: Visit | None = visit
        self.note = ""
        self.resting = asyncio.Event()

    @property
    def said(self) -> Said:
        """What a server must know to take part in it."""
        session = self.one.client.session.session
        if isinstance(self.one, LocalKernel):
            return {"kernel": self.name, "session": session, "ref": ref_told(self.one.ref)}
        return {"template": self.name, "session": session}

    def tell(self, event: str, **said: Any) -> None:
        """Tell the server that it belongs to, if that is there."""
        if self.visit is not None:
            self.visit.tell(event, **self.named, **said)

    @property
    def named(self) -> Said:
        """Its name, and of what kind it is."""
        return {"kernel" if isinstance(self.one, LocalKernel) else "template": self.name}


class House(Protocol):
    """What a visit must know of the host.

    Attributes:
        host: starts kernels.
        kept: kernels and templates, by name.
    """

    host: ForkingHost
    kept: dict[str, Kept]

    def keep(self, one: Kernel | Template, visit: Visit) -> Kept:
        """Take a new kernel or template in, and see to its end."""


class Visit:
    """A server's control connection.

    Attributes:
        stay: seconds that its kernels wait for another server when it has gone.
    """

    def __init__(self, house: House, talk: Talk, stay: float) -> None:
        """Begin to serve with ``run``."""
        self._house, self._talk, self.stay = house, talk, stay
        self._tasks: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Answer until the server hangs up; then let go of what was only its own."""
        try:
            while True:
                said, body = await self._talk.hear()
                if "cancel" in said:
                    self._cancel(said["cancel"])
                else:
                    self._begin(said, body)
        except ConnectionError:
            pass
        finally:
            tasks = tuple(self._tasks.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._leave()

    @property
    def hears(self) -> bool:
        """Whether the server may still be at the other end."""
        return not self._talk.writer.is_closing()

    def tell(self, event: str, **said: Any) -> None:
        """Say something unasked."""
        self._talk.say({"event": event, **said})

    async def _leave(self) -> None:
        """Keep what has a note, for the next server; end the rest."""
        gone = []
        for kept in [one for one in self._house.kept.values() if one.visit is self]:
            kept.visit = None
            if isinstance(kept.one, LocalTemplate):
                gone.append(kept.one.retire())
            elif not (kept.note and self.stay):
                gone.append(kept.one.close())
            else:
                kept.one.channel.hold()
        await asyncio.gather(*gone)

    def _cancel(self, number: int) -> None:
        """Do no more of a request, and answer it all the same: who asked keeps it until then."""

        def answer(task: asyncio.Task[None]) -> None:
            """Say that nothing came of it, unless something did."""
            if task.cancelled():
                self._talk.say({"id": number})

        if task := self._tasks.get(number):
            task.add_done_callback(answer)
            task.cancel()

    def _begin(self, said: Said, body: bytes) -> None:
        number = said["id"]
        task = asyncio.create_task(self._answer(said, body), name=f"request: {said['do']}")
        self._tasks[number] = task
        task.add_done_callback(lambda _: self._tasks.pop(number, None))

    async def _answer(self, said: Said, body: bytes) -> None:
        answer: Mapping[str, Any]
        try:
            does = getattr(self, f"_{said['do']}" if said["do"] in _VERBS else "_unknown")
            answer = await does(said, body) or {}
        except VaasError as error:
            answer = {"error": told(error)}
        except Exception as error:  # told, not raised: others are served by us
            log.exception("a request failed: %s", said["do"])
            answer = {"error": told(VaasError(f"{type(error).__name__}: {error}"))}
        self._talk.say({"id": said["id"], **answer})

    def _kernel(self, said: Said) -> LocalKernel:
        kept = self._house.kept.get(said["kernel"])
        if kept is None or not isinstance(kept.one, LocalKernel):
            raise SessionGone("the kernel has ended")
        return kept.one

    def _template(self, said: Said) -> LocalTemplate:
        kept = self._house.kept.get(said["template"])
        if kept is None or not isinstance(kept.one, LocalTemplate):
            raise KernelStartFailed("the template has ended")
        return kept.one

    def _one(self, said: Said) -> LocalKernel | LocalTemplate:
        return self._kernel(said) if "kernel" in said else self._template(said)

    async def _unknown(self, said: Said, _body: bytes) -> None:
        raise VaasError(f"no request {said['do']!r} is known")

    async def _report(self, _said: Said, _body: bytes) -> Said:
        return {"report": asdict(await self._house.host.report())}

    async def _made(
        self, make: Callable[[KernelRequest], Awaitable[Kernel | Template]], said: Said
    ) -> Said:
        """Make a kernel or template, and keep it."""
        stuck: list[Kept] = []

        def interrupt(hard: bool) -> None:
            """Have the server free it from its mount."""
            for kept in stuck:
                kept.tell("stuck", hard=hard)

        one = await make(request_untold(said["request"], interrupt))
        stuck.append(self._house.keep(one, self))
        return stuck[0].said

    async def _warm(self, said: Said, _body: bytes) -> None:
        await self._house.host.warm(installation_untold(said["installation"]))

    async def _start(self, said: Said, _body: bytes) -> Said:
        return await self._made(self._house.host.start, said)

    async def _prepare(self, said: Said, _body: bytes) -> Said:
        return await self._made(self._house.host.prepare, said)

    async def _fork(self, said: Said, _body: bytes) -> Said:
        return await self._made(partial(self._template(said).fork, runs=said["runs"]), said)

    async def _become(self, said: Said, _body: bytes) -> Said:
        return await self._made(self._template(said).become, said)

    async def _seal(self, said: Said, _body: bytes) -> Said:
        template = self._template(said)
        # What it is asked at the seal is not to be heard by who ran the cells.
        await self._house.kept[said["template"]].resting.wait()
        return {"reasons": list(await template.seal())}

    async def _retire(self, said: Said, _body: bytes) -> None:
        await self._template(said).retire()

    async def _close(self, said: Said, _body: bytes) -> None:
        await self._kernel(said).close()

    async def _interrupt(self, said: Said, _body: bytes) -> None:
        await self._one(said).manager.interrupt_kernel()

    async def _memory(self, said: Said, _body: bytes) -> Said:
        return {"bytes": await self._one(said).memory()}

    async def _inject(self, said: Said, _body: bytes) -> None:
        self._kernel(said).channel.inject(said["kind"], said["content"])

    async def _send(self, said: Said, body: bytes) -> None:
        await self._kernel(said).channel.send(body)

    async def _note(self, said: Said, _body: bytes) -> None:
        self._kernel(said)
        self._house.kept[said["kernel"]].note = said["note"]

    async def _adopt(self, _said: Said, _body: bytes) -> Said:
        """Give all kernels that belong to no server to this one."""
        waiting = [kept for kept in self._house.kept.values() if kept.visit is None and kept.note]
        kernels = [
            kept
            for kept in waiting
            if isinstance(kept.one, LocalKernel) and not kept.one.ended.done()
        ]
        for kept in kernels:
            kept.visit = self
            assert isinstance(kept.one, LocalKernel)
            kept.one.channel.release()
        return {"kernels": [{**kept.said, "note": kept.note} for kept in kernels]}

    async def _bye(self, said: Said, _body: bytes) -> None:
        """The server ends in order."""
        self.stay = said["stay"]


__all__ = ["House", "Kept", "Visit"]
