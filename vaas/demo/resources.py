"""Files and folders of a link, as WsgiDAV's engine asks for them.

Added to what WsgiDAV knows of a file system: entity tags, times and sizes that
propagate upwards, the properties of the ownCloud family, and the two shapes of
a single-file share.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from wsgidav.dav_error import DAVError
from wsgidav.fs_dav_provider import FileResource, FilesystemProvider, FolderResource
from wsgidav.util import etree

from vaas.demo.links import Link
from vaas.demo.tree import Facts, checksums, inside, members, survey

OC = "{http://owncloud.org/ns}"
SHARE_PERMISSIONS = "{http://open-collaboration-services.org/ns}share-permissions"
QUOTA = frozenset({"{DAV:}quota-used-bytes", "{DAV:}quota-available-bytes"})


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
        absent: properties that no resource has.
        absent_on_folders: properties that folders lack as well.
        absent_on_root: properties that the share's root lacks as well.
        root_is_token: the root's ``oc:name`` is the token, not the folder's name.
        wrong_child: status of a download below a single-file share that is not it.
    """

    permissions: str = ""
    file_is_root: bool = False
    full_urls: bool = False
    checksums: bool = False
    fileid: str = "{}"
    public_link: bool = False
    absent: frozenset[str] = frozenset()
    absent_on_folders: frozenset[str] = frozenset()
    absent_on_root: frozenset[str] = frozenset()
    root_is_token: bool = False
    wrong_child: int = 404


class _Shared:
    """The half of a resource that all products of the family add to WsgiDAV's."""

    path: str
    environ: dict[str, Any]
    provider: LinkProvider
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
        """Always, as WsgiDAV asks."""
        return True

    def get_href(self) -> str:
        """Below the address that the client used."""
        base = str(self.environ["vaas.base"])
        path = self.path.strip("/")
        slash = "/" if self.is_collection else ""
        return quote("/".join(part for part in (base, path) if part), safe="/:!*'(),$-_.~") + slash

    def get_last_modified(self) -> float:
        """Of a folder: of all that is below it."""
        return self._facts().modified

    @cached_property
    def _absent(self) -> frozenset[str]:
        dialect = self.provider.dialect
        on_folders = dialect.absent_on_folders if self.is_collection else QUOTA
        return dialect.absent | on_folders | (dialect.absent_on_root if self._is_root else set())

    @cached_property
    def _live(self) -> dict[str, Any]:
        link, dialect, facts = self.provider.link, self.provider.dialect, self._facts()
        as_token = self._is_root and dialect.root_is_token
        live = {
            "{DAV:}getetag": f'"{facts.tag}"',
            "{DAV:}quota-used-bytes": str(facts.size),
            "{DAV:}quota-available-bytes": "-3",
            f"{OC}id": self._fileid(),
            f"{OC}fileid": self._fileid(),
            f"{OC}name": link.token if as_token else self._target().name,
            f"{OC}size": str(facts.size),
            f"{OC}permissions": dialect.permissions,
            SHARE_PERMISSIONS: "4" if link.upload_only else "1",
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
        """WsgiDAV's and ours, without what the product lacks."""
        plain: list[str] = super().get_property_names(is_allprop=is_allprop)  # type: ignore[misc]
        absent = self._absent
        return [name for name in dict.fromkeys([*plain, *self._live]) if name not in absent]

    def get_properties(self, mode: str, *, name_list: list[str] | None = None) -> list[Any]:
        """What was found first: some clients read the first status alone."""
        pairs: list[Any] = super().get_properties(mode, name_list=name_list)  # type: ignore[misc]
        return sorted(pairs, key=lambda pair: isinstance(pair[1], DAVError))

    def get_property_value(self, name: str) -> Any:
        """Ours first, then WsgiDAV's."""
        if name in self._absent:
            raise DAVError(404)
        if name == f"{OC}checksums" and self.provider.dialect.checksums and not self.is_collection:
            element = etree.Element(name)
            etree.SubElement(element, f"{OC}checksum").text = checksums(Path(self._file_path))
            return element
        if name in self._live:
            return self._live[name]
        return super().get_property_value(name)  # type: ignore[misc]

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


class LinkProvider(FilesystemProvider):  # type: ignore[misc]  # WsgiDAV is untyped
    """One link's target, read-only."""

    def __init__(self, link: Link, dialect: Dialect) -> None:
        self.link = link
        self.dialect = dialect
        root = link.target.parent if link.is_file else link.target
        super().__init__(str(root), readonly=True, fs_opts={})

    def get_resource_inst(self, path: str, environ: dict[str, Any]) -> Any:
        """The resource at ``path`` of the share, or ``None``."""
        path = "/" + path.strip("/")
        link = self.link
        found = self._single(path) if link.is_file else inside(link.target, path)
        if found is None:
            return None
        return (_Folder if found.is_dir() else _File)(path, environ, str(found))

    def _single(self, path: str) -> Path | None:
        target = self.link.target
        if path == "/":
            return target if self.dialect.file_is_root else target.parent
        alone = not self.dialect.file_is_root and path == f"/{target.name}"
        return target if alone else None
