"""What cells put on the page: each kind of output, as a viewer sees it."""

from __future__ import annotations

import base64
import struct
import zlib

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.axe import serious
from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.service import Service

pytestmark = pytest.mark.browser


def png(red: int, green: int, blue: int) -> bytes:
    """A picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes([0, red, green, blue]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_values_prints_and_silence(service: Service, share: Share, visit: Visit) -> None:
    body = notebook(
        "print('printed'); print('below')",
        """
        import logging, sys, warnings
        warnings.warn("careful")
        print("grumble", file=sys.stderr)
        logging.warning("mumbled")
        6 * 7
        """,
        "'never shown';",
        "import matplotlib.pyplot as plt; plt.plot([1, 2]);",
        "import pandas as pd; pd.DataFrame({'wind': [3.5]})",
    )
    viewer = visit(service)
    page = viewer.open(share({"a.ipynb": body}))
    expect(viewer.cell(0)).to_have_text("printed\nbelow", use_inner_text=True)
    expect(viewer.cell(1)).to_have_text("42")
    expect(viewer.cell(2)).to_be_empty()
    expect(viewer.cell(3).locator("img")).to_have_count(1)
    expect(viewer.cell(3)).not_to_contain_text("Line2D")
    expect(viewer.cell(4).get_by_role("columnheader", name="wind")).to_be_visible()
    expect(page.locator("[data-mime-type*=stderr]")).to_have_count(0)
    assert b'"stderr"' not in viewer.received()
    for words in ("careful", "grumble", "mumbled"):
        assert words not in page.content()
        assert words.encode() not in viewer.received()
    viewer.picture("outputs")


def test_a_notebook_that_shows_nothing_says_so(
    service: Service, share: Share, visit: Visit
) -> None:
    files = {"none.ipynb": notebook(), "quiet.ipynb": notebook("quiet = 1", "import math")}
    link, viewer = share(files), visit(service)
    for name in files:
        page = viewer.open(link, name)
        expect(page.locator("#dashboard")).to_have_text("This notebook has run, and shows nothing.")
    viewer.picture("empty")


def test_a_display_is_updated(service: Service, share: Share, visit: Visit) -> None:
    body = notebook(
        "import ipywidgets; line = display('first', display_id=True)",
        "line.update('second')",
        """
        button = ipywidgets.Button(description="On")
        button.on_click(lambda _: line.update("third"))
        button
        """,
    )
    viewer = visit(service)
    page = viewer.open(share({"a.ipynb": body}))
    expect(viewer.cell(0)).to_have_text("'second'")
    page.get_by_role("button", name="On").click()
    expect(viewer.cell(0)).to_have_text("'third'")


def test_a_script_that_fails_shows_no_error(service: Service, share: Share, visit: Visit) -> None:
    """As those of ``%matplotlib notebook``, which only the classic notebook can show."""
    body = notebook("from IPython.display import Javascript; Javascript('IPython.figure()')")
    viewer = visit(service)
    viewer.open(share({"a.ipynb": body}))
    expect(viewer.cell(0)).to_have_text("This part of the dashboard could not be shown.")


def test_every_place_of_a_display_is_updated_with_its_size(
    service: Service, share: Share, visit: Visit
) -> None:
    body = notebook(
        f"""
        import ipywidgets
        from IPython.display import Image
        dot = {png(255, 0, 0)!r}
        display(Image(dot), display_id="dot")
        """,
        "line = display(Image(dot), display_id='dot')",
        """
        button = ipywidgets.Button(description="Grow")
        button.on_click(lambda _: line.update(Image(dot, width=80, height=40)))
        button
        """,
    )
    viewer = visit(service)
    page = viewer.open(share({"a.ipynb": body}))
    page.get_by_role("button", name="Grow").click()
    for cell in (0, 1):
        expect(viewer.cell(cell).locator("img")).to_have_js_property("width", 80)


def test_markdown_with_math(service: Service, share: Share, visit: Visit) -> None:
    body = notebook(
        r"""
        #%% # Energy
        Of rest: $E = mc^2$, and

        $$\int_0^1 x \, dx = \frac{1}{2}$$

        | a | b |
        |---|---|
        | 1 | 2 |
        """,
        r"from IPython.display import Math; Math(r'\sqrt{2}')",
        r"#%% Costs \$5 to \$6.",
    )
    viewer = visit(service)
    page = viewer.open(share({"a.ipynb": body}))
    expect(page.locator("#dashboard mjx-container")).to_have_count(3)
    expect(page.get_by_role("cell", name="2", exact=True)).to_be_visible()
    expect(page.get_by_text("Costs $5 to $6.")).to_be_visible()
    assert page.locator("#dashboard").inner_text().count("$") == 2
    viewer.picture("math")


def test_a_picture_that_the_notebook_carries(service: Service, share: Share, visit: Visit) -> None:
    node = nbformat.reads(notebook("#%% ![Red](attachment:dot.png)").decode(), as_version=4)
    data = base64.b64encode(png(255, 0, 0)).decode()
    node.cells[0].attachments = {"dot.png": {"image/png": data}}
    viewer = visit(service)
    page = viewer.open(share({"a.ipynb": nbformat.writes(node).encode()}))
    expect(page.get_by_role("img", name="Red")).to_have_js_property("naturalWidth", 1)


@pytest.mark.parametrize("ending", ["figure.show()", "figure"])
def test_a_plotly_figure(service: Service, share: Share, visit: Visit, ending: str) -> None:
    body = notebook(
        f"""
        import plotly.graph_objects as go
        figure = go.Figure(go.Bar(x=["north", "south"], y=[3, 1]))
        {ending}
        """
    )
    viewer = visit(service)
    viewer.open(share({"a.ipynb": body}))
    expect(viewer.cell(0).locator(".js-plotly-plot .bars .point")).to_have_count(2)


def test_a_figure_widget_answers(service: Service, share: Share, visit: Visit) -> None:
    body = notebook(
        """
        import ipywidgets, plotly.graph_objects as go
        figure = go.FigureWidget(go.Bar(x=["north", "south"], y=[3, 1]))
        told = ipywidgets.Label("none")
        def pick(trace, points, state):
            told.value = points.xs[0]
            trace.y = [1, 2]
        figure.data[0].on_click(pick)
        ipywidgets.VBox([told, figure])
        """
    )
    viewer = visit(service)
    page = viewer.open(share({"a.ipynb": body}))
    expect(page.locator(".bars .point")).to_have_count(2)
    drawn = page.locator(".bars .point path").nth(1)
    before = drawn.get_attribute("d")
    box = drawn.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.click(box["x"] + 22, box["y"] + 22)
    expect(page.get_by_text("south", exact=True).first).to_be_visible()
    expect(page.locator(".widget-label")).to_have_text("south")
    expect(drawn).not_to_have_attribute("d", before or "")


def test_a_map_without_internet(service: Service, share: Share, visit: Visit) -> None:
    body = notebook(
        """
        import ipyleaflet, ipywidgets
        place = ipyleaflet.Marker(location=(55.7, 12.6), draggable=False)
        view = ipyleaflet.Map(layers=(place,), center=(55.7, 12.6), zoom=9)
        told = ipywidgets.Label()
        view.observe(lambda change: setattr(told, "value", f"zoom {change.new:.0f}"), "zoom")
        ipywidgets.VBox([told, view])
        """
    )
    viewer = visit(service)
    page = viewer.open(share({"a.ipynb": body}))
    expect(page.locator(".leaflet-marker-icon")).to_be_visible()
    expect(page.locator(".leaflet-marker-icon")).to_have_js_property("complete", True)
    page.get_by_role("button", name="Zoom in").click()
    expect(page.locator(".widget-label")).to_have_text("zoom 10")
    viewer.picture("map")


def test_pictures_beside_the_notebook(service: Service, share: Share, visit: Visit) -> None:
    picture = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><script>1</script></svg>'
    )
    body = notebook(
        "#%% ![In markdown](pictures/a%20b.svg)",
        'from IPython.display import HTML\nHTML(\'<img alt="In HTML" src="pictures/a b.svg">\')',
    )
    viewer = visit(service)
    page = viewer.open(share({"deep/a.ipynb": body, "deep/pictures/a b.svg": picture}))
    for name in ("In markdown", "In HTML"):
        shown = page.get_by_role("img", name=name)
        expect(shown).to_be_visible()
        assert shown.evaluate("picture => picture.naturalWidth") == 40
    assert page.url.endswith("/deep/a.ipynb")
    answer = page.request.get(page.url.replace("a.ipynb", "pictures/a%20b.svg"))
    assert "sandbox" in answer.headers["content-security-policy"]
    missing = page.request.get(page.url.replace("a.ipynb", "pictures/none.svg"))
    assert missing.status == 404


def test_frames_of_other_sites_are_said_to_be_blocked(
    service: Service, share: Share, visit: Visit
) -> None:
    body = notebook(
        '#%% <iframe src="https://video.example.org/a" title="A film"></iframe>',
        "from IPython.display import IFrame\nIFrame('https://maps.example.org/b', 300, 120)",
        """
        import ipywidgets
        ipywidgets.HTML("<iframe src='https://forms.example.org/c'></iframe>")
        """,
        'from IPython.display import HTML\nHTML(\'<iframe title="Ours" srcdoc="our own"></iframe>\')',
    )
    viewer = visit(service)
    viewer.expects("violates the following Content Security Policy")
    page = viewer.open(share({"a.ipynb": body}))
    for host, path in (("video", "a"), ("maps", "b"), ("forms", "c")):
        said = page.locator(".vaas-note", has_text=f"Pages of {host}.example.org are not shown")
        expect(said).to_be_visible()
        way = said.get_by_role("link", name="Open it in a new tab")
        expect(way).to_have_attribute("href", f"https://{host}.example.org/{path}")
    expect(page.locator("iframe")).to_have_count(1)
    expect(page.frame_locator("iframe").get_by_text("our own")).to_be_visible()
    assert serious(page) == []
    assert viewer.fits()
