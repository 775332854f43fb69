"""Parameters in a dashboard's address: what reaches the notebook, and what is refused."""

from __future__ import annotations

import html
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import nbformat.v4 as nb
import pytest
import pytest_asyncio

from tests.service.harness import Stage, Viewer, book, code, staged
from vaas.check import check_link
from vaas.config import load_settings
from vaas.model import ShareLink
from vaas.web import dashboards

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]

MANIFEST = """
[parameters.year]
type = "integer"
default = 2026
title = "Year <of> data"
[parameters.place]
type = "choice"
choices = ["Bern", "Zürich & <b>"]
[parameters.day]
type = "date"
default = 2026-05-31
[parameters.all]
type = "boolean"
default = false
[parameters.share]
type = "number"
default = 1
[parameters.note]
type = "text"
default = ""
"""
SHOW = "import os, uuid\nprint(repr((year, place, day.isoformat(), all, share, note)))"
QUERY = "print(os.environ['QUERY_STRING'])\nprint(uuid.uuid4())"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    """The service as it is when nobody sets it up otherwise, but for room for few runs."""
    async with staged(kernel={"cell": 10, "most": 8, "grace": 2, "templates": 4}) as found:
        yield found
        await found.emptied()


def tagged(source: str, *others: str) -> str:
    """A notebook that declares its parameters itself."""
    cell = nb.new_code_cell(source, metadata={"tags": ["parameters"]})
    return book([cell, *map(nb.new_code_cell, others)])


def kept(stage: Stage, name: str) -> list[str]:
    """Queries for which runs of a notebook are kept."""
    keys = stage.front.launcher.sessions._prepared._kept
    return [dict(key[4])["QUERY_STRING"] for key in keys if key[1] == name]


async def test_values_reach_the_notebook_typed(stage: Stage, viewer: Viewer) -> None:
    address = stage.share({"typed.ipynb": code(SHOW, QUERY), "vaas.toml": MANIFEST})
    line = await viewer.view(address)
    assert line.texts(0) == "(2026, 'Bern', '2026-05-31', False, 1.0, '')\n"
    assert line.texts(1).splitlines()[0] == ""
    query = "year=-7&place=Z%C3%BCrich+%26+%3Cb%3E&day=2025-01-02&all=yes&share=.5&note=%27%5C%0A"
    line = await viewer.view(f"{address}?{query}")
    assert line.texts(0) == "(-7, 'Zürich & <b>', '2025-01-02', True, 0.5, \"'\\\\\\n\")\n"
    short = "year=-7&place=Z%C3%BCrich+%26+%3Cb%3E&day=2025-01-02&all=true&share=0.5&note=%27%5C%0A"
    assert line.texts(1).splitlines()[0] == short
    assert kept(stage, "typed.ipynb") == ["", short]


async def test_addresses_of_one_meaning_share_a_run(stage: Stage, viewer: Viewer) -> None:
    address = stage.share({"one.ipynb": code("x", "import os, uuid", QUERY), "vaas.toml": X})
    texts = [
        (await viewer.view(address + query)).texts(2)
        for query in ("", "?x=1", "?x=", "?x=2", "?x=%2B2&x=02")
    ]
    assert texts[0] == texts[1] == texts[2]
    assert texts[3] == texts[4]
    assert texts[0] != texts[3]
    assert kept(stage, "one.ipynb") == ["", "x=2"]


X = "[parameters.x]\ntype = 'integer'\ndefault = 1"


async def test_more_than_parameters_is_run_for_its_viewer(stage: Stage, viewer: Viewer) -> None:
    address = stage.share(
        {"more.ipynb": code("print(x)", "import os, uuid", QUERY), "vaas.toml": X}
    )
    line = await viewer.view(f"{address}?zoom=5&x=2&vaas=")
    assert line.texts(0) == "2\n"
    assert line.texts(2).splitlines()[0] == "zoom=5&x=2"
    assert kept(stage, "more.ipynb") == []


async def test_combinations_do_not_fill_the_place(stage: Stage, viewer: Viewer) -> None:
    other = stage.notebook(code("1"), "other.ipynb")
    await viewer.view(other)
    address = stage.share({"many.ipynb": code("x"), "vaas.toml": X})
    for number in range(1, 4):
        await viewer.view(f"{address}?x={number}")
    assert kept(stage, "many.ipynb") == ["", "x=3"]
    assert kept(stage, "other.ipynb") == [""]


async def test_a_tagged_cell_is_enough(stage: Stage, viewer: Viewer) -> None:
    source = "year = 2026\nname = 'Rain'\nprint('before')"
    address = stage.notebook(tagged(source, "print(year + 1, name)"), "cell.ipynb")
    for query, shown in (("", "2027 Rain\n"), ("?year=1&name=Sun", "2 Sun\n")):
        line = await viewer.view(address + query)
        assert (line.texts(0), line.texts(1)) == ("before\n", shown)
        assert sorted(line.cells) == [0, 1]
    page = await viewer.get(f"{address}?vaas=source")
    assert "2026" in page.text


