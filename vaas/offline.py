"""What viewers get while a cloud does not answer: dashboards as they were, marked as such.

Only a cloud that is down, away or too slow is stood in for. What it says no to
(a link that is gone, a password that is not right) is as it says, and what was
kept of it is erased. A share with a password is shown to whoever gives that same
password, and to nobody else.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

from vaas.errors import (
    EfssFailed,
    EfssMaintenance,
    EfssTooSlow,
    EfssUnreachable,
    FileDrop,
    PasswordNeeded,
    PasswordWrong,
    ShareExpired,
    ShareUnknown,
    VaasError,
)
from vaas.manifests import Manifests
from vaas.model import Secret, Share, ShareLink
from vaas.observability import logger
from vaas.recipe import Recipe
from vaas.rendering import Notebook, PageRenderer, Recording
from vaas.snapshots import Snapshot, Snapshots

DOWN = (EfssFailed, EfssMaintenance, EfssTooSlow, EfssUnreachable)
"""The cloud does not answer, or not as one that works."""

_GONE = (FileDrop, ShareExpired, ShareUnknown)

_GUESSES, _GUESSES_WITHIN = 5, 600.0
"""Wrong passwords for one share in so many seconds; then none is looked at any more."""

_ASKED_AFTER = 5.0
"""Seconds until a cloud that did not answer is asked again for the pages that wait for it."""

_REMEMBERED = 10_000

_OPEN = Secret("")
"""In the place of a password, of a share that has none."""

_Asked = tuple[str, Secret | None]
"""A share's fingerprint and a password of it, or ``None`` for the share as a whole."""

log = logger(__name__)


