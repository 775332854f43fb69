"""From a link to a page: where the rooms are joined.

``Launcher.open`` is the whole way in one coroutine: resolve the link, make the
files appear, read the notebook, start a session, which goes on by itself (see
``vaas.sessions``).
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial

from vaas.choice import Choice, choose
from vaas.errors import NotebookMissing, SessionGone
from vaas.kernels import Installations, Kernel, KernelRequest, Limits
from vaas.left import Left, note_of, standing
from vaas.manifest import Manifest
from vaas.manifests import Manifests
from vaas.model import KernelRef, Phase, Share, Workspace
from vaas.places import local_path, pick_notebook, read_inside, titles
from vaas.prepared import Recipe
from vaas.rendering import Notebook, PageRenderer, has_template, load_notebook
from vaas.session import Session
from vaas.sessions import Sessions
from vaas.shares import Shares
from vaas.storage import Storage
from vaas.watch import Watch
from vaas.wish import Elsewhere, Listing, Opened, Wish


class Launcher:
    """Opens links and owns the sessions that come of it.

    Attributes:
        sessions: notebooks that run.
        manifests: what shares say of themselves.
        installations: environments in which they may run.
    """

    def __init__(
        self,
        shares: Shares,
        storages: Callable[[Share, str], Storage],
        sessions: Sessions,
        renderer: PageRenderer,
        limits: Limits,
        *,
        installations: Installations,
        refresh: float = 0.0,
    ) -> None:
        """Take the rooms; ``app`` builds them.

        Args:
            shares: resolves and reads links.
            storages: which data mode serves a share, given the one that the
                share itself asks for.
            sessions: runs the notebooks.
            renderer: makes pages.
            limits: what each kernel may use.
            installations: environments in which they may run.
            refresh: seconds between two looks at a share that somebody looks
                at; 0 for none.
        """
        self.sessions = sessions
        self._shares, self._storages = shares, storages
        self._renderer, self._limits = renderer, limits
        self._refresh = refresh
        self.installations = installations
        self.manifests = Manifests(shares)
        self._watch = Watch(self._look_again, self._prepare)

    async def open(self, wish: Wish) -> AsyncIterator[Phase | Listing | Elsewhere | Opened]:
        """Go the whole way for one viewer.

        Yields:
            phases while it takes time; then an ``Opened`` if the link leads to
            one dashboard, a ``Listing`` if to a folder with several, or
            ``Elsewhere`` if a stream was wished that this address cannot be.

        Raises:
            VaasError: whatever stopped it, in words for the viewer.
        """
        async with AsyncExitStack() as stack:
            yield Phase("resolve")
            share = await self.look(wish)
            reached: list[Workspace] = []
            async for phase in self._fetch(stack, share, reached):
                yield phase
            workspace = reached[0]
            manifest = await self.manifests.of(share)
            path = pick_notebook(workspace, wish.link.path, manifest.entry)
            if path is None:
                listed = await asyncio.to_thread(titles, workspace, wish.link.path)
                yield Listing(share, manifest, listed)
                return
            notebook = await self._load(share, workspace, path)
            notebook, chosen = await self._choose(share, notebook)
            whole = bool(notebook.template and has_template(notebook.template))
            # Pictures are named relative to the notebook, not to a folder's address.
            below = "/" in path and path != local_path(workspace, wish.link.path)
            if wish.stream and (whole or below):
                yield Elsewhere(path, whole)
                return
            self.sessions.admit()
            yield Phase("environment")
            request = await self._request(wish, share, workspace, path, chosen)
            recipe = Recipe(notebook, request, lambda: self.files(share))
            session = Session(request.ref.id, share, workspace, notebook, recipe)
            prepared = self.sessions.prepared(recipe)
            recording = prepared.recording if prepared else None
            if wish.stream and recording:
                session.widgets = await asyncio.to_thread(self._renderer.widgets, recording)
            known = prepared.known if prepared else {}
            make = partial(self._renderer.fragment, notebook, known, recording)
            html = await asyncio.to_thread(make) if wish.stream else ""
            # A mount goes with the server that made it, and with it what reads there.
            if not workspace.mounted:
                stands = await asyncio.to_thread(standing, workspace)
                session.note = lambda: note_of(session, manifest, stands)
            stack.callback(self._watch.remove, session)
            self.sessions.begin(session, stack.pop_all(), stream=wish.stream)
            self._watch.add(session, manifest.every(self._refresh))
            yield Opened(session, html)

    async def adopt(self, kernel: Kernel, note: str) -> None:
        """Go on with a session that a server before this one left.

        Args:
            kernel: where its notebook has run.
            note: what that server wrote of it.

        Raises:
            SessionGone: its files are not to be had as its kernel sees them.
            VaasError: as ``open`` does.
        """
        left, path = Left.read(note), kernel.ref.notebook
        async with AsyncExitStack() as stack:
            storage, share = self._mode(left.share, left.manifest)
            context = storage.open(share, self._shares, lambda _: None)
            workspace = await stack.enter_async_context(context)
            if await asyncio.to_thread(standing, workspace) != left.standing:
                raise SessionGone("its files are not where its kernel sees them")
            notebook = _named(
                await asyncio.to_thread(load_notebook, workspace.near, path), left.manifest
            )
            notebook = replace(notebook, libraries=left.installation.key)
            request = left.request(kernel.ref, workspace)
            recipe = Recipe(notebook, request, lambda: self.files(left.share))
            session = Session(kernel.ref.id, left.share, workspace, notebook, recipe)
            session.shown, session.failures = set(range(left.done)), left.failures
            session.note = lambda: note
            stack.callback(self._watch.remove, session)
            await self.sessions.resume(session, kernel, stack.pop_all())
            self._watch.add(session, left.manifest.every(self._refresh))

    async def resolve(self, wish: Wish) -> Share:
        """Ask the share's system whether the link, and its password, are right.

        Raises:
            VaasError: as ``open`` does.
        """
        return await self._shares.resolve(wish.link, wish.password)

    async def look(self, wish: Wish) -> Share:
        """Resolve a link to its share as the data mode that serves it sees it.

        Raises:
            VaasError: as ``open`` does.
        """
        share = await self._shares.resolve(wish.link, wish.password)
        return await self._storages(share, "auto").stamped(share)

    async def close(self) -> None:
        """Look at no share any more; sessions are closed by who made them."""
        await self._watch.close()

    async def read(self, wish: Wish) -> tuple[Share, Notebook]:
        """Resolve, fetch and read a notebook without running it.

        Raises:
            VaasError: as ``open`` does.
        """
        async with self._unseen(wish) as (share, workspace):
            entry = (await self.manifests.of(share)).entry
            path = pick_notebook(workspace, wish.link.path, entry)
            if path is None:
                raise NotebookMissing("the address names a folder with several notebooks")
            return share, await self._load(share, workspace, path)

    async def picture(self, wish: Wish) -> bytes:
        """A picture of the share, as a notebook's text names it.

        Raises:
            FileMissing: there is no such file, or a link leads out of the share.
            VaasError: as ``open`` does.
        """
        async with self._unseen(wish) as (_, workspace):
            return await asyncio.to_thread(read_inside, workspace.near, wish.link.path)

    async def _look_again(self, share: Share) -> Share:
        return await self.look(Wish(share.link, share.password))

    async def _prepare(self, session: Session, share: Share) -> None:
        """Fetch a share's new state; run the notebook if that is how its viewers get it."""
        async with self.files(share) as workspace:
            notebook = await self._load(share, workspace, session.notebook.path)
            wish = Wish(share.link, environment=session.recipe.request.environment)
            notebook, chosen = await self._choose(share, notebook)
            request = await self._request(wish, share, workspace, notebook.path, chosen)
        recipe = Recipe(notebook, request, lambda: self.files(share))
        self.sessions.prepare_anew(session, recipe)

    @asynccontextmanager
    async def _unseen(self, wish: Wish) -> AsyncIterator[tuple[Share, Workspace]]:
        """A share and its files, for who does not wait for news of them."""
        share = await self.look(wish)
        async with self.files(share) as workspace:
            yield share, workspace

    async def _load(self, share: Share, workspace: Workspace, path: str) -> Notebook:
        """A notebook of the share, by the name that the share's manifest gives it."""
        notebook = await asyncio.to_thread(load_notebook, workspace.near, path)
        return _named(notebook, await self.manifests.of(share))

    @asynccontextmanager
    async def files(self, share: Share) -> AsyncIterator[Workspace]:
        """The share's files, opened without news of them.

        Raises:
            VaasError: as ``open`` does.
        """
        storage, share = await self._storage(share)
        async with storage.open(share, self._shares, lambda _: None) as workspace:
            yield workspace

    async def _storage(self, share: Share) -> tuple[Storage, Share]:
        """The mode for a share, and what it is to bring first of a large one."""
        return self._mode(share, await self.manifests.of(share))

    def _mode(self, share: Share, manifest: Manifest) -> tuple[Storage, Share]:
        link = replace(share.link, path=share.link.path or manifest.entry or "")
        return self._storages(share, manifest.data), replace(share, link=link)

    async def _fetch(
        self, stack: AsyncExitStack, share: Share, reached: list[Workspace]
    ) -> AsyncIterator[Phase]:
        """Open the workspace on ``stack``, telling its progress; appends it to ``reached``."""
        news: asyncio.Queue[Phase | None] = asyncio.Queue()
        storage, share = await self._storage(share)
        context = storage.open(share, self._shares, news.put_nowait)

        async def enter() -> Workspace:
            """Open the workspace; its end ends the news."""
            try:
                return await stack.enter_async_context(context)
            finally:
                news.put_nowait(None)

        opening = asyncio.ensure_future(enter())
        try:
            while (phase := await news.get()) is not None:
                yield phase
            reached.append(await opening)
        finally:
            if not opening.done():
                opening.cancel()
                await asyncio.gather(opening, return_exceptions=True)

    async def _request(
        self, wish: Wish, share: Share, workspace: Workspace, path: str, chosen: Choice
    ) -> KernelRequest:
        ref = KernelRef(secrets.token_hex(16), share.version, path)
        environment = {
            **wish.environment,
            "VAAS_SHARE_NAME": share.name,
            "VAAS_SHARE_VERSION": share.version.key,
        }
        limits = (await self.manifests.of(share)).limits.within(self._limits)
        where = chosen.installation
        return KernelRequest(ref, workspace, chosen.kernel_name, where, environment, limits)

    async def _choose(self, share: Share, notebook: Notebook) -> tuple[Notebook, Choice]:
        """Where a notebook runs, and itself as it is drawn then."""
        wanted = (await self.manifests.of(share)).environment
        chosen = await asyncio.to_thread(choose, notebook, wanted, self.installations)
        key = chosen.installation.key
        await asyncio.to_thread(self._renderer.learn, key)
        return replace(notebook, libraries=key), chosen


def _named(notebook: Notebook, manifest: Manifest) -> Notebook:
    """A notebook by the name that the share's manifest gives it."""
    return replace(notebook, title=manifest.title) if manifest.names(notebook.path) else notebook


__all__ = ["Elsewhere", "Launcher", "Listing", "Opened", "Session", "Wish", "pick_notebook"]
