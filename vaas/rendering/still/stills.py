"""Takes the stills, one at a time and out of sight.

The page of which a still is taken is the dashboard's own, with the results and
widgets that the run left and without a kernel. It has an address that exists
nowhere; all that it asks for is answered here, from the files that viewers'
pages get as well, and everything else fails.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import mimetypes
import time
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import brotli

from vaas.observability import logger
from vaas.rendering.assets import Asset, AssetStore
from vaas.rendering.bundles import LIBRARY
from vaas.rendering.notebook import Notebook
from vaas.rendering.page import PageRenderer
from vaas.rendering.painted import MAX_BYTES, WIDTHS, Still
from vaas.rendering.record import Recording
from vaas.rendering.still.browser import browser
from vaas.rendering.still.devtools import BrowserGone, Devtools

log = logger(__name__)

DEADLINE = 30.0
"""Seconds for one still, from the browser's start to its end."""

_ORIGIN = "https://still.invalid"
_MOST_SCRIPTS = 200
_HEIGHT = 900
_TOLD = "vaasStill"


class Built(Protocol):
    """What was built of the pages' scripts and styles, see ``vaas.web.statics``."""

    @property
    def folder(self) -> Path:
        """Where it lies."""

    @property
    def names(self) -> Collection[str]:
        """The files' names."""

    def url(self, logical: str) -> str:
        """Address of a file."""


class Stills:
    """Takes stills and owns the browser while it runs."""

    def __init__(
        self,
        program: str,
        renderer: PageRenderer,
        assets: AssetStore,
        built: Built,
        *,
        denied: bytes = b"",
    ) -> None:
        """Take none yet.

        Args:
            program: path of a Chromium.
            renderer: makes the page, and keeps the stills.
            assets: what pages get from widget libraries.
            built: what pages get from us.
            denied: see ``browser``.
        """
        self._browser = partial(browser, program, denied)
        self._renderer = renderer
        self._assets, self._built = assets, built
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, notebook: Notebook, recording: Recording) -> asyncio.Task[None]:
        """Begin to take a run's still out of sight; the task ends well in any case."""
        task = asyncio.create_task(self._take(notebook, recording), name="still")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """Take no more, and end the browser."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _take(self, notebook: Notebook, recording: Recording) -> None:
        """Take a still and keep it; what goes wrong is told, not raised."""
        known = {i: one for i, one in recording.results.items() if i not in notebook.fresh}
        try:
            wanted = await asyncio.to_thread(self._renderer.still_page, notebook, known)
            if not wanted:
                return
            async with self._turn:
                began = time.monotonic()
                async with asyncio.timeout(DEADLINE), self._browser() as devtools:
                    answers = await self._answers(wanted, notebook, recording)
                    still = await _photographed(devtools, answers)
                took = round(time.monotonic() - began, 1)
        except (BrowserGone, OSError, TimeoutError, asyncio.CancelledError) as error:
            log.info("no_still", notebook=notebook.path, why=f"{type(error).__name__}: {error}")
            return
        except Exception:  # the task's last line: told, not raised
            log.exception("still_failed", notebook=notebook.path)
            return
        log.info("still_taken", notebook=notebook.path, bytes=still.size, seconds=took)
        if still.size <= MAX_BYTES:
            fetched = await asyncio.to_thread(self._renderer.bundled, answers.scripts)
            self._renderer.keep_still(recording, still, fetched)

    async def _answers(self, inside: str, notebook: Notebook, recording: Recording) -> _Answers:
        packed = await asyncio.to_thread(self._renderer.widgets, recording)
        links = "".join(
            f'<link data-page rel="stylesheet" href="{self._built.url(f"{name}.css")}">'
            for name in ("shell", "dashboard")
        )
        page = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"{links}</head><body>"
            f'<main id="dashboard" class="jp-ThemedContainer" data-scheme="{notebook.theme}">'
            f"{inside}</main>"
            f'<script src="{self._built.url("dashboard.js")}"></script></body></html>'
        )
        made = {
            "/": Asset(page.encode(), "text/html; charset=utf-8", ""),
            "/api/v1/sessions/still/widgets": Asset(
                gzip.decompress(packed.body) if packed.body else b"{}", "application/json", ""
            ),
        }
        return _Answers(made, self._assets, self._renderer.root, self._built)


class _Answers:
    """What a page gets for what it asks."""

    def __init__(
        self, made: Mapping[str, Asset], assets: AssetStore, root: str, built: Built
    ) -> None:
        self._made, self._assets, self._root, self._built = made, assets, root, built
        self._asked: dict[str, None] = {}

    @property
    def scripts(self) -> tuple[str, ...]:
        """Addresses of the libraries' scripts that the page fetched, in its order."""
        return tuple(self._asked)[:_MOST_SCRIPTS]

    async def of(self, address: str) -> Asset | None:
        """The answer to an address; ``None`` if there is none."""
        path = address.removeprefix(_ORIGIN).partition("?")[0].partition("#")[0]
        if not address.startswith(f"{_ORIGIN}/"):
            return None
        if path in self._made:
            return self._made[path]
        if path.startswith(f"{self._root}/"):
            # In the form in which viewers get it, which is kept.
            asset = await self._assets.get(path.removeprefix(f"{self._root}/"), "br")
            script = LIBRARY.fullmatch(address.removeprefix(f"{_ORIGIN}{self._root}"))
            if asset and script:
                self._asked[f"{self._root}{script[0]}"] = None
            return await asyncio.to_thread(_unpacked, asset) if asset else None
        name = path.removeprefix("/static/")
        if name not in self._built.names:
            return None
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Asset(await asyncio.to_thread((self._built.folder / name).read_bytes), kind, "")


def _unpacked(asset: Asset) -> Asset:
    body = brotli.decompress(asset.body) if asset.encoding else asset.body
    return replace(asset, body=body, encoding="")


async def _photographed(devtools: Devtools, answers: _Answers) -> Still:
    """Open the page at each width and take what it hands back.

    Raises:
        BrowserGone: the browser ended, or what came back is no still.
    """

    async def answer(event: dict[str, Any]) -> None:
        """Answer one request of the page's."""
        await _answer(devtools, answers, event)

    devtools.on("Fetch.requestPaused", answer)
    await devtools.tell("Runtime.enable")
    await devtools.tell("Runtime.addBinding", name=_TOLD)
    await devtools.tell("Fetch.enable", patterns=[{"urlPattern": "*"}])
    taken = []
    for width in WIDTHS:
        size = {"width": width, "height": _HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        await devtools.tell("Emulation.setDeviceMetricsOverride", **size)
        told = devtools.next("Runtime.bindingCalled")
        await devtools.tell("Page.navigate", url=f"{_ORIGIN}/")
        taken.append(str((await told).get("payload")))
    try:
        return Still.of([json.loads(one) for one in taken])
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise BrowserGone(f"no still: {error}") from error


async def _answer(devtools: Devtools, answers: _Answers, event: dict[str, Any]) -> None:
    request = {"requestId": event["requestId"]}
    asset = await answers.of(event["request"]["url"])
    if asset is None:
        devtools.say("Fetch.failRequest", **request, errorReason="AddressUnreachable")
        return
    header = {"name": "Content-Type", "value": asset.media_type}
    body = base64.b64encode(asset.body).decode()
    devtools.say(
        "Fetch.fulfillRequest", **request, responseCode=200, responseHeaders=[header], body=body
    )


__all__ = ["DEADLINE", "Built", "Stills"]
