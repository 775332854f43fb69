"""Our front end beside Voilà's own: the same elements, places and pictures, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.beside import Cell, differences, drawings, look
from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook, write
from tests.browser.service import Service, eventually
from tests.browser.viewer import Viewer
from vaas.demo.efss import DemoEfss

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
NOTEBOOKS = {file.stem: file for file in ROOT.glob("examples/*/*.ipynb")}

DIFFERS = {
    "mjx-container": "formulas are drawn as SVG, which needs no fonts; Voilà's are text in fonts",
    ".jp-RenderedHTML pre": "keeps letters of one width, as in JupyterLab; Voilà's page takes them",
    ".widget-html-content a": "links look like links; Voilà's page takes their colour and line",
    ".noUi-handle": "has a border that all can see (WCAG 1.4.11)",
    ".js-plotly-plot": "is as wide as its place; Voilà's has Plotly's 700 pixels",
    ".jp-RenderedJSON": "a lean tree; JupyterLab's takes half a megabyte of script",
}
"""What we show otherwise on purpose, by selector, and why."""

WORDS = (
    """
    #%% # Heading one

    *Some* **text**, `code` and a [link](https://example.org/), so long that it breaks on
    any page that is not much wider than those on which it is read here, or even wider than that.

    ## Heading two

    - one
    - two
      1. three

    ### Heading three

    > A quote

    | a | b |
    |---|--:|
    | 1 | 2 |
    | 3 | 4 |

    ```python
    def f(x):
        return x + 1  # more
    ```

    ---
    $a^2$
    """,
    "print('printed'); print('below ' * 60)",
    "quiet = 6 * 7",
    "quiet",
    "import pandas; pandas.DataFrame({'wind': [3.5, 4.25], 'place': ['north', 'south']})",
    """
    from IPython.display import HTML, Latex, Markdown, SVG
    HTML("<h2>Head</h2><p>Text<ul><li>a<li>b</ul><button>press</button><i class='fa fa-home'></i>")
    """,
    r"Latex(r'$\int_0^1 x dx$')",
    "Markdown('## Mark\\n\\ntext `code` *em*\\n\\n- a\\n- b\\n\\n| a | b |\\n|---|---|\\n| 1 | 2 |')",
    """
    SVG('<svg xmlns="http://www.w3.org/2000/svg" width="2000" height="40"><path d="M0 0h9v9"/></svg>')
    """,
    "import matplotlib.pyplot as plt; plt.figure(figsize=(6, 2)); plt.plot([1, 2]);",
    "from IPython.display import JSON; JSON({'a': [1, {'b': None}]})",
    "#%% Last words",
    "1 / 0",
)
CONTROLS = (
    """
    import ipywidgets as w
    names = ["alpha", "beta", "gamma"]
    display(
        w.IntSlider(30, description="Int"),
        w.FloatRangeSlider(value=[2, 6], description="Range"),
        w.IntProgress(40, description="Progress", bar_style="success"),
        w.BoundedIntText(description="A rather long description"),
        w.ToggleButton(description="Toggle"),
        w.Checkbox(True, description="Check"),
        w.Valid(True, description="Valid"),
        w.Dropdown(options=names, description="Dropdown"),
        w.RadioButtons(options=names, description="Radio"),
        w.Select(options=names, description="Select"),
        w.SelectionSlider(options=names, description="Slide"),
        w.ToggleButtons(options=names, description="Toggles"),
    )
    """,
    """
    display(
        w.Text("text", description="Text"),
        w.Text(placeholder="hint", disabled=True),
        w.Textarea("area", description="Area"),
        w.Label("label"),
        w.HTML("<b>html</b> text", description="HTML"),
        w.HTML("words <a href='https://example.org'>link</a>"),
        w.HTMLMath("$x^2$ math"),
        w.Button(description="Press"),
        w.Button(description="Icon", icon="check", button_style="primary"),
        w.DatePicker(description="Date"),
        w.ColorPicker(value="teal", description="Colour"),
        w.Combobox(options=names, description="Combo"),
        w.Play(),
        w.FileUpload(),
        w.TagsInput(value=["alpha"], allowed_tags=names),
    )
    """,
    """
    out = w.Output(layout={"border": "1px solid black"})
    with out:
        print("captured")
        display(w.Label("in an output"))
    display(
        w.Tab([w.Label("one"), w.Text("two")], titles=["First", "Second"]),
        w.Accordion([w.IntSlider(), w.Text()], titles=["Sliders", "Texts"], selected_index=0),
        out,
        w.HBox([w.Button(description="a"), w.Button(description="b")]),
        w.IntSlider(orientation="vertical", description="Up"),
        w.AppLayout(header=w.Label("head"), center=w.Button(description="middle")),
    )
    """,
    """
    @w.interact(x=10, y=True, z="text")
    def told(x, y, z):
        print(x, y, z)
        return x
    """,
)
LIBRARIES = (
    """
    import ipyleaflet
    ipyleaflet.Map(center=(45, 8), layers=[ipyleaflet.Marker(location=(45, 8))])
    """,
    """
    import bqplot
    scales = {"x": bqplot.OrdinalScale(), "y": bqplot.LinearScale()}
    bqplot.Figure(marks=[bqplot.Bars(x=[0, 1], y=[1, 2], scales=scales)], animation_duration=0)
    """,
    """
    import ipyvuetify as v
    v.Container(children=[
        v.Btn(children=["press"], color="primary"),
        v.Select(label="Station", items=["a"], v_model="a"),
        v.Slider(label="Size"),
        v.Card(title="Card", text="words"),
        v.Alert(text="Alert", type="success"),
        v.Checkbox(label="Check", v_model=True),
    ])
    """,
    """
    import anywidget
    class Own(anywidget.AnyWidget):
        _esm = "export default { render({ el }) { el.append('own words') } }"
    Own()
    """,
    "from vois import ui; ui.Card('Card', children=[ui.Button('Go', lambda: None)])",
)
OURS = "#dashboard .jp-Cell"
SAMPLES = {"words": WORDS, "controls": CONTROLS, "libraries": LIBRARIES}


def both(viewer: Viewer, address: str) -> tuple[list[Cell | None], list[Cell | None]]:
    """What is seen on our page, and on Voilà's."""
    viewer.page.goto(address, wait_until="commit")
    viewer.ready()
    ours = look(viewer.page, OURS, without=", ".join(DIFFERS))
    viewer.picture(f"beside-{urlsplit(address).path.rsplit('/')[-1]}", full=False)
    assert viewer.complaints == []
    viewer.expects("")  # what Voilà's page complains of is not ours
    # Only now: on it anywidget gives up a script that the browser has not had before.
    voila = viewer.context.new_page()
    voila.goto(f"{address}?vaas=plain", wait_until="commit")
    expect(voila.locator("#rendered_cells")).to_be_visible()
    drawn = drawings(viewer.page)
    assert eventually(lambda: drawings(voila) >= drawn)
    theirs = look(voila, "#rendered_cells [cell-index] > .jp-Cell", without=", ".join(DIFFERS))
    return ours, theirs


@pytest.mark.parametrize("name", sorted(NOTEBOOKS))
def test_an_example(service: Service, share: Share, visit: Visit, name: str) -> None:
    folder = NOTEBOOKS[name].parent
    files = {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}
    viewer = visit(service, viewport={"width": 1280, "height": 1400})
    ours, theirs = both(viewer, viewer.address(share(files)))
    assert differences(ours, theirs) == []


@pytest.mark.parametrize(
    ("name", "width"),
    [("words", 1280), ("words", 390), ("controls", 1280), ("controls", 390), ("libraries", 1280)],
)
def test_all_kinds_of_outputs(
    service: Service, share: Share, visit: Visit, name: str, width: int
) -> None:
    viewer = visit(service, viewport={"width": width, "height": 3000})
    address = viewer.address(share({"a.ipynb": notebook(*SAMPLES[name])}))
    ours, theirs = both(viewer, address)
    assert any(ours)
    assert differences(ours, theirs) == []


@pytest.mark.parametrize(
    "style",
    [
        ".fa { visibility: hidden }",
        ".widget-button { font-size: 14px }",
        ".widget-label { color: #777 !important }",
        ".vaas-cell { margin-top: 2px }",
        ".widget-vbox { flex-direction: row }",
    ],
)
def test_a_difference_is_found(changed: Viewer, style: str) -> None:
    before = look(changed.page, OURS, without="br", frames=5)
    added = changed.page.add_style_tag(content=style)
    after = look(changed.page, OURS, without="br", frames=5)
    added.evaluate("one => one.remove()")
    assert differences(before, after) != []


@pytest.fixture(scope="module")
def changed(browser: Browser, service: Service, cloud: DemoEfss, shared: Path) -> Iterator[Viewer]:
    """A page of a few widgets in two cells, whose style tests change."""
    body = """
    import ipywidgets as w
    names = ["alpha", "beta", "gamma"]
    buttons = [w.Button(description=name, icon="check") for name in names]
    w.VBox([w.IntSlider(description=name) for name in names] + buttons)
    """
    write(shared / "changed", {"a.ipynb": notebook(body, "'text'")})
    viewer = Viewer(browser, service.url)
    viewer.open(cloud.add_link("nextcloud", "changed"))
    yield viewer
    viewer.close()
    viewer.check()
