"""Squares, with Dash."""

from dash import Dash, Input, Output, callback, dcc, html

app = Dash(__name__)
server = app.server
app.layout = [
    html.H1("Squares"),
    html.P("Move the slider; the server computes the square."),
    dcc.Slider(0, 100, 1, value=3, marks=None, id="number"),
    html.B(id="result", className="bench-result"),
]


@callback(Output("result", "children"), Input("number", "value"))
def show(number: int) -> str:
    """The number's square."""
    return str(number**2)
