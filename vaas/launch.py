"""From a link to a page: where the rooms are joined.

``Launcher.open`` is the whole way in one coroutine: resolve the link, make the
files appear, read the notebook, start a session, which goes on by itself (see
``vaas.sessions``).
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from functools import partial
from urllib.parse import quote

from vaas.arrival import Arrival, Arrivals
from vaas.choice import choose
from vaas.errors import NotebookMissing, ParameterWrong, SessionGone, VaasError
from vaas.kernels import Installations, Kernel, KernelRequest, Limits
from vaas.left import Left, note_of, standing
from vaas.model import KernelRef, Phase, Share, Workspace
from vaas.places import local_path, pick_notebook, read_inside, titles
from vaas.recipe import Recipe
from vaas.rendering import Notebook, PageRenderer, has_template, load_notebook
from vaas.session import Session
from vaas.sessions import Sessions
from vaas.watch import Watch
from vaas.wish import LANGUAGE, Elsewhere, Listing, News, Opened, Queued, Remembered, Turn, Wish


class Launcher:
    """Opens links and owns the sessions that come of it.

    Attributes:
        arrivals: brings shares' files.
        sessions: notebooks that run.
        installations: environments in which they may run.
    """

    def __init__(
        self,
        arrivals: Arrivals,
        sessions: Sessions,
        renderer: PageRenderer,
        limits: Limits,
        *,
        installations: Installations,
        refresh: float = 0.0,
        recent: float = 0.0,
    ) -> None:
        """Take the rooms; ``app`` builds them.

        Args:
            arrivals: brings shares' files.
            sessions: runs the notebooks.
            renderer: makes pages.
            limits: what each kernel may use.
            installations: environments in which they may run.
            refresh: seconds between two looks at a share that somebody looks
                at; 0 for none.
            recent: seconds for which it is so when they have left.
        """
        self.arrivals, self.sessions = arrivals, sessions
        self._renderer, self._limits = renderer, limits
        self._refresh = refresh
        self.installations = installations
        runs = sessions.runs
        self._watch = Watch(arrivals.look_again, self._prepare, self._editor, runs.keeps, recent)

    async def open(self, wish: Wish) -> AsyncGenerator[News, None]:
        """Go the whole way for one viewer.

        Yields:
            phases while it takes time, and the share's manifest when that is
            known; then an ``Opened`` if the link leads to one dashboard, a
            ``Listing`` if to a folder with several, ``Elsewhere`` if a stream was
            wished that this address cannot be, ``Remembered`` if its cloud does
            not answer, or for a document, where all places are taken, ``Queued``
            and, after phases of the line, its ``Turn`` to come again.

        Raises:
            VaasError: whatever stopped it, in words for the viewer.
        """
        async with AsyncExitStack() as stack:
            yield Phase("resolve")
            here = Arrival()
            async for news in self.arrivals.arrive(stack, wish, here):
                yield news
            if here.workspace is None:
                assert here.snapshot is not None
                yield Remembered(here.snapshot)
                return
            async for event in self._show(stack, wish, here):
                yield event

    async def _show(self, stack: AsyncExitStack, wish: Wish, here: Arrival) -> AsyncIterator[News]:
        """Read the notebook and begin its session."""
        share, workspace = here.share, here.workspace
        assert share is not None
        assert workspace is not None
        manifest = await self.arrivals.manifests.of(share)
        path = pick_notebook(workspace, wish.link.path, manifest.entry)
        if path is None:
            listed = await asyncio.to_thread(titles, workspace, wish.link.path)
            yield Listing(share, manifest, listed)
            return
        notebook = await self._load(share, workspace, path)
        whole = bool(notebook.template and has_template(notebook.template))
        # Pictures are named relative to the notebook, not to a folder's address.
        below = "/" in path and path != local_path(workspace, wish.link.path)
        if wish.stream and (whole or below):
            yield Elsewhere(path, whole)
            return
        recipe = await self._recipe(wish, share, workspace, notebook)
        place = stack.enter_context(self.sessions.room.enter(wish.ticket))
        yield Phase("environment")
        ref = recipe.request.ref
        session = Session(ref.id, share, workspace, recipe.notebook, recipe, place)
        if session.waits and not wish.stream:
            async for event in self._queue(session):
                yield event
            return
        html = await self._inside(session) if wish.stream else ""
        await self.arrivals.offline.use(wish.link)
        # A mount goes with the server that made it, and with it what reads there.
        if not workspace.mounted:
            stands = await asyncio.to_thread(standing, workspace)
            session.note = lambda: note_of(session, manifest, stands)
        stack.callback(self._watch.remove, session)
        self.sessions.begin(session, stack.pop_all(), stream=wish.stream)
        self._watch.add(session, manifest.every(self._refresh))
        yield Opened(session, html, here.snapshot)

    async def _queue(self, session: Session) -> AsyncIterator[News]:
        """Stand in line for a document, of which nothing can be sent before its turn."""
        moved = asyncio.Event()
        session.place.moved = moved.set
        yield Queued(session, await self._inside(session))
        while phase := session.waits:
            yield phase
            await moved.wait()
            moved.clear()
        yield Turn(self.sessions.room.hand_on(session.place))

    async def _inside(self, session: Session) -> str:
        """The inside of a session's page, with what is known of the notebook's run."""
        prepared = self.sessions.prepared(session.recipe)
        if prepared is None:
            # An earlier server may have run it, or this one, before it needed the memory.
            seen = await self.arrivals.offline.seen(session.share) if session.recipe.plain else ""
            return seen or await self._renderer.inside(session.notebook, {}, None)
        recording = prepared.recording
        session.widgets = await self._renderer.state(recording)
        return await self._renderer.inside(session.notebook, prepared.known, recording)

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
            self.arrivals.manifests.remember(left.share, left.manifest)
            workspace = await stack.enter_async_context(self.arrivals.files(left.share))
            if await asyncio.to_thread(standing, workspace) != left.standing:
                raise SessionGone("its files are not where its kernel sees them")
            loaded = await asyncio.to_thread(load_notebook, workspace.near, path)
            notebook = replace(left.manifest.complete(loaded), libraries=left.installation.key)
            request = left.request(kernel.ref, workspace)
            recipe = Recipe(notebook, request, left.share, lambda: self.arrivals.files(left.share))
            place = stack.enter_context(self.sessions.room.sit())
            session = Session(kernel.ref.id, left.share, workspace, notebook, recipe, place)
            session.shown, session.failures = set(range(left.done)), left.failures
            session.note = lambda: note
            stack.callback(self._watch.remove, session)
            await self.sessions.resume(session, kernel, stack.pop_all())
            with suppress(VaasError):  # which is the next viewer's to be told
                self.sessions.runs.make_ahead(await self._again(recipe, left.share, workspace))
            self._watch.add(session, left.manifest.every(self._refresh))

    async def close(self) -> None:
        """Look at no share any more; sessions are closed by who made them."""
        await self._watch.close()

    async def read(self, wish: Wish) -> tuple[Share, Notebook]:
        """Resolve, fetch and read a notebook without running it.

        Raises:
            VaasError: as ``open`` does.
        """
        async with self.arrivals.unseen(wish) as (share, workspace):
            entry = (await self.arrivals.manifests.of(share)).entry
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
        async with self.arrivals.unseen(wish) as (_, workspace):
            return await asyncio.to_thread(read_inside, workspace.near, wish.link.path)

    async def _prepare(self, older: Recipe, share: Share) -> None:
        """Fetch a share's new state; run the notebook if that is how its viewers get it."""
        async with self.arrivals.files(share) as workspace:
            try:
                recipe = await self._again(older, share, workspace)
            except ParameterWrong:  # who reloads the page is asked for others
                return
        if self.sessions.runs.keeps(older):
            self.sessions.runs.make(recipe)

    async def _again(self, older: Recipe, share: Share, workspace: Workspace) -> Recipe:
        """What a viewer would get now who wishes what another one did."""
        notebook = await self._load(share, workspace, older.notebook.path)
        wish = Wish.again(share.link, older.request.environment)
        return await self._recipe(wish, share, workspace, notebook)

    async def _editor(self, session: Session, share: Share) -> str:
        """Who is editing a session's notebook; empty if nobody is known to."""
        path = session.notebook.path
        return await self.arrivals.editor(share, session.workspace.names.get(path, path))

    async def _load(self, share: Share, workspace: Workspace, path: str) -> Notebook:
        """A notebook of the share, with what the share's manifest says of it."""
        manifest = await self.arrivals.manifests.of(share)
        load = partial(load_notebook, workspace.near, path, manifest.parameters)
        return manifest.complete(await asyncio.to_thread(load))

    async def _recipe(
        self, wish: Wish, share: Share, workspace: Workspace, notebook: Notebook
    ) -> Recipe:
        """What a viewer's kernel is made of.

        Raises:
            ParameterWrong: their address gives a parameter no value of its type.
        """
        asked = notebook.asked(wish.environment.get("QUERY_STRING", ""))
        manifest = await self.arrivals.manifests.of(share)
        ref = KernelRef(secrets.token_hex(16), share.version, notebook.path)
        wanted = manifest.environment
        chosen = await asyncio.to_thread(choose, notebook, wanted, self.installations)
        where = chosen.installation
        await asyncio.to_thread(self._renderer.learn, where.key)
        # The notebook's own path, by whichever address it was found; that would hold the token.
        script = f"/{quote(workspace.names.get(notebook.path, notebook.path))}"
        variables = wish.variables(share, manifest, asked.query) | {"SCRIPT_NAME": script}
        limits = manifest.limits.within(self._limits)
        request = KernelRequest(ref, workspace, chosen.kernel_name, where, variables, limits)
        files = partial(self.arrivals.files, share)
        drawn = replace(asked.notebook, libraries=where.key)
        return Recipe(drawn, request, share, files, asks=asked.more)


__all__ = [
    "LANGUAGE",
    "Elsewhere",
    "Launcher",
    "Listing",
    "News",
    "Opened",
    "Queued",
    "Remembered",
    "Session",
    "Turn",
    "Wish",
    "pick_notebook",
]
