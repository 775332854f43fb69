"""What is painted before any script runs: all of a cell's outputs, or none of them."""

from __future__ import annotations

from typing import Any

import pytest

from vaas.rendering.painted import MAX_BYTES, painted


def shown(**data: str) -> dict[str, Any]:
    kinds = {name.replace("_", "/"): text for name, text in data.items()}
    return {"output_type": "display_data", "data": kinds, "metadata": {}}


def printed(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def test_text_is_text() -> None:
    assert "<pre>a &lt;b&gt;</pre>" in painted([printed("a <b>")])
    assert "<pre>&lt;b&gt;</pre>" in painted([shown(text_plain="<b>")])


def test_addresses_are_links_as_in_live_outputs() -> None:
    told = painted([printed("see (https://example.org/a?b=1&c=<2>), www.example.org.")])
    first = "https://example.org/a?b=1&amp;c=&lt;2"
    assert f'(<a href="{first}" rel="noopener" target="_blank">{first}</a>&gt;), ' in told
    assert '<a href="https://www.example.org" rel="noopener" target="_blank">www.' in told
    assert "<a" not in painted([printed('javascript:alert(1) https://"onclick="alert(1)')])


def test_the_richest_form_is_shown() -> None:
    table = "<style scoped>td{}</style><table><td>costs $ 5</td></table>"
    assert table in painted([shown(text_html=table, text_plain="costs")])
    assert "data:image/png;base64,AAAA" in painted([shown(image_png="AAAA\n", text_plain="x")])


@pytest.mark.parametrize(
    "output",
    [
        shown(text_html="<b>x</b><ScRipt>alert(1)</script>"),
        shown(text_html="<img src=x onerror=alert(1)>"),
        shown(text_html="<svg/onload=alert(1)>"),
        shown(text_html="< iframe src='/'></iframe>"),
        shown(text_html="<a href='javascript:alert(1)'>x</a>"),
        shown(text_html="a formula $x^2$"),
        shown(text_latex="x", text_plain="x"),
        shown(text_markdown="# x", text_plain="x"),
        printed("\x1b[31mred"),
        printed("x" * (MAX_BYTES + 1)),
        {
            "output_type": "display_data",
            "data": {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "Slider"},
        },
    ],
)
def test_what_needs_a_script_waits_and_with_it_its_cell(output: dict[str, Any]) -> None:
    assert painted([output]) == ""
    assert painted([printed("before"), output]) == ""


def test_nothing_is_nothing() -> None:
    assert painted([]) == ""
    assert painted([printed("")]) == ""
