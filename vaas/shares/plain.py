"""A WebDAV server without links: the address of a collection, or of one file."""

from __future__ import annotations

from collections.abc import Sequence

from vaas.errors import NotAnEfss, ShareUnknown, VaasError
from vaas.model import Secret, ShareLink
from vaas.shares.client import Answer
from vaas.shares.multistatus import Resource
from vaas.shares.webdav import DavProvider


class PlainDav(DavProvider):
    """Any WebDAV server; the link's root is the collection itself.

    A folder's ETag, where there is one, often stays as it is while something
    below changes, so versions are digests of the tree. What asks for a login
    wants a user name too: the viewer gives ``name:password``; without a colon
    the name is ``public``.
    """

    product = "webdav"
    telling_folders = False
    file_is_root = True

    def root_url(self, link: ShareLink) -> str:
        """The collection that the link names, or that the operator pinned.

        Raises:
            NotAnEfss: the link has a product's shape, the site's rule says plain
                WebDAV, and nobody says where the collection is.
        """
        if self.dav_root:
            return super().root_url(link)
        if link.token != "-":  # noqa: S105 (no token at all)
            raise NotAnEfss(f"{link.host}: its rule says webdav but pins no DAV root")
        return link.root

    def login(
        self,
        link: ShareLink,  # noqa: ARG002 (other products log in with its token)
        password: Secret | None,
    ) -> tuple[str, Secret] | None:
        """User name and password, from what the viewer gave."""
        if password is None:
            return None
        user, colon, rest = password.value.partition(":")
        return (user, Secret(rest)) if colon else ("public", password)

    def refused(self, answer: Answer, *, password: bool, inside: bool) -> VaasError:
        """A host that knows no such collection may be no WebDAV server at all."""
        error = super().refused(answer, password=password, inside=inside)
        return NotAnEfss(error.detail) if isinstance(error, ShareUnknown) else error

    async def _propfind(
        self, link: ShareLink, password: Secret | None, folder: str, *, depth: int
    ) -> tuple[Resource, Sequence[Resource]]:
        try:
            return await super()._propfind(link, password, folder, depth=depth)
        except NotAnEfss:
            if folder:
                raise
        # A file's address takes no slash at its end.
        return await self.propfind(self.root_url(link), link, password, depth=depth, inside=False)

    def folder_name(self, link: ShareLink, root: Resource) -> str:
        """What the collection calls itself, else the end of its address."""
        return root.name.strip("/") or (root.parts[-1] if root.parts else link.host)

    async def file_name(
        self,
        link: ShareLink,  # noqa: ARG002 (other products must ask for the name)
        password: Secret | None,  # noqa: ARG002
        root: Resource,
    ) -> str:
        """The end of the file's address."""
        return root.parts[-1]


__all__ = ["PlainDav"]