class Offline:
    """Keeps snapshots of what is shown, and finds them when they are needed."""

    def __init__(self, snapshots: Snapshots, renderer: PageRenderer, manifests: Manifests) -> None:
        """Take what is needed.

        Args:
            snapshots: on disk.
            renderer: makes them.
            manifests: of the shares that they are of.
        """
        self._snapshots, self._renderer, self._manifests = snapshots, renderer, manifests
        self._refused: OrderedDict[_Asked, None] = OrderedDict()
        self._opens: OrderedDict[str, tuple[Secret | None]] = OrderedDict()
        self._away: dict[str, float] = {}
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def keep(
        self,
        recipe: Recipe,
        notebook: Notebook,
        recording: Recording,
        still: asyncio.Task[None] | None,
    ) -> None:
        """Keep how a run looks, out of sight; again when its still has been taken.

        Args:
            recipe: of what it is a run.
            notebook: as it ran.
            recording: what it gave.
            still: done when it has been taken; ``None`` if none will be.
        """
        wanted = self._snapshots.wanted and recipe.share.product != "local"
        if wanted and recipe.plain and not recording.failure:
            task = asyncio.create_task(self._keep(recipe, notebook, recording, still))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Keep nothing more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep(
        self,
        recipe: Recipe,
        notebook: Notebook,
        recording: Recording,
        still: asyncio.Task[None] | None,
    ) -> None:
        share = recipe.share
        try:
            manifest = await self._manifests.of(share)
            for step in [None, still] if still else [None]:
                if step:
                    await asyncio.wait([step])
                html = await asyncio.to_thread(
                    self._renderer.fragment, notebook, recording.results, recording
                )
                title = recipe.notebook.title
                # Stills are taken in light.
                scheme = "dark" if notebook.theme == "dark" else "light"
                page = (title, scheme, html, manifest)
                await self._snapshots.keep(share, *page, unless=lambda: self._no_longer(share))
        except VaasError as error:
            log.info("no_snapshot", notebook=notebook.path, why=error.detail)
        except Exception:  # the task's last line: told, not raised
            log.exception("snapshot_failed", notebook=notebook.path)

    async def forget(self, link: ShareLink) -> None:
        """Erase how a share's dashboards looked, and keep nothing of what still runs."""
        self._note((link.fingerprint, None))
        await self._snapshots.erase(link)

    async def use(self, link: ShareLink) -> None:
        """Note that somebody looks at a dashboard while its cloud answers."""
        if self._snapshots.wanted:
            await self._snapshots.use(link)

    async def seen(self, share: Share) -> str:
        """The inside of a dashboard's page as this version of it looked; empty if none is kept.

        Args:
            share: as it has just opened, by the dashboard's own address.
        """
        if not self._snapshots.wanted or share.product == "local":
            return ""
        found = await self._snapshots.find(share.link)
        return found.html if found and found.tag == share.version.tag else ""

    async def instead(self, link: ShareLink, password: Secret | None, error: VaasError) -> Snapshot:
        """How a dashboard looked, since its cloud does not answer.

        Args:
            link: its address.
            password: that the viewer gave.
            error: how the cloud fails; raised if there is nothing for this viewer.

        Raises:
            PasswordNeeded: the share had a password, and none was given.
        """
        found = await self._snapshots.find(link) if self._snapshots.wanted else None
        if found is None:
            raise error
        if found.proof and password is None:
            raise PasswordNeeded("and its cloud does not answer")
        if found.proof:
            self._count_guesses(link, error)
        if not await asyncio.to_thread(found.opens_with, password):
            self._refuse(link, error)
        log.info("stood_in", share=link.fingerprint, why=error.label)
        self._manifests.remember(found.share(link, password), found.manifest)
        return found

    def is_away(self, link: ShareLink) -> bool:
        """Whether a link's cloud did not answer a moment ago, so that many pages ask as one."""
        return self._away.get(link.host, 0.0) > time.monotonic()

    def note_away(self, link: ShareLink) -> None:
        """Note that a link's cloud does not answer now."""
        now = time.monotonic()
        self._away = {host: until for host, until in self._away.items() if until > now}
        self._away[link.host] = now + _ASKED_AFTER

    def _count_guesses(self, link: ShareLink, error: VaasError) -> None:
        """Let nobody try one password after the other.

        Raises:
            VaasError: too many were wrong lately.
        """
        wrong = self._wrong.get(link.fingerprint, deque())
        while wrong and wrong[0] < time.monotonic() - _GUESSES_WITHIN:
            wrong.popleft()
        if len(wrong) >= _GUESSES:
            raise error

    def _refuse(self, link: ShareLink, error: VaasError) -> NoReturn:
        self._wrong.setdefault(link.fingerprint, deque()).append(time.monotonic())
        while len(self._wrong) > _REMEMBERED:
            self._wrong.popitem(last=False)
        raise error

    def _no_longer(self, share: Share) -> bool:
        """Whether a cloud said no to what it had opened; its word may come before ours is kept."""
        link = share.link.fingerprint
        if self._opens.get(link, (share.password,)) != (share.password,):
            return True
        keys = ((link, None), (link, share.password or _OPEN))
        return any(one in self._refused for one in keys)

    def _note(self, asked: _Asked) -> None:
        self._refused[asked] = None
        while len(self._refused) > _REMEMBERED:
            self._refused.popitem(last=False)

    @asynccontextmanager
    async def minding(self, link: ShareLink, password: Secret | None) -> AsyncIterator[None]:
        """Ask a cloud for a share; what it says no to is not kept any longer."""
        erase = self._snapshots.erase
        try:
            yield
        except _GONE:
            self._note((link.fingerprint, None))
            await erase(link)
            raise
        except PasswordNeeded:
            if password is None:
                self._note((link.fingerprint, _OPEN))
                await erase(link, lambda one: one.opens_with(None))
            raise
        except PasswordWrong:
            self._note((link.fingerprint, password))
            await erase(link, lambda one: one.opens_with(password))
            raise
        await self._opened(link, password)

    async def _opened(self, link: ShareLink, password: Secret | None) -> None:
        """A share opened; what another password opened once, it opens no longer."""
        self._refused.pop((link.fingerprint, password or _OPEN), None)
        self._refused.pop((link.fingerprint, None), None)
        if self._opens.get(link.fingerprint) == (password,):
            return
        await self._snapshots.erase(link, lambda one: not one.opens_with(password))
        self._opens[link.fingerprint] = (password,)
        while len(self._opens) > _REMEMBERED:
            self._opens.popitem(last=False)


__all__ = ["DOWN", "Offline"]
