"""What the front end's build leaves behind."""

from __future__ import annotations

import json

from tests.browser.pages.samples import ROOT, STATIC, manifest


def test_styles_stay_small() -> None:
    sizes = {name: (STATIC / file).stat().st_size for name, file in manifest().items()}
    assert sizes["site.css"] < 12_000
    assert sizes["shell.css"] + sizes["inline.js"] < 10_000


def test_the_dashboards_script_stays_a_fraction_of_voilas() -> None:
    assert (STATIC / f"{manifest()['dashboard.js']}.br").stat().st_size < 200_000


def test_every_file_has_its_compressed_siblings() -> None:
    for file in [name for name in manifest().values() if not name.endswith(".woff2")]:
        for suffix in (".br", ".gz"):
            assert (STATIC / f"{file}{suffix}").stat().st_size < (STATIC / file).stat().st_size


def test_lock_names_no_host() -> None:
    lock = json.loads((ROOT / "ui" / "package-lock.json").read_text())
    assert [name for name, about in lock["packages"].items() if "resolved" in about] == []
