"""From a share to a workspace: its files, local and read-only."""

from vaas.storage.base import OnProgress, Storage
from vaas.storage.copy import CopyStorage
from vaas.storage.limits import CopyLimits
from vaas.storage.native import NativeStorage

__all__ = ["CopyLimits", "CopyStorage", "NativeStorage", "OnProgress", "Storage"]
