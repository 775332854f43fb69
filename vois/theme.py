"""Colours, radius and mode of a dashboard, in one place.

``use("ocean", mode="auto")`` colours every widget at once; the page's own
background, Plotly charts (`plotly_template`) and maps (`is_dark`) follow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from vois import _v

__all__ = ["PRESETS", "Palette", "Preset", "is_dark", "on_mode", "plotly_template", "set_mode"]
__all__ += ["use"]

Mode = Literal["light", "dark", "auto"]


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one mode, each as ``#rrggbb``."""

    primary: str
    secondary: str
    background: str
    surface: str
    error: str = "#b3261e"
    success: str = "#2e7d32"
    warning: str = "#b26a00"
    info: str = "#0b63a5"


@dataclass(frozen=True, slots=True)
class Preset:
    """A light and a dark palette that belong together, and the series colours of charts."""

    light: Palette
    dark: Palette
    series: tuple[str, ...]


_SERIES = ("#3366a8", "#d9822b", "#3a8f5c", "#b5485d", "#7a5ea8", "#5f8a8b", "#9a7b3c", "#6b7280")


def _preset(light: str, dark: str, second: str, second_dark: str) -> Preset:
    signals = {"error": "#f2b8b5", "success": "#81c995", "warning": "#fbc16b", "info": "#8ab4f8"}
    return Preset(
        Palette(light, second, "#f6f7f9", "#ffffff"),
        Palette(dark, second_dark, "#121418", "#1d2026", **signals),
        _SERIES,
    )


PRESETS: dict[str, Preset] = {
    "slate": _preset("#2f5d8a", "#9cc4ec", "#56616f", "#b8c2cf"),
    "ocean": _preset("#00677d", "#7fd3e8", "#4b6269", "#b2cbd3"),
    "forest": _preset("#2f6b3a", "#95d69e", "#52634f", "#b9ccb3"),
    "clay": _preset("#8f4a21", "#ffb68f", "#75584a", "#e5bfac"),
}

_now: dict[str, Any] = {"preset": PRESETS["slate"], "mode": "light", "settings_dark": False}
_now["settings_colors"] = None
_UNTOUCHED = {"light": "#6200EE", "dark": "#BB86FC"}  # what ipyvuetify begins with
_listeners: list[Callable[[bool], None]] = []


def _paint(colours: Any, palette: Palette) -> None:
    for name, colour in asdict(palette).items():
        setattr(colours, name, colour)


def use(preset: str | Preset = "slate", mode: Mode = "light") -> None:
    """Colour all widgets.

    Args:
        preset: name of one of `PRESETS`, or one of your own.
        mode: ``"light"``, ``"dark"``, or ``"auto"`` for what the viewer's system prefers.

    Raises:
        ValueError: there is no preset of that name.
    """
    if isinstance(preset, str):
        if preset not in PRESETS:
            raise ValueError(f"preset is {preset!r}; expected one of {', '.join(PRESETS)}")
        preset = PRESETS[preset]
    _now["preset"] = preset
    model = _v.theme_model()
    _paint(model.themes.light, preset.light)
    _paint(model.themes.dark, preset.dark)
    set_mode(mode)


def begin() -> None:
    """Give Vuetify the first preset where nobody chose colours yet; the mode stays as it is."""
    themes = _v.theme_model().themes
    for colours, palette in ((themes.light, "light"), (themes.dark, "dark")):
        if colours.primary == _UNTOUCHED[palette]:
            _paint(colours, getattr(_now["preset"], palette))


_v.FIRST.append(begin)


def set_mode(mode: Mode) -> None:
    """Switch to light or dark, or follow the viewer's system.

    Raises:
        ValueError: ``mode`` is none of the three.
    """
    if mode not in {"light", "dark", "auto"}:
        raise ValueError(f"mode is {mode!r}; expected 'light', 'dark' or 'auto'")
    _now["mode"] = mode
    if mode != "auto":
        _set_dark(mode == "dark")


def system_prefers(dark: bool) -> None:
    """The page says what the viewer's system prefers; it counts when the mode is auto."""
    if _now["mode"] == "auto":
        _set_dark(dark)


def _set_dark(dark: bool) -> None:
    _v.theme_model().dark = dark
    for listener in tuple(_listeners):
        listener(dark)


def mode() -> Mode:
    """The mode that was asked for."""
    chosen: Mode = _now["mode"]
    return chosen


def is_dark() -> bool:
    """Whether the page is dark now."""
    return bool(_v.theme_model().dark)


def palette() -> Palette:
    """The colours in force."""
    preset: Preset = _now["preset"]
    return preset.dark if is_dark() else preset.light


def on_mode(listener: Callable[[bool], None]) -> Callable[[], None]:
    """Call ``listener(dark)`` at every change; the returned function ends that."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener) if listener in _listeners else None


def follow_settings() -> None:
    """Take ``vois.vuetify.settings.dark_mode`` over when an author has changed it."""
    from vois.vuetify import settings  # noqa: PLC0415 - read when something is built

    _v.prepare()
    model = _v.theme_model()
    if (settings.color_first, settings.color_second) != _now["settings_colors"]:
        _now["settings_colors"] = (settings.color_first, settings.color_second)
        for colours in (model.themes.light, model.themes.dark):
            colours.primary, colours.secondary = settings.color_first, settings.color_second
    if bool(settings.dark_mode) != _now["settings_dark"]:
        _now["settings_dark"] = bool(settings.dark_mode)
        set_mode("dark" if settings.dark_mode else "light")


def plotly_template() -> dict[str, Any]:
    """A Plotly template in the colours in force: ``fig.update_layout(template=...)``."""
    colours, preset = palette(), _now["preset"]
    ink, grid = ("#e8eaed", "#3a3f47") if is_dark() else ("#22262b", "#e3e6ea")
    axis = {"gridcolor": grid, "linecolor": grid, "zerolinecolor": grid, "automargin": True}
    layout = {
        "paper_bgcolor": colours.surface,
        "plot_bgcolor": colours.surface,
        "font": {"color": ink, "family": "Roboto, sans-serif"},
        "colorway": list(preset.series),
        "xaxis": axis,
        "yaxis": axis,
        "margin": {"l": 48, "r": 16, "t": 48, "b": 40},
    }
    return {"layout": layout}
