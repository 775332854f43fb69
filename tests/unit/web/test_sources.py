"""What of a kernel's frames goes to pages as addresses."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from vaas.kernels.wire import Frame, pack, unpack
from vaas.rendering import AssetStore, PageRenderer
from vaas.web.sources import without_sources

ORIGIN = "https://dash.example.org"
LARGE = " " * (32 << 10)


def opening(**state: str) -> bytes:
    content = {"data": {"state": {"_model_module": "anywidget", **state}}}
    return pack(Frame("iopub", [b"{}", b"{}", b"{}", json.dumps(content).encode()]))


@pytest.mark.parametrize(
    ("state", "suffix"),
    [({"_esm": f"export default {{}};{LARGE}"}, ".js"), ({"_css": f"p {{}}{LARGE}"}, ".css")],
)
async def test_a_large_script_or_style_goes_as_a_whole_address(
    tmp_path: Path, state: dict[str, str], suffix: str
) -> None:
    store = AssetStore(tmp_path)
    renderer = PageRenderer(store)
    link = partial(renderer.link_sources, origin=ORIGIN)
    told = json.loads(unpack(await without_sources(opening(**state), link)).parts[3])
    [(name, text)] = state.items()
    address = told["data"]["state"][name]
    assert address.startswith(f"{ORIGIN}{renderer.root}/sources/")
    assert address.endswith(suffix)
    file = store.find(address.removeprefix(f"{ORIGIN}{renderer.root}/"))
    assert file is not None
    assert file.read_text() == text


async def test_a_large_frame_without_any_goes_as_it_is() -> None:
    asked: list[object] = []
    frame = opening(value=LARGE)
    assert await without_sources(frame, lambda content: bool(asked.append(content))) is frame
    assert not asked
