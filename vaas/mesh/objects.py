"""JSON objects that strangers send."""

from __future__ import annotations

import json
from typing import Any


def read_object(body: bytes) -> dict[str, Any]:
    """A JSON object whose texts can be written again.

    Raises:
        ValueError: it is none: another kind of value, too deep, or with halves of
            characters in it.
    """
    try:
        told = json.loads(body)
        json.dumps(told, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(told, dict):
        raise ValueError("no object")  # noqa: TRY004 (whatever is wrong is wrong alike)
    return told


__all__ = ["read_object"]
