"""Which languages a browser says that its viewer reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaas.web.languages import accepted


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        ("", ()),
        ("de", ("de",)),
        ("de-CH, de;q=0.9, en;q=0.8, *;q=0.5", ("de-CH", "de", "en")),
        ("en;q=0.2, fr ; q=0.9, it;q=0", ("fr", "en")),
        ("en;q=2, <b>, de;q=x, fr", ("fr",)),
        (",".join(["en"] * 90), ("en",) * 20),
    ],
)
def test_the_best_comes_first(header: str, languages: tuple[str, ...]) -> None:
    assert accepted(header) == languages


@given(st.text("de-,;q=01. *x", max_size=40))
def test_any_header_is_read(header: str) -> None:
    assert all(one[0].isalpha() for one in accepted(header))
