"""A page's password form, filled in as a browser would (HTML forms, RFC 6265)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

_PAGE = 2**20
# Several Set-Cookie headers arrive joined by commas, which dates in them hold too.
_BETWEEN_COOKIES = re.compile(r",\s*(?=[^;,=\s]+=)")


class _Inputs(HTMLParser):
    """Collects the attributes of all input fields."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.feed(page[:_PAGE].decode(errors="replace"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called by the parser."""
        if tag == "input":
            self.found.append({name: value or "" for name, value in attrs})


def asks_password(page: bytes) -> bool:
    """Whether a page has a password field."""
    return any(field.get("type", "").lower() == "password" for field in _Inputs(page).found)


def hidden_fields(page: bytes) -> dict[str, str]:
    """The values that a form sends along unseen, such as the one against forgery."""
    return {
        field["name"]: field.get("value", "")
        for field in _Inputs(page).found
        if field.get("type", "").lower() == "hidden" and field.get("name")
    }


def cookie_header(headers: Mapping[str, str], known: str = "") -> str:
    """The ``Cookie`` header that answers ``Set-Cookie``.

    Args:
        headers: of the answer.
        known: the ``Cookie`` header so far; cookies set anew replace those in it.
    """
    pairs = dict(_pairs(known.split("; ")))
    pairs |= dict(_pairs(_BETWEEN_COOKIES.split(headers.get("Set-Cookie", ""))))
    return "; ".join(f"{name}={value}" for name, value in pairs.items())


def _pairs(texts: list[str]) -> Iterator[tuple[str, str]]:
    for text in texts:
        name, found, value = text.partition(";")[0].partition("=")
        if found and name.strip():
            yield name.strip(), value.strip()


def form_headers(url: str, cookies: str) -> dict[str, str]:
    """Headers with which a form is posted back to its own page."""
    parts = urlsplit(url)
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": cookies,
        "Origin": f"{parts.scheme}://{parts.netloc}",
        "Referer": url,
    }


def encoded(form: Mapping[str, str]) -> bytes:
    """A form's body."""
    return urlencode(form).encode()


__all__ = ["asks_password", "cookie_header", "encoded", "form_headers", "hidden_fields"]
