"""What says that a part of the older library cannot work here."""

from __future__ import annotations

__all__ = ["NeedsInstitute"]


class NeedsInstitute(NotImplementedError):
    """A part of the older library that works only beside the institute's own services.

    A ``NotImplementedError``, by which notebooks can tell that it is the place that
    lacks something and not they: nothing is left to be written here.
    """

    def __init__(self, asked: str, needs: str) -> None:
        """Say in one sentence what was asked for and what it needs.

        Args:
            asked: name of the function or method.
            needs: what it needs, and what serves instead.
        """
        super().__init__(f"{asked} needs {needs}")
