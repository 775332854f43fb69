"""A part of a page in one to four areas, of the older spelling."""

# ruff: noqa: N802, N803, N816, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from vois import _v, ui
from vois.vuetify._base import Facade, kept_as
from vois.vuetify._base import color_first as first
from vois.vuetify._base import color_second as second

__all__ = ["Content", "dialogWaitEnabled"]

dialogWaitEnabled = True
# The left column is filled first; every further number means four areas too.
_SPLITS = ("'a'", "'a b'", "'a' 'b'", "'a c' 'b c'", "'a c' 'b d'")


class Content(Facade, _v.VoisWidget):
    """Up to four areas side by side; `set1` to `set4` fill them.

    ``splitmode`` tells how they lie: 0 one, 1 two side by side, 2 one over the other, 3 two at the left
    and one at the right, 4 four. ``onStateChanged()`` hears of a state that was given.
    """

    markup = """<div @root :style="{display: 'grid', gap: gap, width: width, height: height, maxWidth: '100%',
 gridTemplateAreas: areas, gridTemplateColumns: columns, gridTemplateRows: rows}"><div
 v-for="(part, i) in parts()" :key="i" :style="{gridArea: part.name, minWidth: 0, minHeight: 0, overflow:
 'auto'}"><jupyter-widget v-for="one in part.kids" :key="one" :widget="one" /></div></div>"""
    script = """<script>export default { methods: { parts() { const all = [this.part1, this.part2, this.part3,
 this.part4]; return ['a', 'b', 'c', 'd'].map((name, i) => ({name, kids: all[i]}))
 .filter(one => this.areas.match(new RegExp('\\\\b' + one.name + '\\\\b'))); } } };</script>"""

    part1: list[Any] = _v.widgets()
    part2: list[Any] = _v.widgets()
    part3: list[Any] = _v.widgets()
    part4: list[Any] = _v.widgets()
    width: str = _v.text()
    height: str = _v.text()
    areas: str = _v.text("'a'")
    columns: str = _v.text()
    rows: str = _v.text()
    gap: str = _v.text("2px")
    SAME: ClassVar[dict[str, str]] = {
        "card1children": "part1",
        "card2children": "part2",
        "card3children": "part3",
        "card4children": "part4",
    }

    def __init__(
        self,
        output: Any,
        width: Any = "50vw",
        height: Any = "50vh",
        splitmode: float = 0,
        leftwidthperc: float = 50,
        topheightperc: float = 50,
        borderwidth: float = 2,
        linkedmaps: bool = False,
        color_first: Any = None,
        color_second: Any = None,
        dark: Any = None,
        onStateChanged: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.output, self.onStateChanged, self.linkedmaps = output, onStateChanged, linkedmaps
        self._color_first, self._color_second, self._dark = color_first, color_second, dark
        self._mode, self._left, self._top, self._border = (
            splitmode,
            leftwidthperc,
            topheightperc,
            borderwidth,
        )
        self.reset_state: dict[str, Any] = {}
        self.start(kwargs, width=_v.css_size(width), height=_v.css_size(height))
        self._place()
        self.reset_state = self.state

    def _place(self) -> None:
        self.areas = _SPLITS[max(0, min(int(self._mode), len(_SPLITS) - 1))]
        wide = " " in self.areas.split("' '")[0]
        self.columns = (
            f"minmax(0, {self._left}fr) minmax(0, {100 - self._left}fr)"
            if wide
            else "minmax(0, 1fr)"
        )
        tall = "' '" in self.areas
        self.rows = (
            f"minmax(0, {self._top}fr) minmax(0, {100 - self._top}fr)" if tall else "minmax(0, 1fr)"
        )
        self.gap = f"{self._border}px"

    def set1(self, children: Any = None) -> None:
        """Fill the first area."""
        self.part1 = _some(children)

    def set2(self, children: Any = None) -> None:
        """Fill the second area."""
        self.part2 = _some(children)

    def set3(self, children: Any = None) -> None:
        """Fill the third area."""
        self.part3 = _some(children)

    def set4(self, children: Any = None) -> None:
        """Fill the fourth area."""
        self.part4 = _some(children)

    def createAccessStrings(self) -> list[str]:
        """Return how the areas are reached from code."""
        return [f"card{i}children" for i in range(1, 5)]

    def configure(self) -> Any:
        """Return controls for the areas."""
        return ui.Column(
            ui.Slider("Split", self._mode, 0, len(_SPLITS) - 1, self.splitmodeChange),
            ui.Slider("Left width", self._left, 10, 90, self.leftwidthChange, unit="%"),
            ui.Slider("Top height", self._top, 10, 90, self.topheightChange, unit="%"),
        )

    def splitmodeChange(self, index: float) -> None:
        """Another arrangement was chosen."""
        self.splitmode = int(index)

    def leftwidthChange(self, value: float) -> None:
        """Another width was chosen."""
        self.leftwidthperc = int(value)

    def topheightChange(self, value: float) -> None:
        """Another height was chosen."""
        self.topheightperc = int(value)

    def configureChange(self, index: int) -> None:
        """Nothing to do: the controls are one list."""

    def changeAreaContent(self, setfunction: Callable[[Any], Any], contentname: Any) -> None:
        """Put a widget into an area."""
        setfunction([contentname])

    def linkedChange(self, flag: bool) -> None:
        """Maps are tied together, or not."""
        self.linkedmaps = bool(flag)

    def reset(self) -> None:
        """Take the first state again."""
        self.state = self.reset_state

    def update(self) -> None:
        """Nothing to do: areas follow by themselves."""

    def updateColors(self) -> None:
        """Nothing to do: colours follow the theme."""

    @property
    def state(self) -> dict[str, Any]:
        """How the areas lie, to be saved and given back."""
        names = (
            "width",
            "height",
            "splitmode",
            "leftwidthperc",
            "topheightperc",
            "borderwidth",
            "linkedmaps",
        )
        return {name: getattr(self, name) for name in names}

    @state.setter
    def state(self, state: dict[str, Any]) -> None:
        """Restore what a saved state names, and tell of it."""
        for name, value in state.items():
            if hasattr(type(self), name) or name == "linkedmaps":
                setattr(self, name, value)
        self.emit("onStateChanged")


def _some(children: Any) -> list[Any]:
    if children is None:
        return []
    return [*children] if isinstance(children, (list, tuple)) else [children]


def _colour(name: str, otherwise: Callable[[Any], Any]) -> property:
    return property(
        lambda self: otherwise(getattr(self, name)), lambda self, value: setattr(self, name, value)
    )


for _old, _new in (
    ("splitmode", "_mode"),
    ("leftwidthperc", "_left"),
    ("topheightperc", "_top"),
    ("borderwidth", "_border"),
):
    setattr(Content, _old, kept_as(_new, "_place"))
Content.color_first = _colour("_color_first", first)
Content.color_second = _colour("_color_second", second)
