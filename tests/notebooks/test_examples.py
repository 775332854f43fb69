"""Runs each example as a viewer's kernel would, moves a control, and looks at what changed."""

import json
import runpy
import shutil
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = ["countries", "energy", "gallery", "rainfall", "vegetation"]
WITH_DATA = [name for name in NAMES if (EXAMPLES / name / "make_data.py").exists()]

# What a viewer does, in Python: appended to the notebook as one more cell.
PROBES = {
    "countries": """
from vois import testing
assert app.names == ["Overview", "Rows"]
before = europe.svg, ranking.svg, history.svg
testing.set_value(year, 2015)
assert europe.svg != before[0]
testing.set_value(ranking, "Sweden")
assert (state.country, country.value) == ("SE", "SE")
assert [row["Year"] for row in table.rows] == list(years)
assert {row["Country"] for row in table.rows} == {"Sweden"}
testing.set_value(europe, "ES")
assert state.country == "ES"
testing.set_value(europe, "CH")
assert state.country == "ES"
assert address.params == {"year": "2015", "country": "ES"}
address.vue_query("?year=1066&country=XX&indicator=income")
assert (state.year, state.country, indicator.value) == (2015, "ES", "income")
testing.set_value(app, 1)
testing.click(testing.find(app, ui.Download))
assert save.parcel["name"] == "countries.csv"
assert testing.find_all(app, ui.ErrorCard) == []
""",
    "gallery": """
import sys
from vois import testing
assert not {"numpy", "pandas", "plotly", "ipyleaflet"} & set(sys.modules)  # only what is seen
for page in range(len(app.names)):
    testing.set_value(app, page)
assert not testing.find_all(app, ui.ErrorCard, label="This page could not be built")
shown = {type(one) for one in testing.find_all(app)} | {ui.Dialog}  # a button opens it
widgets = {one for one in (getattr(ui, name) for name in ui.__all__) if isinstance(one, type)}
assert {one.__name__ for one in widgets - shown} == set()
testing.set_value(testing.find(app, label="One country"), "Spain")
assert testing.find(app, ui.Label).label == "You chose 'Spain'"
testing.set_value(testing.find(app, ui.Svg), "France")
assert testing.find_all(app, label="You chose France")
testing.click(testing.find(app, label="Save"))
assert ui.host().messages[-1]["text"] == "Saved"
testing.click(testing.find(app, label="Window"))
assert isinstance(ui.host().dialogs[-1], ui.Dialog)
""",
    "rainfall": """
before, drawn = stats.value, picture.value
year.value, month.value, smooth.value = 2016, "March", 1
march = rain["2016-03"]
assert f"{march.sum():.0f} mm" in stats.value
assert f"{(march > 0).sum()} of 31" in stats.value
assert stats.value != before
assert picture.value != drawn
assert picture.value.count("<svg") == len(SHAPES)
assert INK not in picture.value
assert CURVE not in picture.value
smooth.value = 7
assert CURVE in picture.value
assert type(app).__name__ == "VBox"
""",
    "energy": """
france = energy[(energy.country == "France") & (energy.year == 2010)]
country.v_model, year.v_model = "France", 2010
assert f"{france.twh.sum():,.0f} TWh" in facts[0].value
assert "France in 2010" in facts[0].value
colours = dict(zip(bars.data[0].y, bars.data[0].marker.color))
assert {name for name, colour in colours.items() if colour == STRONG} == {"France"}
assert lines.layout.shapes[0].x0 == 2010
sector.v_model = "Transport"
assert sorted(bars.data[0].x)[-1] == energy.query("year == 2010 and sector == 'Transport'").twh.max()
assert [line.opacity for line in lines.data if line.name != "Transport"] == [0.3] * 4
unit.v_model = "mwh_each"
assert "MWh a person" in ranking.value
where = list(bars.data[0].y).index("Spain")
pick(bars.data[0], type("Points", (), {"point_inds": [where]}), None)
assert country.v_model == "Spain"
assert "Spain" in history.value
assert type(bars).__name__ == type(lines).__name__ == "FigureWidget"
assert len(bars._widget_data[0]["y"]) == 16  # in the state that a new page is built from
""",
    "vegetation": """
assert type(view).__name__ == "Map"
assert not [one for one in view.layers if type(one).__name__ == "TileLayer"]
def shown():
    return [one.value for one in facts] + [chart.value, scene.url]
before = shown()
date.v_model = 10
assert scene.url.startswith("data:image/png;base64,")
assert scene.url != before[-1]
assert date.label == f"{dates[10]:%-d %b %Y}"
here = numbers == wood
assert f"{ndvi[10][here].mean():.2f}" in facts[1].value
assert ">0%<" in facts[2].value
date.v_model = 20
share = (ndvi[20][here] < limit.v_model).mean()
assert 0.2 < share < 0.5
assert f">{share:.0%}<" in facts[2].value
limit.v_model = 0.1
assert ">0%<" in facts[2].value
pick(feature=fields[3], event="click", id="x")
assert place.v_model == 3
assert chosen.data["features"][0]["properties"]["number"] == 3
assert f">{(numbers == 3).sum() * hectares:.0f} ha<" in facts[0].value
play.click()
assert clock.playing
assert play.attributes["aria-label"] == icon.children[0].removeprefix("mdi-").capitalize() == "Pause"
""",
}


