"""Which module of the older spelling holds which names, and where they are written now."""

from __future__ import annotations

__all__ = ["CLASSES", "MODULES", "SINGLE"]

# Renamed classes: the new name, its older module and class, and the place.
CLASSES: dict[str, tuple[str, str]] = {
    "Button": ("button", "_buttons"),
    "ColorPicker": ("colorPicker", "_pickers"),
    "DatePicker": ("datePicker", "_pickers"),
    "DayCalendar": ("dayCalendar", "_pickers"),
    "Label": ("label", "_labels"),
    "MultiSwitch": ("multiSwitch", "_choices"),
    "Progress": ("progress", "_texts"),
    "Radio": ("radio", "_choices"),
    "RangeSlider": ("rangeSlider", "_numbers"),
    "Slider": ("slider", "_numbers"),
    "SliderFloat": ("sliderFloat", "_numbers"),
    "Switch": ("switch", "_choices"),
    "Tabs": ("tabs", "_choices"),
    "TextList": ("textlist", "_texts"),
    "Toggle": ("toggle", "_choices"),
}

# Modules that hold one class or function of their own name.
SINGLE: dict[str, str] = {
    "UploadImage": "_files",
    "app": "_app",
    "basemaps": "_basemaps",
    "card": "_cards",
    "cardsGrid": "_cards",
    "datatable": "_tables",
    "dialogGeneric": "_dialogs",
    "dialogMessage": "_dialogs",
    "dialogWait": "_dialogs",
    "dialogYesNo": "_dialogs",
    "fab": "_menus",
    "footer": "_bars",
    "iconButton": "_buttons",
    "layers": "_layers",
    "mainPage": "_mainpage",
    "menu": "_menus",
    "page": "_page",
    "popup": "_menus",
    "rangeSliderFloat": "_numbers",
    "selectImage": "_selects",
    "selectMultiple": "_selects",
    "selectSingle": "_selects",
    "sidePanel": "_bars",
    "snackbar": "_dialogs",
    "sortableList": "_tables",
    "svgsGrid": "_cards",
    "title": "_bars",
    "tooltip": "_labels",
    "upload": "_files",
    "paletteEditor": "_paletteeditor",
    "palettePicker": "_palettes",
    "palettePickerEx": "_palettes",
}

# What some modules hold besides.
MORE: dict[str, tuple[str, str]] = {
    "ColorPicker": ("_pickers", "colorTheoryPopup"),
    "DayCalendar": ("_pickers", "number_of_weeks"),
    "app": ("_app", "measure2str"),
    "layers": ("_layers", "interaproLayer"),
    "mainPage": ("_mainpage", "RunningInVoila getLocalImageURL"),
    "paletteEditor": ("_paletteeditor", "RGB colorlist2Items"),
    "palettePicker": (
        "_palettes",
        "colorInterpolator hex2rgb image2Base64 paletteImage rgb2hex string2rgb text2rgb",
    ),
    "palettePickerEx": ("_palettes", "RGB custompalettes families"),
    "IconClipboard": ("_buttons", "IconClipboard"),
    "UploadJson": ("_files", "UploadJson label"),
    "queryStrings": ("_app", "readParameters"),
    "basemaps": ("_basemaps", "basemapList basemapTileLayer map_clear map_setbasemap"),
    "treeview": (
        "_trees",
        "CustomTreeview createFlatTreeview createTreeviewFromDF2Columns createTreeviewFromDF3Columns "  # noqa: ISC004 - one text
        "createTreeviewFromList treeviewOperations",
    ),
}


def _modules() -> dict[str, dict[str, tuple[str, str]]]:
    table: dict[str, dict[str, tuple[str, str]]] = {}
    for new, (old, place) in CLASSES.items():
        table[new] = {new: (place, new)}
        table[old] = {old: (place, new)}
        table[f"deprecated.{old}"] = {old: (place, new)}
    for name, place in SINGLE.items():
        table[name] = {name: (place, name)}
    for module, (place, names) in MORE.items():
        table.setdefault(module, {}).update({name: (place, name) for name in names.split()})
    table["deprecated"] = {}
    return table


MODULES = _modules()
