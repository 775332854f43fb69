"""Pictures in markdown that the notebook carries as attachments."""

from __future__ import annotations

from urllib.parse import unquote

from nbconvert.filters.markdown_mistune import IPythonRenderer

_PREFIX = "attachment:"


class CarriedPictures(IPythonRenderer):
    """nbconvert's renderer, which gives up at a picture whose data is not there."""

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A picture; where its data is missing, the words for it."""
        if url.startswith(_PREFIX):
            name = url.removeprefix(_PREFIX)
            name = name if name in self.attachments else unquote(name)
            if not self.attachments.get(name):
                return str(self.text(text))
            url = _PREFIX + name
        return str(super().image(text, url, title))


__all__ = ["CarriedPictures"]
