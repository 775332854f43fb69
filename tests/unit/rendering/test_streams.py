"""Printed text as it stands in the end, and quickly whatever was printed."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbclient.client import _RGX_CARRIAGERETURN

from vaas.rendering.execute import MAX_CELL_BYTES, viewer_outputs
from vaas.rendering.streams import merged, seen


def stream(text: str, name: str = "stdout") -> dict:
    return {"output_type": "stream", "name": name, "text": text}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb", "a\nb"),
        ("10 %\r50 %\r100 %\n", "100 %\n"),
        ("windows\r\nlines\r\n", "windows\r\nlines\r\n"),
        ("wait\r", "wait\r"),
        ("ab\bc", "ac"),
        ("\b\bx\ny\b\b", "x\n"),
        ("one\rtwo\nthree\rfour", "two\nfour"),
        ("", ""),
    ],
)
def test_overwritten_text_goes(text: str, shown: str) -> None:
    assert seen(text) == shown


@given(st.text("ab\r\n", max_size=30).filter(lambda text: "\r\r" not in text + "\n"))
def test_carriage_returns_do_what_nbclient_makes_of_them(text: str) -> None:
    assert seen(text + "\n") == _RGX_CARRIAGERETURN.sub("", text + "\n")


@given(st.text("ab\b\n", max_size=30))
def test_backspaces_take_one_letter_of_their_line(text: str) -> None:
    expected = text
    while (shorter := re.sub(r"[^\n\b]\x08|(?<![^\n])\x08", "", expected)) != expected:
        expected = shorter
    assert seen(text) == expected


def test_neighbours_become_one() -> None:
    shown = {"output_type": "display_data", "data": {}, "metadata": {}}
    found = merged([stream("a"), stream("\rb"), stream("e", "stderr"), shown, stream("c")])
    assert found == [stream("b"), stream("e", "stderr"), shown, stream("c")]


@pytest.mark.parametrize(
    "piece", ["x" * 8_000_000, "ab\r" * 2_000_000, "ab\b" * 2_000_000, "\b\r\n" * 2_000_000]
)
def test_long_lines_take_little_time(piece: str) -> None:
    started = time.process_time()
    seen(piece)
    assert time.process_time() - started < 5


def test_the_cap_cuts_text_and_says_so() -> None:
    first, note = viewer_outputs([stream("x" * (MAX_CELL_BYTES + 1))])
    assert len(first["text"]) == MAX_CELL_BYTES
    assert "too long" in note["data"]["text/html"]
    assert viewer_outputs([stream("x" * MAX_CELL_BYTES)]) == [stream("x" * MAX_CELL_BYTES)]
    assert len(viewer_outputs([stream("x")], cut=True)) == 2


def test_what_is_for_the_author_is_left_out() -> None:
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": []}
    assert viewer_outputs([stream("w", "stderr"), error, stream("a"), stream("b")]) == [
        stream("ab")
    ]
