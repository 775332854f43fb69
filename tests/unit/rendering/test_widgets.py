"""What of a run's widgets goes to pages."""

from __future__ import annotations

import asyncio
import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from vaas.rendering import AssetStore
from vaas.rendering import assets as module
from vaas.rendering.widgets import STATE, pack

SCRIPT = "export default {};" + " " * 4000


def saved(**models: dict[str, Any]) -> dict[str, Any]:
    return {STATE: {"version_major": 2, "version_minor": 0, "state": models}}


def figure(**state: Any) -> dict[str, Any]:
    state["_model_module"] = "anywidget"
    return {"model_module": "anywidget", "model_name": "AnyModel", "state": state, "buffers": []}


def test_large_scripts_become_files_of_which_there_is_one(tmp_path: Path) -> None:
    store = AssetStore(tmp_path)
    told = saved(a=figure(_esm=SCRIPT, x=1), b=figure(_esm=SCRIPT, _css="p {}"))
    packed = pack(told, lambda *text: f"/there/{store.keep(*text)}")
    models = json.loads(gzip.decompress(packed.body))["state"]
    (address,) = packed.sources
    assert models["a"]["state"] == {"_esm": address, "x": 1, "_model_module": "anywidget"}
    assert models["b"]["state"]["_esm"] == address
    assert models["b"]["state"]["_css"] == "p {}"
    file = store.find(address.removeprefix("/there/"))
    assert file is not None
    assert file.read_text() == SCRIPT
    assert packed.libraries == {"anywidget"}


def test_large_styles_do_so_too_and_what_others_bring(tmp_path: Path) -> None:
    """Whose scripts need not be modules, so that browsers are not told to fetch them as such."""
    style = ".large { color: red }" + " " * 4000
    own = {"model_module": "jupyter-vue", "state": {"_esm": SCRIPT + "1"}, "buffers": []}
    store = AssetStore(tmp_path)
    packed = pack(saved(a=figure(_css=style), b=own), store.keep)
    models = json.loads(gzip.decompress(packed.body))["state"]
    for model, name, text in (("a", "_css", style), ("b", "_esm", SCRIPT + "1")):
        file = store.find(models[model]["state"][name])
        assert file is not None
        assert file.read_text() == text
    assert packed.sources == ()


@pytest.mark.parametrize("widgets", [{}, saved()])
def test_no_widgets_are_nothing(tmp_path: Path, widgets: dict[str, Any]) -> None:
    assert pack(widgets, AssetStore(tmp_path).keep).body == b""


async def test_what_notebooks_bring_is_limited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_MADE", 3 * len(SCRIPT))
    store = AssetStore(tmp_path)
    addresses = [store.keep(f"{SCRIPT}{index}", ".js") for index in range(5)]
    assert store.find(addresses[0]) is None
    assert await store.get(addresses[-1], "gzip") is not None
    assert await asyncio.to_thread(_size, tmp_path) <= 4 * len(SCRIPT)


def test_many_keep_the_same_and_others_at_once(tmp_path: Path) -> None:
    store = AssetStore(tmp_path)
    texts = [f"{SCRIPT}{index // 4}" for index in range(200)]
    with ThreadPoolExecutor(8) as pool:
        addresses = list(pool.map(lambda text: store.keep(text, ".js"), texts))
    assert len(set(addresses)) == 50
    assert all(store.find(address) for address in addresses)
    assert not list(tmp_path.rglob("*.part"))


def test_what_others_forget_meanwhile_is_kept_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_MADE", 2 * len(SCRIPT))
    store = AssetStore(tmp_path)

    def again(number: int) -> None:
        for turn in range(200):
            text = f"{SCRIPT}{(number + turn) % 4}"
            asset = asyncio.run(store.get(store.keep(text, ".js"), ""))
            assert asset is None or asset.body == text.encode()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(again, range(8)))


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*.*"))


def test_only_kept_files_are_found(tmp_path: Path) -> None:
    (tmp_path / "secret.js").write_text("secret")
    store = AssetStore(tmp_path)
    store.keep("text", ".js")
    assert store.find("sources/../secret.js") is None
