"""From a share to a workspace: its files, local and read-only."""

from vaas.storage.auto import AutoStorage
from vaas.storage.base import OnProgress, Storage
from vaas.storage.copy import CopyStorage
from vaas.storage.davfs import DavfsMount, DavfsSite
from vaas.storage.limits import CopyLimits
from vaas.storage.mapped import MappedStorage, PathRule
from vaas.storage.mounted import find_program
from vaas.storage.native import NativeStorage
from vaas.storage.rclone import RcloneMount, SyncStorage
from vaas.storage.site import RcloneSite, Site
from vaas.storage.sites import Sites

__all__ = [
    "AutoStorage",
    "CopyLimits",
    "CopyStorage",
    "DavfsMount",
    "DavfsSite",
    "MappedStorage",
    "NativeStorage",
    "OnProgress",
    "PathRule",
    "RcloneMount",
    "RcloneSite",
    "Site",
    "Sites",
    "Storage",
    "SyncStorage",
    "find_program",
]
