"""Colours: conversion, harmony, palettes. Channels are whole numbers from 0 to 255."""
# ruff: noqa: N801, N802, N803 - names of the older spelling

from __future__ import annotations

import base64
import colorsys
import io
import math
import random
import re
import struct
import zlib
from collections.abc import Sequence
from typing import Any

__all__ = ["Normalize", "analogousColor", "colorInterpolator", "complementaryColor", "darken"]
__all__ += ["hex2rgb", "image2Base64", "isColorDark", "monochromaticColor", "multiply"]
__all__ += ["paletteImage", "randomColor", "rgb2hex", "splitComplementaryColor", "squareColor"]
__all__ += ["string2rgb", "tetradicColor", "text2rgb", "triadicColor"]

Rgb = tuple[int, int, int]


def Normalize(value: float, valuemin: float, valuemax: float) -> float:
    """Return where ``value`` lies between two others, from 0 to 1."""
    return 0.0 if valuemax == valuemin else (value - valuemin) / (valuemax - valuemin)


def _turned(rgb: Sequence[float], degrees: float) -> Rgb:
    h, light, s = colorsys.rgb_to_hls(*[channel / 255 for channel in rgb[:3]])
    return _bytes(colorsys.hls_to_rgb((h + degrees / 360) % 1.0, light, s))


def _bytes(channels: Sequence[float]) -> Rgb:
    r, g, b = (min(255, max(0, round(255 * one))) for one in channels)
    return r, g, b


def complementaryColor(rgb: Sequence[float]) -> Rgb:
    """Return the colour on the other side of the wheel."""
    return _turned(rgb, 180)


def triadicColor(rgb: Sequence[float]) -> list[Rgb]:
    """Return the two colours a third of the wheel away."""
    return [_turned(rgb, 120), _turned(rgb, 240)]


def splitComplementaryColor(rgb: Sequence[float]) -> list[Rgb]:
    """Return the two neighbours of the complementary colour."""
    return [_turned(rgb, 150), _turned(rgb, 210)]


def tetradicColor(rgb: Sequence[float]) -> list[Rgb]:
    """Return three colours that make a rectangle on the wheel."""
    return [_turned(rgb, 60), _turned(rgb, 180), _turned(rgb, 240)]


def squareColor(rgb: Sequence[float]) -> list[Rgb]:
    """Return three colours that make a square on the wheel."""
    return [_turned(rgb, 90), _turned(rgb, 180), _turned(rgb, 270)]


def analogousColor(rgb: Sequence[float]) -> list[Rgb]:
    """Return the two neighbours on the wheel."""
    return [_turned(rgb, -30), _turned(rgb, 30)]


def monochromaticColor(rgb: Sequence[float], increment: float = 0.2) -> list[Rgb]:
    """Return a darker and a lighter colour of the same hue."""
    h, light, s = colorsys.rgb_to_hls(*[channel / 255 for channel in rgb[:3]])
    lights = (max(0.0, light - increment), min(1.0, light + increment))
    return [_bytes(colorsys.hls_to_rgb(h, one, s)) for one in lights]


def isColorDark(rgb: Sequence[float]) -> bool:
    """Whether white text reads better on the colour than black."""
    r, g, b = rgb[:3]
    seen: float = math.sqrt(0.299 * r * r + 0.587 * g * g + 0.114 * b * b)
    return bool(seen < 127.5)  # noqa: PLR2004 - the middle of 255


