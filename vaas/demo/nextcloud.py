"""Nextcloud: the public endpoint of version 29 and later, and the legacy one before it."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from vaas.demo import dav
from vaas.demo.http import Answer, Request, as_json, redirect, sabre
from vaas.demo.links import Link
from vaas.demo.product import Product, Route

DIALECT = dav.Dialect(permissions="RG", file_is_root=True, absent=frozenset({f"{dav.OC}name"}))
SESSION = ("Set-Cookie", "oc_sessionPassphrase=demo; HttpOnly; SameSite=Lax")
SHARE = r"/(?:index\.php/)?s/([^/]+)"
SLEEP_MS = "25000ms"


class Nextcloud28(Product):
    """The legacy endpoint alone: the token is Basic's user name."""

    name = "nextcloud28"
    title = "Nextcloud 28"
    version = "28.0.14.1"

    def __init__(self) -> None:
        super().__init__()
        self.federates = True

    def share_path(self, link: Link) -> str:
        """Without pretty addresses, as many installations have it."""
        return f"/index.php/s/{link.token}"

    def public(self) -> Sequence[Route]:
        """Status and discovery."""
        return (
            (r"/status\.php", self.status),
            (r"/\.well-known/ocm", self.ocm),
            (r"/(?:index\.php/)?ocm-provider/?", self.ocm),
            (r"/ocs/v[12]\.php/cloud/capabilities", self.capabilities),
        )

    def routes(self) -> Sequence[Route]:
        """The share page and legacy WebDAV."""
        return (
            (SHARE + r"(?:/authenticate(?:/\w+)?)?/?", self.open_page),
            (SHARE + "/download", self.download),
            (r"/public\.php/webdav(/.*)?", self.legacy),
        )

    def status(self, _request: Request) -> Answer:
        """The status document."""
        return as_json(
            {
                "installed": True,
                "maintenance": self.maintenance,
                "needsDbUpgrade": False,
                "version": self.version,
                "versionstring": self.version.rsplit(".", 1)[0],
                "edition": "",
                "productname": "Nextcloud",
                "extendedSupport": False,
            }
        )

    def ocm(self, request: Request) -> Answer:
        """Discovery of Open Cloud Mesh."""
        protocols = {"webdav": f"{self.prefix}/public.php/webdav/"}
        kinds = {"name": "file", "shareTypes": ["user", "group"], "protocols": protocols}
        return as_json(
            {
                "enabled": True,
                "apiVersion": "1.0-proposal1",
                "endPoint": f"{request.origin}{self.prefix}/index.php/ocm",
                "provider": "Nextcloud",
                "resourceTypes": [kinds],
            }
        )

    def capabilities(self, request: Request) -> Answer:
        """The reduced set that anybody may read."""
        if request.header("OCS-APIRequest") != "true":
            return as_json({"message": "CSRF check failed"}, 412)
        major, minor, micro = self.version.split(".")[:3]
        version = {"major": int(major), "minor": int(minor), "micro": int(micro), "edition": ""}
        data = {"version": version, "capabilities": {"theming": {"name": "Nextcloud"}}}
        meta = {"status": "ok", "statuscode": 200, "message": "OK"}
        return as_json({"ocs": {"meta": meta, "data": data}})

    def closed(self) -> Answer:
        """Maintenance mode."""
        busy = sabre(503, "ServiceUnavailable", "System in maintenance mode.")
        return busy.plus(("X-Nextcloud-Maintenance-Mode", "1"), ("Retry-After", "120"))

    def open_page(self, request: Request, token: str) -> Answer:
        """The page of a share."""
        link = self.find(token)
        single = "" if link is None or link.is_file else "?path=/&files={name}"
        return self.page(request, link, f"{self.prefix}/index.php/s/{token}/download{single}")

    def download(self, request: Request, token: str) -> Answer:
        """A single file by the address behind the download button."""
        link = self.find(token)
        if link is None or link.password or link.upload_only:
            return redirect(f"{self.prefix}/index.php/s/{token}", 303)
        inside = "" if link.is_file else wanted(request)
        return dav.serve(request, link, DIALECT, request.path, inside).plus(SESSION)

    def legacy(self, request: Request, rest: str) -> Answer:
        """``public.php/webdav``: who you are says which share you mean."""
        action = "legacy_public_webdav_auth"
        if self.guard.refuses(request.address, action):
            return self.locked_out()
        if not self.federates and not by_script(request):
            return unauthorized(request)
        token, password = request.basic or ("", "")
        link = self.find(token)
        if link is None or not link.opens_with(password):
            self.guard.failed(request.address, action)
            return unauthorized(request)
        return self.serve(request, link, f"{self.prefix}/public.php/webdav", rest)

    def serve(self, request: Request, link: Link, base: str, rest: str) -> Answer:
        """Files, once the way is free; a session begins as well."""
        if link.upload_only and request.method not in ("PUT", "MKCOL"):
            return sabre(405, "MethodNotAllowed", "Only PUT is allowed on files drop")
        return dav.serve(request, link, DIALECT, base, rest).plus(SESSION)

    def locked_out(self) -> Answer:
        """Older versions report the reached maximum as unavailable."""
        message = "OCP\\Security\\Bruteforce\\MaxDelayReached: Reached maximum delay"
        return sabre(503, "ServiceUnavailable", message)

    def throttled(self) -> Answer:
        """The same answer as after too many failures."""
        return self.locked_out()


