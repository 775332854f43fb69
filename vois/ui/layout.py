"""Where things stand: Row, Column, Grid, Card, CardsGrid, Tabs, Footer, Page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vois import _v
from vois.ui._checks import checked_index

__all__ = ["KIDS", "Card", "CardsGrid", "Column", "Footer", "Grid", "Page", "Row", "Tabs"]

KIDS = '<jupyter-widget v-for="one in children" :key="one" :widget="one" />'


class Row(_v.VoisWidget):
    """Widgets side by side, wrapping where the page is narrow.

    Args:
        children: widgets.
        gap: CSS distance between them.
        traits: any trait by name.
    """

    markup = f"""<div @root><div :style="box">{KIDS}</div></div>"""
    script = """<script>export default { computed: { box() { return { display: 'flex',
 flexWrap: this.wrap ? 'wrap' : 'nowrap', gap: this.gap, alignItems: this.align || undefined,
 justifyContent: this.justify || undefined, flexDirection: this.direction }; } } };</script>"""

    children: list[Any] = _v.widgets()
    gap: str = _v.text("12px")
    align: str = _v.text("center")
    justify: str = _v.text()
    wrap: bool = _v.flag(default=True)
    direction: str = _v.text("row")

    def __init__(self, *children: Any, **traits: Any) -> None:
        super().__init__(children=[*children], **traits)


class Column(Row):
    """Widgets one below the other.

    Args:
        children: widgets.
        traits: any trait by name.
    """

    def __init__(self, *children: Any, **traits: Any) -> None:
        traits = {"direction": "column", "align": "stretch", "wrap": False, **traits}
        super().__init__(*children, **traits)


class Grid(Row):
    """Widgets in as many columns as the width allows.

    Args:
        children: widgets.
        minimum: CSS width below which a column is not squeezed.
        shares: width of each column against the others, as in ``[2, 1]`` for a main part and a
            side; where there is no room for that they stand one below the other.
        traits: any trait by name.
    """

    markup = """<div @root><div :style="box"><jupyter-widget v-for="(one, i) in children" :key="one"
 :widget="one" :style="column(i)" /></div></div>"""
    script = """<script>export default { computed: { box() { return this.shares.length ? {
 display: 'flex', flexWrap: 'wrap', alignItems: 'flex-start', gap: this.gap } : { display: 'grid',
 gap: this.gap, gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, ' + this.minimum +
 '), 1fr))' }; } }, methods: { column(i) { const share = this.shares[i] || 1;
 return this.shares.length ? { flex: share + ' 1 ' + 'min(100%, calc(' + this.minimum + ' * ' +
 share + '))', minWidth: 0 } : {}; } } };</script>"""
    minimum: str = _v.text("280px")
    shares: list[float] = _v.items()

    def __init__(
        self,
        *children: Any,
        minimum: str = "280px",
        shares: Sequence[float] = (),
        **traits: Any,
    ) -> None:
        super().__init__(*children, minimum=minimum, shares=[*shares], **traits)


class Card(_v.VoisWidget):
    """A framed part of the page with a title, text, picture and widgets.

    Args:
        label: title.
        text: smaller text below it.
        children: widgets.
        on_click: called without arguments; the whole card is then a button.
        traits: any trait by name.
    """

    markup = f"""<v-card @root :width="width || undefined" :height="height || undefined"
 :color="color || undefined" :elevation="elevation" :border="elevation === 0" :disabled="disabled"
 :ripple="ripple" :role="clickable ? 'button' : undefined" @name :image="background || undefined"
 v-on="clickable ? {{ click: () => click() }} : {{}}" :link="clickable" max-width="100%">
 <div class="d-flex"><div style="flex: 1; min-width: 0"><v-card-title v-if="label"
 :style="title_style" style="white-space: normal" class="text-body-1 font-weight-medium">
 <v-icon v-if="icon" :icon="icon" :size="icon_size || undefined" start />{{{{ label }}}}
 </v-card-title><v-card-text v-if="text" :style="text_style" class="vois-text">{{{{ text }}}}
 </v-card-text></div><img v-if="image" :src="image" alt="" :style="{{width: image_size,
 maxWidth: '45%', objectFit: 'cover'}}"></div>
 <div v-if="children.length" :class="['px-4 pb-4', label || text ? 'pt-1' : 'pt-4']">{KIDS}</div><div v-if="error"
 class="px-4 pb-3">@error</div>@tip</v-card>"""

    text: str = _v.text()
    children: list[Any] = _v.widgets()
    icon: str = _v.text()
    icon_size: str = _v.text()
    image: str = _v.text()
    image_size: str = _v.text("160px")
    background: str = _v.text()
    width: str = _v.text()
    height: str = _v.text()
    color: str = _v.text()
    elevation: int = _v.integer(0)
    ripple: bool = _v.flag(default=True)
    clickable: bool = _v.flag()
    title_style: str = _v.text()
    text_style: str = _v.text()
    on_click: Callable[..., Any] | None = None

    def __init__(
        self,
        label: str = "",
        text: str = "",
        children: Sequence[Any] = (),
        on_click: Callable[..., Any] | None = None,
        **traits: Any,
    ) -> None:
        traits.setdefault("clickable", on_click is not None)
        super().__init__(label=label, text=text, children=[*children], **traits)
        self.on_click = on_click

    def vue_click(self, *_: Any) -> None:
        """The viewer pressed it."""
        self.emit("on_click", *self._arguments())

    def _arguments(self) -> tuple[Any, ...]:
        return ()


class CardsGrid(_v.VoisWidget):
    """Equal cards from data; ``value`` is the index of the one pressed last.

    Args:
        cards: dicts with ``title``, ``subtitle``, ``icon``, ``image``, ``tooltip``, each optional.
        on_change: called with the index.
        traits: any trait by name.
    """

    markup = """<div @root :style="{display: 'grid', gap: '12px', gridTemplateColumns:
 'repeat(auto-fill, minmax(min(100%, ' + (width || '260px') + '), 1fr))', maxWidth:
 columns ? 'calc(' + columns + ' * (' + (width || '260px') + ' + 12px))' : undefined}">
 <v-card v-for="(card, i) in cards" :key="i" :color="card.color || color || undefined" flat border
 :min-height="height || undefined" :ripple="ripple" link role="button" @click="change(i)"
 :aria-label="card.title || card.tooltip || String(i + 1)"><div class="d-flex">
 <div style="flex: 1; min-width: 0"><v-card-title v-if="card.title" class="text-body-1"
 style="white-space: normal"><v-icon v-if="card.icon" start :icon="card.icon" />{{ card.title }}
 </v-card-title><v-card-text v-if="card.subtitle" class="vois-text">{{ card.subtitle }}</v-card-text>
 </div><img v-if="card.image" :src="card.image" alt="" :style="{width: image_size, maxWidth: '50%',
 objectFit: 'cover'}"></div><v-tooltip v-if="card.tooltip" activator="parent" location="bottom"
 :text="card.tooltip" :max-width="tooltip_width" /></v-card><template v-if="!cards.length">@empty</template></div>"""

    empty: str = _v.text("Nothing to show")
    cards: list[dict[str, Any]] = _v.items()
    width: str = _v.text()
    height: str = _v.text()
    columns: int = _v.integer(0)
    color: str = _v.text()
    ripple: bool = _v.flag(default=True)
    image_size: str = _v.text("120px")
    tooltip_width: str = _v.text("600px")

    def __init__(
        self,
        cards: Sequence[dict[str, Any]] = (),
        on_change: Callable[[int], Any] | None = None,
        **traits: Any,
    ) -> None:
        super().__init__(cards=[*cards], on_change=on_change, **traits)


class Tabs(_v.VoisWidget):
    """Parts of which one is seen; ``value`` is its index.

    Args:
        labels: names of the parts.
        contents: a widget for each, or nothing when only the bar is wanted.
        value: index of the first part seen.
        on_change: called with the new index.
        traits: any trait by name.
    """

    markup = """<div @root :class="vertical ? 'd-flex' : ''"><v-tabs v-model="value" @name
 :color="color" :direction="vertical ? 'vertical' : 'horizontal'" show-arrows :disabled="disabled"
 density="compact" @update:model-value="change($event)"><v-tab v-for="(text, i) in labels" :key="i"
 :value="i" :disabled="disabled">{{ text }}<v-tooltip v-if="tooltips[i]" activator="parent"
 location="bottom" :text="tooltips[i]" /></v-tab></v-tabs>
 <div v-if="contents.length" style="flex: 1; min-width: 0" class="pt-2" role="tabpanel">
 <template v-for="(one, i) in contents" :key="one"><div v-show="i === value">
 <jupyter-widget :widget="one" /></div></template></div></div>"""

    labels: list[str] = _v.items()
    tooltips: list[str] = _v.items()
    contents: list[Any] = _v.widgets()
    color: str = _v.text("primary")
    vertical: bool = _v.flag()

    def __init__(
        self,
        labels: Sequence[str],
        contents: Sequence[Any] = (),
        value: int = 0,
        on_change: Callable[[int], Any] | None = None,
        **traits: Any,
    ) -> None:
        super().__init__(
            labels=[*labels],
            contents=[*contents],
            value=checked_index(value, labels),
            on_change=on_change,
            **traits,
        )


class Footer(_v.VoisWidget):
    """The line at the end of a page; ``value`` is the text of the button pressed last."""

    markup = """<v-footer @root :color="color || undefined" :height="height || undefined"
 class="justify-center flex-wrap"><v-btn v-for="one in buttons" :key="one" variant="text" size="small"
 @click="change(one)">{{ one }}</v-btn><div class="w-100 text-center text-body-2 vois-text">{{ label }}
 </div></v-footer>"""
    buttons: list[str] = _v.items()
    color: str = _v.text()
    height: str = _v.text()

    def __init__(self, label: str = "", buttons: Sequence[str] = (), **traits: Any) -> None:
        super().__init__(label=label, buttons=[*buttons], **traits)


class Page(Column):
    """A readable column of widgets with a margin, never wider than ``width``."""

    def __init__(self, *children: Any, width: str = "1100px", **traits: Any) -> None:
        style = f"max-width: {width}; margin: 0 auto; padding: 16px"
        super().__init__(*children, **{"style_": style, "gap": "16px", **traits})
