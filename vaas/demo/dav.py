"""Files of a link over WebDAV: WsgiDAV's engine, with the properties of the ownCloud family.

WsgiDAV answers methods, conditions, ranges and multistatus; here is only what
it cannot know: entity tags that propagate upwards, ``oc:`` properties, the
shape of a single-file share, and errors in the words of sabre/dav.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from wsgidav.error_printer import ErrorPrinter
from wsgidav.fs_dav_provider import FileResource, FilesystemProvider, FolderResource
from wsgidav.request_resolver import RequestResolver
from wsgidav.util import etree
from wsgidav.wsgidav_app import WsgiDAVApp

from vaas.demo.http import Answer, Request, sabre
from vaas.demo.links import Link
from vaas.demo.tree import Facts, checksums, members, survey

OC = "{http://owncloud.org/ns}"
SHARE_PERMISSIONS = "{http://open-collaboration-services.org/ns}share-permissions"
READ_METHODS = ("OPTIONS", "GET", "HEAD", "PROPFIND")
EXCEPTIONS = {
    400: "BadRequest",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "Conflict",
    412: "PreconditionFailed",
    416: "RequestedRangeNotSatisfiable",
    501: "NotImplemented",
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one product speaks WebDAV for public links.

    Attributes:
        permissions: letters of ``oc:permissions`` for a link that may be read.
        file_is_root: a single-file share is the file itself (Nextcloud);
            otherwise it is a virtual folder with the file as its one child.
        full_urls: ``d:href`` carries scheme and host too.
        checksums: files have ``oc:checksums``.
        fileid: ``oc:fileid`` by a number, as a format.
        public_link: the root has the ``oc:public-link-…`` properties.
    """

    permissions: str = ""
    file_is_root: bool = False
    full_urls: bool = False
    checksums: bool = True
    fileid: str = "{}"
    public_link: bool = True


class _Shared:
    """The half of a resource that all products of the family add to WsgiDAV's."""

    path: str
    environ: dict[str, Any]
    provider: _Provider
    is_collection: bool
    _file_path: str

    @property
    def _is_root(self) -> bool:
        return self.path in ("", "/")

    def _target(self) -> Path:
        link = self.provider.link
        return link.target if self._is_root else Path(self._file_path)

    def _facts(self) -> Facts:
        return survey(self._target(), self.environ["vaas.memo"])

    def _fileid(self) -> str:
        inode = Path(self._file_path).stat().st_ino
        return self.provider.dialect.fileid.format(inode)

    def get_etag(self) -> str:
        """The tag, unquoted, as WsgiDAV expects it."""
        return self._facts().tag

    def support_etag(self) -> bool:
        return True

    def get_href(self) -> str:
        """Below the address that the client used."""
        base = str(self.environ["vaas.base"])
        path = self.path.strip("/")
        slash = "/" if self.is_collection else ""
        return quote("/".join(part for part in (base, path) if part), safe="/:!*'(),$-_.~") + slash

    def _live(self) -> dict[str, Any]:
        dialect, facts = self.provider.dialect, self._facts()
        live = {
            "{DAV:}getetag": f'"{facts.tag}"',
            "{DAV:}quota-used-bytes": str(facts.size),
            "{DAV:}quota-available-bytes": "-3",
            f"{OC}id": self._fileid(),
            f"{OC}fileid": self._fileid(),
            f"{OC}name": self._target().name,
            f"{OC}size": str(facts.size),
            f"{OC}permissions": dialect.permissions,
            SHARE_PERMISSIONS: "1",
        }
        if self._is_root and dialect.public_link:
            live |= self._public_link()
        return live

    def _public_link(self) -> dict[str, str]:
        link = self.provider.link
        return {
            f"{OC}public-link-item-type": "file" if link.is_file else "folder",
            f"{OC}public-link-permission": "4" if link.upload_only else "1",
            f"{OC}public-link-expiration": "",
            f"{OC}public-link-share-datetime": "Mon, 05 Jan 2026 08:00:00 GMT",
            f"{OC}public-link-share-owner": "demo",
        }

    def get_property_names(self, *, is_allprop: bool) -> list[str]:
        """Ours and WsgiDAV's."""
        plain: list[str] = super().get_property_names(is_allprop=is_allprop)  # type: ignore[misc]
        return list(dict.fromkeys([*plain, *self._live()]))

    def get_property_value(self, name: str) -> Any:
        """Ours first, then WsgiDAV's."""
        if name == f"{OC}checksums" and self.provider.dialect.checksums and not self.is_collection:
            element = etree.Element(name)
            etree.SubElement(element, f"{OC}checksum").text = checksums(Path(self._file_path))
            return element
        live = self._live()
        return live[name] if name in live else super().get_property_value(name)  # type: ignore[misc]

    def finalize_headers(self, _environ: dict[str, Any], headers: list[tuple[str, str]]) -> None:
        """Headers that the family adds to a download."""
        name = quote(Path(self._file_path).name)
        headers.append(("OC-ETag", f'"{self.get_etag()}"'))
        headers.append(("OC-FileId", self._fileid()))
        headers.append(("Content-Disposition", f"attachment; filename*=UTF-8''{name}"))
        if self.provider.dialect.checksums:
            headers.append(("OC-Checksum", checksums(Path(self._file_path)).split(" ", 1)[0]))


