"""What a viewer sees in place of what failed: calm cards, without any traceback."""

from __future__ import annotations

from html import escape
from typing import Any

from vaas.rendering.failures import CellFailure


def error_card(failure: CellFailure) -> dict[str, Any]:
    """What a viewer sees in place of a failing cell's output."""
    title = "This part of the dashboard could not be shown"
    advice = "Its author can see what went wrong. The parts above still work."
    if failure.name == "Timeout":
        title = "This part of the dashboard takes too long"
        advice = "Try again later, or tell its author."
    elif failure.name == "DeadKernel":
        advice = "The dashboard stopped here. Its author can see what went wrong."
    return html_output(_card(title, advice))


def failure_view() -> dict[str, Any]:
    """Content of the ``display_data`` that a viewer gets where a callback's traceback was."""
    output = html_output(_card("This did not work", "Its author can see what went wrong."))
    return {**output, "metadata": {"vaas": "failed"}, "transient": {}}


def _card(title: str, advice: str) -> str:
    return (
        '<section lang="en" class="vaas-card vaas-card--error">'
        f'<h2 class="vaas-card__title">{escape(title)}</h2>'
        f'<p class="vaas-card__advice">{escape(advice)}</p></section>'
    )


def html_output(html: str) -> dict[str, Any]:
    """HTML of ours as a cell's output."""
    return {
        "output_type": "display_data",
        "data": {"text/html": html, "text/plain": ""},
        "metadata": {},
    }


__all__ = ["error_card", "failure_view", "html_output"]
