"""The gallery and the tutorial run, and answer, in a real kernel without a browser."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", ["gallery", "countries"])
def test_the_notebook_runs_without_a_word_of_warning(name):
    path = EXAMPLES / name / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    check = (
        "from vois import testing as t\nfor page in range(len(app.names)): t.set_value(app, page)"
    )
    check += "\nassert not t.find_all(app, ui.ErrorCard, label='This page could not be built')"
    notebook.cells.append(nbformat.v4.new_code_cell(check))
    NotebookClient(
        notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}}
    ).execute(env={**os.environ, "PYTHONPATH": str(EXAMPLES.parent)})
    outputs = [one for cell in notebook.cells for one in cell.get("outputs", [])]
    assert [one for one in outputs if one.output_type in {"stream", "error"}] == []
