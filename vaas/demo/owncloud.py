"""ownCloud 10."""

from __future__ import annotations

from collections.abc import Sequence

from vaas.demo import dav
from vaas.demo.http import Answer, Request, html, sabre
from vaas.demo.links import Link
from vaas.demo.pages import missing
from vaas.demo.product import Route
from vaas.demo.publicfiles import PUBLIC_FILES, PublicFiles, ocm_document, status_document

LEGACY = dav.Dialect(file_is_root=True, checksums=True, absent=frozenset({f"{dav.OC}name"}))
"""The older endpoint serves the owner's own nodes, with all that they know."""


class OwnCloud(PublicFiles):
    """Folders of the public endpoint have no entity tag.

    Its nodes are plain collections of sabre/dav (``PublicSharedRootNode``,
    ``SharedFolder``), for which no plugin answers ``d:getetag``; the root
    knows neither its name nor its size nor when it changed.
    """

    name = "owncloud"
    title = "ownCloud 10"
    dialect = dav.Dialect(
        public_link=True,
        absent=frozenset({f"{dav.OC}name", f"{dav.OC}id", "{DAV:}displayname"}) | dav.QUOTA,
        absent_on_folders=frozenset({"{DAV:}getetag"}),
        absent_on_root=frozenset(
            {"{DAV:}getlastmodified", "{DAV:}creationdate", f"{dav.OC}fileid", f"{dav.OC}size"}
        ),
    )

    def share_path(self, link: Link) -> str:
        """Without pretty addresses, as many installations have it."""
        return f"/index.php/s/{link.token}"

    def routes(self) -> Sequence[Route]:
        """The share page, public WebDAV, and the older one."""
        return (
            (r"/(?:index\.php/)?s/([^/]+)(?:/authenticate)?/?", self.open_page),
            (PUBLIC_FILES, self.files),
            (r"/public\.php/webdav(/.*)?", self.legacy),
        )

    def status(self, _request: Request) -> Answer:
        """The status document."""
        name = "ownCloud"
        return status_document(
            "10.15.0.2", name, product=name, edition="Community", maintenance=self.maintenance
        )

    def ocm(self, _request: Request) -> Answer:
        """Not known yet when it was written."""
        return html(missing(self.title), 404)

    def ocm_provider(self, request: Request) -> Answer:
        """Discovery of Open Cloud Mesh, at its older address alone."""
        base = f"{request.origin}{self.prefix}"
        webdav = f"{self.prefix}/public.php/webdav/"
        return ocm_document(
            f"{base}/index.php/apps/federatedfilesharing", self.title, webdav, "1.0"
        )

    def closed(self) -> Answer:
        """Maintenance mode."""
        busy = sabre(503, "ServiceUnavailable", "System in maintenance mode.")
        return busy.plus(("Retry-After", "120"))

    def legacy(self, request: Request, rest: str) -> Answer:
        """``public.php/webdav``: the token is Basic's user name."""
        token, password = request.basic or ("", "")
        link = self.find(token)
        if link is None or not link.opens_with(password):
            challenge = ("WWW-Authenticate", 'Basic realm="ownCloud"')
            return sabre(401, "NotAuthenticated", "Cannot authenticate", challenge)
        if link.upload_only and request.method != "PUT":
            return sabre(405, "MethodNotAllowed", "Only PUT is allowed on files drop")
        return dav.serve(request, link, LEGACY, f"{self.prefix}/public.php/webdav", rest)

    def serve(self, request: Request, link: Link, rest: str) -> Answer:
        """A file drop shows its root and nothing else."""
        inside = link.upload_only and bool(rest.strip("/"))
        if inside or (link.upload_only and request.method in ("GET", "HEAD")):
            return sabre(404, "NotFound", "The file could not be located")
        if link.upload_only:
            request.environ["HTTP_DEPTH"] = "0"
        return super().serve(request, link, rest)
