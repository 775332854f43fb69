"""What a server leaves for the one that comes after it: how to go on with a session.

It travels as text that holds a share's password, and is never written to a disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from vaas.errors import SessionGone
from vaas.kernels import KernelRequest, Limits
from vaas.manifest import Manifest
from vaas.model import Installation, KernelRef, Share, Workspace
from vaas.rendering import CellFailure
from vaas.session import Session

Standing = tuple[str, int, int]
"""A folder's path and, since another may have come to its place, device and number.

These are 0 where only kernels may touch the folder, since its file system can hang.
"""


@dataclass(frozen=True, slots=True)
class Left:
    """A session whose notebook has run.

    Attributes:
        share: what it shows.
        manifest: what that says of itself.
        standing: of the folder that its kernel sees.
        kernel_name: of its kernelspec.
        installation: to which that belongs.
        environment: its variables.
        limits: what it may use.
        done: cells that have run.
        failures: what failed in it.
    """

    share: Share
    manifest: Manifest
    standing: Standing
    kernel_name: str
    installation: Installation
    environment: Mapping[str, str]
    limits: Limits
    done: int
    failures: list[CellFailure]

    @classmethod
    def read(cls, note: str) -> Left:
        """What a note says.

        Raises:
            SessionGone: nothing that we understand.
        """
        try:
            return _LEFT.validate_json(note)
        except ValidationError as error:
            raise SessionGone(f"its note is none of ours: {error.error_count()} errors") from None

    def request(self, ref: KernelRef, workspace: Workspace) -> KernelRequest:
        """What its kernel was started for.

        Args:
            ref: the kernel's identity.
            workspace: its files, opened anew.
        """
        name, where = self.kernel_name, self.installation
        return KernelRequest(ref, workspace, name, where, self.environment, self.limits)


_LEFT = TypeAdapter(Left)


def standing(workspace: Workspace) -> Standing:
    """Which folder a kernel sees of a workspace that is no mount; it blocks.

    Raises:
        SessionGone: it is not there.
    """
    if workspace.front is not None:
        return str(workspace.path), 0, 0
    try:
        about = workspace.path.stat()
    except OSError as error:
        raise SessionGone(f"its files are not there: {error.strerror}") from error
    return str(workspace.path), about.st_dev, about.st_ino


def note_of(session: Session, manifest: Manifest, stands: Standing) -> str:
    """A session whose notebook has run, as text for the next server.

    Args:
        session: itself.
        manifest: its share's.
        stands: where its files were when its kernel began.
    """
    request = session.recipe.request
    left = Left(
        session.share,
        manifest,
        stands,
        request.kernel_name,
        request.installation,
        request.environment,
        request.limits,
        session.done,
        session.failures,
    )
    return _LEFT.dump_json(left).decode()


__all__ = ["Left", "Standing", "note_of", "standing"]