class _File(_Shared, FileResource):  # type: ignore[misc]  # WsgiDAV is untyped
    """A shared file."""


class _Folder(_Shared, FolderResource):  # type: ignore[misc]  # WsgiDAV is untyped
    """A shared folder, or the virtual one around a single-file share."""

    def get_member_list(self) -> list[Any]:
        """The members that are still there when they are looked at."""
        link = self.provider.link
        shown = [link.target] if link.is_file else members(Path(self._file_path))
        found = (self.get_member(member.name) for member in shown)
        return [member for member in found if member is not None]


class _Provider(FilesystemProvider):  # type: ignore[misc]  # WsgiDAV is untyped
    """One link's target, read-only."""

    def __init__(self, link: Link, dialect: Dialect) -> None:
        self.link = link
        self.dialect = dialect
        root = link.target.parent if link.is_file else link.target
        super().__init__(str(root), readonly=True, fs_opts={})

    def get_resource_inst(self, path: str, environ: dict[str, Any]) -> Any:
        """The resource at ``path`` of the share, or ``None``."""
        path = "/" + path.strip("/")
        found = self._single(path) if self.link.is_file else self._inside(path, environ)
        if found is None or found.is_symlink() or not found.exists():
            return None
        return (_Folder if found.is_dir() else _File)(path, environ, str(found))

    def _inside(self, path: str, environ: dict[str, Any]) -> Path | None:
        return Path(self._loc_to_file_path(path, environ))

    def _single(self, path: str) -> Path | None:
        target = self.link.target
        if path == "/":
            return target if self.dialect.file_is_root else target.parent
        alone = not self.dialect.file_is_root and path == f"/{target.name}"
        return target if alone else None


@lru_cache(maxsize=512)
def _engine(link: Link, dialect: Dialect) -> Any:
    return WsgiDAVApp(
        {
            "provider_mapping": {"/": _Provider(link, dialect)},
            "middleware_stack": [ErrorPrinter, RequestResolver],
            "lock_storage": None,
            "verbose": 0,
            "logging": {"enable": False},
        }
    )


def serve(request: Request, link: Link, dialect: Dialect, base: str, rest: str) -> Answer:
    """Answer a WebDAV request below a link.

    Args:
        request: what was asked.
        link: open to this client: the password is checked already.
        dialect: the product's.
        base: decoded address of the share's root, without trailing slash.
        rest: decoded path inside the share.
    """
    if request.method not in READ_METHODS:
        return sabre(403, "Forbidden", "No writing through this link")
    depth = request.header("Depth") or ("1" if request.method == "PROPFIND" else "0")
    if request.method == "PROPFIND" and depth not in ("0", "1"):
        return sabre(403, "Forbidden", "PROPFIND with a depth of infinity is disabled")
    environ = request.environ | {
        "SCRIPT_NAME": "",
        "PATH_INFO": "/" + rest.strip("/").encode().decode("latin-1"),
        "HTTP_DEPTH": depth,
        "wsgidav.auth.user_name": "",
        "vaas.base": request.origin + base if dialect.full_urls else base,
        "vaas.memo": {},
    }
    return _in_sabre_words(request, _call(_engine(link, dialect), environ))


def _in_sabre_words(request: Request, answer: Answer) -> Answer:
    status = answer.status
    if status < 400:  # noqa: PLR2004  # the border between answers and errors in HTTP
        return answer
    if request.method in ("GET", "HEAD") and status == 403:  # noqa: PLR2004  # a folder
        status = 501
    return sabre(status, EXCEPTIONS.get(status, "ServiceUnavailable"), "See the status")


def _call(engine: Any, environ: dict[str, Any]) -> Answer:
    """Run a WSGI application until it has said its status; the body stays a stream."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
        started[:] = [(status, headers)]

    body = iter(engine(environ, start))
    first = next(body, b"")
    status, headers = started[0]
    return Answer(int(status.split(" ", 1)[0]), _Body(first, body), tuple(headers))


class _Body:
    """The rest of a started WSGI answer, closed with it."""

    def __init__(self, first: bytes, rest: Any) -> None:
        self._first = first
        self._rest = rest

    def __iter__(self) -> Iterator[bytes]:
        yield self._first
        yield from self._rest

    def close(self) -> None:
        """Let go of the open file."""
        self._rest.close()


__all__ = ["Dialect", "serve"]
