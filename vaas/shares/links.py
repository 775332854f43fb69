"""Links as people paste them, taken apart; no request is made here.

The shapes are those of the products' own routes: Nextcloud and ownCloud ``/s/T``,
oCIS ``/files/link/public/T``, Seafile ``/d/T`` and ``/f/T``, and the WebDAV roots
behind them. Whatever stands left of such a shape is where the product is
installed. Any other web address is taken for a WebDAV collection.

A link also has one canonical form, the path under which its dashboards live here;
``canonical_path`` and ``parse_canonical`` are each other's inverse.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from vaas.errors import FileDrop, InternalLink, NotALink
from vaas.model import ShareLink
from vaas.shares.addresses import normal_host

Segments = tuple[str, ...]
Query = Mapping[str, str]

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_BARE = re.compile(r"(localhost|[^\s/?#@:]+\.[^\s/?#@:.]+)(:[0-9]+)?/")
_SCHEMES = {"https": "https", "http": "http", "davs": "https", "dav": "http"}
_PORTS = {"https": 443, "http": 80}
_TOKEN = re.compile(r"(?!-$)[A-Za-z0-9_-]{1,128}")
_LOCAL_TOKEN = re.compile(r"[A-Za-z0-9._~-]{1,128}")
# A short number below /d/ is some folder; any number below /f/ that fits in 64 bits
# is how Nextcloud names a file. Seafile's own tokens are 10 or 20 hex digits.
_SEAFILE = {
    "d": re.compile(r"(?![0-9]{1,9}$)[0-9a-f]{6,64}"),
    "f": re.compile(r"(?![0-9]{1,19}$)[0-9a-f]{6,64}"),
}
_KINDED = re.compile(r"[df]\.[0-9a-f]{6,64}")
_WRAPPING = "\"'`<>«»“”„‘’‚‹› \t\r\n"
_TRAILING = ".,;:!?" + _WRAPPING
_OPENING = "([{" + _WRAPPING
_BRACKETS = {")": "(", "]": "[", "}": "{"}
# Pages below a link that show the share itself, not something in it.
_PAGES = {("authenticate",), ("download",), ("preview",)}
_ELSEWHERE = {"ocm": "ocm", "gathered": "ocm", "opened": "cs3"}
_UNSEEN = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class _Shape:
    """A run of segments that a product's links begin with."""

    prefix: Segments
    kind: str


_SHAPES = tuple(
    _Shape(tuple(prefix.split("/")), kind)
    for prefix, kind in (
        ("index.php/s", "page"),
        ("s", "page"),
        ("files/link/public", "dav"),
        ("public.php/dav/files", "dav"),
        ("remote.php/dav/public-files", "dav"),
        ("dav/public-files", "dav"),
        ("u/d", "drop"),
        ("d", "seafile"),
        ("f", "seafile"),
        ("index.php/apps/files", "internal"),
        ("apps/files", "internal"),
        ("index.php/f", "internal"),
        ("files/spaces", "internal"),
        ("remote.php/dav", "internal"),
        ("remote.php/webdav", "internal"),
    )
)


def parse_link(text: str) -> ShareLink:
    """Take apart what somebody pasted.

    Args:
        text: an address, perhaps with the quotes, brackets or the full stop of
            the mail it came in; ``https`` is assumed where no scheme stands.

    Returns:
        The link; an ``http`` address keeps its scheme, which the policy judges.

    Raises:
        NotALink: no web address, or one with a user name, ``..`` or broken encoding.
        InternalLink: an address for signed-in people.
        FileDrop: an upload link.
    """
    scheme, parts = _split(_unwrap(text))
    base = f"{scheme}://{_authority(parts, scheme)}"
    segments = _segments(parts.path)
    query = _query(parts.query)
    for start in range(len(segments)):
        link = _share_at(base, segments[:start], segments[start:], query)
        if link is not None:
            return link
    return _webdav(base, segments)


def local_link(path: Path) -> ShareLink:
    """The link of a file or folder of this machine.

    Args:
        path: where it is; its name, as far as an address can carry it, becomes
            the token, and what it is called stays as it is.
    """
    name = unicodedata.normalize("NFKD", path.stem).encode("ascii", "ignore").decode()
    token = re.sub(r"[^A-Za-z0-9._~]+", "-", name).strip("-.")[:128]
    return ShareLink("local:", token or "files", "", "local")


def canonical_path(link: ShareLink) -> str:
    """The path under which a link's dashboards live here, percent-encoded."""
    if link.hint in _ELSEWHERE:
        return f"/{_ELSEWHERE[link.hint]}/s/{link.token}/{quote(link.path, safe='/~')}"
    host = quote(_host_segment(link), safe="!~:")
    return f"/s/{host}/{quote(link.token, safe='~')}/{quote(link.path, safe='/~')}"


def parse_canonical(
    host_segment: str, token: str, path: str, scheme_for: Callable[[str], str]
) -> ShareLink:
    """Read a canonical path back.

    Args:
        host_segment: the part after ``/s/``, percent-decoded.
        token: the next part, percent-decoded.
        path: the rest, percent-decoded.
        scheme_for: ``https`` or ``http``, from ``host[:port]``.

    Raises:
        NotALink: it is no such path.
    """
    inside = "/".join(_segments(path, encoded=False))
    if host_segment == "local":
        return ShareLink("local:", _checked(_LOCAL_TOKEN, token), inside, "local")
    authority, *names = host_segment.split("~")
    if re.search(r"[/?#]", authority) or "/" in "".join(names):
        raise NotALink("no canonical address")
    with _readable():
        parts = urlsplit(f"//{authority}")
    scheme = scheme_for(_authority(parts, ""))
    base = f"{scheme}://{_authority(parts, scheme)}"
    root = _root(base, _segments("/".join(map(_unescape, names)), encoded=False))
    if token == "-":  # noqa: S105 (the sign for none)
        return ShareLink(root, token, inside, "webdav")
    if _KINDED.fullmatch(token):
        return ShareLink(root, token, inside, "seafile")
    return ShareLink(root, _checked(_TOKEN, token), inside)


