"""Which layers are seen, how strongly, and on which ground."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vois import _v
from vois.geo import basemap
from vois.geo.eomap import EOMap

__all__ = ["LayerControl"]


class LayerControl(_v.VoisWidget):
    """A button that opens a list of the map's layers, each with a box and a slider.

    Layers without a name are helpers, such as outlines, and are left out.
    ``value`` is whether the list is open. All of it can be used by keyboard.

    Args:
        shown: the map.
        grounds: names of the grounds to choose from, as in `basemap.names`; those
            without network by default, none when empty.
        label: of the button.
        traits: any trait by name.
    """

    markup = """<v-card @root border flat><div class="d-flex align-center">
 <span v-if="value" class="pl-3 text-body-2 font-weight-medium">{{ label }}</span><v-spacer />
 <v-btn icon variant="text" size="small" :aria-label="label" :aria-expanded="String(!!value)"
 @click="change(!value)"><v-icon :icon="value ? 'mdi-close' : 'mdi-layers-outline'" /></v-btn></div>
 <div v-if="value" class="px-3 pb-3" style="width: 240px; max-width: 70vw">
 <div v-for="(row, i) in rows" :key="i"><v-checkbox :model-value="row.visible" :label="row.name"
 density="compact" hide-details color="primary" @update:model-value="show([i, $event])" />
 <v-slider v-if="row.opacity !== null" :model-value="row.opacity" :min="0" :max="1" :step="0.05"
 hide-details density="compact" color="primary" :disabled="!row.visible" class="ml-8"
 :aria-label="'Opacity of ' + row.name" @update:model-value="soon(i, $event)" /></div>
 <p v-if="!rows.length" class="text-body-2 my-1">No layers yet</p>
 <v-select v-if="grounds.length" class="mt-3" label="Ground" :model-value="ground" :items="grounds"
 density="compact" variant="outlined" hide-details
 @update:model-value="choose($event)" /></div></v-card>"""
    script = """<script>export default { methods: { soon(i, value) { clearTimeout(this.timer);
 this.timer = setTimeout(() => this.fade([i, value]), 60); } } };</script>"""

    rows: list[dict[str, Any]] = _v.items()
    grounds: list[str] = _v.items()
    ground: str = _v.text()

    def __init__(
        self,
        shown: EOMap,
        grounds: Sequence[str] = tuple(basemap.OFFLINE),
        label: str = "Layers",
        **traits: Any,
    ) -> None:
        self._map, self._seen = shown, []
        traits.setdefault("value", False)
        super().__init__(label=label, grounds=[*grounds], ground=shown.basemap, **traits)
        shown.map.observe(lambda _: self._read(), "layers")
        self._read()

    _seen: list[Any]

    def _read(self) -> None:
        """List the layers that there are now, the topmost first."""
        now = [one for one in reversed(self._map.layers) if one.name and one.has_trait("visible")]
        for layer in [one for one in now if one not in self._seen]:
            traits = [name for name in ("name", "visible", "opacity") if layer.has_trait(name)]
            layer.observe(lambda _: self._tell(), traits)
        self._seen = now
        self._tell()

    def _tell(self) -> None:
        self.rows = [
            {
                "name": one.name,
                "visible": bool(one.visible),
                "opacity": float(one.opacity) if one.has_trait("opacity") else None,
            }
            for one in self._seen
        ]

    def vue_show(self, pair: list[Any]) -> None:
        """The viewer wants the layer of that index seen, or not."""
        self._seen[pair[0]].visible = bool(pair[1])

    def vue_fade(self, pair: list[Any]) -> None:
        """The viewer wants the layer of that index that strong, from 0 to 1."""
        self._seen[pair[0]].opacity = float(pair[1])

    def vue_choose(self, name: str) -> None:
        """The viewer wants another ground."""
        self._map.set_basemap(name)
        self.ground = name
