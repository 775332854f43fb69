"""Directories of the mesh, followed: fetched, judged, and the last good one kept.

What cannot be had, or is refused, changes nothing: the clouds of the last good document
stay trusted, over a restart too, and the operator is told why.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from vaas.errors import DirectoryRefused, EfssFailed, VaasError
from vaas.mesh.directory import Directory, Listed, PeerRule
from vaas.mesh.listing import MOST_BYTES, Listing, Server, pinned, read
from vaas.observability import logger
from vaas.shares import OutboundClient, OutboundPolicy, SiteRule
from vaas.shares.addresses import is_literal, is_local_name
from vaas.state.listings import KeptListing, Listings

SOON = 60.0
"""Seconds after which a directory that never was had is asked again."""

_DEADLINE = 15.0
_OK, _UNCHANGED = 200, 304

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """A directory, as the operator names it.

    Attributes:
        place: its address, or a file's path.
        keys: public keys of which one must have signed it; none: it is believed as it is.
        every: seconds between two looks at it.
        signed: whether messages that its clouds did not sign are refused.
        cavage: whether the older form of signatures counts as one.
        insecure: whether it, and clouds that it names so, are asked by plain http.
        private: whether they may have private addresses.
    """

    place: str
    keys: tuple[str, ...] = ()
    every: float = 3600.0
    signed: bool = False
    cavage: bool = False
    insecure: bool = False
    private: bool = False

    @property
    def label(self) -> str:
        """How it is called in logs: addresses may hold a secret, hosts do not."""
        return urlsplit(self.place).netloc if "://" in self.place else self.place


@dataclass(frozen=True, slots=True)
class Standing:
    """What the operator is told of a directory.

    Attributes:
        label: which one.
        name: of its federation, or its label.
        clouds: how many it names; of the last good document.
        as_of: seconds since 1970 at which that was had; 0: never.
        trouble: why the latest look changed nothing, or empty.
    """

    label: str
    name: str
    clouds: int = 0
    as_of: float = 0.0
    trouble: str = ""


class Directories:
    """Follows directories; belongs to one event loop."""

    def __init__(
        self, sources: Sequence[Source], directory: Directory, kept: Listings | None, us: str
    ) -> None:
        """Know nothing yet.

        Args:
            sources: the operator's; of two that name a cloud the first counts.
            directory: learns what they say.
            kept: keeps the last good documents; ``None``: nothing does.
            us: our own host, of which nothing is learnt.

        Raises:
            ConfigError: a pinned key is none.
        """
        self._keys = {source.place: pinned(source.keys) for source in sources}
        self._sources, self._directory, self._kept, self._us = sources, directory, kept, us
        self._known: dict[str, tuple[KeptListing, list[Listed]]] = {}
        self._standings = {one.place: Standing(one.label, one.label) for one in sources}

    @property
    def standings(self) -> Iterable[Standing]:
        """How each of them stands."""
        return self._standings.values()

    async def load(self) -> None:
        """Trust the clouds of the last good documents."""
        if self._kept is None:
            return
        await self._kept.forget_others(self._keys)
        for source in self._sources:
            kept = await self._kept.find(source.place)
            try:
                if kept is not None:
                    self._trust(source, kept, *self._judged(source, kept))
            except DirectoryRefused as error:  # by other keys than before, or other rules
                self._trouble(source, error)

    async def run(self) -> None:
        """Look at each of them every so often, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for source in self._sources:
                group.create_task(self._follow(source), name="directory")

    async def look(self) -> None:
        """Look at all of them once."""
        await asyncio.gather(*map(self._look, self._sources))

    async def _follow(self, source: Source) -> None:
        while True:
            await self._look(source)
            known = source.place in self._known
            await asyncio.sleep(source.every if known else min(source.every, SOON))

    async def _look(self, source: Source) -> None:
        before, _ = self._known.get(source.place, (None, []))
        try:
            found = await _fetched(source, before)
            judged = self._judged(source, found)
            if self._kept is not None:
                await self._kept.put(found)
            self._trust(source, found, *judged)
        except VaasError as error:
            self._trouble(source, error)
        except Exception:  # a task's last line: told, not raised
            log.exception("directory_failed", directory=source.label)

    def _judged(self, source: Source, kept: KeptListing) -> tuple[Listing, list[Listed]]:
        """What a document says, and whom it would make trusted.

        Raises:
            DirectoryRefused: the document, or a cloud in it, is not accepted.
        """
        listing = read(kept.document, self._keys[source.place])
        name, servers = listing.name or source.label, self._outward(source, listing)
        return listing, [Listed(one.name, name, _rule(source, one)) for one in servers]

    def _trust(
        self, source: Source, kept: KeptListing, listing: Listing, listed: list[Listed]
    ) -> None:
        before, _ = self._known.get(source.place, (None, []))
        here = self._standings[source.place]
        self._known[source.place] = kept, listed
        self._standings[source.place] = Standing(
            source.label, listing.name or source.label, len(listed), kept.fetched
        )
        known = [self._known[one.place] for one in self._sources if one.place in self._known]
        self._directory.learn(one for _, theirs in known for one in theirs)
        if before is None or before.document != kept.document or here.trouble:
            told = {"clouds": len(listed), "signed": listing.signed}
            log.info("directory_taken", directory=source.label, **told)

    def _outward(self, source: Source, listing: Listing) -> list[Server]:
        """All but ourselves, if none has an address inside that no rule speaks of."""
        found = [one for one in listing.servers if one.host != self._us]
        for server in found:
            if self._directory.speaks_of(server.host):
                continue
            wrong = "without https" if server.insecure and not source.insecure else ""
            if not source.private and any(map(_is_inward, (server.host, *server.also))):
                wrong = "at an address inside"
            if wrong:
                way = "a rule with allow = false passes it over"
                raise DirectoryRefused(f"it names {server.host} {wrong}; {way}")
        return found

    def _trouble(self, source: Source, error: VaasError) -> None:
        here = self._standings[source.place]
        self._standings[source.place] = replace(here, trouble=error.detail)
        log.warning(
            "directory_refused",
            directory=source.label,
            error=error.label,
            why=error.detail,
            clouds_kept=here.clouds,
        )


