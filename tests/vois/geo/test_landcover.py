"""The example of land cover: its data, its notebook, and what its controls do."""

import runpy
import shutil
from pathlib import Path

import nbformat
import numpy as np
import pytest
import rasterio
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[3] / "examples" / "landcover"
PROBE = """
from vois import testing
area_lines = {line.name: line.values for line in inspector.lines}
assert set(area_lines) == {"Water", "Wood", "Crops", "Grass", "Town"}
assert all(abs(sum(shares) - 100) < 1e-6 for shares in zip(*area_lines.values()))
assert area_lines["Water"][3] > 2 * area_lines["Water"][2]  # the dam, 2019
assert area_lines["Town"] == sorted(area_lines["Town"])
before = cover.url
testing.set_value(time, 0)
assert (cover.frame, state.step) == (0, 0)
assert cover.url != before
assert {row["since 2016"] for row in table.rows} == {"+0"}
testing.set_value(switch, True)
assert (first.pane, cover.pane) == ("vois-left", "vois-right")
testing.set_value(switch, False)
assert first not in view.layers and cover in view.layers
inspector._pressed(type="click", coordinates=[48.9149, 15.1007])
assert [line.name for line in inspector.lines] == ["Wood", "Grass", "Bare"]  # the storm, 2021
assert not [one for one in view.map.layers if type(one).__name__ == "TileLayer"]
"""


@pytest.fixture
def notebook():
    return nbformat.read(FOLDER / "landcover.ipynb", as_version=4)


async def test_runs_clean_and_answers_its_controls(notebook):
    notebook.cells.append(nbformat.v4.new_code_cell(PROBE))
    resources = {"metadata": {"path": str(FOLDER)}}
    await NotebookClient(notebook, timeout=120, resources=resources).async_execute()
    found = [one for cell in notebook.cells for one in cell.get("outputs", [])]
    assert [one.output_type for one in found] == ["execute_result"]
    assert "application/vnd.jupyter.widget-view+json" in found[0].data


def test_is_stored_as_an_analyst_shares_it(notebook):
    nbformat.validate(notebook)
    assert {cell.get("execution_count") for cell in notebook.cells} == {None}
    assert f"# {notebook.metadata.vaas.title}" in notebook.cells[0].source
    assert len((FOLDER / "README.md").read_text().splitlines()) == 5


@pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")
def test_data_is_small_and_comes_from_its_script(tmp_path):
    script = shutil.copy(FOLDER / "make_data.py", tmp_path)
    runpy.run_path(str(script), run_name="__main__")
    made = sorted(tmp_path.glob("*.tif"))
    assert len(made) == 9
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 1_000_000
    for file in made:
        with rasterio.open(file) as new, rasterio.open(FOLDER / file.name) as kept:
            assert np.array_equal(new.read(), kept.read())
            assert (new.crs, new.transform) == (kept.crs, kept.transform)
            assert kept.overviews(1)
            assert kept.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    kept = FOLDER / "valley.geojson"
    assert (tmp_path / kept.name).read_text() == kept.read_text()
