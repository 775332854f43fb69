"""Pages with a main area and panels that open and close."""

# ruff: noqa: N802 - names of the older spelling
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vois import _v
from vois.templates.Content import Content
from vois.vuetify._page import page

__all__ = ["PanelPage", "Panels"]


class Panels(_v.VoisWidget):
    """A main area with a left, a right and a lower panel, each of which can be closed."""

    markup = """<div @root class="vois-panels"><div v-for="one in sides" :key="one" :class="'vois-' + one"
 :style="box(one)"><v-btn icon size="x-small" variant="tonal" :aria-label="(is_open[one] ? 'Close ' : 'Open ') + one"
 @click="toggle(one)"><v-icon :icon="is_open[one] ? 'mdi-chevron-up' : 'mdi-chevron-down'" /></v-btn>
 <div v-show="is_open[one]"><jupyter-widget v-for="kid in kids(one)" :key="kid" :widget="kid" /></div></div>
 <div class="vois-main-area"><jupyter-widget v-for="kid in main" :key="kid" :widget="kid" /></div></div>"""
    script = """<script>export default { methods: { kids(one) { return this[one]; },
 box(one) { const size = this.is_open[one] ? this.sizes[one] : '36px';
  return one === 'bottom' ? {height: size} : {width: size}; } } };</script><style id="vois-panels-style">
.vois-panels { display: grid; height: 100%; min-height: 60vh; gap: 8px; padding: 8px;
 grid-template: 'left main right' 1fr 'left bottom right' auto / auto minmax(0, 1fr) auto; }
.vois-left { grid-area: left; } .vois-right { grid-area: right; } .vois-bottom { grid-area: bottom; }
.vois-left, .vois-right, .vois-bottom { overflow: auto; } .vois-main-area { grid-area: main; min-width: 0; }
@media (max-width: 800px) { .vois-panels { grid-template: 'left' auto 'main' auto 'bottom' auto 'right' auto / 1fr; }
 .vois-left, .vois-right, .vois-bottom { width: 100% !important; height: auto !important; } }</style>"""
    sides: list[str] = _v.items()
    left: list[Any] = _v.widgets()
    right: list[Any] = _v.widgets()
    bottom: list[Any] = _v.widgets()
    main: list[Any] = _v.widgets()
    is_open: dict[str, bool] = _v.some({})
    sizes: dict[str, str] = _v.some({})

    def vue_toggle(self, side: str) -> None:
        """The viewer opens or closes a panel."""
        self.set_open(side, not self.is_open.get(side, True))

    def set_open(self, side: str, flag: bool) -> None:
        """Open or close a panel."""
        self.is_open = {**self.is_open, side: flag}


class PanelPage(page):
    """What the three templates share; `create` builds the page from its panels."""

    SIDES: tuple[str, ...] = ("left",)

    def __init__(
        self,
        output: Any,
        onclose: Callable[..., Any] | None,
        sizes: dict[str, Any],
        kwargs: dict[str, Any],
    ) -> None:
        self._sizes = sizes
        self.panels: Any = None
        self._open = dict.fromkeys(self.SIDES, True)
        super().__init__(
            kwargs.pop("appname", ""), kwargs.pop("title", ""), output, onclose, **kwargs
        )

    def create(self) -> Any:
        """Build the page and return the card that holds it."""
        card = super().create()
        self.panels = Panels(
            sides=list(self.SIDES),
            is_open=dict(self._open),
            sizes={name: _v.css_size(size) for name, size in self._sizes.items()},
        )
        self.panels.left = self._some(self.createLeft())
        self.panels.main = self._some(self.createMain())
        if "bottom" in self.SIDES:
            self.panels.bottom = self._some(self.createBottom())
        if "right" in self.SIDES:
            self.panels.right = self._some(self.createRight())
        card.children = [self.panels]
        return card

    @staticmethod
    def _some(made: Any) -> list[Any]:
        return list(made) if isinstance(made, (list, tuple)) else [made] if made is not None else []

    def createLeft(self) -> Any:
        """Return the widgets of the left panel; to be written by the author."""
        return None

    def createBottom(self) -> Any:
        """Return the widgets of the lower panel; to be written by the author."""
        return None

    def createRight(self) -> Any:
        """Return the widgets of the right panel; to be written by the author."""
        return None

    def createMain(self) -> Any:
        """Return the widgets of the main area; to be written by the author."""
        return Content(self.output, width="100%", height="100%")

    def configure(self) -> Any:
        """Return controls of the main area, if it has some."""
        main = self.panels.main if self.panels is not None else []
        return main[0].configure() if main and hasattr(main[0], "configure") else None

    def onStateChanged(self) -> None:
        """Something of the main area changed; to be written by the author."""

    def _turn(self, side: str, *, open_: bool) -> None:
        self._open[side] = open_
        if self.panels is not None:
            self.panels.set_open(side, open_)

    def leftClose(self) -> None:
        """Close the left panel."""
        self._turn("left", open_=False)

    def leftOpen(self) -> None:
        """Open the left panel."""
        self._turn("left", open_=True)

    def bottomClose(self) -> None:
        """Close the lower panel."""
        self._turn("bottom", open_=False)

    def bottomOpen(self) -> None:
        """Open the lower panel."""
        self._turn("bottom", open_=True)

    def rightClose(self) -> None:
        """Close the right panel."""
        self._turn("right", open_=False)

    def rightOpen(self) -> None:
        """Open the right panel."""
        self._turn("right", open_=True)
