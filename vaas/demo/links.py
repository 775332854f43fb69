"""The links that the demo cloud has given out."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from pathlib import Path

from vaas.model import Secret


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """One public link.

    Attributes:
        token: what the address carries.
        target: the shared file or folder on disk.
        password: what it asks for, if anything.
        expired: its time is over.
        upload_only: a file drop: nothing can be read.
        internal: only for signed-in people.
    """

    token: str = field(repr=False)
    target: Path
    password: Secret | None = None
    expired: bool = False
    upload_only: bool = False
    internal: bool = False

    @property
    def is_file(self) -> bool:
        """Whether one single file is shared."""
        return self.target.is_file()

    def opens_with(self, password: str) -> bool:
        """Whether ``password`` is right; any is when none is asked for."""
        if self.password is None:
            return True
        return hmac.compare_digest(self.password.value.encode(), password.encode())
