"""A dashboard's HTML, by Voilà's exporter and templates.

Two ways lead to a page. Our own template ``vaas`` gives the inside of a page
at once, markdown rendered and a place kept for each code cell; the page's
script fills the places while the cells run. Any other Voilà template gives a
whole document, piece by piece, as Voilà itself does.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any
from weakref import WeakKeyDictionary

from vaas.rendering.assets import AssetStore
from vaas.rendering.bundles import Fetched, bundled
from vaas.rendering.execute import CellResult
from vaas.rendering.exporter import exporter
from vaas.rendering.libraries import NEVER, entries, listed
from vaas.rendering.notebook import Notebook
from vaas.rendering.painted import Still
from vaas.rendering.pieces import finished_cells, painted_cells, script_safe
from vaas.rendering.record import Recording
from vaas.rendering.widgets import Packed, link_sources, pack

DEFAULT_TEMPLATE = "vaas"
# Voilà's templates ask a CDN for icons that its own style bundle already holds.
_OUTSIDE_STYLE = re.compile(r"<link\b[^>]*\bhref=[\"']https?://[^>]*>")

Cells = Callable[[], AsyncIterator[CellResult]]


class PageRenderer:
    """Turns notebooks into pages; has no state but caches."""

    def __init__(self, assets: AssetStore, base: str = "/assets") -> None:
        """Remember where the front end's files are served.

        Args:
            assets: what is installed.
            base: address prefix of the assets, without trailing slash.
        """
        self._assets = assets
        self._root = f"{base}/{assets.digest}"
        self._packed: WeakKeyDictionary[Recording, Packed] = WeakKeyDictionary()
        self._stills: WeakKeyDictionary[Recording, Still] = WeakKeyDictionary()
        self._insides: WeakKeyDictionary[Recording, str] = WeakKeyDictionary()

    @property
    def root(self) -> str:
        """Address prefix of all assets, with their digest."""
        return self._root

    @staticmethod
    def warm() -> None:
        """Load and compile what the first page needs; takes seconds, run it in a thread."""
        exporter(DEFAULT_TEMPLATE)

    def learn(self, libraries: str) -> None:
        """Find out which widget libraries an environment has; blocks when first asked.

        Args:
            libraries: see ``Notebook``.
        """
        self._assets.extensions(libraries)

    async def inside(
        self, notebook: Notebook, known: Mapping[int, CellResult], recording: Recording | None
    ) -> str:
        """As ``fragment``, off the event loop; made once for all viewers of a run."""
        if recording and (html := self._insides.get(recording)):
            return html
        still = self._stills.get(recording) if recording else None
        html = await asyncio.to_thread(self.fragment, notebook, known, recording)
        # One that was taken meanwhile is perhaps not in it.
        if recording and still is self._stills.get(recording):
            self._insides[recording] = html
        return html

    async def state(self, recording: Recording) -> Packed:
        """As ``widgets``, off the event loop."""
        if found := self._packed.get(recording):
            return found
        return await asyncio.to_thread(self.widgets, recording)

    def fragment(
        self,
        notebook: Notebook,
        known: Mapping[int, CellResult] = MappingProxyType({}),
        recording: Recording | None = None,
    ) -> str:
        """The inside of a dashboard page, for our own template.

        Synchronous: run it in a thread.

        Args:
            notebook: what the page is of; nothing of a viewer is in the result.
            known: results of cells that have run, by place in the notebook.
            recording: the run of which they are.

        Returns:
            HTML of all cells in document order.
        """
        still = self._stills.get(recording) if recording else None
        pictures = {i: html for i, html in still.cells.items() if i in known} if still else {}
        html = self._inside(notebook, pictures | painted_cells(known))
        return still.style + html if still and pictures else html

    def still_page(self, notebook: Notebook, known: Mapping[int, CellResult]) -> str:
        """The inside of a page of which a still is to be taken, with its script's orders.

        Synchronous: run it in a thread.

        Args:
            notebook: as for ``fragment``.
            known: likewise.

        Returns:
            empty if there is nothing that ``fragment`` could not show without.
        """
        shown = painted_cells(known)
        waits = {i: one.outputs for i, one in known.items() if i not in shown}
        if not waits:
            return ""
        config = self.config(notebook, "still", still=waits)
        orders = f'<script id="vaas-config" type="application/json">{config}</script>'
        return self._inside(notebook, shown) + orders

    def _inside(self, notebook: Notebook, shown: Mapping[int, str | None]) -> str:
        resources = self._resources(notebook, DEFAULT_TEMPLATE, {})
        cells = range(len(notebook.node.cells))
        resources["painted"] = [shown.get(i, "") for i in cells]
        html, _ = exporter(DEFAULT_TEMPLATE).from_notebook_node(notebook.node, resources=resources)
        return str(html)

    def bundled(self, scripts: Sequence[str]) -> Fetched:
        """See ``bundles.bundled``; blocks, call it in a thread."""
        keep = partial(self._keep, suffix=".js", kind="bundles")
        return bundled(scripts, self._root, self._assets.find, keep)

    def keep_still(
        self, recording: Recording, still: Still, fetched: Fetched | None = None
    ) -> None:
        """Show a still of a run from now on, and tell browsers at once which scripts that took."""
        self._stills[recording] = still
        # What widgets bring themselves comes after the rest, since the still stands for them.
        packed = replace(self.widgets(recording), fetched=fetched or Fetched(), sources=())
        self._packed[recording] = packed
        self._insides.pop(recording, None)

    def widgets(self, recording: Recording) -> Packed:
        """What the page makes its widgets of.

        Synchronous, and takes a while when first asked: run it in a thread.
        """
        if (packed := self._packed.get(recording)) is None:
            packed = self._packed[recording] = pack(recording.widgets, self._keep)
        return packed

    def link_sources(self, content: dict[str, Any], origin: str, *, ours: bool) -> bool:
        """See ``widgets.link_sources``; the addresses begin with ``origin``. Call it in a thread."""
        keep = partial(self._keep, origin=origin)
        return link_sources(content, keep, ours=ours)

    def _keep(self, text: str, suffix: str, kind: str = "sources", origin: str = "") -> str:
        return f"{origin}{self._root}/{self._assets.keep(text, suffix, kind)}"

    def early(self, notebook: Notebook, widgets: Packed) -> tuple[list[str], list[str]]:
        """What a page's widgets will ask for, to be fetched while its script is read.

        Args:
            notebook: what the page is of.
            widgets: of its run.

        Returns:
            addresses of scripts, and of modules.
        """
        fetched, installed = widgets.fetched, self._assets.extensions(notebook.libraries)
        scripts = entries(installed, self._libraries(notebook), widgets.libraries)
        scripts += [*fetched.others, *fetched.bundles.values()]
        return list(dict.fromkeys(scripts)), list(widgets.sources)

    def config(
        self,
        notebook: Notebook,
        session_id: str,
        widgets: Packed | None = None,
        *,
        still: Mapping[int, Any] | None = None,
    ) -> str:
        """What our own template's script is told, JSON safe inside a script element.

        Args:
            notebook: what the page is of.
            session_id: the viewer's.
            widgets: of its run, which can be had at once.
            still: outputs by cell of which a still is to be taken.
        """
        root = self._libraries(notebook)
        bundles = widgets.fetched.bundles if widgets else {}
        return script_safe(
            {
                "session": session_id,
                "extensions": listed(self._assets.extensions(notebook.libraries), root, bundles),
                "libraries": root,
                "widgets": bool(still or (widgets and widgets.body)),
                "still": still,
            }
        )

    async def document(
        self, notebook: Notebook, template: str, start: Callable[[], Awaitable[str]], cells: Cells
    ) -> AsyncIterator[str]:
        """A whole document in another Voilà template, piece by piece.

        Args:
            notebook: what the page is of.
            template: name of an installed Voilà template.
            start: waits for the kernel and returns its id.
            cells: runs the code cells.

        Yields:
            pieces of HTML as cells finish.
        """
        found = self._assets.extensions(notebook.libraries)
        config = self._page_config("") | {
            "federated_extensions": [one for one in found if one["name"] not in NEVER],
            "fullLabextensionsUrl": self._libraries(notebook),
        }

        async def kernel_start(_node: Any) -> str:
            """Wait for the kernel, as Voilà's templates ask."""
            return await start()

        async def cell_generator(node: Any, _kernel_id: str) -> AsyncIterator[Any]:
            """The cells as they finish, as Voilà's templates ask."""
            async for cell in finished_cells(node, cells()):
                yield cell

        async def notebook_execute(node: Any, _kernel_id: str) -> None:
            """Run all cells, for templates that want them run before they show the first."""
            async for _ in finished_cells(node, cells()):
                pass

        context = {
            "frontend": "voila",
            "main_js": "voila.js",
            "progressive_rendering": False,
            "kernel_start": kernel_start,
            "cell_generator": cell_generator,
            "notebook_execute": notebook_execute,
        }
        pieces = exporter(template).generate_from_notebook_node(
            notebook.node,
            resources=self._resources(notebook, template, config),
            extra_context=context,
            page_config=config,
        )
        async for piece, _ in pieces:
            yield _OUTSIDE_STYLE.sub("", piece)

    def _libraries(self, notebook: Notebook) -> str:
        """Address prefix of the widget libraries that draw a notebook."""
        key = f"-{notebook.libraries}" if notebook.libraries else ""
        return f"{self._root}/labextensions{key}"

    def _page_config(self, kernel_id: str) -> dict[str, Any]:
        return {
            "appUrl": "voila/",
            "baseUrl": "/",
            "themesUrl": f"{self._root}/themes",
            "fullStaticUrl": f"{self._root}/voila",
            "fullMathjaxUrl": "null",
            "mathjaxConfig": "null",
            "kernelId": kernel_id,
            "progressiveRendering": False,
            "terminalsAvailable": False,
            "jupyterLabTheme": "light",
        }

    def _resources(
        self, notebook: Notebook, template: str, config: dict[str, Any]
    ) -> dict[str, Any]:
        return {
            "base_url": "/",
            "theme": "light",
            "template": template,
            "metadata": {"name": notebook.title},
            "page_config": config,
            "show_margins": False,
        }


__all__ = ["DEFAULT_TEMPLATE", "PageRenderer"]
