"""What is painted before any script runs: all of a cell's outputs, or none of them."""

from __future__ import annotations

from typing import Any

import pytest

from vaas.rendering.painted import MAX_BYTES, painted

KINDS = {"image_svg": "image/svg+xml"}


def shown(**data: str) -> dict[str, Any]:
    kinds = {KINDS.get(name, name.replace("_", "/")): text for name, text in data.items()}
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


def test_a_drawing_is_a_picture_in_which_nothing_acts() -> None:
    html = painted([shown(image_svg="<svg onload='alert(1)'/>", text_plain="x")])
    assert (
        '<img src="data:image/svg+xml,%3Csvg%20xmlns%3D%22http%3A//www.w3.org/2000/svg%22%20onload'
        in html
    )
    assert "<svg" not in html


def test_a_cells_value_has_the_place_that_it_will_have() -> None:
    value = shown(text_plain="42") | {"output_type": "execute_result"}
    assert "jp-OutputArea-executeResult" in painted([value])
    assert "jp-OutputArea-executeResult" not in painted([printed("42")])


@pytest.mark.parametrize(
    ("told", "size"),
    [
        ({"image/png": {"width": 600, "height": 400.5}}, ' width="600" height="400"'),
        ({"image/png": {"width": "1 onload=x", "height": True}}, ""),
        ({"image/png": "small", "width": 3}, ""),
        ({}, ""),
    ],
)
def test_a_picture_has_its_size(told: dict[str, Any], size: str) -> None:
    picture = shown(image_png="AAAA") | {"metadata": told}
    assert f'AAAA" alt=""{size}>' in painted([picture])


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
