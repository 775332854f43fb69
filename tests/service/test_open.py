"""The whole way from a link to a dashboard."""

from __future__ import annotations

import socket

import pytest

from tests.service.harness import Stage, Viewer, code
from vaas.kernels.probe import probe

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]


async def test_a_link_becomes_a_dashboard(stage: Stage, viewer: Viewer) -> None:
    line = await viewer.view(stage.notebook(code("print(6 * 7)", "'end'")))
    assert line.texts(0) == "42\n"
    assert line.texts(1) == "'end'"
    assert line.ready == {"failed": False}


async def test_no_message_of_a_line_waits_for_the_receipt_of_another(
    stage: Stage, viewer: Viewer
) -> None:
    async with viewer.dashboard(stage.notebook(code("print(6 * 7)"))) as line:
        await line.until("vaas_ready")
        (ours,) = stage.front.lines
        assert ours.ws_connection.stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_health_tells_how_kernels_are_kept_apart(stage: Stage, viewer: Viewer) -> None:
    told = (await viewer.client.get("/health/ready")).json()
    assert told["ready"] is True
    assert told["sandbox"] == (await probe()).level != "none"