def multiply(color1: str, color2: str) -> str:
    """Return two ``#rrggbb`` colours laid over each other like filters."""
    pairs = zip(hex2rgb(color1), hex2rgb(color2), strict=True)
    return rgb2hex([a * b // 255 for a, b in pairs])


def darken(color1: str, color2: str) -> str:
    """Return the darker channel of each of two ``#rrggbb`` colours."""
    return rgb2hex([min(a, b) for a, b in zip(hex2rgb(color1), hex2rgb(color2), strict=True)])


def randomColor() -> str:
    """Return any colour, as ``#rrggbb``."""
    return f"#{random.randrange(0x1000000):06x}"  # noqa: S311 - looks, not secrets


def rgb2hex(rgb: Sequence[float]) -> str:
    """Return a colour as ``#rrggbb``."""
    return "#" + "".join(f"{min(255, max(0, int(one))):02x}" for one in rgb[:3])


def hex2rgb(color: str) -> Rgb:
    """Return ``#rrggbb`` or ``#rgb`` as three channels.

    Raises:
        ValueError: it is no such text.
    """
    digits = color.strip().lstrip("#")
    if re.fullmatch(r"[0-9a-fA-F]{3}", digits):
        digits = "".join(2 * one for one in digits)
    if not re.fullmatch(r"[0-9a-fA-F]{6}([0-9a-fA-F]{2})?", digits):
        raise ValueError(f"{color!r} is no colour like '#2f5d8a'")
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def text2rgb(color: str) -> Rgb:
    """Return ``rgb(1,2,3)`` as three channels; what is no such text is black."""
    found = re.findall(r"-?\d+(?:\.\d+)?", color)
    if not color.strip().lower().startswith("rgb") or len(found) < 3:  # noqa: PLR2004
        return 0, 0, 0
    r, g, b = (int(float(one)) for one in found[:3])
    return r, g, b


_NAMES = {
    "black": "#000000", "white": "#ffffff", "red": "#ff0000", "green": "#008000",
    "blue": "#0000ff", "yellow": "#ffff00", "orange": "#ffa500", "grey": "#808080",
    "gray": "#808080", "purple": "#800080", "brown": "#a52a2a", "pink": "#ffc0cb",
    "cyan": "#00ffff", "magenta": "#ff00ff", "lightgrey": "#d3d3d3", "darkgrey": "#a9a9a9",
}  # fmt: skip


def string2rgb(s: str) -> Rgb:
    """Return ``#rrggbb``, ``rgb(1,2,3)`` or a common name as three channels."""
    if s.strip().lower().startswith("rgb"):
        return text2rgb(s)
    return hex2rgb(_NAMES.get(s.strip().lower(), s))


class colorInterpolator:
    """Colours between the ends of a range of numbers.

    Args:
        colorlist: colours from the lowest to the highest.
        minValue: number of the first colour.
        maxValue: number of the last colour.
    """

    def __init__(
        self, colorlist: Sequence[str], minValue: float = 0.0, maxValue: float = 100.0
    ) -> None:
        self.colors = [string2rgb(one) for one in colorlist]
        self.minValue, self.maxValue = minValue, maxValue

    def GetColor(self, value: float) -> str:
        """Return the colour of ``value`` as ``#rrggbb``; beyond the ends, the end's."""
        place = min(1.0, max(0.0, Normalize(value, self.minValue, self.maxValue)))
        place *= len(self.colors) - 1
        low = min(int(place), max(0, len(self.colors) - 2))
        first, second = self.colors[low], self.colors[min(low + 1, len(self.colors) - 1)]
        part = place - low
        return rgb2hex([round(a + (b - a) * part) for a, b in zip(first, second, strict=True)])

    def GetColors(self, num_classes: int) -> list[str]:
        """Return that many colours at even distances."""
        last = max(1, num_classes - 1)
        step = (self.maxValue - self.minValue) / last
        return [self.GetColor(self.minValue + i * step) for i in range(num_classes)]


def paletteImage(
    colorlist: Sequence[str], width: int = 400, height: int = 40, interpolate: bool = True
) -> Any:
    """Return a palette as picture: a PIL image, or PNG bytes where Pillow is missing."""
    if interpolate:
        between = colorInterpolator(colorlist, 0, max(1, width - 1))
        row = [hex2rgb(between.GetColor(x)) for x in range(width)]
    else:
        row = [string2rgb(colorlist[x * len(colorlist) // width]) for x in range(width)]
    raw = _png(row, height)
    try:
        from PIL import Image  # noqa: PLC0415 - only where pictures are wanted
    except ImportError:
        return raw
    return Image.open(io.BytesIO(raw))


def _png(row: Sequence[Rgb], height: int) -> bytes:
    """A PNG whose lines are all the same (chunks as of the PNG specification, section 5)."""
    line = b"\0" + b"".join(bytes(one) for one in row)

    def chunk(kind: bytes, data: bytes) -> bytes:
        """A part of a PNG file, with its length and checksum."""
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", len(row), height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(line * height)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def image2Base64(img: Any) -> str:
    """Return a PIL image, or PNG bytes, as data URL."""
    if not isinstance(img, bytes):
        out = io.BytesIO()
        img.save(out, format="PNG")
        img = out.getvalue()
    return "data:image/png;base64," + base64.b64encode(img).decode()
