"""All widgets. Each has ``value``, ``label``, ``tooltip``, ``aria_label``, ``disabled``, ``on_change``.

They are imported when first named, so a dashboard pays for what it uses.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from vois import theme  # noqa: F401 - it colours the first widget

if TYPE_CHECKING:
    from vois.ui.app import App as App
    from vois.ui.buttons import Button as Button
    from vois.ui.buttons import Fab as Fab
    from vois.ui.buttons import IconButton as IconButton
    from vois.ui.buttons import Menu as Menu
    from vois.ui.dialogs import Dialog as Dialog
    from vois.ui.dialogs import busy as busy
    from vois.ui.dialogs import confirm as confirm
    from vois.ui.dialogs import message as message
    from vois.ui.files import Clipboard as Clipboard
    from vois.ui.files import Download as Download
    from vois.ui.files import Upload as Upload
    from vois.ui.inputs import TextField as TextField
    from vois.ui.layout import Card as Card
    from vois.ui.layout import CardsGrid as CardsGrid
    from vois.ui.layout import Column as Column
    from vois.ui.layout import Footer as Footer
    from vois.ui.layout import Grid as Grid
    from vois.ui.layout import Page as Page
    from vois.ui.layout import Row as Row
    from vois.ui.layout import Tabs as Tabs
    from vois.ui.lists import SortableList as SortableList
    from vois.ui.overlay import host as host
    from vois.ui.overlay import notify as notify
    from vois.ui.panels import Popup as Popup
    from vois.ui.panels import SidePanel as SidePanel
    from vois.ui.pickers import ColorPicker as ColorPicker
    from vois.ui.pickers import DatePicker as DatePicker
    from vois.ui.plots import Figure as Figure
    from vois.ui.selects import SelectImage as SelectImage
    from vois.ui.selects import SelectMultiple as SelectMultiple
    from vois.ui.selects import SelectSingle as SelectSingle
    from vois.ui.sliders import RangeSlider as RangeSlider
    from vois.ui.sliders import Slider as Slider
    from vois.ui.sliders import SliderFloat as SliderFloat
    from vois.ui.tables import DataTable as DataTable
    from vois.ui.tables import Tree as Tree
    from vois.ui.texts import EmptyState as EmptyState
    from vois.ui.texts import ErrorCard as ErrorCard
    from vois.ui.texts import Html as Html
    from vois.ui.texts import Label as Label
    from vois.ui.texts import Progress as Progress
    from vois.ui.texts import Skeleton as Skeleton
    from vois.ui.texts import Svg as Svg
    from vois.ui.texts import TextList as TextList
    from vois.ui.texts import Title as Title
    from vois.ui.toggles import MultiSwitch as MultiSwitch
    from vois.ui.toggles import Radio as Radio
    from vois.ui.toggles import Switch as Switch
    from vois.ui.toggles import Toggle as Toggle

_PLACES = {
    "app": "App",
    "buttons": "Button Fab IconButton Menu",
    "dialogs": "Dialog busy confirm message",
    "files": "Clipboard Download Upload",
    "inputs": "TextField",
    "overlay": "host notify",
    "layout": "Card CardsGrid Column Footer Grid Page Row Tabs",
    "panels": "Popup SidePanel",
    "pickers": "ColorPicker DatePicker",
    "plots": "Figure",
    "selects": "SelectImage SelectMultiple SelectSingle",
    "sliders": "RangeSlider Slider SliderFloat",
    "lists": "SortableList",
    "tables": "DataTable Tree",
    "texts": "EmptyState ErrorCard Html Label Progress Skeleton Svg TextList Title",
    "toggles": "MultiSwitch Radio Switch Toggle",
}
_WHERE = {name: place for place, names in _PLACES.items() for name in names.split()}
__all__ = sorted(_WHERE)  # noqa: PLE0605 - one table, not two


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(f"vois.ui.{_WHERE[name]}"), name)
    raise AttributeError(f"vois.ui has no {name!r}")


def __dir__() -> list[str]:
    return __all__
