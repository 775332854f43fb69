"""What ownCloud 10, oCIS and Reva share: ``remote.php/dav/public-files/TOKEN``.

``public`` is the only user name, and a refusal names no way to authenticate,
so that a client has to send the password without being asked.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from vaas.demo import dav
from vaas.demo.http import Answer, Request, as_json, sabre
from vaas.demo.links import Link
from vaas.demo.product import Product, Route

PUBLIC_FILES = r"/remote\.php/dav/public-files/([^/]+)(/.*)?"


class PublicFiles(Product):
    """A product of this family.

    Attributes:
        dialect: how it speaks WebDAV.
    """

    dialect: ClassVar[dav.Dialect]

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

    @abstractmethod
    def status(self, request: Request) -> Answer:
        """The status document."""

    @abstractmethod
    def ocm(self, request: Request) -> Answer:
        """Discovery of Open Cloud Mesh."""

    @abstractmethod
    def ocm_provider(self, request: Request) -> Answer:
        """Its older address."""

    def capabilities(self, _request: Request) -> Answer:
        """Only for signed-in people."""
        meta = {"status": "failure", "statuscode": 997, "message": "Unauthorised"}
        return as_json({"ocs": {"meta": meta, "data": []}}, 401)

    def root(self, token: str) -> str:
        """Where the WebDAV of a link begins."""
        return f"{self.prefix}/remote.php/dav/public-files/{token}"

    def open_page(self, request: Request, token: str) -> Answer:
        """The page of a share."""
        return self.page(request, self.find(token), self.root(token) + "/{name}")

    def files(self, request: Request, token: str, rest: str) -> Answer:
        """WebDAV of a link."""
        link = self.find(token)
        if link is None:
            return sabre(404, "NotFound", "The share could not be found")
        return self.refusal(request, link) or self.serve(request, link, rest)

    def refusal(self, request: Request, link: Link) -> Answer | None:
        """Why the way is not free, if it is not."""
        if link.password is None:
            return None
        if request.basic is None:
            return sabre(401, "NotAuthenticated", "No 'Authorization: Basic' header found")
        user, password = request.basic
        if user != "public" or not link.opens_with(password):
            return sabre(401, "NotAuthenticated", "Username or password was incorrect")
        return None

    def serve(self, request: Request, link: Link, rest: str) -> Answer:
        """Files, once the way is free.

        A file drop still shows its root, whose ``oc:public-link-permission``
        is 4; nothing can be downloaded.
        """
        if link.upload_only and request.method in ("GET", "HEAD"):
            return sabre(403, "Forbidden", "This link does not allow to download")
        return dav.serve(request, link, self.dialect, self.root(link.token), rest)


def ocm_document(endpoint: str, provider: str, webdav: str, version: str) -> Answer:
    """The discovery document of Open Cloud Mesh."""
    kind = {"name": "file", "shareTypes": ["user"], "protocols": {"webdav": webdav}}
    return as_json(
        {
            "enabled": True,
            "apiVersion": version,
            "endPoint": endpoint,
            "provider": provider,
            "resourceTypes": [kind],
        }
    )


def status_document(version: str, productname: str, **more: object) -> Answer:
    """``status.php`` as the whole family writes it.

    Args:
        version: four numbers.
        productname: what the product calls itself.
        more: fields that only some have, or that differ.
    """
    plain: dict[str, object] = {
        "installed": True,
        "maintenance": False,
        "needsDbUpgrade": False,
        "version": version,
        "versionstring": version.rsplit(".", 1)[0],
        "edition": "",
        "productname": productname,
    }
    return as_json(plain | more)
