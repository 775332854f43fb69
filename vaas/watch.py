"""Dashboards follow their data: shares that somebody looks at are looked at again.

So are those of lately, more rarely, while a run of theirs is kept: for the next viewer.
With it goes the question who is editing the notebooks, where a system knows that. One
question for each share, however many look at it; one at a time for each site, and as
long as that is often enough no more than a twentieth of the time. When a share has
changed, its new version is fetched first; then the pages that show an older one are told.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from weakref import WeakValueDictionary

from vaas.errors import (
    AddressRefused,
    ConfigError,
    FileDrop,
    LinkError,
    NotAnEfss,
    PasswordNeeded,
    PasswordWrong,
    ShareChanged,
    ShareExpired,
    ShareUnknown,
    VaasError,
)
from vaas.kernels import Kernel
from vaas.model import Share
from vaas.observability import logger, metrics
from vaas.recipe import Recipe
from vaas.session import Session
from vaas.shelf import lasting

SLOWEST = 6.0
"""Seconds between two questions about a share that has not changed for long, or answers slowly.

What an author saves shall be seen within ten, the fetching included.
"""

CALMS = 50.0
"""The time since the last change is this many times the time to the next question."""

SHARE_OF_TIME = 20.0
"""The time to the next question is this many times what the last answer took, up to ``SLOWEST``."""

BUSY = 2.0
"""Seconds until a share is looked at again that changed while it was fetched."""

LONGEST = 300.0
"""Seconds between two questions when answers fail."""

RARER, GONE = 15.0, 10.0
"""How many times longer that is where nobody looks, or what part of the time since somebody did."""

APART = 0.1
"""Seconds between two questions to one site."""

_FINAL = (
    AddressRefused,
    ConfigError,
    FileDrop,
    LinkError,
    NotAnEfss,
    PasswordNeeded,
    PasswordWrong,
    ShareExpired,
    ShareUnknown,
)
"""After these nothing is asked any more: only people can change what is wrong."""

log = logger(__name__)

Look = Callable[[Share], Awaitable[Share]]
Prepare = Callable[[Recipe, Share], Awaitable[None]]
Editor = Callable[[Session, Share], Awaitable[str]]


@dataclass(slots=True, eq=False)
class _Watched:
    """A share that somebody looks at, or did.

    Attributes:
        share: its newest state that we know.
        every: seconds between two questions at least.
        changed: when that state was found.
        sessions: those who look.
        lately: what they looked at who have left, by its kind, and until when that counts.
        editors: who is editing which notebook, as far as somebody is.
        left: when the last of them left.
        task: asks.
    """

    share: Share
    every: float
    changed: float
    sessions: list[Session] = field(default_factory=list)
    lately: dict[tuple[object, ...], tuple[Recipe, float]] = field(default_factory=dict)
    editors: dict[str, str] = field(default_factory=dict)
    left: float = 0.0
    task: asyncio.Task[None] | None = None

    def pause(self, took: float) -> float:
        """Seconds until the next question, after one that took some."""
        if not self.sessions:
            gone = (time.monotonic() - self.left) / GONE
            return max(self.every * RARER, gone, took * SHARE_OF_TIME)
        calm = (time.monotonic() - self.changed) / CALMS
        return max(self.every, min(max(calm, took * SHARE_OF_TIME), SLOWEST))

    def tell(self) -> None:
        """Tell the pages that show another state than the newest."""
        for session in self.sessions:
            if session.share.version != self.share.version:
                session.kernel.add_done_callback(partial(_inject, "vaas_changed", {}))

    def tell_editor(self, session: Session) -> None:
        """Tell a page who is editing its notebook, as it is known when the page can hear it."""

        def tell(kernel: asyncio.Future[Kernel]) -> None:
            """What is known by then."""
            _inject("vaas_editing", {"who": self.editors.get(session.notebook.path, "")}, kernel)

        session.kernel.add_done_callback(tell)


class Watch:
    """Looks again at what is looked at, and owns the tasks that do."""

    def __init__(
        self,
        look: Look,
        prepare: Prepare,
        editor: Editor,
        keeps: Callable[[Recipe], bool],
        recent: float = 0.0,
    ) -> None:
        """Start with nothing to watch.

        Args:
            look: asks for a share's state now.
            prepare: fetches a share's new state for viewers of an older one.
            editor: asks who is editing a session's notebook.
            keeps: tells whether a run is kept that a newer one would take the place of.
            recent: seconds for which a share is followed that nobody looks at any more.
        """
        self._look, self._prepare, self._editor = look, prepare, editor
        self._keeps, self._recent = keeps, recent
        self._watched: dict[str, _Watched] = {}
        self._sites: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def add(self, session: Session, every: float) -> None:
        """Somebody looks at a share.

        Args:
            session: theirs; ``remove`` must follow.
            every: seconds between two questions at least; 0 for no questions.
        """
        if not every:
            return
        key = session.share.link.fingerprint
        found = self._watched.get(key)
        if found is None:
            found = self._watched[key] = _Watched(session.share, every, time.monotonic())
        elif found.task and not found.sessions:
            found.task.cancel()  # who came shall not wait for what nobody did
            found.task = None
        found.sessions.append(session)
        found.every = every
        # A page that was there before this server may still say of somebody that they are.
        if session.notebook.path in found.editors or session.state == "ready":
            found.tell_editor(session)
        if found.share.version != session.share.version:
            self._change(found, session.share)
        if found.task is None or found.task.done():
            found.task = asyncio.create_task(self._follow(found), name="a share's changes")
            found.task.add_done_callback(lambda _: self._is_wanted(found))

    def remove(self, session: Session) -> None:
        """They look no longer; for a while somebody else may."""
        found = self._watched.get(session.share.link.fingerprint)
        if found is None or session not in found.sessions:
            return
        found.sessions.remove(session)
        found.left = time.monotonic()
        # What somebody opened with their own rights is nobody else's.
        if self._recent and session.share.link.hint != "opened":
            kind = lasting(session.recipe.key)
            found.lately[kind] = session.recipe, found.left + self._recent
        if not self._is_wanted(found) and found.task is not None:
            found.task.cancel()

    def _is_wanted(self, watched: _Watched) -> bool:
        """Whether a share is to be followed further; if not, it is forgotten."""
        now, lately = time.monotonic(), watched.lately.items()
        watched.lately = dict(one for one in lately if now < one[1][1] and self._keeps(one[1][0]))
        asks = watched.task is not None and not watched.task.done()
        if watched.sessions or (watched.lately and asks):
            return True
        if self._watched.get(watched.share.link.fingerprint) is watched:
            del self._watched[watched.share.link.fingerprint]
        return False

    async def close(self) -> None:
        """Ask no more."""
        tasks = [one.task for one in self._watched.values() if one.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._watched.clear()

    async def _follow(self, watched: _Watched) -> None:
        """Ask while it is wanted, or until the answer is one that only people can change."""
        pause = watched.every
        while True:
            await asyncio.sleep(pause)
            if not self._is_wanted(watched):
                return
            try:
                pause = watched.pause(await self._ask(watched))
            except ShareChanged:  # while it was fetched: its author is at work
                pause = max(watched.every if watched.sessions else watched.pause(0), BUSY)
            except VaasError as error:
                log.info("not_seen", share=watched.share.version.share, why=error.label)
                if isinstance(error, _FINAL):
                    return
                pause = max(min(2 * pause, LONGEST), error.retry_after or 0)
            except Exception:  # the task's last line: told, not raised
                log.exception("watch_failed", share=watched.share.version.share)
                return

    async def _ask(self, watched: _Watched) -> float:
        """Look at a share once; returns the seconds that it took."""
        async with self._sites.setdefault(watched.share.link.host, asyncio.Lock()):
            began = time.monotonic()
            share = await self._look(watched.share)
            await self._ask_editors(watched, share)
            took = time.monotonic() - began
            await asyncio.sleep(APART)
        if share.version != watched.share.version:
            await self._prepare_all(watched, share)
            self._change(watched, share)
        return took

    async def _prepare_all(self, watched: _Watched, share: Share) -> None:
        """Prepare the newer state of each notebook that is wanted, what most look at first.

        What is wrong with one, that it was taken out of the share for instance, is not the
        others' fault; where it is so with all, it is with the share.
        """
        # Those of one kind differ in their own state, not in what comes next.
        kinds = {kind: one for kind, (one, _) in watched.lately.items()}
        kinds |= {lasting(one.recipe.key): one.recipe for one in watched.sessions}
        viewers = Counter(lasting(one.recipe.key) for one in watched.sessions)
        viewers.update(dict.fromkeys(watched.lately, 0))
        errors = []
        for kind, _ in viewers.most_common():
            try:
                await self._prepare(kinds[kind], share)
            except VaasError as error:
                log.info("not_prepared", share=share.version.share, why=error.label)
                errors.append(error)
        if len(errors) == len(viewers):
            raise errors[0]

    async def _ask_editors(self, watched: _Watched, share: Share) -> None:
        """Find out who is editing the notebooks that are looked at, once for each."""
        shown = {session.notebook.path: session for session in watched.sessions}
        for path, session in shown.items():
            try:
                who = await self._editor(session, share)
            except VaasError as error:
                log.debug("editor_unknown", why=error.label)
                continue
            if who == watched.editors.get(path, ""):
                continue
            watched.editors[path] = who
            for one in watched.sessions:
                if one.notebook.path == path:
                    watched.tell_editor(one)
        watched.editors = {path: who for path, who in watched.editors.items() if path in shown}

    def _change(self, watched: _Watched, share: Share) -> None:
        log.info("share_changed", share=share.version.share)
        metrics.share_changes.inc()
        watched.share, watched.changed = share, time.monotonic()
        watched.tell()


def _inject(kind: str, told: dict[str, str], kernel: asyncio.Future[Kernel]) -> None:
    if not kernel.cancelled() and kernel.exception() is None:
        kernel.result().channel.inject(kind, told)


__all__ = ["Watch"]
