"""From a link to a page: where the rooms are joined.

``Launcher.open`` is the whole way in one coroutine: resolve the link, make the
files appear, read the notebook, start a session, which goes on by itself (see
``vaas.sessions``).
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from vaas.errors import FileMissing, NoNotebook, NotebookMissing
from vaas.kernels import KernelRequest, Limits
from vaas.model import KernelRef, Phase, Secret, Share, ShareLink, Workspace
from vaas.prepared import Recipe
from vaas.rendering import (
    Notebook,
    PageRenderer,
    choose_kernel,
    describe,
    has_template,
    load_notebook,
)
from vaas.sessions import Session, Sessions
from vaas.shares import Shares
from vaas.storage import Storage

_LARGEST_PICTURE = 32 << 20


@dataclass(frozen=True, slots=True)
class Wish:
    """What a viewer asks for.

    Attributes:
        link: the share; ``link.path`` is the notebook or folder wanted.
        password: the share's password, if the viewer gave one.
        environment: CGI-like variables about the request, without any secret.
        stream: ``True`` if the viewer's page takes results as they come by the
            kernel's channel, ``False`` if a template writes them into a document.
    """

    link: ShareLink
    password: Secret | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    stream: bool = True


@dataclass(frozen=True, slots=True)
class Listing:
    """The dashboards of a share: ``(path, title, description)`` each."""

    share: Share
    notebooks: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """The end of the way: a session that starts, and the page's inside."""

    session: Session
    html: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The dashboard has another address.

    Attributes:
        path: the notebook's, inside the share.
        whole: whether it asks for a template of its own and so wants a whole
            document, not a stream.
    """

    path: str
    whole: bool


class Launcher:
    """Opens links and owns the sessions that come of it."""

    def __init__(
        self,
        shares: Shares,
        storages: Callable[[Share], Storage],
        sessions: Sessions,
        renderer: PageRenderer,
        limits: Limits,
    ) -> None:
        """Take the rooms; ``app`` builds them.

        Args:
            shares: resolves and reads links.
            storages: which data mode serves a share.
            sessions: runs the notebooks.
            renderer: makes pages.
            limits: what each kernel may use.
        """
        self.sessions = sessions
        self._shares, self._storages = shares, storages
        self._renderer, self._limits = renderer, limits

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
            share = await self._shares.resolve(wish.link, wish.password)
            reached: list[Workspace] = []
            async for phase in self._fetch(stack, share, reached):
                yield phase
            workspace = reached[0]
            path = pick_notebook(workspace, wish.link.path)
            if path is None:
                yield Listing(share, await asyncio.to_thread(_titles, workspace, wish.link.path))
                return
            notebook = await asyncio.to_thread(load_notebook, workspace.near, path)
            whole = bool(notebook.template and has_template(notebook.template))
            # Pictures are named relative to the notebook, not to a folder's address.
            below = "/" in path and path != _local(workspace, wish.link.path)
            if wish.stream and (whole or below):
                yield Elsewhere(path, whole)
                return
            self.sessions.admit()
            yield Phase("environment")
            request = await self._request(wish, share, workspace, notebook)
            html = await asyncio.to_thread(self._renderer.fragment, notebook) if wish.stream else ""
            recipe = Recipe(notebook, request, lambda: self._files(share))
            session = Session(request.ref.id, share, workspace, notebook, recipe)
            self.sessions.begin(session, stack.pop_all(), stream=wish.stream)
            yield Opened(session, html)

    async def resolve(self, wish: Wish) -> Share:
        """Ask the share's system whether the link, and its password, are right.

        Raises:
            VaasError: as ``open`` does.
        """
        return await self._shares.resolve(wish.link, wish.password)

    async def read(self, wish: Wish) -> tuple[Share, Notebook]:
        """Resolve, fetch and read a notebook without running it.

        Raises:
            VaasError: as ``open`` does.
        """
        async with self._unseen(wish) as (share, workspace):
            path = pick_notebook(workspace, wish.link.path)
            if path is None:
                raise NotebookMissing("the address names a folder with several notebooks")
            return share, await asyncio.to_thread(load_notebook, workspace.near, path)

    async def picture(self, wish: Wish) -> bytes:
        """A picture of the share, as a notebook's text names it.

        Raises:
            FileMissing: there is no such file, or a link leads out of the share.
            VaasError: as ``open`` does.
        """
        async with self._unseen(wish) as (_, workspace):
            return await asyncio.to_thread(_read_inside, workspace.near, wish.link.path)

    @asynccontextmanager
    async def _unseen(self, wish: Wish) -> AsyncIterator[tuple[Share, Workspace]]:
        """A share and its files, for who does not wait for news of them."""
        share = await self._shares.resolve(wish.link, wish.password)
        async with self._files(share) as workspace:
            yield share, workspace

    def _files(self, share: Share) -> AbstractAsyncContextManager[Workspace]:
        """The share's files, opened without news of them."""
        return self._storages(share).open(share, self._shares, lambda _: None)

    async def _fetch(
        self, stack: AsyncExitStack, share: Share, reached: list[Workspace]
    ) -> AsyncIterator[Phase]:
        """Open the workspace on ``stack``, telling its progress; appends it to ``reached``."""
        news: asyncio.Queue[Phase | None] = asyncio.Queue()
        storage = self._storages(share)
        context = storage.open(share, self._shares, news.put_nowait)

        async def enter() -> Workspace:
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
        self, wish: Wish, share: Share, workspace: Workspace, notebook: Notebook
    ) -> KernelRequest:
        ref = KernelRef(secrets.token_hex(16), share.version, notebook.path)
        environment = {
            **wish.environment,
            "VAAS_SHARE_NAME": share.name,
            "VAAS_SHARE_VERSION": share.version.key,
        }
        name = await asyncio.to_thread(choose_kernel, notebook)
        return KernelRequest(ref, workspace, name, environment, self._limits)


