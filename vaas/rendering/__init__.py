"""From a notebook and a live kernel to the page, with Voilà and its templates."""

from vaas.rendering.assets import Asset, AssetStore
from vaas.rendering.cards import failure_view
from vaas.rendering.execute import CellResult, run_cells
from vaas.rendering.exporter import has_template
from vaas.rendering.failures import CellFailure
from vaas.rendering.notebook import (
    Notebook,
    choose_kernel,
    describe,
    kernel_asked,
    load_notebook,
)
from vaas.rendering.page import PageRenderer
from vaas.rendering.painted import PAINTED
from vaas.rendering.parameters import OURS, Answer, Declared, Parameter
from vaas.rendering.parameters import answers as parameter_answers
from vaas.rendering.parameters import is_name as is_parameter_name
from vaas.rendering.record import Recording, record_cells
from vaas.rendering.source import SourceCell, source_cells
from vaas.rendering.still import Stills, find_browser
from vaas.rendering.widgets import Packed

__all__ = [
    "OURS",
    "PAINTED",
    "Answer",
    "Asset",
    "AssetStore",
    "CellFailure",
    "CellResult",
    "Declared",
    "Notebook",
    "Packed",
    "PageRenderer",
    "Parameter",
    "Recording",
    "SourceCell",
    "Stills",
    "choose_kernel",
    "describe",
    "failure_view",
    "find_browser",
    "has_template",
    "is_parameter_name",
    "kernel_asked",
    "load_notebook",
    "parameter_answers",
    "record_cells",
    "run_cells",
    "source_cells",
]
