"""The README's ten-line dashboard runs as it stands there and answers."""

import re

from tests.house.tree import ROOT
from vois import testing, theme, ui

CODE = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[0]


def test_it_has_ten_lines():
    assert len([line for line in CODE.splitlines() if line.strip()]) == 10


def test_it_runs_and_answers():
    *body, last = CODE.strip().splitlines()
    names = {}
    try:
        exec("\n".join(body), names)  # noqa: S102 - what readers will run
        app = eval(last, names)  # noqa: S307 - the last line is what a notebook shows
        chart = testing.find(app, ui.Svg)
        assert "Germany: 83.2" in chart.svg
        testing.set_value(testing.find(app, label="Years from now"), 50)
        assert f"Germany: {83.2 * 1.005**50:.1f}" in chart.svg
        assert testing.find(app, label="Growth a year, %").value == 0.5
        sync = next(one for one in app.drawer if hasattr(one, "params"))
        assert sync.params == {"years": "50"}
        sync.vue_query("?growth=-1")
        assert f"Germany: {83.2 * 0.99**50:.1f}" in chart.svg
    finally:
        theme.use("slate", "light")
