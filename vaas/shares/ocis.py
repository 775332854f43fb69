"""ownCloud Infinite Scale and OpenCloud."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from vaas.errors import InternalLink, PasswordNeeded
from vaas.model import Secret, Share, ShareLink
from vaas.shares.owncloud import OwnCloud

_INFO = "ocs/v2.php/apps/files_sharing/api/v1/tokeninfo/unprotected"
_OK = 200


class Ocis(OwnCloud):
    """Like ownCloud 10, but a link can be asked about before it is opened."""

    product = "ocis"

    async def resolve(self, link: ShareLink, password: Secret | None) -> Share:
        """See ``Provider.resolve``.

        Without a password the link's own description is read first: asking a
        protected one for its files would count as a failed attempt.
        """
        if password is None:
            await self._ask_about(link)
        return await super().resolve(link, password)

    async def _ask_about(self, link: ShareLink) -> None:
        answer = await self.client.request(
            "GET",
            f"{link.root}/{_INFO}/{quote(link.token, safe='')}?format=json",
            headers={"OCS-APIRequest": "true"},
            max_bytes=65_536,
        )
        # Whatever else it says, an unknown token included, the files' own answer says too.
        told = _data(answer.body) if answer.status == _OK else {}
        if _true(told.get("aliaslink")):
            raise InternalLink("the link's description calls it internal")
        if _true(told.get("password_protected")):
            raise PasswordNeeded("the link's description calls it protected")


def _data(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)["ocs"]["data"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _true(value: object) -> bool:
    return value is True or str(value).lower() in {"true", "1"}


__all__ = ["Ocis"]
