"""Metadata of strangers: whatever it is, what is kept satisfies nbformat and loses no tag."""

from __future__ import annotations

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vaas.rendering.tidy import attachments, cell_metadata, notebook_metadata

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
NOTEBOOK = st.dictionaries(
    st.sampled_from(["kernelspec", "language_info", "authors", "title", "orig_nbformat", "vaas"]),
    ANY,
)
KERNEL = st.fixed_dictionaries({}, optional={"name": ANY, "display_name": ANY, "language": ANY})
CELL = st.dictionaries(
    st.sampled_from(["tags", "name", "collapsed", "scrolled", "jupyter", "execution", "format"]),
    ANY,
)


@settings(max_examples=150, deadline=None)
@given(ANY | NOTEBOOK | st.fixed_dictionaries({"kernelspec": KERNEL}), ANY | CELL, ANY)
def test_what_is_kept_is_valid(notebook: object, cell: object, pictures: object) -> None:
    one = {"id": "a", "cell_type": "code", "source": "", "outputs": [], "execution_count": None}
    two = {"id": "b", "cell_type": "markdown", "source": "", "attachments": attachments(pictures)}
    three = {"id": "c", "cell_type": "raw", "source": ""}
    told = {"metadata": cell_metadata(cell)}
    node = {"nbformat": 4, "nbformat_minor": 5, "metadata": notebook_metadata(notebook)}
    node["cells"] = [one | told, two | told, three | told]
    nbformat.validate(nbformat.from_dict(node), relax_add_props=True)


@pytest.mark.parametrize(
    ("tags", "kept"),
    [
        (["a", "b", "a"], ["a", "b"]),
        (["raises-exception", 5, None, "", "x,y"], ["raises-exception"]),
        ([], []),
    ],
)
def test_tags_are_kept(tags: list, kept: list) -> None:
    assert cell_metadata({"tags": tags}) == {"tags": kept}


def test_what_templates_and_voila_read_is_kept() -> None:
    grid = {"extensions": {"jupyter_dashboards": {"version": 1}}}
    told = {"voila": {"template": "gridstack"}, "vaas": {"title": "T"}, "widgets": {"x": 1}} | grid
    found = notebook_metadata(told)
    assert found["extensions"] == grid["extensions"]
    assert found["voila"] == {"template": "gridstack"}
    assert "widgets" not in found
    assert cell_metadata(grid) == grid