def _rule(source: Source, server: Server) -> PeerRule:
    return PeerRule(
        server.host,
        signed=source.signed,
        cavage=source.cavage,
        also=server.also,
        insecure=server.insecure,
        private=source.private,
    )


def _is_inward(host: str) -> bool:
    name = host.removeprefix("[").partition("]")[0] if "[" in host else host.partition(":")[0]
    return is_literal(name) or is_local_name(name)


async def _fetched(source: Source, before: KeptListing | None) -> KeptListing:
    """A directory's document; the one before, if it has not changed.

    Raises:
        DirectoryRefused: there is no such file, or it is too large.
        OutboundError, EfssFailed: it cannot be had.
    """
    if "://" not in source.place:
        document = await asyncio.to_thread(_content, source.place)
        return KeptListing(source.place, document, "", "", time.time())
    asked = {"Accept": "application/jose+json, application/jose, application/json"}
    if before and before.etag:
        asked["If-None-Match"] = before.etag
    elif before and before.modified:
        asked["If-Modified-Since"] = before.modified
    site = SiteRule(source.label, insecure=source.insecure, private=source.private)
    async with OutboundClient(OutboundPolicy([site])) as client:
        answer = await client.request(
            "GET", source.place, headers=asked, max_bytes=MOST_BYTES, deadline=_DEADLINE
        )
    if before and answer.status == _UNCHANGED:
        return replace(before, fetched=time.time())
    if answer.status != _OK:
        raise EfssFailed(f"{source.label}: status {answer.status}")
    etag, modified = (answer.headers.get(n, "")[:200] for n in ("ETag", "Last-Modified"))
    return KeptListing(source.place, answer.body, etag, modified, time.time())


def _content(place: str) -> bytes:
    try:
        with Path(place).expanduser().open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise DirectoryRefused(f"{error.strerror}") from None


__all__ = ["Directories", "Source", "Standing"]
