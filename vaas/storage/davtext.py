"""The little of WebDAV's text that the loopback proxy speaks (RFC 4918, RFC 9110)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote
from xml.sax.saxutils import escape

from vaas.model import Entry

_RANGE = re.compile(r"bytes=(\d{1,18})?-(\d{1,18})?")
_LONG_AGO = "Thu, 01 Jan 1970 00:00:00 GMT"


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """The part of a file that a ``Range`` header asks for.

    Args:
        header: its value; empty, or one that we do not read, for the whole file.
        size: the file's bytes.

    Returns:
        offset and number of bytes; ``None`` if the file has no such part.
    """
    found = _RANGE.fullmatch(header.strip())
    if not found or not any(found.groups()):
        return 0, size
    first, last = found.groups()
    if first is None:
        count = min(int(last), size)
        return (size - count, count) if count else None
    begin = int(first)
    end = size if last is None else min(int(last) + 1, size)
    return (begin, end - begin) if begin < end else None


def multistatus(items: Iterable[tuple[str, Entry | None]]) -> bytes:
    """A ``207`` body.

    Args:
        items: path as the client asks for it and what is there; ``None`` for
            the share's root.
    """
    body = "".join(_response(path, entry) for path, entry in items)
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">{body}'
        "</D:multistatus>"
    ).encode()


def _response(path: str, entry: Entry | None) -> str:
    if entry is None or entry.is_folder:
        href = f"{path.rstrip('/')}/"
        kind = "<D:resourcetype><D:collection/></D:resourcetype>"
    else:
        href = path
        kind = f"<D:resourcetype/><D:getcontentlength>{max(entry.size, 0)}</D:getcontentlength>"
    time = http_date(entry.modified if entry else "")
    return (
        f"<D:response><D:href>{escape(quote(href))}</D:href><D:propstat><D:prop>{kind}"
        f"<D:getlastmodified>{time}</D:getlastmodified></D:prop>"
        "<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
    )


def http_date(text: str) -> str:
    """A time as HTTP writes it; the epoch where the share's system tells none that we read."""
    try:
        return format_datetime(parsedate_to_datetime(text), usegmt=True)
    except (ValueError, TypeError):
        return _LONG_AGO


__all__ = ["byte_range", "http_date", "multistatus"]