def _checked(pattern: re.Pattern[str], token: str) -> str:
    if not pattern.fullmatch(token):
        raise NotALink("no token of a link")
    return token


def _share_at(base: str, before: Segments, segments: Segments, query: Query) -> ShareLink | None:
    for shape in _SHAPES:
        rest = segments[len(shape.prefix) :]
        if segments[: len(shape.prefix)] != shape.prefix:
            continue
        if shape.kind in {"page", "dav"} and rest and _TOKEN.fullmatch(rest[0]):
            tail = () if shape.kind == "page" and rest[1:2] in _PAGES else rest[1:]
            inside = "/".join((*tail, *_pointed_at(query)))
            return ShareLink(_root(base, before), rest[0], inside)
        if shape.kind == "seafile" and rest and _SEAFILE[segments[0]].fullmatch(rest[0]):
            inside = "/".join(_segments(query.get("p", ""), encoded=False))
            return ShareLink(_root(base, before), f"{segments[0]}.{rest[0]}", inside, "seafile")
        _refuse(shape, segments, rest)
    return None


def _refuse(shape: _Shape, segments: Segments, rest: Segments) -> None:
    """Raise for shapes that no viewer can open."""
    if shape.kind == "drop" and rest and _SEAFILE["d"].fullmatch(rest[0]):
        raise FileDrop("an upload link")
    # Nextcloud names a file by number, oCIS by ids joined with "$" and "!".
    by_id = segments[0] == "f" and rest and re.fullmatch(r"[0-9]+|.*[$!].*", rest[0])
    if shape.kind == "internal" or by_id:
        raise InternalLink("an address inside the cloud, for signed-in people")


def _webdav(base: str, segments: Segments) -> ShareLink:
    if segments and segments[-1].lower().endswith(".ipynb"):
        return ShareLink(_root(base, segments[:-1]), "-", segments[-1], "webdav")
    return ShareLink(_root(base, segments), "-", "", "webdav")


def _pointed_at(query: Query) -> Segments:
    """What a Nextcloud or ownCloud page link points at: a folder, a file in it."""
    folder = query.get("path") or query.get("dir", "")
    name = query.get("files", "")
    if name.startswith("["):
        name = _only_name(name)
    if not name and query.get("openfile", "").lower().endswith(".ipynb"):
        name = query["openfile"]
    return (*_segments(folder, encoded=False), *_segments(name, encoded=False))


def _only_name(text: str) -> str:
    """The name in a JSON list of one; a choice of several points at no file."""
    try:
        names = json.loads(text)
    except ValueError:
        return text
    return str(names[0]) if isinstance(names, list) and len(names) == 1 else ""


def _unwrap(text: str) -> str:
    text = re.sub(r"[\t\r\n]", "", text.strip(_WRAPPING)).lstrip(_OPENING)
    while text and (text[-1] in _TRAILING or _is_unopened(text)):
        text = text[:-1]
    return text


def _is_unopened(text: str) -> bool:
    opening = _BRACKETS.get(text[-1])
    return opening is not None and text.count(text[-1]) > text.count(opening)


def _split(text: str) -> tuple[str, SplitResult]:
    named = _SCHEME.match(text)
    if named is None and not _BARE.match(text):
        raise NotALink("no web address")
    given = named[1].lower() if named else "https"
    if given not in _SCHEMES:
        raise NotALink(f"“{given}” is no scheme of the web")
    scheme = _SCHEMES[given]
    rest = text[named.end() :] if named else text
    with _readable():
        rest.encode()  # a lone surrogate is no text
        return scheme, urlsplit(f"{scheme}://{rest}")


def _authority(parts: SplitResult, scheme: str) -> str:
    if "@" in parts.netloc:
        raise NotALink("a user name in the address is not accepted; give the link alone")
    with _readable():
        host = normal_host(parts.hostname or "")
        port = parts.port
    if host == "local":
        raise NotALink("“local” is no host")
    host = f"[{host}]" if ":" in host else host
    return host if port in {None, _PORTS.get(scheme)} else f"{host}:{port}"


def _query(text: str) -> Query:
    with _readable():
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=50)
    return dict(reversed(pairs))


def _segments(path: str, *, encoded: bool = True) -> Segments:
    with _readable():
        names = [unquote(n, errors="strict") if encoded else n for n in path.split("/")]
    if any(name == ".." or "/" in name or _UNSEEN.search(name) for name in names):
        raise NotALink("a path that leaves the share, or that no share has")
    return tuple(name for name in names if name not in {"", "."})


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except ValueError:
        raise NotALink("an address that cannot be read") from None


def _root(base: str, segments: Segments) -> str:
    return base + "".join("/" + quote(name, safe="") for name in segments)


def _host_segment(link: ShareLink) -> str:
    if link.root == "local:":
        return "local"
    authority, *names = link.root.split("://", 1)[-1].split("/")
    escaped = (unquote(n).replace("!", "!!").replace("~", "!t") for n in names)
    return "~".join((authority, *escaped))


def _unescape(text: str) -> str:
    if re.sub(r"![!t]", "", text).count("!"):
        raise NotALink("no canonical address")
    return re.sub(r"![!t]", lambda found: {"!!": "!", "!t": "~"}[found[0]], text)


__all__ = ["canonical_path", "local_link", "parse_canonical", "parse_link"]
