"""Which notebook an address means."""

from __future__ import annotations

from pathlib import Path

import pytest

from vaas.errors import NoNotebook, NotebookMissing
from vaas.launch import pick_notebook
from vaas.model import Version, Workspace


def space(*notebooks: str, **names: str) -> Workspace:
    return Workspace(Path("/x"), Version("a", "b"), notebooks, 1, 1, names)


@pytest.mark.parametrize(
    ("notebooks", "path", "picked"),
    [
        (["a.ipynb"], "", "a.ipynb"),
        (["a.ipynb"], "a.ipynb", "a.ipynb"),
        (["a.ipynb", "b.ipynb"], "", None),
        (["index.ipynb", "b.ipynb"], "", "index.ipynb"),
        (["d/index.ipynb", "b.ipynb"], "", None),
        (["d/index.ipynb", "d/b.ipynb"], "d", "d/index.ipynb"),
        (["d/index.ipynb", "d/b.ipynb"], "d/", "d/index.ipynb"),
        (["d/a.ipynb", "da.ipynb"], "d", "d/a.ipynb"),
        (["d/e/a.ipynb", "d/b.ipynb"], "d/e", "d/e/a.ipynb"),
        (["d/e/a.ipynb", "d/b.ipynb"], "d", None),
    ],
)
def test_an_address_leads_to_a_notebook(notebooks: list, path: str, picked: str | None) -> None:
    assert pick_notebook(space(*notebooks), path) == picked


@pytest.mark.parametrize(
    ("path", "error"),
    [("b.ipynb", NotebookMissing), ("d", NoNotebook), ("a.ipyn", NoNotebook)],
)
def test_what_is_not_there_is_told(path: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        pick_notebook(space("a.ipynb"), path)


def test_an_empty_share_is_told() -> None:
    with pytest.raises(NoNotebook):
        pick_notebook(space(), "")


def test_the_name_in_the_share_leads_to_the_one_here() -> None:
    names = {"a_b~1.ipynb": "a\nb.ipynb", "d_~2": "d\n", "d_~2/c.ipynb": "d\n/c.ipynb"}
    here = space("a_b~1.ipynb", "d_~2/c.ipynb", **names)
    assert pick_notebook(here, "a\nb.ipynb") == "a_b~1.ipynb"
    assert pick_notebook(here, "a_b~1.ipynb") == "a_b~1.ipynb"
    assert pick_notebook(here, "d\n/c.ipynb") == "d_~2/c.ipynb"
    assert pick_notebook(here, "d\n") == "d_~2/c.ipynb"
