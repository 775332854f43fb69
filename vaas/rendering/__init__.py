"""From a notebook and a live kernel to the page, with Voilà and its templates."""

from vaas.rendering.assets import Asset, AssetStore
from vaas.rendering.execute import CellResult, failure_view, run_cells
from vaas.rendering.failures import CellFailure
from vaas.rendering.notebook import Notebook, choose_kernel, describe, load_notebook
from vaas.rendering.page import PageRenderer, has_template
from vaas.rendering.record import Recording, record_cells
from vaas.rendering.source import SourceCell, source_cells
from vaas.rendering.widgets import Packed

__all__ = [
    "Asset",
    "AssetStore",
    "CellFailure",
    "CellResult",
    "Notebook",
    "Packed",
    "PageRenderer",
    "Recording",
    "SourceCell",
    "choose_kernel",
    "describe",
    "failure_view",
    "has_template",
    "load_notebook",
    "record_cells",
    "run_cells",
    "source_cells",
]
