"""The widget libraries of a page: what its script is told of them, and what is fetched early."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

NEVER = {"@voila-dashboards/widgets-manager7", "@voila-dashboards/jupyterlab-preview"}
_VOILAS = NEVER | {"@voila-dashboards/widgets-manager8", "@jupyter-widgets/jupyterlab-manager"}
"""What our own page's script holds already, or has no use for."""


def listed(
    installed: Iterable[dict[str, Any]], root: str, bundles: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The libraries that a page may use.

    Args:
        installed: see ``AssetStore.extensions``.
        root: address prefix of the libraries.
        bundles: see ``bundles.Fetched``.
    """
    return [
        one | {"bundle": bundles.get(f"{root}/{one['name']}")}
        for one in installed
        if one["name"] not in _VOILAS
    ]


def entries(installed: Sequence[dict[str, Any]], root: str, used: Iterable[str]) -> list[str]:
    """Addresses of the scripts with which the libraries begin that a page uses.

    Args:
        installed: see ``AssetStore.extensions``.
        root: address prefix of the libraries.
        used: names of libraries.
    """
    by_name = {one["name"]: one for one in installed}
    wanted = [by_name[name] for name in sorted(used) if name in by_name]
    wanted += [by_name[name] for one in wanted for name in one["needs"]]
    return [
        f"{root}/{one['name']}/{one['load'].removeprefix('./')}"
        for one in wanted
        if one["name"] not in _VOILAS
    ]


__all__ = ["NEVER", "entries", "listed"]
