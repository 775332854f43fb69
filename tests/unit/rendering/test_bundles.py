"""A library's scripts in one file: those that may be, in the order in which they came."""

from __future__ import annotations

from pathlib import Path

import pytest

from vaas.rendering.bundles import bundled

ROOT = "/assets/0123"
CHUNKS = {
    "a.js": "(self.webpackChunkmaps=self.webpackChunkmaps||[]).push([[1],{1(){}}])",
    "b.js": '"use strict";(self["webpackChunk_maps"] = self["webpackChunk_maps"] || []).push([])',
    "c.js": "/*! For license information please see c.txt */\n(globalThis.rspackChunkmaps||=[]).push([])",
    "d.js": '/*! x */ "use strict";\n(globalThis.webpackChunkmaps=globalThis.webpackChunkmaps||[]).push([]) // end',
}
OTHERS = {
    "remoteEntry.js": 'var _JUPYTERLAB;(()=>{"use strict";self.webpackChunkmaps=[]})()',
    "plain.js": "window.chart = 1",
    "worker.js": "importScripts(self.webpackChunkmaps)",
}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    found = {}
    for library in ("labextensions/maps", "labextensions-0a1/@scope/maps"):
        for name, text in (CHUNKS | OTHERS).items():
            file = tmp_path / library / "static" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            found[f"{library}/static/{name}"] = file
    return found


def test_chunks_are_put_together_by_library(files: dict[str, Path]) -> None:
    kept: list[str] = []

    def keep(text: str) -> str:
        kept.append(text)
        return f"{ROOT}/bundles/{len(kept)}.js"

    asked = [f"{ROOT}/{name}?v=1f" for name in files]
    asked += [f"{ROOT}/labextensions/maps/static/gone.js", f"{ROOT}/voila/voila.js", "/static/x.js"]
    found = bundled(asked, ROOT, files.get, keep)
    assert found.bundles == {
        f"{ROOT}/labextensions/maps": f"{ROOT}/bundles/1.js",
        f"{ROOT}/labextensions-0a1/@scope/maps": f"{ROOT}/bundles/2.js",
    }
    assert found.others == tuple(
        one for one in asked if one.partition("?")[0].rpartition("/")[2] not in CHUNKS
    )
    places = [kept[0].index(text) for text in CHUNKS.values()]
    assert places == sorted(places)


def test_each_chunk_is_as_strict_as_it_was(files: dict[str, Path]) -> None:
    kept: list[str] = []
    names = [f"{ROOT}/labextensions/maps/static/{name}" for name in CHUNKS]
    bundled(names, ROOT, files.get, lambda text: kept.append(text) or "")
    for text in CHUNKS.values():
        assert f"(() => {{{text}\n}})();" in kept[0]
