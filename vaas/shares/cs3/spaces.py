"""Spaces of a gateway: where oCIS says that what is shared with somebody begins."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from cs3.storage.provider.v1beta1.spaces_api_pb2 import ListStorageSpacesRequest

from vaas.shares.cs3.gateway import Refused
from vaas.shares.cs3.places import Place, parts_of

_KIND = "mountpoint"


async def roots(ask: Callable[[str, object], Awaitable[Any]], name: str) -> Sequence[Place]:
    """The roots of the spaces that stand for one share.

    Args:
        ask: asks the gateway.
        name: the link's token, or the share's id.

    Raises:
        VaasError: there is no answer.
    """
    request = ListStorageSpacesRequest()
    wanted = request.filters.add()
    wanted.type = wanted.TYPE_SPACE_TYPE
    wanted.space_type = _KIND
    try:
        told = (await ask("ListStorageSpaces", request)).storage_spaces
    except Refused:
        return ()
    found = [parts_of(space.root) for space in told if space.HasField("root")]
    return [Place(id=one) for one in found if name in {one[1], one[2]}]


__all__ = ["roots"]