async def test_a_cell_that_runs_for_each_viewer_gets_the_values_too(
    stage: Stage, viewer: Viewer
) -> None:
    cell = nb.new_code_cell("x = 1", metadata={"tags": ["parameters", "vaas.fresh"]})
    address = stage.notebook(book([cell, nb.new_code_cell("print(x)")]), "fresh.ipynb")
    for _ in range(2):
        assert (await viewer.view(f"{address}?x=3")).texts(1) == "3\n"


async def test_wrong_values_are_told_with_a_form(stage: Stage, viewer: Viewer) -> None:
    address = stage.share({"wrong.ipynb": code(SHOW), "vaas.toml": MANIFEST})
    for mode in ("", "&vaas=plain", "&vaas=parameters"):
        page = await viewer.get(f"{address}?year=%3Cscript%3E&place=Rome&zoom=2{mode}")
        assert page.status == 422
        told = [html.unescape(one) for one in re.findall(r'-wrong">(.*?)</p>', page.text)]
        assert told == [
            "“<script>” does not fit. Expected: a whole number, such as 12.",
            "“Rome” does not fit. Expected: one of: Bern, Zürich & <b>.",
        ]
        assert "<script>”" not in page.text
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert f'action="{address}"' in page.text
        assert ('name="vaas" value="plain"' in page.text) == ("plain" in mode)
    assert stage.heard("refused") == []


async def test_a_page_that_has_begun_leads_to_the_form(
    stage: Stage, viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = stage.share({"late.ipynb": code("x"), "vaas.toml": "[parameters.x]\ntype = 'date'"})
    monkeypatch.setattr(dashboards, "PATIENCE", 0.0)
    for query, form in (("", "?vaas=parameters"), ("?x=5", "?x=5&vaas=parameters")):
        page = await viewer.get(address + query)
        [to] = re.findall(r"location\.replace\((.*?)\)</script>", page.text)
        assert json.loads(to) == address + form
        assert (await viewer.get(address + form)).status == 422


async def test_what_has_no_value_is_asked_for(stage: Stage, viewer: Viewer) -> None:
    manifest = "[parameters.x]\ntype = 'integer'"
    address = stage.share({"a.ipynb": code("print(x)"), "vaas.toml": manifest})
    page = await viewer.get(address)
    assert (page.status, "first needs to know" in page.text) == (422, True)
    assert (await viewer.view(f"{address}?x=0")).texts(0) == "0\n"


async def test_the_bar_on_the_page(stage: Stage, viewer: Viewer) -> None:
    address = stage.share({"bar.ipynb": code(SHOW), "vaas.toml": MANIFEST})
    page = await viewer.get(f"{address}?year=5")
    await viewer.leave(page.kernel)
    assert '<details class="vaas-parameters"' in page.text
    assert "Year &lt;of&gt; data: <b>5</b>" in page.text
    assert f'<form method="get" action="{address}">' in page.text
    page = await viewer.get(stage.notebook(code("1")))
    await viewer.leave(page.kernel)
    assert "vaas-parameters" not in page.text


async def test_each_language_has_a_run_of_its_own(stage: Stage, viewer: Viewer) -> None:
    tell = "import os, uuid\nprint(os.environ.get('VAAS_LANGUAGE'), uuid.uuid4())"
    files = {"two.ipynb": code(tell), "vaas.toml": "languages = ['en', 'de-CH']"}
    address, seen = stage.share(files), []
    for wanted in ("de", "fr", "en", "de-AT, en;q=0.5"):
        page = await viewer.get(address, **{"Accept-Language": wanted})
        async with viewer.line(page.kernel) as line:
            await line.until("vaas_ready")
        await viewer.leave(page.kernel)
        seen.append((re.findall(r'<html lang="(.*?)">', page.text)[0], line.texts(0)))
    assert [lang for lang, _ in seen] == ["de-CH", "en", "en", "de-CH"]
    assert [told.split()[0] for _, told in seen] == ["de-CH", "en", "en", "de-CH"]
    assert len({told for _, told in seen}) == 2


async def test_one_language_or_none_makes_no_difference(stage: Stage, viewer: Viewer) -> None:
    tell = "import os, uuid\nprint(os.environ.get('VAAS_LANGUAGE'), uuid.uuid4())"
    for manifest, told in (("", "None"), ("languages = ['it']", "it")):
        address = stage.share({"same.ipynb": code(tell), "vaas.toml": manifest})
        texts = set()
        for wanted in ("de", "it"):
            page = await viewer.get(address, **{"Accept-Language": wanted})
            async with viewer.line(page.kernel) as line:
                await line.until("vaas_ready")
            await viewer.leave(page.kernel)
            texts.add(line.texts(0))
        assert len(texts) == 1
        assert texts.pop().startswith(told)


async def test_its_author_learns_of_them(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir(mode=0o755)
    (folder / "a.ipynb").write_text(code("assert x == 3"))
    (folder / "vaas.toml").write_text("[parameters.x]\ntype = 'integer'")
    settings = load_settings(data=tmp_path / "data", kernel={"templates": 0})
    link, local = ShareLink("local:", "mine", "", "local"), {"mine": folder}
    report = await check_link(settings, link, local=local)
    assert "x: expected a whole number" in report.problem
    report = await check_link(settings, link, local=local, values={"x": "3"})
    assert report.works
    assert report.notebooks[0].parameters == ("x: a whole number, such as 12; must be given",)
