"""oCIS (and OpenCloud, which speaks the same)."""

from __future__ import annotations

from collections.abc import Sequence

from vaas.demo import dav
from vaas.demo.http import Answer, Request, as_json, redirect, sabre
from vaas.demo.links import Link
from vaas.demo.product import Route
from vaas.demo.publicfiles import PUBLIC_FILES, PublicFiles, ocm_document, status_document

SPACE = "storage-users-1$4c510ada"
TOKENINFO = r"/ocs/v[12]\.php/apps/files_sharing/api/v1/tokeninfo/"


class Ocis(PublicFiles):
    """Links may be internal, and tell about themselves before the password."""

    name = "ocis"
    title = "oCIS"
    has_internal_links = True
    dialect = dav.Dialect(
        fileid=SPACE + "!{}",
        checksums=True,
        public_link=True,
        absent=frozenset({"{DAV:}displayname"}),
        wrong_child=409,
    )

    def routes(self) -> Sequence[Route]:
        """The share page, WebDAV, and what can be known about a token."""
        return (
            (r"/s/([^/]+)/?", self.short),
            (r"/files/link/public/([^/]+)(?:/.*)?", self.open_page),
            (PUBLIC_FILES, self.files),
            (r"/dav/public-files/.*", self.without_prefix),
            (TOKENINFO + r"unprotected/([^/]+)", self.tokeninfo),
            (TOKENINFO + r"protected/.*", self.capabilities),
        )

    def status(self, _request: Request) -> Answer:
        """With a version of ownCloud 10, for its clients."""
        name = "Infinite Scale"
        return status_document(
            "10.11.0.0", name, product=name, productversion="7.1.2", edition="Community"
        )

    def ocm(self, request: Request) -> Answer:
        """Discovery of Open Cloud Mesh."""
        base = f"{request.origin}{self.prefix}"
        return ocm_document(f"{base}/ocm", self.title, f"{self.prefix}/dav/ocm", "1.1.0")

    def ocm_provider(self, _request: Request) -> Answer:
        """The old address of discovery leads to the new one."""
        return redirect(f"{self.prefix}/.well-known/ocm", 301)

    def short(self, _request: Request, token: str) -> Answer:
        """The short address leads to the application's."""
        return redirect(f"{self.prefix}/files/link/public/{token}")

    def without_prefix(self, _request: Request) -> Answer:
        """The address without ``remote.php`` asks for a login."""
        return sabre(401, "NotAuthenticated", "Authentication error")

    def refusal(self, request: Request, link: Link) -> Answer | None:
        """An internal link asks for a login at the identity provider."""
        if not link.internal:
            return super().refusal(request, link)
        challenge = ("WWW-Authenticate", f'Bearer realm="{request.origin}"')
        return sabre(401, "NotAuthenticated", "Unauthorized", challenge)

    def serve(self, request: Request, link: Link, rest: str) -> Answer:
        """The file of a single-file share can be fetched by the bare token too."""
        return super().serve(request, link, or_the_file(request, link, rest))

    def tokeninfo(self, request: Request, token: str) -> Answer:
        """What may be known of a link before its password is.

        Version 1 of OCS says everything with 200; version 2 means what it says.
        """
        link = self.find(token)
        if link is None:
            meta = {"status": "failure", "statuscode": 404, "message": "token not found"}
            status = 404 if "/v2.php/" in request.path else 200
            return as_json({"ocs": {"meta": meta, "data": []}}, status)
        inode = link.target.stat().st_ino
        data = {
            "id": f"{SPACE}!{inode}",
            "link_url": f"/s/{token}",
            "token": token,
            "password_protected": link.password is not None,
            "aliaslink": link.internal,
            "storage_id": "storage-users-1",
            "space_id": "4c510ada",
            "opaque_id": str(inode),
            "path": link.target.name,
        }
        code = 200 if "/v2.php/" in request.path else 100
        meta = {"status": "ok", "statuscode": code, "message": "OK"}
        return as_json({"ocs": {"meta": meta, "data": data}})


def or_the_file(request: Request, link: Link, rest: str) -> str:
    """The path inside the share, which a download of a single file may leave out."""
    bare = link.is_file and not rest.strip("/") and request.method in ("GET", "HEAD")
    return link.target.name if bare else rest
