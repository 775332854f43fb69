"""Messages of other clouds (Open Cloud Mesh) that are not accepted."""

from __future__ import annotations

from collections.abc import Mapping

from vaas.errors._base import VaasError


class MeshError(VaasError):
    """Another cloud's message was not accepted; its text goes to that cloud."""

    title = "The message of the other cloud was not accepted"
    advice = "Its operator and that of this service can find out why."
    label = "mesh"


class MessageInvalid(MeshError):
    """A message that lacks something, or says something that cannot be.

    Attributes:
        problems: what is wrong, by the field's name.
    """

    title = "The message of the other cloud could not be read"
    label = "message_invalid"

    def __init__(self, detail: str = "", problems: Mapping[str, str] | None = None) -> None:
        """Keep what is wrong.

        Args:
            detail: in one line, without any secret.
            problems: by field.
        """
        super().__init__(detail)
        self.problems = dict(problems or {})


class SenderUnproven(MeshError):
    """A message whose signature is missing, wrong, old, seen before or somebody else's."""

    title = "The message does not prove which cloud it comes from"
    label = "sender_unproven"


class PeerNotTrusted(MeshError):
    """A cloud from which the operator takes no shares."""

    title = "This service takes no shares from that cloud"
    advice = "The operator of this service can add it."
    label = "peer_not_trusted"


class NotSupported(MeshError):
    """A kind of share that cannot become a dashboard."""

    title = "This kind of share is not supported here"
    advice = "Share a folder or a notebook with this service."
    label = "not_supported"


class TooManyShares(MeshError):
    """A cloud that sends more than the operator allows."""

    title = "That cloud has too many shares here"
    advice = "Remove some of them, or come back later."
    label = "too_many_shares"


class InvitationTaken(MeshError):
    """An invitation that was accepted before."""

    title = "This invitation was accepted before"
    advice = "Ask for a new one."
    label = "invitation_taken"


class DirectoryRefused(MeshError):
    """A directory of clouds that was not accepted; the last one that was stays."""

    title = "The directory of other clouds was not accepted"
    advice = "Its operator can find out why; clouds of its last good state stay trusted."
    label = "directory_refused"


__all__ = [
    "DirectoryRefused",
    "InvitationTaken",
    "MeshError",
    "MessageInvalid",
    "NotSupported",
    "PeerNotTrusted",
    "SenderUnproven",
    "TooManyShares",
]
