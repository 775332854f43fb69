"""A dashboard's page, sent in pieces: it tells its progress while it is being made."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlencode

from vaas.errors import ParameterWrong, PasswordNeeded, PasswordWrong, VaasError
from vaas.launch import LANGUAGE, Opened, Queued
from vaas.model import Phase, ShareLink
from vaas.rendering import OURS, PAINTED, parameter_answers
from vaas.session import Session
from vaas.snapshots import Snapshot
from vaas.web.base import TEMPLATES, Handler
from vaas.web.policies import dashboard_policy


class Page(Handler):
    """A handler whose answer may be a dashboard."""

    may_be_framed = True

    def be_dashboard(self) -> None:
        """Send the policy of a page that runs a notebook's front end."""
        self.set_policy(dashboard_policy(self.front.image_hosts))


# Links by which browsers fetch ahead: modules, libraries' scripts, styles, and what scripts
# ask for. `inline.ts` makes the same where something is painted first.
_MODULE = 'rel="modulepreload"'
_SCRIPT = 'rel="preload" as="script"'
_STYLE = 'rel="preload" as="style"'
_DATA = 'rel="preload" as="fetch" crossorigin="anonymous"'


class Stream:
    """A dashboard's page, sent in pieces."""

    def __init__(self, handler: Page, link: ShareLink) -> None:
        self._handler = handler
        self._front = handler.front
        self._template = TEMPLATES.get_template("shell.html")
        self._name = PurePosixPath(link.path).stem or link.host
        self._language = "en"
        self._latest: Phase | None = None
        self.begun = False

    async def begin(self, *, scripts: bool = True, line: str = "") -> None:
        """Send the first bytes: name, skeleton, the phase so far.

        Args:
            scripts: whether browsers are to fetch the page's own at once.
            line: the session, where all that is painted follows at once: no frame is
                wasted on the skeleton then.
        """
        # Who may frame a page is told before its first bytes.
        unknown = self._handler.framed and self._handler.frame_hosts is None
        if self.begun or unknown:
            return
        self.begun = True
        self._handler.set_header("Content-Type", "text/html; charset=utf-8")
        self._handler.be_dashboard()
        self._open_up()
        self._handler.set_header("X-Accel-Buffering", "no")
        self._block("head", name=self._name, line=line)
        # What is painted waits for it; scripts would take all of the browser's connections.
        self._link(_STYLE, [] if line else [self._front.statics.url("dashboard.css")])
        if scripts:
            self._link(_SCRIPT, [self._front.statics.url("dashboard.js")])
        if self._latest:
            self._block("phase", phase=_phase(self._latest))
        await self._handler.flush()

    def _open_up(self) -> None:
        """Leave the page among the windows of who opened it, if it is nobody's in particular.

        Browsers make a new process for a page that shuts itself off, when all else is ready: a
        fifth of the time to its first paint. What anybody gets by its address has nothing to
        hide from a window that opened it; the other way round ``inline.ts`` shuts it off.
        """
        if not self._handler.request.cookies:
            self._handler.clear_header("Cross-Origin-Opener-Policy")

    async def wait(self) -> None:
        """Begin; from then on tell the phase anew, by which the page knows that its line stands."""
        if self.begun:
            await self.tell(self._latest or Phase("resolve"))
        await self.begin()

    async def tell(self, phase: Phase) -> None:
        """Show a phase, if the page has begun; else keep it for its beginning."""
        self._latest = phase
        if self.begun:
            self._block("phase", phase=_phase(phase))
            await self._handler.flush()

    async def remain(self) -> None:
        """As ``wait``, where something else than this page may still be the answer."""
        if self.begun:
            await self.wait()

    async def queue(self, queued: Queued) -> None:
        """Show what was recorded of a document that has no place yet; phases of the line follow."""
        notebook = queued.session.notebook
        self._name = notebook.title
        await self.begin(scripts=False)
        self._block("known", name=self._name)
        style = self._front.statics.url("dashboard.css")
        self._handler.write(f'<link rel="stylesheet" href="{style}">')
        self._inside(notebook.theme, queued.html)

    def fail(self, error: VaasError) -> None:
        """Say what stopped it, in place of the dashboard."""
        address = self._handler.request.uri
        if isinstance(error, PasswordNeeded | PasswordWrong):
            self.go(f"/password?{urlencode({'next': address})}")
            return
        if isinstance(error, ParameterWrong):
            first = "&" if self._handler.request.query else "?"
            self.go(f"{address}{first}{OURS}=parameters")
            return
        home = None if "embed" in self._handler.modes else "/"
        failure = self._handler.describe_error(error) | {"retry": address, "home": home}
        self._block("fail", failure=failure)

    def go(self, address: str) -> None:
        """Lead the browser on, by a redirect or, once the page has begun, by script."""
        if not self.begun:
            self._handler.redirect(address)
            return
        self._handler.write(f"<script>vaasEnd();location.replace({_script_text(address)})</script>")

    async def dashboard(self, opened: Opened) -> None:
        """Send the dashboard's inside and its scripts, and close the page."""
        notebook = opened.session.notebook
        self._name = notebook.title
        self._language = opened.session.recipe.request.environment.get(LANGUAGE, self._language)
        painted = PAINTED in opened.html
        styled = painted and not self.begun
        await self.begin(scripts=not painted, line=opened.session.id if styled else "")
        front, handler = self._front, self._handler
        widgets = opened.session.widgets
        config = front.renderer.config(notebook, opened.session.id, widgets)
        scripts, modules = front.renderer.early(notebook, widgets)
        if not styled:
            handler.write(f"<script>vaasLine({_script_text(opened.session.id)})</script>")
            if not painted:
                self._link(_SCRIPT, scripts)
                self._link(_MODULE, modules)
            self._block("known", name=self._name)
            handler.write(f'<link rel="stylesheet" href="{front.statics.url("dashboard.css")}">')
        if opened.snapshot:
            self._mark(opened.snapshot, live=True)
        self._parameters(opened.session)
        self._inside(notebook.theme, opened.html)
        if waits := opened.session.waits:
            self._block("phase", phase=_phase(waits))
        handler.write(f'<script id="vaas-config" type="application/json">{config}</script>')
        state = [f"/api/v1/sessions/{opened.session.id}/widgets"] if widgets.body else []
        if not painted:
            self._link(_DATA, state)
        script = {
            "src": front.statics.url("dashboard.js"),
            "painted": painted,
            "state": state,
            "scripts": scripts,
            "modules": modules,
        }
        handler.write(f"<script>vaasScript({_script_text(script)})</script>")
        self._block("tail")
        await handler.finish()

    def _parameters(self, session: Session) -> None:
        """The bar in which viewers choose the parameters' values."""
        if session.notebook.parameters and "embed" not in self._handler.modes:
            query = session.recipe.request.environment["QUERY_STRING"]
            told = parameter_answers(session.notebook.parameters, query)
            self._block("parameters", answers=told, action=self._handler.request.path)

    async def remembered(self, snapshot: Snapshot) -> None:
        """Send a dashboard as it looked once, since its cloud does not answer."""
        self._name = snapshot.title
        await self.begin()
        self._block("known", name=self._name)
        style = self._front.statics.url("dashboard.css")
        self._handler.write(f'<link rel="stylesheet" href="{style}">')
        self._mark(snapshot, live=False)
        self._inside(snapshot.scheme, snapshot.html)
        self._block("tail")
        await self._handler.finish()

    def _inside(self, scheme: str, html: str) -> None:
        """The dashboard's own part of the page, of which is known whether anything is to be seen."""
        self._block("dashboard", scheme=scheme, painted=PAINTED in html)
        self._handler.write(html)

    def _mark(self, snapshot: Snapshot, *, live: bool) -> None:
        """Say that the cloud does not answer, and of when what is shown is."""
        self._block("cloud", taken=datetime.fromtimestamp(snapshot.taken, UTC), live=live)

    def _link(self, kind: str, addresses: Iterable[str]) -> None:
        for address in addresses:
            self._handler.write(f'<link {kind} href="{address}">')

    def _block(self, block_name: str, **context: Any) -> None:
        values = {
            "assets": self._front.statics.url,
            "inline": self._front.statics.inline,
            "lang": self._language,
            **context,
        }
        block = self._template.blocks[block_name]
        self._handler.write("".join(block(self._template.new_context(values))))


def _phase(phase: Phase) -> dict[str, Any]:
    return {"name": phase.name, "done": phase.done, "total": phase.total, "size": phase.size}


def _script_text(value: object) -> str:
    return json.dumps(value).replace("<", "\\u003c")


__all__ = ["Page", "Stream"]
