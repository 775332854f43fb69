"""The plain pages that a person sees who opens a link of the demo cloud in a browser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import quote

from vaas.demo.links import Link
from vaas.demo.tree import members

STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}
h1{font-size:1.4rem;margin:0 0 .25rem}p{margin:.25rem 0 1rem;opacity:.8}
ul{list-style:none;padding:0}li{display:flex;gap:1rem;padding:.4rem 0;border-top:1px solid #8884}
li>:first-child{flex:1;overflow-wrap:anywhere}input,button{font:inherit;padding:.35rem .6rem}
"""


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
        f"<main><h1>{escape(title)}</h1>{body}</main></html>"
    )


def _size(size: int) -> str:
    amount = float(size)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:  # noqa: PLR2004  # the step between units
            return f"{amount:.3g} {unit}"
        amount /= 1000
    return f"{amount:.3g} GB"


def _items(link: Link, download: str) -> Iterable[str]:
    for entry in [link.target] if link.is_file else members(link.target):
        label = escape(entry.name) + ("/" if entry.is_dir() else "")
        if download and entry.is_file():
            address = download.format(name=quote(entry.name))
            label = f'<a href="{escape(address)}">{label}</a>'
        note = "folder" if entry.is_dir() else _size(entry.stat().st_size)
        yield f"<li><span>{label}</span><span>{note}</span></li>"


def listing(product: str, link: Link, download: str) -> str:
    """The shared folder's or file's name and what is in it.

    Args:
        product: as people know it.
        link: what is shared.
        download: address of a file, with ``{name}`` for its name, or empty.
    """
    rows = "".join(_items(link, download))
    return _page(link.target.name, f"<p>Shared by link from the demo {product}.</p><ul>{rows}</ul>")


def password(product: str, *, wrong: bool, hidden: Mapping[str, str] | None = None) -> str:
    """The form that asks for the link's password.

    Args:
        product: as people know it.
        wrong: the one just given was not right.
        hidden: more fields of the form.
    """
    note = "That password is not right." if wrong else "This share asks for a password."
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in (hidden or {}).items()
    )
    return _page(
        f"Demo {product}",
        f'<p>{note}</p><form method="post">{fields}<label>Password '
        '<input type="password" name="password" autofocus></label> <button>Open</button></form>',
    )


def closed_to_visitors(product: str, link: Link) -> str:
    """A link through which nothing can be seen."""
    why = "Only invited people can open this link." if link.internal else "Upload only."
    return _page(f"Demo {product}", f"<p>{why}</p>")


def missing(product: str) -> str:
    """No such link."""
    return _page(f"Demo {product}", "<p>This link does not exist, or no longer.</p>")


def home(links: Iterable[tuple[str, str, str]]) -> str:
    """All links of all products, as (product, name, address)."""
    rows = "".join(
        f'<li><a href="{escape(url)}">{escape(name)}</a><span>{escape(product)}</span></li>'
        for product, name, url in links
    )
    return _page("Demo cloud", f"<p>Folders and notebooks shared by link.</p><ul>{rows}</ul>")
