"""Printed text, as it stands in the end.

nbclient does the same with expressions whose time grows with the square of a
line's length; a notebook that prints one long line must not hold up the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def merged(outputs: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Outputs in which neighbours that print to the same stream are one.

    Args:
        outputs: nbformat outputs.

    Returns:
        new outputs; printed text is as a terminal shows it after carriage
        returns and backspaces.
    """
    found: list[dict[str, Any]] = []
    texts: list[list[str]] = []
    for output in outputs:
        if output["output_type"] != "stream":
            found.append(dict(output))
        elif found and texts and found[-1].get("name") == output["name"]:
            texts[-1].append(output["text"])
        else:
            texts.append([output["text"]])
            found.append({**output, "text": texts[-1]})
    for one in found:
        if one["output_type"] == "stream":
            one["text"] = seen("".join(one["text"]))
    return found


def seen(text: str) -> str:
    """What is left of printed text when carriage returns and backspaces have done their work."""
    if "\r" not in text and "\b" not in text:
        return text
    return "\n".join(map(_line, text.split("\n")))


def _line(line: str) -> str:
    body = line.rstrip("\r")
    ending = line[len(body) :]
    body = body.rpartition("\r")[2]
    if "\b" not in body:
        return body + ending
    kept: list[str] = []
    for letter in body:
        if letter != "\b":
            kept.append(letter)
        elif kept:
            kept.pop()
    return "".join(kept) + ending


__all__ = ["merged", "seen"]
