"""ownCloud 10, and what oCIS and Reva have in common with it."""

from __future__ import annotations

from vaas.errors import FileDrop, InternalLink, VaasError
from vaas.shares.client import Answer
from vaas.shares.multistatus import Resource
from vaas.shares.webdav import DavProvider

_MAY_READ = 1


class OwnCloud(DavProvider):
    """Links below ``public-files``; the login's user name is ``public``.

    A refused password comes without a challenge. A link to one file shows a
    folder made up around that file.
    """

    product = "owncloud"
    default_root = "remote.php/dav/public-files/{token}"

    def check_root(self, root: Resource) -> None:
        """Refuse a link without permission to read.

        Raises:
            FileDrop: the link's permission bits lack reading.
        """
        if root.link_permission is not None and not root.link_permission & _MAY_READ:
            raise FileDrop(f"permissions {root.link_permission} of the link lack reading")

    def refused(self, answer: Answer, *, password: bool, inside: bool) -> VaasError:
        """Tell links for signed-in people and file drops from other refusals."""
        challenge = answer.headers.get("WWW-Authenticate", "").lower()
        if answer.status == 401 and challenge.startswith("bearer"):  # noqa: PLR2004
            return InternalLink("status 401 with a Bearer challenge")
        if answer.status == 405 and not inside:  # noqa: PLR2004
            return FileDrop("status 405 on the root of a link")
        return super().refused(answer, password=password, inside=inside)


__all__ = ["OwnCloud"]
