"""Pictures that lie beside a notebook, as its markdown and HTML name them."""

from __future__ import annotations

import mimetypes

from vaas.launch import Wish
from vaas.web.base import Handler

PATTERN = r"(.*\.(?i:png|jpe?g|gif|svg|webp|avif|bmp|ico))"
"""Files that are served; data stays with the kernel."""

# An SVG opened by itself is a document: it gets no script and no origin.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


class Picture(Handler):
    """``GET /s/{host}/{token}/{path of a picture}``."""

    async def get(self, *where: str) -> None:
        """Send a picture of the share, from the copy that its dashboards use."""
        link = await self.link_at(*where)
        password = self.front.viewers.password(self.viewer, link)
        body = await self.front.launcher.picture(Wish(link, password))
        kind = mimetypes.guess_type(link.path)[0] or "application/octet-stream"
        self.set_header("Content-Type", kind)
        self.set_header("Content-Security-Policy", _POLICY)
        self.set_header("Cache-Control", "private, max-age=60")
        self.write(body)


__all__ = ["PATTERN", "Picture"]
