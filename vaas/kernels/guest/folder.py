"""The working folder, kept alive: a mount made anew is another one than we stand in.

Its path leads to the new one then, on another device; we still stand on the dead one.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable


def keeper() -> Callable[[], None]:
    """What to call before anything of the notebook's runs: steps back in where it must."""
    place, device = os.getcwd(), os.stat(".").st_dev  # noqa: PTH109, PTH116  pathlib would cost start-up time

    def step_back_in() -> None:
        """Enter the folder anew if another one is mounted there now."""
        nonlocal place, device
        with contextlib.suppress(OSError):
            if os.stat(place).st_dev != device and _device(".") in {device, None}:  # noqa: PTH116
                os.chdir(place)
            place, device = os.getcwd(), os.stat(".").st_dev  # noqa: PTH109, PTH116

    return step_back_in


def _device(path: str) -> int | None:
    try:
        return os.stat(path).st_dev  # noqa: PTH116  as above
    except OSError:
        return None


__all__ = ["keeper"]
