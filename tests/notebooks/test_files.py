"""Whatever lies in the file: a dashboard, or a page that says why not. Never a failure of ours."""

from __future__ import annotations

import html
import json
import re
from typing import Any
from urllib.parse import quote

import nbformat.v4 as nb
import pytest

from tests.service.harness import Stage, Viewer, book, code

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]


def bare(cells: Any, **more: Any) -> str:
    """A notebook's file without anything that need not be there."""
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells} | more)


def cell(source: Any, kind: str = "code", **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": source}
    if kind == "code":
        found |= {"outputs": [], "execution_count": None}
    return found | more


V3 = {
    "nbformat": 3,
    "nbformat_minor": 0,
    "metadata": {"name": "old"},
    "worksheets": [
        {
            "cells": [
                {"cell_type": "heading", "level": 1, "source": ["Old one"], "metadata": {}},
                {
                    "cell_type": "code",
                    "language": "python",
                    "input": ["print('from the past')"],
                    "outputs": [{"output_type": "stream", "stream": "stdout", "text": ["stored"]}],
                    "collapsed": False,
                    "metadata": {},
                    "prompt_number": 3,
                },
            ]
        }
    ],
}
SAYS = cell("print('works')")
SPEC = {"kernelspec": {"name": "conda-env-old-py", "display_name": "x", "language": "python"}}
WORKING = {
    "no kernelspec": bare([SAYS]),
    "unknown kernel of python": bare([SAYS], metadata=SPEC),
    "kernelspec is a number": bare([SAYS], metadata={"kernelspec": 7, "language_info": 7}),
    "language only in its info": bare([SAYS], metadata={"language_info": {"name": "Python"}}),
    "byte order mark": "\ufeff" + bare([SAYS]),
    "windows lines": bare([SAYS]).replace(" ", "\r\n"),
    "source as lines": bare([cell(["pri", "nt('works')"])]),
    "no cell ids": bare([SAYS, SAYS], nbformat_minor=4),
    "doubled cell ids": bare([SAYS | {"id": "a"}, SAYS | {"id": "a"}]),
    "ids that none may have": bare([SAYS | {"id": "<b> ä" * 40}]),
    "cell without metadata": bare([{"cell_type": "code", "source": "print('works')"}]),
    "metadata is null": bare([SAYS], metadata=None),
    "unknown keys": bare([SAYS | {"zzz": {"a": 1}}], xxx=1),
    "newer minor version": bare([SAYS], nbformat_minor=99),
    "vaas metadata is odd": bare([SAYS], metadata={"vaas": [1], "voila": "x", "title": {}}),
    "empty template name": bare([SAYS], metadata={"voila": {"template": ""}}),
    "template of no name": bare([SAYS], metadata={"voila": {"template": "../../etc"}}),
    "stored outputs are broken": bare([SAYS | {"outputs": [{"output_type": "nonsense"}]}]),
    "stored outputs are no list": bare([SAYS | {"outputs": 5}]),
    "large file": bare([SAYS, cell("x" * 8_000_000, "raw")]),
}


@pytest.mark.parametrize("name", WORKING)
async def test_it_works_all_the_same(stage: Stage, viewer: Viewer, name: str) -> None:
    line = await viewer.view(stage.notebook(WORKING[name]))
    assert line.texts(0) == "works\n"
    assert line.ready == {"failed": False}


INVALID = {
    "no JSON": b"{ nothing",
    "empty file": b"",
    "a space": b" ",
    "null": b"null",
    "a list": b"[1, 2]",
    "a number": b"12",
    "a text": b'"cells"',
    "an object": b"{}",
    "geojson": b'{"type": "FeatureCollection", "features": []}',
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "UTF-16": bare([SAYS]).encode("utf-16"),
    "NUL bytes": b"\0" * 1000,
    "deep lists": b"[" * 100_000,
    "deep metadata": bare([SAYS], metadata={}).replace(
        '"metadata": {}', '"metadata": {"a": ' + "[" * 5000 + "]" * 5000 + "}", 1
    ),
    "cells are null": bare(None),
    "cells are a text": bare("print(1)"),
    "cells are objects": bare({"a": 1}),
    "cells hold numbers": bare([1, 2]),
    "cells hold null": bare([None]),
    "cell without type": bare([{"source": "1"}]),
    "cell of unknown type": bare([cell("x", "slides")]),
    "cell type is a list": bare([cell("x") | {"cell_type": ["code"]}]),
    "source is a number": bare([cell(5)]),
    "source is null": bare([cell(None)]),
    "source is an object": bare([cell({"a": 1})]),
    "source lines are numbers": bare([cell([1, 2])]),
    "markdown is a number": bare([cell(5, "markdown")]),
    "version is a text": bare([SAYS], nbformat="four"),
    "version 1": bare([SAYS], nbformat=1),
    "version 99": bare([SAYS], nbformat=99),
    "version is missing": json.dumps({"cells": [SAYS], "metadata": {}}),
    "old without worksheets": json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}}),
    "huge number": bare([SAYS]).replace(
        '"metadata": {}', '"metadata": {"a": ' + "9" * 5000 + "}", 1
    ),
}


