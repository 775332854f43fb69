"""The results as a Markdown table."""

from __future__ import annotations

import statistics
from typing import Any

HEADS = {
    "paint": "first useful paint, s",
    "interactive": "interactive, s",
    "cpu": "CPU, s",
    "memory": "memory, MB",
    "received": "received, MB",
    "opens": "opens a minute",
}
AT_ONCE = " at once"
MISSING, FAILED = "–", "failed"


def table(results: dict[str, dict[str, dict[str, list[float]]]], machine: dict[str, Any]) -> str:
    """Medians, and in bold their ratios to plain Voilà's where that was measured."""
    found = {key for systems in results.values() for one in systems.values() for key in one}
    crowds = sorted(
        (key for key in found if key.endswith(AT_ONCE)), key=lambda key: int(key.split()[0])
    )
    heads = {key: head for key, head in HEADS.items() if key in found}
    heads |= {key: f"{key}, s" for key in crowds}
    rows = [["page", "system", *heads.values()], ["---"] * (len(heads) + 2)]
    for page, systems in results.items():
        for name, figures in systems.items():
            base = systems.get("voila", {}) if name != "voila" else {}
            rows.append([page, name, *(_cell(figures.get(key), base.get(key)) for key in heads)])
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    facts = ", ".join(f"{key} {value}" for key, value in machine.items())
    return "\n".join([*lines, "", "Median (**ratio to voila**).", facts])


def _cell(values: list[float] | None, base: list[float] | None) -> str:
    if not values:
        return MISSING if values is None else FAILED
    middle = statistics.median(values)
    text = f"{middle:.3g}" if middle < 1000 else f"{middle:.0f}"
    below = statistics.median(base) if base else 0
    return f"{text} (**{middle / below:.2g}**)" if below else text
