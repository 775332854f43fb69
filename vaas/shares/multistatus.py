"""Reading what a WebDAV server says about a folder (RFC 4918, section 13).

Servers differ in how they write addresses (absolute, with another prefix than
was asked for, escaped more or less) and ETags (quoted, weak, bare, none). Here
all that becomes plain ``Resource`` values, and nothing that lies outside the
folder that was asked for gets through.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from vaas.errors import AnswerTooLarge, EfssFailed, NotAnEfss

MAX_BYTES = 16 * 2**20
"""Largest answer to one PROPFIND, in bytes."""

MAX_ENTRIES = 20_000
"""Most entries taken from one folder."""

_IN_THREAD = 128 * 2**10
_DAV, _OC = "{DAV:}", "{http://owncloud.org/ns}"
_ORIGIN = re.compile(r"^https?://[^/]*", re.IGNORECASE)

PROPFIND_BODY = (
    b'<?xml version="1.0"?>'
    b'<d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop>'
    b"<d:resourcetype/><d:getetag/><d:getcontentlength/><d:getlastmodified/><d:displayname/>"
    b"<oc:name/><oc:permissions/><oc:size/>"
    b"<oc:public-link-item-type/><oc:public-link-permission/><oc:public-link-expiration/>"
    b"</d:prop></d:propfind>"
)
"""Properties that some product has a use for; the others leave them out."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One file or folder as a WebDAV server describes it.

    Attributes:
        parts: its path on the server, decoded, one item a level.
        is_folder: whether it is a collection.
        etag: without quotes and weakness mark; empty if there is none.
        size: bytes; for folders what the server calls their size, else 0.
        modified: the server's text for the time of the last change.
        name: what the server calls it; may be empty.
        permissions: ownCloud's letters; ``None`` if the server has none.
        item_type: ``file`` or ``folder`` for the root of a link, if told.
        link_permission: ownCloud's permission bits of a link, if told.
    """

    parts: tuple[str, ...]
    is_folder: bool
    etag: str = ""
    size: int = 0
    modified: str = ""
    name: str = ""
    permissions: str | None = None
    item_type: str = ""
    link_permission: int | None = None

    @property
    def tag(self) -> str:
        """The ETag, or size and time where there is none; empty for neither."""
        if self.etag or self.is_folder:
            return self.etag
        return f"{self.size}-{self.modified}" if self.modified else ""


def bare_etag(text: str) -> str:
    """An ETag as servers mean it, however they quote it.

    Args:
        text: as it stands in a header or property. Apache marks what its
            compression filter touched; the mark is taken off.
    """
    text = text.strip().removeprefix("W/").strip('"')
    return text.removesuffix("-gzip").removesuffix("-br")


async def parse(body: bytes, url: str) -> tuple[Resource, list[Resource]]:
    """Take a ``207 Multi-Status`` apart, large ones in a thread.

    Args:
        body: the answer, at most ``MAX_BYTES``.
        url: what was asked for.

    Returns:
        the resource asked for, and those directly inside it.

    Raises:
        NotAnEfss: the body is no multistatus.
        EfssFailed: it names another host, or not the resource asked for.
        AnswerTooLarge: more than ``MAX_ENTRIES``.
    """
    if len(body) > _IN_THREAD:
        return await asyncio.to_thread(parse_now, body, url)
    return parse_now(body, url)


def parse_now(body: bytes, url: str) -> tuple[Resource, list[Resource]]:
    """As ``parse``, on the spot."""
    try:
        tree = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError) as problem:
        raise NotAnEfss("the answer to PROPFIND is no readable XML") from problem
    if tree.tag != f"{_DAV}multistatus":
        raise NotAnEfss("the answer to PROPFIND is no multistatus")
    responses = tree.findall(f"{_DAV}response")
    if len(responses) > MAX_ENTRIES + 1:
        raise AnswerTooLarge(f"a folder of more than {MAX_ENTRIES} entries")
    host = _host(url)
    found = [r for r in (_resource(element, host) for element in responses) if r]
    root = _root(found, _parts(_ORIGIN.sub("", url)))
    return root, list(_children(root, found))


def _root(found: Sequence[Resource], asked: tuple[str, ...] | None) -> Resource:
    """The resource asked for: by its address, else the one above all others."""
    exact = next((r for r in found if r.parts == asked), None)
    if exact:
        return exact
    top = min(found, key=lambda r: len(r.parts), default=None)
    if top is None or any(r.parts[: len(top.parts)] != top.parts for r in found):
        raise EfssFailed("the answer to PROPFIND does not name what was asked for")
    return top


def _children(root: Resource, found: Sequence[Resource]) -> Iterator[Resource]:
    depth, seen = len(root.parts), {root.parts}
    for resource in found:
        if len(resource.parts) != depth + 1 or resource.parts[:depth] != root.parts:
            continue
        if resource.parts not in seen:
            seen.add(resource.parts)
            yield resource


def _resource(element: Element, host: str) -> Resource | None:
    href = (element.findtext(f"{_DAV}href") or "").strip()
    origin = _ORIGIN.match(href)
    # The scheme and port may differ behind a proxy; the name may not.
    if origin and _host(origin.group()) != host:
        raise EfssFailed("the answer to PROPFIND names another host")
    parts = _parts(_ORIGIN.sub("", href))
    props = _props(element)
    return None if parts is None or props is None else _described(parts, props)


def _described(parts: tuple[str, ...], props: dict[str, Element]) -> Resource:
    kind = props.get(f"{_DAV}resourcetype")
    is_folder = kind is not None and kind.find(f"{_DAV}collection") is not None
    permissions = props.get(f"{_OC}permissions")
    size = _text(props, f"{_OC}size" if is_folder else f"{_DAV}getcontentlength")
    return Resource(
        parts=parts,
        is_folder=is_folder,
        etag=bare_etag(_text(props, f"{_DAV}getetag")),
        size=_number(size) or 0,
        modified=_text(props, f"{_DAV}getlastmodified"),
        name=_text(props, f"{_DAV}displayname") or _text(props, f"{_OC}name"),
        permissions=None if permissions is None else (permissions.text or "").strip(),
        item_type=_text(props, f"{_OC}public-link-item-type"),
        link_permission=_number(_text(props, f"{_OC}public-link-permission")),
    )


def _props(element: Element) -> dict[str, Element] | None:
    """The properties that the server has, that is those with status 200."""
    good = [s for s in element.findall(f"{_DAV}propstat") if _status(s) == "200"]
    if not good:
        return None
    return {p.tag: p for s in good for p in s.findall(f"{_DAV}prop/*")}


def _status(propstat: Element) -> str:
    words = (propstat.findtext(f"{_DAV}status") or "").split()
    return words[1] if len(words) > 1 else ""


def _text(props: dict[str, Element], name: str) -> str:
    element = props.get(name)
    return (element.text or "").strip() if element is not None else ""


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _parts(path: str) -> tuple[str, ...] | None:
    """A path's levels, decoded; ``None`` for one that no file may have.

    Split first, decoded after, so that an escaped slash makes no level. Names
    that are no UTF-8 cannot be shown or asked for again and are left out.
    """
    try:
        parts = tuple(unquote_to_bytes(p).decode() for p in path.split("/") if p)
    except UnicodeDecodeError:
        return None
    bad = any(p in {".", ".."} or "/" in p or "\0" in p for p in parts)
    return None if bad else parts


__all__ = ["MAX_BYTES", "MAX_ENTRIES", "PROPFIND_BODY", "Resource", "bare_etag", "parse"]
