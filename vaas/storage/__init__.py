"""From a share to a workspace: its files, local and read-only."""

from vaas.storage.base import OnProgress, Storage

__all__ = ["OnProgress", "Storage"]
