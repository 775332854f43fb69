"""Our own built files: styles and scripts with their content's hash in their name."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from vaas.errors import ConfigError


class Statics:
    """Knows the files that the build put beside this module.

    Attributes:
        folder: where they lie.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Read the build's manifest.

        Raises:
            ConfigError: the front end was not built.
        """
        self.folder = folder or Path(__file__).with_name("static")
        try:
            self._names: dict[str, str] = json.loads((self.folder / "manifest.json").read_text())
        except OSError as error:
            raise ConfigError("the pages' styles are not built: python hatch_build.py") from error

    @property
    def names(self) -> Collection[str]:
        """Names of the built files."""
        return self._names.values()

    def name(self, logical: str) -> str:
        """The built file's name, for instance ``site-ABC123.css`` for ``site.css``."""
        return self._names[logical]

    def url(self, logical: str) -> str:
        """Address of a built file."""
        return f"/static/{self.name(logical)}"

    @lru_cache(maxsize=16)  # noqa: B019 - lives as long as the process
    def inline(self, logical: str) -> Markup:
        """A built file's text, to stand inside a page."""
        return Markup((self.folder / self.name(logical)).read_text(encoding="utf-8"))  # noqa: S704 - our own build


__all__ = ["Statics"]
