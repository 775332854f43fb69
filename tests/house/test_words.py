"""What may stand in no file of the project."""

from __future__ import annotations

import re

import pytest

from tests.house.tree import ROOT, texts

HERE = "tests/house/test_words.py"

# Put together here, so that this file does not name them either.
REGISTRIES = [
    f"{name}.{end}"
    for name, end in (
        ("py" + "pi", "org"),
        ("python" + "hosted", "org"),
        ("npm" + "js", "org"),
        ("npm" + "js", "com"),
        ("yarn" + "pkg", "com"),
        ("ana" + "conda", "org"),
        ("deb." + "debian", "org"),
        ("crates", "io"),
        ("proxy.go" + "lang", "org"),
    )
]
FORBIDDEN = {
    "a package registry's host": "|".join(map(re.escape, REGISTRIES)),
    "a choice of registry": r"^--(extra-)?index-url|^--find-links|^registry\s*=|\"resolved\":",
    "a path of one machine": r"(?<![\w.~-])/(work|root/\w|mnt|Users)/",
    "a note to be done later": r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b",
    "a host that pages would load from": r"https?://(cdn\.|unpkg\.|fonts\.g)",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what], re.MULTILINE)
    found = [
        f"{name}:{text.count(chr(10), 0, hit.start()) + 1}: {hit[0]}"
        for name, text in texts()
        for hit in pattern.finditer(text)
        if name != HERE
    ]
    assert found == []


def test_the_texts_were_read() -> None:
    names = {name for name, _ in texts()}
    assert {"README.md", "ui/package-lock.json", "requirements.lock", ".ci/run", HERE} <= names
    assert not [name for name in names if ".venv" in name or "node_modules" in name]
    assert (ROOT / "vaas").is_dir()
