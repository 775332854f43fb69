"""Sample values for every template, and the pages drawn from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

import vaas.errors
from vaas.mesh.holdings import Guest, Held, Overview, State
from vaas.mesh.notes import Trouble
from vaas.rendering import Declared, Parameter, parameter_answers
from vaas.state.contacts import Contact
from vaas.web import owner

ROOT = Path(__file__).parents[3]
STATIC = ROOT / "vaas" / "web" / "static"
ARTIFACTS = ROOT / "artifacts" / "pages"

CODE = '''# Vegetation index of one scene
import numpy as np

@cache
def ndvi(red: np.ndarray, nir: np.ndarray, scale=1e-4) -> np.ndarray:
    """Normalised difference, -1 to 1."""
    total = (nir + red) * scale
    return np.where(total > 0, (nir - red) / total, None)

class Scene(Base):
    name = f"a very long line that does not fit a phone: {path!r}" + "x" * 20 + str(len(bands)) * 3
'''
NOTEBOOKS = [
    {
        "title": "Vegetation watch",
        "path": "vegetation.ipynb",
        "href": "/s/cloud.example.org/abc/vegetation.ipynb",
        "description": "NDVI of thirty-six scenes on a map, with area statistics for each parcel.",
    },
    {
        "title": "Übersicht 2025 & <Ausblick>",
        "path": "berichte/ein sehr tief/verschachtelter ordner/mit_einem_sehr_langen_dateinamen_ohne_leerzeichen_2025.ipynb",
        "href": "/s/cloud.example.org/abc/x.ipynb",
        "description": "",
    },
]
CARDS = [
    {
        "title": "Vegetation watch",
        "description": "Satellite scenes on a map: choose a date and a threshold, read the area.",
        "href": "/open?link=1",
        "picture": "",
        "kind": "map",
    },
    {
        "title": "Energy indicators",
        "description": "Countries, years and sources side by side.",
        "href": "/open?link=2",
        "picture": "",
        "kind": "chart",
    },
    {
        "title": "Signal laboratory",
        "description": "Sliders, a plot, and what noise does to both.",
        "href": "/open?link=3",
        "picture": "",
        "kind": "widgets",
    },
    {
        "title": "With a picture",
        "description": "What a card looks like that brings its own.",
        "href": "/open?link=4",
        "picture": "/static/picture",
        "kind": "map",
    },
]
US = "dashboards@dashboards.example.org"
SHARED = [
    {
        "title": "Rivers & <lakes>",
        "description": "Shared by alice@cloud.example.org",
        "href": "/ocm/s/1/",
        "picture": "",
        "kind": "",
    },
]
SHARE = {
    "name": "Field campaign 2025",
    "host": "cloud.example.org",
    "product": "Nextcloud",
    "description": "Soil moisture and rain at twelve places, from May to September.",
    "picture": "",
}
AROUND_A_DASHBOARD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Around a dashboard</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="{icon}">
<link rel="stylesheet" href="{css}"></head><body>
<div class="vaas-banner" role="status"><span class="vaas-bar__text">The data has changed</span>
<button type="button" class="vaas-button">Show</button>
<button type="button" class="vaas-button vaas-button--quiet">Keep this page</button></div>
{above}<main id="dashboard"><h1>Vegetation watch</h1>
<section class="vaas-card vaas-card--error" aria-labelledby="c"><h2 class="vaas-card__title" id="c">This part could not be computed</h2>
<p class="vaas-card__advice">The rest of the dashboard works. Its author can see what went wrong.</p></section>
<p class="vaas-note">The rest of this output is too long to show.</p>
<div class="vaas-cell" aria-busy="true"></div><div class="vaas-skeleton" aria-hidden="true"></div></main>
<div class="vaas-bar" role="status" hidden></div><div class="vaas-bar" id="quiet"><span class="vaas-bar__text"></span></div>
<div class="vaas-bar vaas-bar--warn" role="status" id="bar"><span class="vaas-bar__text">Connection lost, trying again…</span></div>
{ended}</body></html>"""
ENDED = """<div class="vaas-ended" role="alertdialog" aria-modal="true" aria-labelledby="e" aria-describedby="f">
<div class="vaas-card"><h2 class="vaas-card__title" id="e">This session has ended</h2>
<p class="vaas-card__advice" id="f">It was idle for a while. Your last view stays on the page behind.</p>
<div class="vaas-card__actions"><button type="button" class="vaas-button vaas-button--main">Start again</button></div></div></div>"""


