"""What the contents of templates share: size, colours, state."""

from __future__ import annotations

from typing import Any, ClassVar

from vois import _v
from vois.vuetify._base import Facade, color_first, color_second

__all__ = ["Saved"]


class Saved(Facade, _v.VoisWidget):
    """A widget with a size, two colours and a state that can be saved.

    Attributes:
        STATE: names of what is saved.
    """

    STATE: ClassVar[tuple[str, ...]] = ("width", "height", "color_first", "color_second")
    width: str = _v.text()
    height: str = _v.text()

    def begin(self, given: dict[str, Any]) -> None:
        """Take size and colours of a constructor's arguments."""
        self._dark = given.get("dark")
        self.output = given.get("output")
        sizes = {name: _v.css_size(given[name]) for name in ("width", "height") if name in given}
        self.start(dict(given.get("kwargs", {})), **sizes)
        self.color_first = color_first(given.get("color_first"))
        self.color_second = color_second(given.get("color_second"))

    @property
    def content(self) -> str:
        """Kind of this content in saved pages."""
        return type(self).__name__

    @property
    def state(self) -> dict[str, Any]:
        """What is shown, to be saved and given back."""
        return {"content": self.content, **{name: getattr(self, name) for name in self.STATE}}

    @state.setter
    def state(self, state: dict[str, Any]) -> None:
        """Restore what a saved state names."""
        for name in self.STATE:
            if name in state:
                setattr(self, name, state[name])
