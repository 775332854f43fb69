"""How a gateway is told which file is meant: by path, or by id and a path from there.

Reva knows a link's files by ``/public/TOKEN/sub``; oCIS by the id of the link's root
and ``./sub``. Which of them a gateway understands it shows by its answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

from cs3.storage.provider.v1beta1.resources_pb2 import Reference, ResourceId, ResourceType

from vaas.model import Entry
from vaas.shares.multistatus import bare_etag

FILE = ResourceType.RESOURCE_TYPE_FILE
FOLDER = ResourceType.RESOURCE_TYPE_CONTAINER

_LAST_SECOND = 2**36
_NOWHERE = {"", ".", ".."}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something lies, for one gateway.

    Attributes:
        path: absolute; empty where the id says it.
        id: storage, space and opaque id; of no meaning where there is a path.
    """

    path: str = ""
    id: tuple[str, str, str] = ("", "", "")

    def below(self, inside: str) -> Any:
        """The reference of what lies at a path inside; of the place itself if that is empty."""
        if self.path:
            return Reference(path="/".join(filter(None, (self.path.rstrip("/"), inside))))
        storage, space, opaque = self.id
        where = ResourceId(storage_id=storage, space_id=space, opaque_id=opaque)
        return Reference(resource_id=where, path=f"./{inside}" if inside else ".")


def parts_of(told: Any) -> tuple[str, str, str]:
    """An id as ``Place.id`` has it."""
    return told.storage_id, told.space_id, told.opaque_id


def named(infos: Sequence[Any], place: Place, folder: str) -> Iterator[tuple[str, Any]]:
    """Files and folders directly inside a folder, by name; anything else is left out.

    Where a folder was asked for by id, a gateway may tell paths from there, from its
    space, or names alone.
    """
    parents = folder.split("/") if folder else []
    if place.path:
        parents = [place.path.rstrip("/").rpartition("/")[2], *parents]
    for info in infos:
        *before, name = (info.path or info.name).split("/")
        before = [part for part in before if part not in {"", "."}]
        depth = len(parents) if place.path else min(len(parents), len(before))
        strays = bool(before) and before[len(before) - depth :] != parents[len(parents) - depth :]
        if strays or name in _NOWHERE or "\0" in name:
            continue
        if info.type in {FILE, FOLDER}:
            yield name, info


def entry_of(path: str, info: Any) -> Entry:
    """A file or folder as the rest of VaaS knows it."""
    seconds = info.mtime.seconds
    modified = formatdate(seconds, usegmt=True) if 0 < seconds < _LAST_SECOND else ""
    tag = bare_etag(info.etag)
    if info.type == FOLDER:
        return Entry(path, True, 0, tag, modified)
    return Entry(path, False, info.size, tag or f"{info.size}-{modified}", modified)


def usable(name: str) -> bool:
    """Whether something can be called so."""
    return name not in _NOWHERE and "/" not in name and "\0" not in name


__all__ = ["FILE", "FOLDER", "Place", "entry_of", "named", "parts_of", "usable"]
