"""What of a kernel's frames goes to pages as addresses."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from vaas.kernels.wire import Frame, pack, unpack
from vaas.rendering import AssetStore, PageRenderer
from vaas.web.sources import without_sources

ORIGIN = "https://dash.example.org"
LARGE = " " * (32 << 10)


def message(data: dict[str, Any]) -> bytes:
    content = json.dumps({"data": data}).encode()
    return pack(Frame("iopub", [b"{}", b"{}", b"{}", content, b"\0"]))


def opening(module: str = "anywidget", **state: str) -> bytes:
    return message({"state": {"_model_module": module, **state}})


def update(method: str = "update", **state: str) -> bytes:
    return message({"method": method, "state": state})


def told(frame: bytes) -> dict[str, Any]:
    return dict(json.loads(unpack(frame).parts[3])["data"])


@pytest.fixture
def store(tmp_path: Path) -> AssetStore:
    return AssetStore(tmp_path)


@pytest.fixture
def renderer(store: AssetStore) -> PageRenderer:
    return PageRenderer(store)


@pytest.mark.parametrize("ours", [False, True])
@pytest.mark.parametrize(
    ("state", "suffix"),
    [({"_esm": f"export default {{}};{LARGE}"}, ".js"), ({"_css": f"p {{}}{LARGE}"}, ".css")],
)
async def test_a_large_script_or_style_goes_as_a_whole_address(
    store: AssetStore, renderer: PageRenderer, state: dict[str, str], suffix: str, *, ours: bool
) -> None:
    link = partial(renderer.link_sources, origin=ORIGIN, ours=ours)
    lean = await without_sources(opening(**state), link)
    [(name, text)] = state.items()
    address = told(lean)["state"][name]
    assert address.startswith(f"{ORIGIN}{renderer.root}/sources/")
    assert address.endswith(suffix)
    assert unpack(lean).parts[4] == b"\0"
    file = store.find(address.removeprefix(f"{ORIGIN}{renderer.root}/"))
    assert file is not None
    assert file.read_text() == text


@pytest.mark.parametrize(
    "frame",
    [
        update(_css=LARGE, value="1"),
        update("echo_update", _esm=LARGE),
        opening("jupyter-vue", _css=LARGE),
        message({"states": {"a": {"state": {"_model_module": "other", "_esm": LARGE}}}}),
    ],
)
async def test_to_pages_of_ours_it_goes_so_whatever_it_is_of(
    renderer: PageRenderer, frame: bytes
) -> None:
    link = partial(renderer.link_sources, origin=ORIGIN)
    lean = await without_sources(frame, partial(link, ours=True))
    assert len(lean) < len(frame) - len(LARGE) + 200
    assert f"{ORIGIN}{renderer.root}/sources/".encode() in lean
    assert told(lean).get("state", {}).get("value") == told(frame).get("state", {}).get("value")
    plain = await without_sources(frame, partial(link, ours=False))
    assert plain is frame, "Voila's own page could not read it"


@pytest.mark.parametrize(
    "frame",
    [
        opening(value=LARGE),
        update(_css="p {}"),
        pack(Frame("iopub", [b"{}", b"{}", b"{}", b'{"_css": ""}', LARGE.encode()])),
        pack(Frame("iopub", [b"{}", b"{}", b"{}", b"{}", b'"_esm"' * 10_000])),
    ],
)
async def test_a_frame_without_any_goes_as_it_is(frame: bytes) -> None:
    asked: list[object] = []
    assert await without_sources(frame, lambda content: bool(asked.append(content))) is frame
    assert not asked
