"""The source view keeps the text of a stranger's notebook and nothing that could act."""

from __future__ import annotations

import base64
import json
import tempfile
from pathlib import Path
from typing import Any

import nbformat.v4 as nb
import pytest
from markupsafe import Markup

from vaas.rendering import load_notebook, source_cells


def cells_of(*cells: Any, **metadata: Any) -> list:
    node = dict(nb.new_notebook(cells=list(cells))) | {"metadata": metadata}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.ipynb").write_text(json.dumps(node))
        return source_cells(load_notebook(Path(folder), "a.ipynb"))


def markdown(text: str, **more: object) -> str:
    (cell,) = cells_of(nb.new_markdown_cell(text, **more))
    return str(cell.html)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "<iframe src='https://evil.example'></iframe>",
        "<svg/onload=alert(1)>",
        "<style>*{display:none}</style>",
        "<form action=/password><input name=password></form>",
        "$$<img src=x onerror=alert(1)>$$",
        "$<script>alert(1)</script>$",
        "\\begin{a}<script>alert(1)</script>\\end{a}",
        "```mermaid\n<script>alert(1)</script>\n```",
        "```python\n</pre><script>alert(1)</script>\n```",
        "| <script>a</script> |\n|---|\n| <b onclick=x>y</b> |",
    ],
)
def test_html_of_the_author_stays_text(text: str) -> None:
    html = markdown(text)
    for bad in ("<script", "<iframe", "<svg", "<style", "<form", "<b ", "<img"):
        assert bad not in html


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#x73;cript:alert(1)",
        "&#1;javascript:alert(1)",
        " javascript:alert(1)",
        "vbscript:x",
        "data:text/html,<script>alert(1)</script>",
        "DATA:text/html;base64,PHNjcmlwdD4=",
        "file:///etc/passwd",
    ],
)
def test_links_lead_to_the_web_alone(address: str) -> None:
    for html in (markdown(f"[x](<{address}>)"), markdown(f"[x][1]\n\n[1]: <{address}>")):
        start = html.lower().replace("&amp;", "&")
        for scheme in ("javascript:", "vbscript:", "data:", "file:"):
            assert f'href="{scheme}' not in start
            assert f'href="&#1;{scheme}' not in start


def test_ordinary_markdown_is_kept() -> None:
    html = markdown("# Rain\n\n*a* [web](https://example.org 'T') `x`\n\n- one\n\n|a|\n|-|\n|1|")
    for part in (
        "<h1",
        "<em>a</em>",
        'href="https://example.org"',
        "<code>x</code>",
        "<li>",
        "<td",
    ):
        assert part in html
    assert "anchor-link" not in html
    assert "¶" not in html


def test_pictures_are_shown_only_if_the_notebook_carries_them() -> None:
    dot = base64.b64encode(b"png").decode()
    carried = markdown("![dot](attachment:a.png)", attachments={"a.png": {"image/png": dot}})
    assert f'src="data:image/png;base64,{dot}"' in carried
    assert "src" not in markdown("![far](https://evil.example/pixel.png)")
    assert "gone" in markdown("![gone](attachment:none.png)")
    odd = {"a.html": {"text/html": base64.b64encode(b"<script>").decode()}}
    assert "src" not in markdown("![x](attachment:a.html)", attachments=odd)
    assert "empty" in markdown("![empty](attachment:a)", attachments={"a": {}})


def test_code_is_highlighted_and_raw_is_not() -> None:
    code, raw = cells_of(nb.new_code_cell("x = '<b>'"), nb.new_raw_cell("<b>raw</b> x = 1"))
    assert '<span class="n">x</span>' in code.html
    assert "&lt;b&gt;" in code.html
    assert raw.html == "<pre>&lt;b&gt;raw&lt;/b&gt; x = 1</pre>"
    assert all(isinstance(cell.html, Markup) for cell in (code, raw))
    assert [cell.index for cell in (code, raw)] == [1, 2]


@pytest.mark.parametrize("name", ["no-such-language", 7, None, "", ["python"]])
def test_an_odd_language_is_no_obstacle(name: object) -> None:
    (cell,) = cells_of(nb.new_code_cell("x = 1"), language_info={"name": name})
    assert "x" in cell.html
