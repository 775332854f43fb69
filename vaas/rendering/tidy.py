"""What is kept of the metadata that a stranger's notebook carries.

nbconvert refuses a whole notebook for a doubled tag. Metadata is of little use
to a dashboard, so what does not follow nbformat's schema is left out instead.
"""

from __future__ import annotations

from typing import Any

_TEXTS = {
    "kernelspec": ("name", "display_name", "language"),
    "language_info": ("name", "pygments_lexer"),
}
# Stored widgets are as little wanted as stored outputs.
_LEFT_OUT = frozenset({"authors", "orig_nbformat", "title", "widgets"})
# For editors; a dashboard shows neither numbers nor folded cells.
_EDITORS = frozenset({"name", "collapsed", "scrolled", "jupyter", "execution", "format"})


def notebook_metadata(given: Any) -> dict[str, Any]:
    """A notebook's metadata: what it says of its language, to VaaS, and to templates."""
    kept = {key: value for key, value in mapping(given).items() if key not in _LEFT_OUT}
    kept |= {key: mapping(kept.get(key)) for key in ("vaas", "voila")}
    for key, names in _TEXTS.items():
        told = mapping(kept.get(key))
        kept[key] = {name: text(told.get(name)) for name in names}
    return kept


def cell_metadata(given: Any) -> dict[str, Any]:
    """A cell's metadata: tags as they should be, and what only some templates know."""
    kept = {key: value for key, value in mapping(given).items() if key not in _EDITORS}
    tags = kept.pop("tags", None)
    if isinstance(tags, list):
        texts = [tag for tag in tags if isinstance(tag, str) and tag and "," not in tag]
        kept["tags"] = list(dict.fromkeys(texts))
    return kept


def attachments(given: Any) -> dict[str, dict[str, str]]:
    """Pictures in a cell: base64 text by media type by name."""
    found = {str(name): mapping(bundle) for name, bundle in mapping(given).items()}
    return {
        name: {kind: data for kind, data in bundle.items() if isinstance(data, str)}
        for name, bundle in found.items()
    }


def mapping(value: Any) -> dict[str, Any]:
    """The value, if it is a JSON object; else an empty one."""
    return dict(value) if isinstance(value, dict) else {}


def text(value: Any) -> str:
    """The value, if it is a text, without spaces around and not endless; else empty."""
    return value.strip()[:300] if isinstance(value, str) else ""


__all__ = ["attachments", "cell_metadata", "mapping", "notebook_metadata", "text"]
