"""oCIS (and OpenCloud, which speaks the same)."""

from __future__ import annotations

from collections.abc import Sequence

from vaas.demo import dav
from vaas.demo.http import Answer, Request, as_json, redirect, sabre
from vaas.demo.links import Link
from vaas.demo.product import Product, Route

SPACE = "storage-users-1$4c510ada"


class Ocis(Product):
    """``remote.php/dav/public-files`` with ``public`` as the only user name."""

    name = "ocis"
    title = "oCIS"
    has_internal_links = True
    dialect = dav.Dialect(fileid=SPACE + "!{}")

    def share_path(self, link: Link) -> str:
        """The short address."""
        return f"/s/{link.token}"

    def public(self) -> Sequence[Route]:
        """Status and discovery."""
        return (
            (r"/status\.php", self.status),
            (r"/\.well-known/ocm", self.ocm),
            (r"/ocm-provider/?", self.ocm_provider),
            (r"/ocs/v[12]\.php/cloud/capabilities", self.capabilities),
        )

    def routes(self) -> Sequence[Route]:
        """The share page, WebDAV, and what can be known about a token."""
        return (
            (r"/s/([^/]+)/?", self.short),
            (r"/files/link/public/([^/]+)(?:/.*)?", self.open_page),
            (r"/remote\.php/dav/public-files/([^/]+)(/.*)?", self.files),
            (r"/dav/public-files/.*", self.without_prefix),
            (
                r"/ocs/v[12]\.php/apps/files_sharing/api/v1/tokeninfo/(?:un)?protected/([^/]+)",
                self.tokeninfo,
            ),
        )

    def status(self, _request: Request) -> Answer:
        """The status document, with ownCloud 10's version for old clients."""
        return as_json(
            {
                "installed": True,
                "maintenance": False,
                "needsDbUpgrade": False,
                "version": "10.11.0.0",
                "versionstring": "10.11.0",
                "edition": "Community",
                "productname": "Infinite Scale",
                "product": "Infinite Scale",
                "productversion": "7.1.2",
            }
        )

    def ocm(self, request: Request) -> Answer:
        """Discovery of Open Cloud Mesh."""
        protocols = {"webdav": f"{self.prefix}/dav/ocm"}
        return as_json(
            {
                "enabled": True,
                "apiVersion": "1.1.0",
                "endPoint": f"{request.origin}{self.prefix}/ocm",
                "provider": self.title,
                "resourceTypes": [{"name": "file", "shareTypes": ["user"], "protocols": protocols}],
                "capabilities": ["/invite-accepted"],
            }
        )

    def ocm_provider(self, _request: Request) -> Answer:
        """The old address of discovery leads to the new one."""
        return redirect(f"{self.prefix}/.well-known/ocm", 301)

    def capabilities(self, _request: Request) -> Answer:
        """Only for signed-in people."""
        meta = {"status": "failure", "statuscode": 997, "message": "Unauthorised"}
        return as_json({"ocs": {"meta": meta, "data": []}}, 401)

    def short(self, _request: Request, token: str) -> Answer:
        """The short address leads to the application's."""
        return redirect(f"{self.prefix}/files/link/public/{token}")

    def open_page(self, request: Request, token: str) -> Answer:
        """The page of a share."""
        return self.page(request, self.find(token), self.root(token))

    def root(self, token: str) -> str:
        """Where the WebDAV of a link begins."""
        return f"{self.prefix}/remote.php/dav/public-files/{token}"

    def without_prefix(self, _request: Request) -> Answer:
        """The address without ``remote.php`` asks for a login."""
        return sabre(401, "NotAuthenticated", "Authentication error")

    def files(self, request: Request, token: str, rest: str) -> Answer:
        """WebDAV of a link."""
        link = self.find(token)
        if link is None:
            return sabre(404, "NotFound", "Resource not found")
        if link.internal:
            challenge = ("WWW-Authenticate", f'Bearer realm="{request.origin}"')
            return sabre(401, "NotAuthenticated", "Unauthorized", challenge)
        refusal = without_challenge(request, link)
        return refusal or self.serve(request, link, rest)

    def serve(self, request: Request, link: Link, rest: str) -> Answer:
        """Files, once the way is free."""
        if link.upload_only:
            return sabre(405, "MethodNotAllowed", "Only PUT is allowed on files drop")
        return dav.serve(request, link, self.dialect, self.root(link.token), rest)

    def tokeninfo(self, request: Request, token: str) -> Answer:
        """What may be known of a link before its password is."""
        link = self.find(token)
        if link is None:
            meta = {"status": "failure", "statuscode": 404, "message": "token not found"}
            return as_json({"ocs": {"meta": meta, "data": []}}, _http(request, 404))
        data = {
            "id": f"{SPACE}!{link.target.stat().st_ino}",
            "link_url": f"/s/{token}",
            "token": token,
            "password_protected": link.password is not None,
            "aliaslink": link.internal,
        }
        meta = {"status": "ok", "statuscode": 100, "message": "OK"}
        return as_json({"ocs": {"meta": meta, "data": data}})


def _http(request: Request, status: int) -> int:
    """Version 1 of OCS says everything with 200; version 2 means what it says."""
    return status if "/v2.php/" in request.path else 200


def without_challenge(request: Request, link: Link) -> Answer | None:
    """401 that names no way to authenticate, unless ``public`` brings the password."""
    if link.password is None:
        return None
    if request.basic is None:
        return sabre(401, "NotAuthenticated", "No 'Authorization: Basic' header found")
    user, password = request.basic
    if user != "public" or not link.opens_with(password):
        return sabre(401, "NotAuthenticated", "Username or password was incorrect")
    return None


__all__ = ["Ocis", "without_challenge"]