def pick_notebook(workspace: Workspace, path: str) -> str | None:
    """Which notebook an address inside a share means.

    Args:
        workspace: the share's files.
        path: as in the address: a notebook, a folder, or empty for the root.

    Returns:
        the notebook's path; ``None`` if it is a folder with several, none of
        them called ``index.ipynb``.

    Raises:
        NoNotebook: nothing to run there.
        NotebookMissing: the address names a notebook that is not there.
    """
    path = _local(workspace, path)
    if path in workspace.notebooks:
        return path
    if path.endswith(".ipynb"):
        raise NotebookMissing(f"no {path!r} in the share")
    folder, inside = _below(workspace, path)
    if not inside:
        elsewhere = len(workspace.notebooks)
        raise NoNotebook(f"none below {folder!r}, {elsewhere} elsewhere" if elsewhere else "")
    if f"{folder}index.ipynb" in inside:
        return f"{folder}index.ipynb"
    return inside[0] if len(inside) == 1 else None


def _read_inside(root: Path, path: str) -> bytes:
    file = (root / path).resolve()
    if not file.is_relative_to(root.resolve()) or not file.is_file():
        raise FileMissing(f"no file {path!r} in the share")
    if file.stat().st_size > _LARGEST_PICTURE:
        raise FileMissing(f"{path!r} is over {_LARGEST_PICTURE >> 20} MB")
    return file.read_bytes()


def _titles(workspace: Workspace, path: str) -> tuple[tuple[str, str, str], ...]:
    _, names = _below(workspace, _local(workspace, path))
    return tuple((name, *describe(workspace.near, name)) for name in names)


def _local(workspace: Workspace, path: str) -> str:
    """The local path of what the share calls ``path``: another one if its name was neutralised."""
    path = path.strip("/")
    return next((ours for ours, theirs in workspace.names.items() if theirs == path), path)


def _below(workspace: Workspace, path: str) -> tuple[str, list[str]]:
    """A folder as prefix of paths, and the notebooks below it."""
    folder = f"{path}/" if path else ""
    return folder, [name for name in workspace.notebooks if name.startswith(folder)]


__all__ = ["Elsewhere", "Launcher", "Listing", "Opened", "Session", "Wish", "pick_notebook"]