def notebook(name: str) -> nbformat.NotebookNode:
    return nbformat.read(EXAMPLES / name / f"{name}.ipynb", as_version=4)


def outputs(cells: list) -> list:
    return [output for cell in cells for output in cell.get("outputs", [])]


@pytest.mark.parametrize("name", NAMES)
async def test_runs_clean_and_answers_its_controls(name: str) -> None:
    nb = notebook(name)
    nb.cells.append(nbformat.v4.new_code_cell(PROBES[name]))
    client = NotebookClient(nb, timeout=120, resources={"metadata": {"path": EXAMPLES / name}})
    await client.async_execute()
    found = outputs(nb.cells)
    assert [one for one in found if one.output_type in ("error", "stream")] == []
    views = [
        one for one in found if "application/vnd.jupyter.widget-view+json" in one.get("data", {})
    ]
    assert len(views) == len(found) == 1


@pytest.mark.parametrize("name", NAMES)
def test_is_stored_as_an_analyst_shares_it(name: str) -> None:
    nb = notebook(name)
    nbformat.validate(nb)
    assert outputs(nb.cells) == []
    assert {cell.get("execution_count") for cell in nb.cells} == {None}
    assert nb.cells[0].cell_type == "markdown"
    assert f"# {nb.metadata.vaas.title}" in nb.cells[0].source
    assert nb.metadata.vaas.description
    assert nb.metadata.kernelspec.name == "python3"
    assert len((EXAMPLES / name / "README.md").read_text().splitlines()) == 5


@pytest.mark.parametrize("name", NAMES)
def test_names_no_other_host(name: str) -> None:
    for file in (EXAMPLES / name).iterdir():
        if file.suffix in {".ipynb", ".css", ".py", ".md"}:
            assert "//" not in file.read_text().replace(" // ", " ")


@pytest.mark.parametrize("name", WITH_DATA)
def test_data_is_small_and_comes_from_its_script(name: str, tmp_path: Path) -> None:
    script = shutil.copy(EXAMPLES / name / "make_data.py", tmp_path)
    runpy.run_path(str(script), run_name="__main__")
    made = [file for file in tmp_path.iterdir() if file.name != "make_data.py"]
    assert made
    assert sum(file.stat().st_size for file in made) < 1_000_000
    for file in made:
        assert_same(file, EXAMPLES / name / file.name)


def assert_same(new: Path, kept: Path) -> None:
    """Compare what the files say; the packing of an archive may differ between machines."""
    if new.suffix == ".npz":
        with np.load(new) as one, np.load(kept) as other:
            assert one.files == other.files
            assert all(np.array_equal(one[key], other[key]) for key in one.files)
    elif new.suffix in {".json", ".geojson"}:
        assert json.loads(new.read_text()) == json.loads(kept.read_text())
    else:
        assert new.read_text() == kept.read_text()
