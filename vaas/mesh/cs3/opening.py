"""Somebody's cloud asks us to open one of their files: who is it, and which folder is it in?

What the cloud says of the file is not believed: the gateway is asked with the
token that came, which is so shown to be good, and to open that file.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from cs3.gateway.v1beta1.gateway_api_pb2 import WhoAmIRequest
from cs3.storage.provider.v1beta1.provider_api_pb2 import StatRequest

from vaas.errors import NoNotebook, OpenAgain
from vaas.mesh.cs3.grants import Grants
from vaas.model import Secret
from vaas.observability import logger
from vaas.shares.cs3.gateway import Gateway, Refused
from vaas.shares.cs3.person import Pass
from vaas.shares.cs3.places import FILE, FOLDER, Place, parts_of, usable
from vaas.shares.cs3.tokens import claims, sendable

LONGEST = 12 * 3600.0
"""Seconds for which a token is kept, however long it is good."""

_LARGEST = 16_384
_NOTEBOOK = ".ipynb"

log = logger(__name__)


class Opening:
    """Opens files for people."""

    def __init__(self, gateway: Gateway, grants: Grants) -> None:
        """Take what it works with.

        Args:
            gateway: of the site.
            grants: keeps what is opened.
        """
        self._gateway, self._grants = gateway, grants

    async def open(self, info: Any, token: str) -> str:
        """Let somebody read the folder of a file.

        Args:
            info: what their cloud says of the file.
            token: theirs.

        Returns:
            a ticket for their browser.

        Raises:
            OpenAgain: the token is not good, or does not open the file.
            NoNotebook: it is neither a notebook nor a folder.
            TooManyShares, OutboundError: not now.
        """
        until = _until(token)
        who = await self._who(token)
        place, told = await self._stat(_places(info), token)
        name = _name(told, info)
        if told.type not in {FILE, FOLDER}:
            raise NoNotebook("neither a file nor a folder")
        path = ""
        if told.type == FILE:
            if not name.endswith(_NOTEBOOK):
                raise NoNotebook("no notebook")
            place, path, name = await self._around(place, told, name, token)
        opened = Pass(Secret(token), place, name)
        ticket = await self._grants.give(who, opened, until, path)
        log.info("opened_from_cloud", folder=told.type == FOLDER, alone=not path)
        return ticket

    async def _who(self, token: str) -> tuple[str, ...]:
        """Who a token is of."""
        try:
            user = (await self._gateway.call("WhoAmI", WhoAmIRequest(token=token), token)).user
        except Refused as refused:
            raise OpenAgain(f"{refused.code} to WhoAmI") from None
        if not user.id.opaque_id:
            raise OpenAgain("the gateway says of nobody that the token is theirs")
        return user.id.idp, user.id.opaque_id

    async def _stat(self, places: Iterator[Place], token: str) -> tuple[Place, Any]:
        """The first of some places that the token opens."""
        code = "nothing"
        for place in places:
            request = StatRequest(ref=place.below(""))
            try:
                return place, (await self._gateway.call("Stat", request, token)).info
            except Refused as refused:
                code = refused.code
        raise OpenAgain(f"{code} to Stat")

    async def _around(
        self, place: Place, told: Any, name: str, token: str
    ) -> tuple[Place, str, str]:
        """The folder of a notebook, where in it that is, and what people call it.

        Who may see the notebook alone gets it alone.
        """
        try:
            folder, about = await self._stat(_above(place, told), token)
        except OpenAgain:
            return place, "", name
        if about.type != FOLDER:
            return place, "", name
        return folder, name, _name(about, about) or PurePosixPath(folder.path).name


def _places(info: Any) -> Iterator[Place]:
    if info.id.opaque_id:
        yield Place(id=parts_of(info.id))
    if info.path.startswith("/"):
        yield Place(info.path)


def _above(place: Place, told: Any) -> Iterator[Place]:
    """Where the folder of a file may lie."""
    if told.parent_id.opaque_id:
        yield Place(id=parts_of(told.parent_id))
    path = place.path or told.path
    if path.startswith("/") and path.strip("/").count("/"):
        yield Place(path.rstrip("/").rpartition("/")[0])


def _name(told: Any, info: Any) -> str:
    """What people call a file, as far as the gateway says."""
    ends = (told.name, told.path.rstrip("/").rpartition("/")[2], info.name)
    return next((str(end) for end in ends if usable(end)), "")


def _until(token: str) -> float:
    """When a token ends, at the latest.

    Raises:
        OpenAgain: it has, or is none that could be sent.
    """
    now = time.time()
    told = claims(token).get("exp")
    until = float(told) if isinstance(told, int | float) else now + LONGEST
    if len(token) > _LARGEST or not sendable(token) or until <= now:
        raise OpenAgain("a token that has ended, or none")
    return min(until, now + LONGEST)


__all__ = ["LONGEST", "Opening"]
