"""What a data mode promises.

A data mode turns a share at one version into plain local files. ``launch``
opens it, hands the workspace to the kernel and keeps it open as long as the
kernel lives.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext

from vaas.model import Phase, Reader, Share, Workspace

OnProgress = Callable[[Phase], None]


class Storage(ABC):
    """One data mode (``copy``, ``native``, ...).

    Called by ``launch``, once for each viewer; whatever viewers of the same
    version can share (the files), the mode shares among them.
    """

    @abstractmethod
    def open(
        self, share: Share, reader: Reader, on_progress: OnProgress
    ) -> AbstractAsyncContextManager[Workspace]:
        """Make the share's files appear.

        Args:
            share: what to open; ``share.version`` is the state to show.
            reader: lists and reads the share.
            on_progress: called with ``data`` phases while files arrive.

        Returns:
            a context that gives a complete ``Workspace``: never half a tree.
            While it is open the files neither change nor disappear; in a mode
            that reads them only when a kernel does, one that changed in the
            share gives an error, never a mixture.

        Raises:
            WorkspaceError: a limit is exceeded, the disk is full, or the share
                changes faster than it can be fetched.
            ShareError, OutboundError: whatever ``reader`` raises.
        """

    def kept(self, share: Share) -> AbstractAsyncContextManager[Workspace | None]:
        """The share's files, if they are at hand and nobody need be asked for them.

        Args:
            share: what to open, at a version that was seen before.

        Returns:
            as ``open``; ``None`` where they would have to be fetched.
        """
        del share
        return nullcontext()

    async def stamped(self, share: Share) -> Share:
        """The share at its state as this mode tells it.

        Called after each ``resolve``, also when a share is only looked at
        again. Modes that show what the share's system tells have no other word.

        Args:
            share: as its system describes it.
        """
        return share

    async def erase(self, share: str) -> bool:  # noqa: ARG002 (what is kept nowhere)
        """Remove what is kept of a share, once nobody has it open.

        Called when its owner took it back.

        Args:
            share: ``Version.share``.

        Returns:
            whether nothing is left.
        """
        return True

    @abstractmethod
    async def close(self) -> None:
        """Let go of everything that lives; files of other runs may stay."""


__all__ = ["OnProgress", "Storage"]
