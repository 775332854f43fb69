"""Where manifests come from, and what is wrong with one, for its author."""

from __future__ import annotations

import asyncio
import re
import tomllib
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from vaas.errors import ShareChanged
from vaas.manifest import LARGEST, Manifest, parse
from vaas.model import Entry, Share
from vaas.observability import logger
from vaas.shares import Shares

NAME = "vaas.toml"

_MOST_LINES = 1_000
_REMEMBERED = 1_000
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")

log = logger(__name__)


class Manifests:
    """The manifests of shares, each read once for each version."""

    def __init__(self, shares: Shares) -> None:
        """Know none yet.

        Args:
            shares: reads them.
        """
        self._shares = shares
        self._known: OrderedDict[str, Manifest] = OrderedDict()

    async def of(self, share: Share) -> Manifest:
        """A share's manifest; one that says nothing if it has none that is right.

        Raises:
            ShareError, OutboundError: the share cannot be listed or read.
        """
        key = share.version.key
        if key not in self._known:
            self._known[key] = await self._read(share)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return self._known[key]

    def remember(self, share: Share, manifest: Manifest) -> None:
        """Know a manifest that was read earlier."""
        self._known.setdefault(share.version.key, manifest)

    async def problems(self, share: Share) -> tuple[str, ...]:
        """What is wrong with a share's manifest, one line each.

        Raises:
            ShareError, OutboundError: the share cannot be listed or read.
        """
        content = await self.content(share)
        return tuple(map(str, await asyncio.to_thread(problems, content)))

    async def content(self, share: Share) -> bytes:
        """A manifest as its author wrote it, cut off where it is too long; empty for none.

        Raises:
            ShareError, OutboundError: the share cannot be listed or read.
        """
        if share.is_file:
            return b""
        entries = await self._shares.list(share, "")
        entry = next((one for one in entries if _is_manifest(one)), None)
        return b"" if entry is None else await self._bytes(share, entry)

    async def _bytes(self, share: Share, entry: Entry) -> bytes:
        content = b""
        async with aclosing(self._shares.read(share, entry, 0, LARGEST + 1)) as pieces:
            async for piece in pieces:
                content += piece
                if len(content) > LARGEST:
                    break
        return content[: LARGEST + 1]

    async def _read(self, share: Share) -> Manifest:
        try:
            content = await self.content(share)
            return await asyncio.to_thread(parse, content)
        except (ValueError, RecursionError):
            log.info("manifest_ignored", share=share.link.fingerprint)
        except ShareChanged as error:  # the launch itself finds out whether that matters
            log.info("manifest_ignored", share=share.link.fingerprint, why=error.detail)
        return Manifest()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a manifest.

    Attributes:
        line: where, from 1; 0 if that is unknown.
        key: which key, ``a.b``; empty if it is no TOML at all.
        text: what is wrong.
    """

    line: int
    key: str
    text: str

    def __str__(self) -> str:
        """One line for the author."""
        place = f"{NAME}, line {self.line}" if self.line else NAME
        return f"{place}: {self.key + ': ' if self.key else ''}{self.text}"


def problems(content: bytes) -> list[Problem]:
    """What is wrong with a manifest, with lines; it takes its time."""
    try:
        parse(content)
    except ValidationError as error:
        text = content.decode()
        return [_problem(text, one["loc"], one["msg"]) for one in error.errors()]
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        line = int(found[1]) if found else len(content.splitlines())
        return [Problem(line, "", _AT_LINE.sub("", str(error)).strip())]
    except (ValueError, RecursionError) as error:
        return [Problem(0, "", str(error))]
    return []


def _is_manifest(entry: Entry) -> bool:
    return entry.path == NAME and not entry.is_folder


def _problem(text: str, key: Sequence[str | int], words: str) -> Problem:
    name = ".".join(map(str, key))
    return Problem(_line(text, list(key)), name, words.removeprefix("Value error, "))


def _line(text: str, key: list[str | int]) -> int:
    """The line in which a key is given, or the nearest one above it that is.

    The file is read up to each of its lines: those after which it is whole
    are ends of statements, and the first of them that knows the key has it.
    """
    lines = text.splitlines(keepends=True)[:_MOST_LINES]
    begin, best, depth = 1, 0, 0
    for end in range(1, len(lines) + 1):
        try:
            known = _depth(tomllib.loads("".join(lines[:end])), key)
        except tomllib.TOMLDecodeError:
            continue
        if known > depth:
            best, depth = begin, known
        begin = end + 1
    return best


def _depth(found: Any, key: list[str | int]) -> int:
    """How many parts of a key are there."""
    for depth, part in enumerate(key):
        try:
            found = found[part]
        except (KeyError, IndexError, TypeError):
            return depth
    return len(key)


__all__ = ["NAME", "Manifests", "Problem", "problems"]