class Nextcloud(Nextcloud28):
    """Version 29 and later: the token stands in the path."""

    name = "nextcloud"
    title = "Nextcloud"
    version = "31.0.5.1"

    def share_path(self, link: Link) -> str:
        """With pretty addresses."""
        return f"/s/{link.token}"

    def routes(self) -> Sequence[Route]:
        """The new endpoint in front of the old ones."""
        return ((r"/public\.php/dav/files/([^/]+)(/.*)?", self.files), *super().routes())

    def root(self, token: str) -> str:
        """Where the WebDAV of a link begins."""
        return f"{self.prefix}/public.php/dav/files/{token}"

    def download(self, request: Request, token: str) -> Answer:
        """Since version 31 this leads on to the public endpoint."""
        link = self.find(token)
        inside = "" if link is None or link.is_file else wanted(request)
        return redirect(f"{self.root(token)}/{quote(inside)}", 303)

    def files(self, request: Request, token: str, rest: str) -> Answer:
        """``public.php/dav/files/TOKEN``: any user name, the link's password."""
        action = "public_dav_auth"
        if self.guard.refuses(request.address, action):
            return self.locked_out()
        if not self.federates and request.method != "GET" and not by_script(request):
            return unauthorized(request)
        link = self.find(token)
        refusal = self.refusal(request, link)
        if refusal is not None:
            self.guard.failed(request.address, action)
            return refusal
        assert link is not None
        return self.serve(request, link, self.root(token), rest)

    def refusal(self, request: Request, link: Link | None) -> Answer | None:
        """Why the way is not free, if it is not.

        An unknown token is raised inside the authentication and comes out as
        unavailable; a protected share refuses any client that brings cookies.
        """
        if link is None:
            return sabre(503, "ServiceUnavailable", "Sabre\\DAV\\Exception\\NotFound: ")
        if link.password is None:
            return None
        if request.cookies:
            strict = sabre(412, "PreconditionFailed", "Strict cookie check failed")
            return strict.plus(("Location", f"{self.prefix}/index.php/s/{link.token}"))
        if request.basic is None or not link.opens_with(request.basic[1]):
            return unauthorized(request)
        return None

    def locked_out(self) -> Answer:
        """Too many failures from this address."""
        held = f"{self.wait * 1000}ms" if self.wait else SLEEP_MS
        return as_json(
            {"message": "Reached maximum delay"}, 429, ("X-Nextcloud-Bruteforce-Throttled", held)
        )


def wanted(request: Request) -> str:
    """The file that the query of a download button names."""
    parts = (request.query.get("path", ""), request.query.get("files", ""))
    return "/".join(part.strip("/") for part in parts if part.strip("/"))


def by_script(request: Request) -> bool:
    """Whether the request says that a browser's script sent it."""
    return request.header("X-Requested-With") == "XMLHttpRequest"


def unauthorized(request: Request) -> Answer:
    """401; to a script with a challenge that opens no dialogue in a browser."""
    scheme = "DummyBasic" if by_script(request) else "Basic"
    challenge = ("WWW-Authenticate", f'{scheme} realm="Nextcloud", charset="UTF-8"')
    return sabre(401, "NotAuthenticated", "Cannot authenticate", challenge)
