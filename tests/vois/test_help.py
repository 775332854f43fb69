"""Help for older notebooks: the Vuetify 2 shim and the check."""

import importlib.metadata
import json
import subprocess
import sys
import tomllib

import pytest

import vois
from tests.house.tree import ROOT
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


def notebook(path, *lines: str):
    source = [f"{line}\n" for line in lines]
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": source}]}))
    return path


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("button.button('x')", "now: from vois.vuetify import Button"),
        ("button.button('x', textweight=3)", "argument textweight is called text_weight now"),
        ("Button('x', onclick=go)", "argument onclick is called on_click now"),
        ("x.draw()", "draw() is no longer needed"),
        ("importlib.reload(app)", "reload is no longer needed"),
        ("import jeodpp", "institute"),
        ("v.TabItem()", "gone in Vuetify 3: v.TabsWindowItem"),
        ("url = 'https://tiles.example.org'", "asks another host"),
        ("print 'x'", "is no Python"),
    ],
)
def test_check_advises(tmp_path, line, advice):
    found = module.check(notebook(tmp_path / "a.ipynb", "%matplotlib inline", line))
    assert {(one.cell, one.line, one.text) for one in found} == {(1, 2, line)}
    assert any(one.advice.startswith(advice) or advice in one.advice for one in found)


def test_check_is_silent_about_what_is_new(tmp_path):
    lines = "%pip list", "from vois.vuetify import Button", "Button('x', on_click=print)"
    assert module.check(notebook(tmp_path / "a.ipynb", *lines)) == []


@pytest.mark.parametrize("text", ["[]", "{}", "no", '{"cells": 1}'])
def test_check_refuses_what_is_no_notebook(tmp_path, text):
    path = tmp_path / "a.ipynb"
    path.write_text(text)
    with pytest.raises(ValueError, match="is no notebook"):
        module.check(path)


def run(*words: object):
    command = [sys.executable, "-m", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_command_tells_findings_and_ends_with_1(tmp_path):
    path = notebook(tmp_path / "a.ipynb", "x.draw()")
    done = run("vois", "check", path)
    assert done.stdout.startswith(f"{path}: cell 1, line 1: draw() is no longer needed")
    assert (done.returncode, done.stdout.splitlines()[1]) == (1, "  x.draw()")
    assert run("vois.check", path).stdout == done.stdout


def test_the_command_ends_with_0_and_with_2(tmp_path):
    assert run("vois", "check", notebook(tmp_path / "a.ipynb", "1 + 1")).returncode == 0
    missing = run("vois", "check", tmp_path / "b.ipynb")
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "b.ipynb" in missing.stderr
    assert "Traceback" not in missing.stderr
    assert run("vois", "--version").stdout == f"{vois.__version__}\n"


def test_the_command_is_installed_with_the_library():
    scripts = importlib.metadata.entry_points(group="console_scripts", name="vois")
    assert {one.value for one in scripts} <= {"vois.__main__:main"}
    text = (ROOT / "pyproject.toml").read_text()
    assert tomllib.loads(text)["project"]["scripts"]["vois"] == "vois.__main__:main"
