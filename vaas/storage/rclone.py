"""Data modes ``mount`` and ``sync``: rclone, one daemon for each site."""

from __future__ import annotations

import asyncio
from pathlib import Path

from vaas.errors import WorkspaceError
from vaas.model import Phase, Reader, Share
from vaas.observability import logger
from vaas.storage.copy import CopyStorage, Flight
from vaas.storage.limits import CopyLimits
from vaas.storage.listing import Plan
from vaas.storage.mounted import MountedStorage, missing_programs
from vaas.storage.rcd import Daemon
from vaas.storage.site import RcloneSite
from vaas.storage.sites import Sites
from vaas.storage.stage import Stage, Survey
from vaas.storage.tasks import in_thread
from vaas.storage.view import View

_POLL = 0.2

_log = logger(__name__)


class RcloneMount(MountedStorage):
    """Mounts shares with rclone."""

    programs = ("rclone", "fusermount3")


class SyncStorage(CopyStorage):
    """Copies as ``CopyStorage`` does, but lets rclone fetch what is new.

    rclone is shown the missing files alone, under their digests, so that
    nothing else is asked for and what it brought is kept if it is interrupted.
    Its requests wait in the site's line with those of mounts, which a copy's do
    not. What it cannot bring is copied.
    """

    def __init__(self, root: Path, limits: CopyLimits, sites: Sites) -> None:
        """Remember where; nothing lives before the first share.

        Args:
            root: the cache's folder, as for ``CopyStorage``.
            limits: what a share and the cache may take.
            sites: rclone's daemons; closed with this mode.
        """
        super().__init__(root, limits)
        self._sites = sites

    def usable(self) -> bool:
        """Whether rclone is here; else this is a copy."""
        return not missing_programs(["rclone"])

    async def _fetch(
        self, share: Share, reader: Reader, flight: Flight, stage: Stage, plan: Plan
    ) -> None:
        try:
            await self._bring(share, reader, flight, stage, plan)
        except WorkspaceError as error:
            _log.warning("rclone brought not all", share=share.version.share, why=error.detail)
        await super()._fetch(share, reader, flight, stage, plan)

    async def _bring(
        self, share: Share, reader: Reader, flight: Flight, stage: Stage, plan: Plan
    ) -> None:
        survey = await in_thread(self._survey, stage, plan, share)
        # Of the others rclone would not know how long they are, or whether they are the same.
        wanted = {item.digest: item.entry for item, _ in survey.missing if item.known and item.size}
        if not wanted:
            return
        await self._make_room(sum(entry.size for entry in wanted.values()))
        await self._sites.open()
        site = self._sites.site(share.link.host)
        assert isinstance(site, RcloneSite)
        door = self._sites.proxy.add(View(share, reader, site.line, known={"": wanted}))
        place = await in_thread(stage.arriving)
        try:
            async with site.daemon() as daemon:
                job = await daemon.begin_copy(door.url, door.key, place)
                await _watch(daemon, job, flight, survey)
        finally:
            self._sites.proxy.remove(door)
            sizes = {digest: entry.size for digest, entry in wanted.items()}
            await in_thread(stage.take_in, sizes)

    async def close(self) -> None:
        """End copies under way and rclone; files stay for the next run."""
        await super().close()
        await self._sites.close()


async def _watch(daemon: Daemon, job: int, flight: Flight, survey: Survey) -> None:
    """Wait for the end of a copy, telling its progress; end it when nobody waits any more."""
    total = survey.files + len(survey.missing)
    try:
        while (done := await daemon.progress(job)) is not None:
            files, size = done
            flight.tell(Phase("data", survey.files + files, total, survey.size + size))
            await asyncio.sleep(_POLL)
    except asyncio.CancelledError:
        await daemon.stop(job)
        raise


__all__ = ["RcloneMount", "SyncStorage"]
