"""Voilà's front end as one script, from the installed packages."""

from __future__ import annotations

import re
from pathlib import Path

from vaas.rendering import AssetStore
from vaas.rendering.bundle import ADDRESS, core_script

CHUNK = '"use strict";(self.webpackChunkX=self.webpackChunkX||[]).push([[{0}],{{}}]);'


def test_chunks_named_by_the_main_script_come_before_it_and_others_not(tmp_path: Path) -> None:
    main = "var x; Promise.all([x.e(11),x.e(12),x.e(13)])"
    Path(tmp_path, "voila.js").write_text(main)
    for number in (11, 12, 99):
        Path(tmp_path, f"{number}.voila.js").write_text(CHUNK.format(number))
    script = core_script(tmp_path, []).decode()
    assert [int(n) for n in re.findall(r"push\(\[\[(\d+)\]", script)] == [11, 12]
    assert script.endswith(main)


def test_library_gives_its_chunks_but_not_its_entry(tmp_path: Path) -> None:
    voila, library = tmp_path / "voila", tmp_path / "library"
    voila.mkdir()
    library.mkdir()
    (voila / "voila.js").write_text("main()")
    (library / "7.abc.js").write_text("/*! licence */\n" + CHUNK.format(7))
    (library / "remoteEntry.abc.js").write_text("var entry; self.webpackChunkX = [];")
    (library / "style.js").write_text("import './a.css'")
    script = core_script(voila, [library]).decode()
    assert "[[7]," in script
    assert "entry" not in script
    assert "import" not in script


async def test_installed_front_end_becomes_one_compressed_script(tmp_path: Path) -> None:
    store = AssetStore(tmp_path)
    plain = await store.get(ADDRESS, "")
    packed = await store.get(ADDRESS, "gzip, br")
    assert plain is not None
    assert packed is not None
    assert plain.body.count(b".push([[") > 40, "Voilà's chunks are no longer found"
    assert packed.encoding == "br"
    assert len(packed.body) < len(plain.body) / 3
    assert await store.get(ADDRESS, "br") is packed, "asked for again, it is not read again"
