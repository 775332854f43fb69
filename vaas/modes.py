"""The data modes of a service, and which of them serves a share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

from vaas.config import NativeFolder, Settings
from vaas.kernels.forks.templates import fork_users, template_users
from vaas.model import Share
from vaas.shares import OutboundPolicy
from vaas.storage import (
    AutoStorage,
    CopyLimits,
    CopyStorage,
    DavfsMount,
    DavfsSite,
    MappedStorage,
    NativeStorage,
    PathRule,
    RcloneMount,
    RcloneSite,
    Sites,
    Storage,
    SyncStorage,
)
from vaas.temporary import MOUNTS


class Modes:
    """Owns the data modes."""

    def __init__(
        self, settings: Settings, data: Path, local: Mapping[str, Path], policy: OutboundPolicy
    ) -> None:
        """Make them; nothing lives before the first share.

        Args:
            settings: the operator's.
            data: folder for copies and mounts.
            local: folders and notebooks of this machine, by the token of their share.
            policy: knows which site a link belongs to.
        """
        self._policy = policy
        self._local = NativeStorage(local)
        self._modes = _modes(settings, data)
        self._mapped = {
            site.host: MappedStorage([_rule(one) for one in site.native], self._modes[site.data])
            for site in settings.site
            if site.native
        }

    def choose(self, share: Share, wished: str) -> Storage:
        """The mode for a share: the site's, if the operator named one.

        Args:
            share: whose files are wanted.
            wished: the mode that the share's author asks for, or ``auto``.
        """
        if share.product == "local":
            return self._local
        rule = self._policy.rule_for(share.link.root)
        if rule is not None and rule.host in self._mapped:
            return self._mapped[rule.host]
        if rule is not None and rule.data != "auto":
            return self._modes[rule.data]
        # A mount that an author asks for is no more than a wish.
        return self._modes["large" if wished == "mount" else wished]

    async def erase(self, share: str) -> bool:
        """Remove what they keep of a share; whether nothing is left.

        Args:
            share: ``Version.share``.
        """
        return all([await mode.erase(share) for mode in self._modes.values()])

    async def close(self) -> None:
        """Close them all, those that others choose from last."""
        async with AsyncExitStack() as stack:
            for mode in reversed(self._modes.values()):
                stack.push_async_callback(mode.close)


def _modes(settings: Settings, data: Path) -> dict[str, Storage]:
    """The modes that a site can name, and what ``auto`` needs besides."""
    wanted, over = settings.copy_limits, settings.mount
    limits = CopyLimits(
        size=wanted.share_bytes,
        files=wanted.share_files,
        depth=wanted.depth,
        cache_bytes=wanted.cache_bytes,
    )
    few = replace(
        limits,
        size=min(limits.size, over.above_bytes),
        files=min(limits.files, over.above_files),
    )
    small, copy = CopyStorage(data / "shares", few), CopyStorage(data / "shares", limits)
    rclone = Sites(data / MOUNTS, RcloneSite)
    sync, mount = SyncStorage(data / "shares", limits, rclone), RcloneMount(rclone)
    many = SyncStorage(data / "shares", replace(limits, size=few.size), rclone)
    davfs = DavfsMount(Sites(data / MOUNTS, partial(DavfsSite, users=_users(settings))))
    auto = AutoStorage(small, many, [mount, davfs], copy, few)
    large = AutoStorage(None, None, [mount, davfs], copy, few)
    modes = {"auto": auto, "large": large, "small": small, "many": many, "copy": copy}
    return {**modes, "sync": sync, "mount": mount, "davfs": davfs}


def _users(settings: Settings) -> list[int]:
    """Those that kernels may run as."""
    most = settings.kernel.hosted
    templates = template_users(4 * settings.kernel.templates, most)
    return [*templates, *fork_users(most)]


def _rule(folder: NativeFolder) -> PathRule:
    return PathRule(re.compile(folder.link), folder.folder, folder.inside)


__all__ = ["Modes"]
