"""Dollar signs in markdown that are no formula's."""

from __future__ import annotations

from nbconvert.filters.markdown_mistune import IPythonRenderer

_PLAIN = '<span class="tex2jax_ignore">$</span>'


class PlainDollars(IPythonRenderer):
    r"""nbconvert's renderer, which drops the backslash of ``\$5 to \$6``: browsers would set a formula."""

    def text(self, text: str) -> str:
        """Words between formulas, where a browser shall not look for any."""
        return str(super().text(text)).replace("$", _PLAIN)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A picture; the words for it are no place for elements."""
        return str(super().image(text.replace(_PLAIN, "$"), url, title))


__all__ = ["PlainDollars"]
