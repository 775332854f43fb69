"""Nextcloud, with the public endpoint of version 29 and with the one before."""

from __future__ import annotations

from vaas.errors import EfssFailed, FileDrop, PasswordNeeded, VaasError
from vaas.model import Secret, Share, ShareLink
from vaas.shares.client import Answer, OutboundClient
from vaas.shares.multistatus import Resource
from vaas.shares.refusals import said
from vaas.shares.webdav import DavProvider

LEGACY_ROOT = "public.php/webdav"
"""DAV root before version 29: the token is the user name, not in the path."""

_NOT_FOUND = 404


class _NoEndpoint(EfssFailed):
    """The public endpoint of version 29 is not there."""


class Nextcloud(DavProvider):
    """Links below ``public.php/dav/files``; the login's user name does not matter.

    A link to one file is that file: its root is no folder. With the legacy
    endpoint an unknown token cannot be told from a missing password, so a
    password is asked for.
    """

    product = "nextcloud"
    locks_out = True
    default_root = "public.php/dav/files/{token}"
    file_is_root = True

    def __init__(self, client: OutboundClient, dav_root: str = "", *, unsure: bool = False) -> None:
        """Speak to one site.

        Args:
            client: asks other hosts.
            dav_root: as for ``DavProvider``.
            unsure: the version is not known: if the new endpoint is not there,
                go over to the legacy one.
        """
        super().__init__(client, dav_root)
        self._unsure = unsure

    async def resolve(self, link: ShareLink, password: Secret | None) -> Share:
        """See ``Provider.resolve``."""
        try:
            share = await super().resolve(link, password)
        except _NoEndpoint:
            legacy = Nextcloud(self.client, LEGACY_ROOT)
            try:
                share = await legacy.resolve(link, password)
            except PasswordNeeded:
                self.dav_root = LEGACY_ROOT
                raise
            self.dav_root = LEGACY_ROOT
        self._unsure = False
        return share

    def check_root(self, root: Resource) -> None:
        """Refuse a link without permission to read.

        Raises:
            FileDrop: the root's permissions lack the letter for reading.
        """
        if root.permissions and "G" not in root.permissions:
            raise FileDrop("the root's permissions lack reading")

    def refused(self, answer: Answer, *, password: bool, inside: bool) -> VaasError:
        """Tell a missing endpoint from a missing share: the latter is said in XML."""
        if self._unsure and answer.status == _NOT_FOUND and "exception>" not in said(answer):
            return _NoEndpoint("no public endpoint of version 29")
        return super().refused(answer, password=password, inside=inside)


__all__ = ["LEGACY_ROOT", "Nextcloud"]
