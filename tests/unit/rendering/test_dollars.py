"""Amounts of money in markdown, between formulas."""

from __future__ import annotations

import pytest
from nbconvert.filters.markdown_mistune import MarkdownWithMath

from vaas.rendering.dollars import PlainDollars

PLAIN = '<span class="tex2jax_ignore">$</span>'


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        (r"\$5 to \$6", f"{PLAIN}5 to {PLAIN}6"),
        (r"\$5, and $x^2$", f"{PLAIN}5, and $x^2$"),
        (r"$a\$b$ and `\$c`", r"$a\$b$ and <code>\$c</code>"),
        (r"![\$5](a.png)", '<img src="a.png" alt="$5" />'),
        ("from 5 $", f"from 5 {PLAIN}"),
    ],
)
def test_only_formulas_keep_their_dollars(markdown: str, html: str) -> None:
    made = MarkdownWithMath(renderer=PlainDollars(escape=False)).render(markdown)
    assert made.strip() == f"<p>{html}</p>"