@pytest.mark.parametrize("name", INVALID)
@pytest.mark.parametrize("ask", ["", "?vaas=source"])
async def test_what_is_no_notebook_is_told(
    stage: Stage, viewer: Viewer, name: str, ask: str
) -> None:
    page = await viewer.get(stage.notebook(INVALID[name]) + ask)
    assert (page.status, page.failure) == (422, "notebook_invalid")
    assert "This file is not a notebook we can read" in page.text
    (told,) = [one for one in stage.said if one.get("reference") and one["reference"] in page.text]
    assert told["error"] == "notebook_invalid"
    assert len(told["detail"]) < 2000


async def test_an_old_format_is_converted(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(json.dumps(V3))
    page = await viewer.get(address)
    assert "Old one" in page.text
    await viewer.leave(page.kernel)
    line = await viewer.view(address)
    assert line.texts(1) == "from the past\n"
    assert "stored" not in page.text + str(line.cells)


@pytest.mark.parametrize(
    "metadata",
    [
        {"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}},
        {"kernelspec": {"name": "julia-1.10", "language": "julia", "display_name": "J"}},
        {"language_info": {"name": "<script>alert(1)</script>"}},
    ],
)
async def test_a_language_that_is_not_here_is_told(
    stage: Stage, viewer: Viewer, metadata: Any
) -> None:
    page = await viewer.get(stage.notebook(bare([SAYS], metadata=metadata)))
    assert (page.status, page.failure) == (422, "language_unknown")
    assert "language is not installed here" in page.text
    assert "<script>alert" not in page.text


@pytest.mark.parametrize("text", ['"\\ud800"', '"a\\udfffb"'])
async def test_half_characters_do_no_harm(stage: Stage, viewer: Viewer, text: str) -> None:
    for kind in ("code", "markdown", "raw"):
        file = bare([cell("HERE", kind), SAYS]).replace('"HERE"', text)
        page = await viewer.get(stage.notebook(file))
        assert page.status == 422, kind
        assert page.failure == "notebook_invalid"
    title = bare([SAYS], metadata={"vaas": {"title": "HERE"}}).replace('"HERE"', text)
    assert (await viewer.get(stage.notebook(title))).failure == "notebook_invalid"


@pytest.mark.parametrize("cells", [[], [cell("# Only words", "markdown")], [cell("raw", "raw")]])
async def test_a_notebook_without_code_is_ready_at_once(
    stage: Stage, viewer: Viewer, cells: list
) -> None:
    line = await viewer.view(stage.notebook(bare(cells)))
    assert line.cells == {}
    assert line.ready == {"failed": False}


async def test_three_hundred_cells(stage: Stage, viewer: Viewer) -> None:
    line = await viewer.view(stage.notebook(code(*(f"print({n})" for n in range(300)))))
    assert [line.texts(n) for n in range(300)] == [f"{n}\n" for n in range(300)]
    assert [m.content["done"] for m in line.heard if m.kind == "vaas_cell"] == list(range(1, 301))


async def test_stored_outputs_are_never_shown(stage: Stage, viewer: Viewer) -> None:
    stored = nb.new_output("display_data", {"text/html": "<b>SECRET-OF-THE-AUTHOR</b>"})
    one = nb.new_code_cell("print('new')", outputs=[stored], execution_count=3)
    widgets = {"widgets": {"application/x": {"state": "SECRET-OF-THE-AUTHOR"}}}
    address = stage.notebook(book([one], **widgets))
    for ask in ("", "?vaas=source", "?vaas=plain"):
        page = await viewer.get(address + ask)
        assert page.status == 200
        assert "SECRET-OF-THE-AUTHOR" not in page.text
        if "source" not in ask:
            await viewer.leave(page.kernel)
    line = await viewer.view(address)
    assert "SECRET-OF-THE-AUTHOR" not in str(line.heard)


@pytest.mark.parametrize(
    "name",
    [
        "Füße & Hände.ipynb",
        "日本語.ipynb",
        "a b  c.ipynb",
        "#1 50%.ipynb",
        "100%25.ipynb",
        "q?x=1&y=2.ipynb",
        "plus+plus.ipynb",
        "'quotes\".ipynb",
        "<script>.ipynb",
        "semi;colon,comma.ipynb",
        "back\\slash.ipynb",
        "line\nbreak.ipynb",
        "tab\there.ipynb",
        "🌍.ipynb",
        "é.ipynb",
        "sub folder/ünter/n.ipynb",
        "a:b.ipynb",
        "~tilde.ipynb",
        "$(id).ipynb",
        "-rf.ipynb",
        "x" * 200 + ".ipynb",
        "ä" * 120 + ".ipynb",
        "two.ipynb.ipynb",
        "a..b...ipynb",
    ],
)
async def test_odd_names_of_files(stage: Stage, viewer: Viewer, name: str) -> None:
    data = name.rpartition("/")[0] + "/data ü.txt"
    files = {name: code("print(open('data ü.txt').read())"), data.lstrip("/"): "read"}
    root = stage.share(files | {"other.ipynb": code("1")})
    listing = await viewer.get(root)
    assert "<script>.ipynb" not in listing.text
    hrefs = [html.unescape(found) for found in re.findall(r'<a href="(/s/[^"]+)"', listing.text)]
    assert len(hrefs) == 2
    (listed,) = (href for href in hrefs if not href.endswith("/other.ipynb"))
    assert (await viewer.get(listed + "?vaas=source")).status == 200
    # No address has control characters: such a name is reached from the list alone.
    named = listed if name != re.sub("[\n\t]", "", name) else root + quote(name)
    assert (await viewer.view(named)).texts(0) == "read\n"


TITLE = "<script>alert('t')</script> & \"x\" </title>"


async def test_titles_are_text_on_pages_of_ours(stage: Stage, viewer: Viewer) -> None:
    one = book([nb.new_code_cell("1")], vaas={"title": TITLE, "description": "<img src=x>" + TITLE})
    two = book([nb.new_markdown_cell(f"# {TITLE}"), nb.new_code_cell("1")])
    root = stage.share({"a.ipynb": one, "b.ipynb": two})
    for address in ("", "a.ipynb?vaas=source", "b.ipynb?vaas=source"):
        page = await viewer.get(root + address)
        assert page.status == 200
        assert "<script>alert" not in page.text
        assert "<img src=x>" not in page.text
        assert page.text.count("</title>") == 1
    for address in ("a.ipynb", "b.ipynb"):
        page = await viewer.get(root + address)
        head = page.text.partition('id="dashboard"')[0]
        assert "<script>alert" not in head
        assert head.count("</title>") == 1
        await viewer.leave(page.kernel)
