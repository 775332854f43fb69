"""Colours, radius and mode of a dashboard, in one place.

``use("ocean", mode="auto")`` colours every widget at once. The page's own background,
drawings (`token`), Plotly charts (`vois.ui.Figure`) and maps follow, also when the
viewer's system turns dark.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from vois import _report, _v
from vois._tokens import STEPS, tokens
from vois.colors import string2rgb

__all__ = ["PRESETS", "Palette", "Preset", "follow", "is_dark", "on_mode", "plotly_template"]
__all__ += ["set_mode", "token", "use", "watcher"]

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
    """A light and a dark palette that belong together.

    Attributes:
        light: colours on a light page.
        dark: colours on a dark page.
        series: of the lines of charts on a light page.
        series_dark: the same on a dark page; those of the light page if empty.
    """

    light: Palette
    dark: Palette
    series: tuple[str, ...]
    series_dark: tuple[str, ...] = ()


_SERIES = ("#3366a8", "#d9822b", "#3a8f5c", "#b5485d", "#7a5ea8", "#5f8a8b", "#9a7b3c", "#6b7280")
_SERIES_DARK = (
    *("#7fb0ea", "#f0a35e", "#6fc492", "#e8879a"),
    *("#b39ddb", "#8fc1c2", "#cdb06a", "#a6adb8"),
)
_INKS = {"light": "#22262b", "dark": "#e8eaed"}


def _preset(light: str, dark: str, second: str, second_dark: str) -> Preset:
    signals = {"error": "#f2b8b5", "success": "#81c995", "warning": "#fbc16b", "info": "#8ab4f8"}
    return Preset(
        Palette(light, second, "#f6f7f9", "#ffffff"),
        Palette(dark, second_dark, "#121418", "#1d2026", **signals),
        _SERIES,
        _SERIES_DARK,
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


def _series(preset: Preset, name: str) -> tuple[str, ...]:
    return (preset.series_dark if name == "dark" else ()) or preset.series


def _paint(name: str, palette: Palette | None = None) -> None:
    """Give Vuetify a palette, if one is given, and what follows from its colours."""
    colours = getattr(_v.theme_model().themes, name)
    for role, colour in asdict(palette).items() if palette else ():
        setattr(colours, role, colour)
    colours.surface_bright = "#c9ced6" if name == "dark" else colours.surface  # knobs of switches
    looks = (colours.primary, colours.surface, _INKS[name], _series(_now["preset"], name))
    colours.custom_theme_colors = {**colours.custom_theme_colors, **tokens(*looks)}


def token(name: str) -> str:
    """Return a colour of the theme as CSS, for drawings that follow light, dark and preset.

    Args:
        name: such as ``"primary"``, ``"surface"``, ``"on-surface"``, ``"series-1"`` to
            ``"series-8"``, ``"ramp-1"`` (low) to ``"ramp-7"`` (high), ``"chosen"``, and
            ``"on-"`` before one of these for text on it.

    >>> token("chosen")
    'rgb(var(--v-theme-chosen, 217,130,43))'
    """
    first = PRESETS["slate"]
    spare = asdict(first.light) | {"on-surface": _INKS["light"]}
    spare |= tokens(first.light.primary, first.light.surface, _INKS["light"], first.series)
    plain = ",".join(map(str, string2rgb(spare.get(name, _INKS["light"]))))
    return f"rgb(var(--v-theme-{name}, {plain}))"


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
    _paint("light", preset.light)
    _paint("dark", preset.dark)
    set_mode(mode)
    if mode == "auto":
        _tell()


def begin() -> None:
    """Give Vuetify the first preset where nobody chose colours yet; the mode stays as it is."""
    for name, untouched in _UNTOUCHED.items():
        mine = getattr(_v.theme_model().themes, name).primary == untouched
        _paint(name, getattr(_now["preset"], name) if mine else None)


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
    _tell()


def _tell() -> None:
    for listener in tuple(_listeners):
        _report.guarded(listener, is_dark())


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


def follow(widget: Any, paint: Callable[[], Any]) -> None:
    """Call ``paint`` now, and at every change of mode or preset until the widget is closed."""

    def changed(_: bool) -> None:
        """Paint anew; a widget that was closed hears no more."""
        if widget.comm is None:
            stop()
        else:
            paint()

    paint()
    stop = on_mode(changed)


class _Watcher(_v.VoisWidget):
    """Tells what the viewer's system prefers; nothing of it is seen."""

    markup = '<div class="vois-hidden"></div>'
    script = """<script>export default { mounted() {
 this.media = window.matchMedia('(prefers-color-scheme: dark)');
 this.turn = () => this.system(this.media.matches); this.turn();
 this.media.addEventListener('change', this.turn); },
 unmounted() { this.media.removeEventListener('change', this.turn); } };</script>"""

    def vue_system(self, dark: bool) -> None:
        """The page tells what the viewer's system prefers."""
        system_prefers(dark)


_watchers: list[_Watcher] = []


def watcher() -> Any:
    """Return the kernel's one widget that hears of the viewer's system; an `App` shows it."""
    if not _watchers or _watchers[0].comm is None:
        _watchers[:] = [_Watcher()]
    return _watchers[0]


def _watch() -> None:
    """Have a page without an `App` watched, too, once its first widget is shown."""
    if _now["mode"] == "auto" and not _watchers:
        importlib.import_module("IPython.display").display(watcher())


_v.SHOWN.append(_watch)


def follow_settings() -> None:
    """Take ``vois.vuetify.settings.dark_mode`` over when an author has changed it."""
    from vois.vuetify import settings  # noqa: PLC0415 - read when something is built

    _v.prepare()
    model = _v.theme_model()
    if (settings.color_first, settings.color_second) != _now["settings_colors"]:
        _now["settings_colors"] = (settings.color_first, settings.color_second)
        for colours in (model.themes.light, model.themes.dark):
            colours.primary, colours.secondary = settings.color_first, settings.color_second
        for name in _INKS:
            _paint(name)
    if bool(settings.dark_mode) != _now["settings_dark"]:
        _now["settings_dark"] = bool(settings.dark_mode)
        set_mode("dark" if settings.dark_mode else "light")


def plotly_template() -> dict[str, Any]:
    """A Plotly template in the colours in force; `vois.ui.Figure` keeps a chart in them."""
    colours, name = palette(), "dark" if is_dark() else "light"
    ink, grid = _INKS[name], "#3a3f47" if is_dark() else "#e3e6ea"
    axis = {"gridcolor": grid, "linecolor": grid, "zerolinecolor": grid, "automargin": True}
    ramp = tokens(colours.primary, colours.surface, ink, _now["preset"].series)
    steps = [[i / (STEPS - 1), ramp[f"ramp-{i + 1}"]] for i in range(STEPS)]
    layout = {
        "paper_bgcolor": colours.surface,
        "plot_bgcolor": colours.surface,
        "font": {"color": ink, "family": "Roboto, sans-serif", "size": 13},
        "colorway": list(_series(_now["preset"], name)),
        "colorscale": {"sequential": steps},
        "coloraxis": {"colorbar": {"outlinewidth": 0}},
        "hoverlabel": {"bgcolor": colours.background, "bordercolor": grid, "font": {"color": ink}},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": ink, "activecolor": colours.primary},
        "geo": {"bgcolor": colours.surface, "lakecolor": colours.background, "landcolor": grid},
        "polar": {"bgcolor": colours.surface},
        "xaxis": axis,
        "yaxis": axis,
        "margin": {"l": 48, "r": 16, "t": 48, "b": 40},
    }
    return {"layout": layout}
