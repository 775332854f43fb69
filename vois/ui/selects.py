"""Choices from a list: SelectSingle, SelectMultiple, SelectImage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vois import _v
from vois.ui._checks import checked_option

__all__ = ["SelectImage", "SelectMultiple", "SelectSingle", "as_options"]

_SELECT = """<div @root><@tag v-model="value" :items="options" :label="label" @name
 :color="color" :disabled="disabled" :clearable="clearable" variant="outlined" density="compact"
 hide-details :error="!!error" :multiple="multiple" :chips="chips" :closable-chips="chips" item-title="title"
 item-value="value" :bg-color="background || undefined" no-data-text="Nothing to choose"
 @update:model-value="change($event)" />@tip@error</div>"""


class SelectSingle(_v.VoisWidget):
    """One of many; ``value`` is the chosen option or None.

    Long lists can be searched by typing.

    Args:
        label: visible name.
        options: texts, numbers, or pairs ``(title, value)``.
        value: the first choice.
        on_change: called with the new choice.
        traits: any trait by name; with ``combo=True`` other values may be written.

    Raises:
        ValueError: ``value`` is not among the options.
    """

    markup = _SELECT.replace("<@tag", '<v-autocomplete v-if="!combo"').replace(
        "@tip@error</div>",
        """<v-combobox v-if="combo" v-model="value" :items="options" :label="label" @name
 :color="color" :disabled="disabled" :clearable="clearable" variant="outlined" density="compact"
 hide-details :error="!!error" item-title="title" item-value="value" :return-object="false"
 @update:model-value="change($event)" />@tip@error</div>""",
    )
    options: list[Any] = _v.items()
    color: str = _v.text("primary")
    clearable: bool = _v.flag()
    multiple: bool = _v.flag()
    chips: bool = _v.flag()
    background: str = _v.text()
    combo: bool = _v.flag()

    def __init__(
        self,
        label: str,
        options: Sequence[Any],
        value: Any = None,
        on_change: Callable[[Any], Any] | None = None,
        **traits: Any,
    ) -> None:
        known = as_options(options)
        if not traits.get("combo"):
            for one in value if isinstance(value, list) else [value]:
                checked_option(one, known)
        super().__init__(label=label, options=known, value=value, on_change=on_change, **traits)


class SelectMultiple(SelectSingle):
    """Several of many; ``value`` is the list of chosen options.

    Args:
        label: visible name.
        options: texts, numbers, or pairs ``(title, value)``.
        value: the first choices.
        on_change: called with the new list.
        traits: any trait by name.
    """

    # What the page sends by itself must have that order too.
    markup = SelectSingle.markup.replace("change($event)", "pick($event)").replace(
        'v-model="value"', ':model-value="value"'
    )
    script = """<script>export default { methods: { pick(list) {
 const known = this.options.map(one => one.value).filter(one => list.includes(one));
 const chosen = [...known, ...list.filter(one => !known.includes(one))];
 this.value = chosen; this.change(chosen); } } };</script>"""

    def __init__(
        self,
        label: str,
        options: Sequence[Any],
        value: Sequence[Any] = (),
        on_change: Callable[[list[Any]], Any] | None = None,
        **traits: Any,
    ) -> None:
        traits = {"multiple": True, "chips": True, "clearable": True, **traits}
        super().__init__(label, options, list(value), on_change, **traits)

    def vue_change(self, value: Any) -> None:
        """The viewer chose these; the list has the order of the options."""
        chosen = list(value or [])
        known = [one["value"] for one in self.options if one["value"] in chosen]
        super().vue_change([*known, *(one for one in chosen if one not in known)])


class SelectImage(_v.VoisWidget):
    """One of several pictures; ``value`` is the index of the chosen one, or None.

    Args:
        label: visible name.
        images: dicts with ``name`` and ``image`` (an address or data URL).
        value: index of the first choice.
        on_change: called with the new index.
        traits: any trait by name.
    """

    markup = """<div @root><v-select v-model="value" :items="choices()" :label="label" @name
 :color="color" :disabled="disabled" :clearable="clearable" variant="outlined" density="compact"
 hide-details :error="!!error" item-title="title" item-value="value" @update:model-value="change($event)">
 <template v-slot:selection="{ item }"><img :src="picture(item)" alt="" :style="small" />
 <span v-if="names" class="ml-2">{{ title(item) }}</span></template>
 <template v-slot:item="{ props, item }"><v-list-item v-bind="props" :title="undefined">
 <img :src="picture(item)" :alt="title(item)" :style="small" />
 <div v-if="names" class="text-caption">{{ title(item) }}</div>
 </v-list-item></template></v-select>@tip@error</div>"""
    script = """<script>export default { computed: { small() {
 return {maxWidth: this.max_width, maxHeight: this.max_height, display: 'block'}; } },
 methods: { choices() { return this.images.map((one, i) => ({title: one.name || String(i), value: i}));
 }, index(item) { return item && item.value !== undefined ? item.value : item; },
 title(item) { const one = this.images[this.index(item)]; return one ? one.name : ''; },
 picture(item) { const one = this.images[this.index(item)]; return one ? one.image : ''; } } };
</script>"""

    images: list[dict[str, str]] = _v.items()
    color: str = _v.text("primary")
    clearable: bool = _v.flag(default=True)
    names: bool = _v.flag(default=True)
    max_width: str = _v.text("100%")
    max_height: str = _v.text("100px")

    def __init__(
        self,
        label: str,
        images: Sequence[dict[str, str]],
        value: int | None = None,
        on_change: Callable[[int], Any] | None = None,
        **traits: Any,
    ) -> None:
        super().__init__(label=label, images=[*images], value=value, on_change=on_change, **traits)


def as_options(options: Sequence[Any]) -> list[dict[str, Any]]:
    """Return options, or pairs of title and value, as Vuetify wants them."""
    pairs = [one if isinstance(one, tuple) else (one, one) for one in options]
    return [{"title": str(title), "value": value} for title, value in pairs]
