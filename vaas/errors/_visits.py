"""What can go wrong between clouds that send each other viewers."""

from __future__ import annotations

from collections.abc import Sequence

from vaas.errors._shares import ShareError


class EntryRefused(ShareError):
    """A viewer was sent here by a cloud with a token that does not hold.

    Attributes:
        frames: whose pages may say so, if it is known who sent them.
    """

    title = "Your cloud could not open this dashboard"
    advice = "Open it there once more. If that does not help, its operator can find out why."
    label = "entry_refused"

    def __init__(self, detail: str = "", frames: Sequence[str] = ()) -> None:
        """Keep who sent them.

        Args:
            detail: what happened, without any secret.
            frames: hosts.
        """
        super().__init__(detail)
        self.frames = tuple(frames)


class VisitOver(ShareError):
    """What lets a viewer see a share that a cloud opens has run out.

    Attributes:
        back: where that cloud begins anew; empty if it did not say.
        frames: whose pages may show this one.
    """

    title = "Your visit to this dashboard has run out"
    advice = "Open it again in the cloud where it is shared with you."
    label = "visit_over"

    def __init__(self, detail: str = "", back: str = "", frames: Sequence[str] = ()) -> None:
        """Keep where to go.

        Args:
            detail: what happened, without any secret.
            back: an address of the cloud's.
            frames: hosts.
        """
        super().__init__(detail)
        self.back, self.frames = back, tuple(frames)


class NotTaken(ShareError):
    """A cloud does not take the dashboard that we shared with one of its people."""

    title = "Their cloud does not take this dashboard"
    advice = "Send them its address instead, or ask the operator of their cloud."
    label = "not_taken"


__all__ = ["EntryRefused", "NotTaken", "VisitOver"]
