"""Help for older notebooks: the Vuetify 2 shim and the check."""

import json
import subprocess
import sys

import pytest

from vois import check as module
from vois.compat import translate


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"outlined": True, "small": True}, {"variant": "outlined", "size": "small"}),
        ({"dense": True, "dark": True}, {"density": "compact", "theme": "dark"}),
        ({"depressed": True, "large": False}, {"variant": "flat"}),
        ({"ticks": True, "active_class": "x"}, {"show_ticks": "always"}),
        ({"color": "red"}, {"color": "red"}),
    ],
)
def test_properties_are_translated(old, new):
    assert translate("Btn", old) == new


def test_old_code_runs_after_the_shim():
    # In a process of its own: the shim changes ipyvuetify for good.
    code = (
        "from vois import compat; compat.vuetify2(); compat.vuetify2(); import ipyvuetify as v;"
        "b = v.Btn(icon='mdi-home', outlined=True); s = v.Slider(ticks=True); v.TabItem(children=['x']);"
        "print(b.icon, b.variant, len(b.children), v.ListItemContent().tag)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["True", "outlined", "1", "div"]


def test_check_names_cell_line_and_advice(tmp_path):
    path = tmp_path / "a.ipynb"
    source = ["from vois.vuetify import button\n", "button.button('x').draw()"]
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": source}]}))
    found = module.check(path)
    assert [(one.cell, one.line) for one in found] == [(1, 2), (1, 2)]
    assert "import Button" in found[0].advice
    path.write_text("[]")
    with pytest.raises(ValueError, match="no notebook"):
        module.check(path)
