"""Reva, as CERNBox runs it."""

from __future__ import annotations

from collections.abc import Sequence

from vaas.demo import dav
from vaas.demo.http import Answer, Request, redirect, sabre
from vaas.demo.links import Link
from vaas.demo.ocis import or_the_file
from vaas.demo.product import Route
from vaas.demo.publicfiles import PUBLIC_FILES, PublicFiles, ocm_document, status_document


class Reva(PublicFiles):
    """Addresses in answers are complete URLs, and the root's name is the token."""

    name = "reva"
    title = "Reva"
    dialect = dav.Dialect(
        fileid="eosuser!{}",
        full_urls=True,
        checksums=True,
        public_link=True,
        absent=frozenset({"{DAV:}displayname"}),
        root_is_token=True,
        wrong_child=409,
    )

    def routes(self) -> Sequence[Route]:
        """The share page and WebDAV."""
        return (
            (r"/index\.php/s/([^/]+)/?", self.old_address),
            (r"/s/([^/]+)/?", self.open_page),
            (PUBLIC_FILES, self.files),
        )

    def status(self, _request: Request) -> Answer:
        """With the version that is written into its source."""
        return status_document("10.0.11.5", "reva", product="reva", edition="community")

    def ocm(self, request: Request) -> Answer:
        """Discovery of Open Cloud Mesh."""
        base = f"{request.origin}{self.prefix}"
        return ocm_document(f"{base}/ocm", self.title, f"{self.prefix}/remote.php/dav/ocm", "1.2.0")

    def ocm_provider(self, _request: Request) -> Answer:
        """The old address of discovery leads to the new one."""
        return redirect(f"{self.prefix}/.well-known/ocm", 301)

    def old_address(self, request: Request, token: str) -> Answer:
        """OwnCloud 10's address leads to the new one."""
        return redirect(f"{request.origin}{self.prefix}/s/{token}", 301)

    def serve(self, request: Request, link: Link, rest: str) -> Answer:
        """The file of a single-file share can be fetched by the bare token too."""
        if link.is_file and request.method not in dav.READ_METHODS:
            return sabre(405, "MethodNotAllowed", "This method is not allowed here")
        return super().serve(request, link, or_the_file(request, link, rest))
