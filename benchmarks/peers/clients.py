"""Viewers without a browser: each says what a system's own page says until its content is there.

A client opens a page, waits until all of its content has come, and stays until the stack
is closed, which is when it leaves as the page would. Solara has none: its page's talk is
a whole widget manager's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import connect

from benchmarks.forks import CONTROL
from tests.service.harness import Line, Page, Viewer

PATIENCE = 600.0
MOST = 1 << 28
"""Bytes of the largest message."""

Client = Callable[[str, AsyncExitStack], Coroutine[Any, Any, None]]


async def vaas(address: str, stack: AsyncExitStack) -> None:
    """The page, the widgets of the run or their cells' outputs, and a live kernel's answer."""
    viewer, page = await _get(address, stack)
    line = await _joined(viewer, page.kernel, stack)
    if '"widgets": true' in page.text:
        assert (await viewer.get(f"/api/v1/sessions/{page.kernel}/widgets")).status == 200
    if line.ready is None:
        await line.until("vaas_ready", PATIENCE)


async def voila(address: str, stack: AsyncExitStack) -> None:
    """The page with its outputs, a live kernel's answer and the widgets' states."""
    viewer, page = await _get(address, stack)
    found = re.search(r'"kernelId": "([0-9a-f-]{36})"', page.text)
    assert found, f"no dashboard: {page.status}"
    line = await _joined(viewer, found[1], stack)
    await line.send("comm_open", CONTROL, metadata={"version": "1.0.0"})
    await line.send("comm_msg", {"comm_id": "control", "data": {"method": "request_states"}})
    await line.until(lambda heard: heard.content.get("comm_id") == "control", PATIENCE)


async def panel(address: str, stack: AsyncExitStack) -> None:
    """The page, and its document over Bokeh's websocket."""
    page = await (await _http(stack)).get(address)
    found = re.search(r'"token":"([^"]+)"', page.text)
    assert found, f"no session: {page.status_code}"
    protocols: Any = ["bokeh", found[1]]
    line = await stack.enter_async_context(
        connect(f"{_socket(address)}/ws", subprotocols=protocols, max_size=MOST)
    )
    assert json.loads(await line.recv())["msgtype"] == "ACK"
    for part in ({"msgid": "1", "msgtype": "PULL-DOC-REQ"}, {}, {}):
        await line.send(json.dumps(part))
    while b"PULL-DOC-REPLY" not in await line.recv(decode=False):
        pass
    for _ in ("metadata", "content"):
        await line.recv()


async def streamlit(address: str, stack: AsyncExitStack) -> None:
    """The page, and a run of its script over the websocket."""
    await (await _http(stack)).get(address)
    protocols: Any = ["streamlit"]
    line = await stack.enter_async_context(
        connect(f"{_socket(address)}/_stcore/stream", subprotocols=protocols, max_size=MOST)
    )
    await line.send(b"\x5a\x00")  # BackMsg with an empty rerun_script, its field 11
    while 6 not in _fields(await line.recv(decode=False)):  # ForwardMsg.script_finished
        pass


async def dash(address: str, stack: AsyncExitStack) -> None:
    """The page, its layout and callbacks, and the first answer of each."""
    http = await _http(stack)
    assert (await http.get(address)).status_code == 200
    layout = (await http.get(f"{address}_dash-layout")).json()
    values = dict(_values(layout))
    for one in (await http.get(f"{address}_dash-dependencies")).json():
        names = re.findall(r"([\w-]+)\.(\w+)", one["output"])
        outputs = [{"id": name, "property": prop} for name, prop in names]
        inputs = [i | {"value": values[i["id"]].get(i["property"])} for i in one["inputs"]]
        asked = {"output": one["output"], "inputs": inputs, "changedPropIds": []}
        asked["outputs"] = outputs if one["output"].startswith("..") else outputs[0]
        answer = await http.post(f"{address}_dash-update-component", json=asked)
        assert answer.status_code == 200, answer.text


CLIENTS: dict[str, Client] = {
    "vaas": vaas,
    "voila": voila,
    "voila, preheated": voila,
    "panel": panel,
    "streamlit": streamlit,
    "dash": dash,
}


async def _get(address: str, stack: AsyncExitStack) -> tuple[Viewer, Page]:
    parts = urlsplit(address)
    viewer = await stack.enter_async_context(Viewer(f"{parts.scheme}://{parts.netloc}"))
    viewer.client.timeout = httpx.Timeout(PATIENCE)
    return viewer, await viewer.get(parts.path)


async def _joined(viewer: Viewer, kernel: str, stack: AsyncExitStack) -> Line:
    """A kernel's line, by which it has answered; its page leaves when the stack is closed."""
    stack.push_async_callback(viewer.leave, kernel)
    line = await stack.enter_async_context(viewer.line(kernel))
    asked = await line.send("kernel_info_request", {})
    await line.until(lambda heard: heard.parent.get("msg_id") == asked, PATIENCE)
    return line


def _socket(address: str) -> str:
    return address.rstrip("/").replace("http", "ws", 1)


async def _http(stack: AsyncExitStack) -> httpx.AsyncClient:
    # As in ``Viewer``: no certificates are loaded for plain http.
    client = httpx.AsyncClient(timeout=PATIENCE, verify=False)  # noqa: S501
    return await stack.enter_async_context(client)


def _values(component: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The properties of each of Dash's components that has a name."""
    if isinstance(component, list):
        for one in component:
            yield from _values(one)
    elif isinstance(component, dict):
        properties = component["props"]
        if "id" in properties:
            yield properties["id"], properties
        yield from _values(properties.get("children"))


def _fields(message: bytes) -> set[int]:
    """Numbers of the fields of a protocol buffer."""
    found, place = set(), 0
    while place < len(message):
        key, place = _number(message, place)
        found.add(key >> 3)
        value, place = _number(message, place)
        if key & 7 == 2:  # bytes of this length
            place += value
    return found


def _number(message: bytes, place: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    number = shift = 0
    while True:
        byte = message[place]
        number |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return number, place