def manifest() -> dict[str, str]:
    listing = STATIC / "manifest.json"
    assert listing.exists(), "build the browser's part first: python hatch_build.py"
    names: dict[str, str] = json.loads(listing.read_text())
    return names


def environment() -> Environment:
    names = manifest()
    env = Environment(
        loader=FileSystemLoader(ROOT / "vaas" / "web" / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
    )
    env.globals["assets"] = lambda name: f"/static/{names[name]}"
    env.globals["inline"] = lambda name: Markup((STATIC / names[name]).read_text())  # noqa: S704 - our own files
    env.globals["lang"] = "en"
    env.globals["home"] = "/"
    env.globals["bare"] = False
    return env


def cells() -> list[dict[str, Any]]:
    code = highlight(CODE, PythonLexer(), HtmlFormatter())
    prose = (
        "<h1>Method</h1><p>Taken from <a href='#m'>the handbook</a>, with <code>numpy</code>.</p>"
        "<table><tr><th>Band</th><th>nm</th></tr><tr><td>red</td><td>665</td></tr></table>"
        '<ul><li><input type="checkbox" disabled aria-label="done">clouds</li></ul>'
        '<div class="highlight"><pre><span class="kn">import</span> x</pre></div>'
    )
    html = {"markdown": prose, "code": code, "raw": "<pre>raw text</pre>"}
    return [
        {"kind": kind, "html": Markup(text), "index": index}  # noqa: S704 - written above
        for index, (kind, text) in enumerate(html.items(), start=1)
    ]


def error_context(error: vaas.errors.VaasError) -> dict[str, Any]:
    return {
        "title": error.title,
        "error": {
            "title": error.title,
            "advice": error.advice,
            "code": error.label,
            "reference": "req-7f3a91",
            "retry_after": error.retry_after,
        },
        "retry": "/again" if error.retry_after else None,
    }


def connect_context(**told: str) -> dict[str, Any]:
    nothing = dict.fromkeys(("code", "cloud", "made", "address", "done", "error"), "")
    clouds = [("Universität & <Söhne>", "cloud.uni.example.org"), ("", "box.example.org:8443")]
    return {"title": "Connect your cloud", "us": US, "clouds": clouds, **nothing, **told}


def asking_who(**told: Any) -> dict[str, Any]:
    nothing = {"who": "", "login": True, "owner": False, "to": "/ocm/s/1/"}
    error = vaas.errors.NotAGuest if told.get("who") else vaas.errors.LoginNeeded
    return {"title": error.title, "advice": error.advice, **nothing, **told}


def owned() -> dict[str, Any]:
    """Shares in each state, with all that can be said of them."""
    long = "a_very_long_name_without_any_space_" * 4
    address = f"https://dashboards.example.org/ocm/s/{'0' * 32}/?key={'a' * 60}"
    detail = f"{long}.ipynb: line 7 is no JSON <b>"
    about = {"cloud": "cloud.example.org:8443", "since": 1.7e9, "address": address}
    states: dict[State, dict[str, Any]] = {
        "asked": {"dashboards": [("index.ipynb", "/a")], "expires": 1.9e9},
        "looking": {},
        "open": {
            "dashboards": [("rain.ipynb", "/a"), (f"{long}.ipynb", "/b")],
            "trouble": Trouble("The notebook cannot be read", detail, 1.7e9),
            "guests": [Guest("marie@cloud.example.org", address), Guest("*@uni.example.org", "")],
            "sent": [("1" * 32, "bob@cloud.example.org", True), ("2" * 32, f"{long}@x.org", False)],
        },
        "missing": {},
        "gone": {"why": "cloud"},
    }
    shares = [
        Held(f"{n:032}", f"{state} & <share> {long[:20]}", state=state, **about | more)
        for n, (state, more) in enumerate(states.items())
    ]
    contact = Contact("alice@cloud.example.org", "Alice <Adams>", "alice@example.org", 1.7e9)
    told = Overview(contact.address, 1.9e9, shares, 3, by_list=True, contact=contact)
    wrong = {
        "id": shares[2].id,
        "what": "invite",
        "typed": "no address",
        "words": ["no", "address"],
    }
    done = {"done": {"id": shares[2].id, "what": "renew"}, "words": owner._DONE}
    days = {"day": owner._day, "moment": owner._moment}
    title = "What you shared with this service"
    return {"title": title, "told": told, "number": 2, "wrong": wrong, **done, **days}


def contexts() -> dict[str, tuple[str, dict[str, Any]]]:
    """Page name to template and context."""
    password = {"share_host": "cloud.example.org", "action": "/password", "next": "/s/x/y/"}
    return {
        "home": (
            "home.html",
            {"title": "VaaS", "cards": CARDS, "shared": SHARED, "us": US},
        ),
        "home-bare": ("home.html", {"title": "VaaS", "cards": [], "shared": [], "us": ""}),
        "connect": ("connect.html", connect_context(error="This is not open. Do something.")),
        "connect-made": (
            "connect.html",
            connect_context(
                cloud="cloud.example.org",
                made="dG9rZW4tb2YtYW4taW52aXRhdGlvbkBkYXNoYm9hcmRzLmV4YW1wbGUub3Jn" * 2,
                address="/accept",
            ),
        ),
        "connect-asked": (
            "connect.html",
            connect_context(code="dG9rZW4", cloud="cloud.example.org"),
        ),
        "share": (
            "share.html",
            {"title": SHARE["name"], "share": SHARE, "notebooks": NOTEBOOKS},
        ),
        "share-empty": (
            "share.html",
            {"title": SHARE["name"], "share": SHARE, "notebooks": []},
        ),
        "password": ("password.html", {"title": "Password", "error": None, **password}),
        "password-framed": (
            "password.html",
            {"title": "Password", "error": None, "bare": True, **password},
        ),
        "password-wrong": (
            "password.html",
            {"title": "Password", "error": vaas.errors.PasswordWrong.title, **password},
        ),
        "login": ("login.html", asking_who()),
        "login-other": (
            "login.html",
            asking_who(who="bob@a.very.long.name.of.some.cloud.example.org"),
        ),
        "login-owner": ("login.html", asking_who(login=False, owner=True)),
        "login-address": ("login.html", asking_who(login=False)),
        "mine": ("mine.html", owned()),
        "error": ("error.html", error_context(vaas.errors.SiteNotAllowed())),
        "error-wait": ("error.html", error_context(vaas.errors.ShareThrottled(retry_after=400))),
        "parameters": ("parameters.html", {"title": "A value does not fit", **asking()}),
        "source": (
            "source.html",
            {"title": "Source", "name": "vegetation.ipynb", "cells": cells(), "dashboard": "/d"},
        ),
    }


def asking() -> dict[str, Any]:
    """Parameters of each type, some with values that do not fit."""
    types: tuple[Any, ...] = ("text", "integer", "number", "boolean", "date", "choice")
    declared = [
        Declared(
            name,
            Parameter(
                type=name,
                title=f"{name.title()} with <a title>",
                choices=("Bern", "Zürich, Nördlingen & all of the others")
                if name == "choice"
                else (),
            ),
            None,
            required=name == "date",
        )
        for name in types
    ]
    told = parameter_answers(declared, "integer=one&choice=Rome&boolean=no&text=%3Cb%3E")
    return {"answers": told, "advice": "“Rain” shows it.", "action": "/", "modes": ["embed"]}


def block(template: Template, part: str, **context: Any) -> str:
    return "".join(template.blocks[part](template.new_context(context)))


def render_pages() -> dict[str, str]:
    env = environment()
    pages = {
        name: env.get_template(template).render(**context)
        for name, (template, context) in contexts().items()
    }
    pages["shell"] = block(env.get_template("shell.html"), "head", name="Vegetation watch")
    # As a page that has come as a whole, so that it is not loaded again.
    pages["shell"] += "<script>vaasEnd()</script>"
    sheet, icon = (f"/static/{manifest()[name]}" for name in ("dashboard.css", "favicon.svg"))
    about = {"css": sheet, "icon": icon}
    pages["around"] = AROUND_A_DASHBOARD.format(**about, above="", ended="")
    pages["around-ended"] = AROUND_A_DASHBOARD.format(**about, above="", ended=ENDED)
    bar = block(env.get_template("shell.html"), "parameters", **asking())
    pages["around-asked"] = AROUND_A_DASHBOARD.format(
        **about, above=bar.replace("<details", "<details open"), ended=""
    )
    return pages


PAGES = [*contexts(), "shell", "around", "around-ended", "around-asked"]
