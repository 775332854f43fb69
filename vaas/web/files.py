"""Front-end files: kept by browsers for ever, because their address changes with their content."""

from __future__ import annotations

import mimetypes

from tornado.web import HTTPError

from vaas.web.base import Handler

_FOR_EVER = "public, max-age=31536000, immutable"


class StaticFile(Handler):
    """``GET /static/{name}``: our own built files, precompressed by the build."""

    def get(self, name: str) -> None:
        """Send the smallest variant that the browser takes."""
        if name not in self.front.statics.names:
            raise HTTPError(404)
        file = self.front.statics.folder / name
        accepts = self.request.headers.get("Accept-Encoding", "")
        for encoding, suffix in (("br", ".br"), ("gzip", ".gz")):
            packed = file.with_name(name + suffix)
            if encoding in accepts and packed.is_file():
                self.set_header("Content-Encoding", encoding)
                file = packed
                break
        self.set_header("Content-Type", mimetypes.guess_type(name)[0] or "application/octet-stream")
        self.set_header("Vary", "Accept-Encoding")
        self.set_header("Cache-Control", _FOR_EVER)
        self.write(file.read_bytes())


class AssetFile(Handler):
    """``GET /assets/{digest}/{address}``: Voilà's files and the widget libraries'."""

    async def get(self, digest: str, address: str) -> None:
        """Send an asset; the digest must be today's, so that ``immutable`` is true."""
        if digest != self.front.assets.digest:
            raise HTTPError(404)
        await self._send(address)

    async def _send(self, address: str) -> None:
        accepts = self.request.headers.get("Accept-Encoding", "")
        asset = await self.front.assets.get(address, accepts)
        if asset is None:
            raise HTTPError(404)
        if asset.encoding:
            self.set_header("Content-Encoding", asset.encoding)
        self.set_header("Content-Type", asset.media_type)
        self.set_header("Vary", "Accept-Encoding")
        self.set_header("Cache-Control", _FOR_EVER)
        self.write(asset.body)


class TemplateFile(AssetFile):
    """``GET /voila/templates/{address}?v=...``: as Voilà's own templates link their files."""

    async def get(self, address: str) -> None:  # type: ignore[override]  # another route
        """Send a template's file."""
        await self._send(f"templates/{address}")


__all__ = ["AssetFile", "StaticFile", "TemplateFile"]
