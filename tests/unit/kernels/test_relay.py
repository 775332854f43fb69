"""A page's line before its session has a kernel, and after."""

import asyncio
import json

import pytest

from tests.security.kernel_tools import frame
from vaas.errors import MessageRefused
from vaas.kernels.backlog import BACKLOG_LIMIT
from vaas.kernels.base import Channel
from vaas.kernels.own import own_message
from vaas.kernels.relay import HELD_BYTES, HELD_FRAMES, Relay
from vaas.kernels.wire import message_type, unpack

ABOUT = {"status": "ok", "banner": "a kernel"}


class Kernel(Channel):
    """A kernel's channel that says what it was told to."""

    def __init__(self, *says: bytes):
        self.says, self.heard = says, []

    async def attach(self):
        for one in self.says:
            yield one

    async def send(self, frame):
        self.heard.append(message_type(frame))
        await asyncio.sleep(0)

    def inject(self, message_type, content):
        self.heard.append((message_type, content))


def said(kind, **content: object):
    return own_message(kind, content, "session")


async def kinds(relay):
    return [message_type(data) async for data in relay.attach()]


async def test_the_run_comes_first_and_then_the_kernel():
    relay = Relay()
    relay.watch(ABOUT, "session")
    relay.put(said("comm_open"))
    hearing = asyncio.create_task(kinds(relay))
    await asyncio.sleep(0)
    relay.put(said("vaas_cell"), own=True)
    await relay.join(Kernel(said("vaas_ready")))
    assert await hearing == ["comm_open", "vaas_cell", "vaas_ready"]


async def test_a_page_that_comes_back_misses_nothing():
    relay = Relay()
    relay.watch(ABOUT, "session")
    first = relay.attach()
    relay.put(said("one"))
    relay.put(said("two"))
    assert message_type(await anext(first)) == "one"
    await first.aclose()  # it may not have arrived
    relay.end()
    assert await kinds(relay) == ["one", "two"]


async def test_the_last_page_wins():
    relay = Relay()
    first = asyncio.create_task(kinds(relay))
    await asyncio.sleep(0)
    second = asyncio.create_task(kinds(relay))
    assert await first == []
    relay.put(said("one"))
    relay.end()
    assert await second == ["one"]


async def test_what_is_said_early_is_held_in_order():
    relay, kernel = Relay(), Kernel()
    relay.watch(ABOUT, "session")
    await relay.send(frame("comm_open", {}))
    await relay.send(frame("comm_msg", {"comm_id": "x", "data": {}}))
    joining = asyncio.create_task(relay.join(kernel))
    await asyncio.sleep(0)
    await relay.send(frame("comm_close", {}))  # while the others are handed over
    await joining
    await relay.send(frame("comm_info_request", {}))
    assert kernel.heard == ["comm_open", "comm_msg", "comm_close", "comm_info_request"]


@pytest.mark.parametrize(
    ("asked", "content", "told"),
    [
        ("kernel_info_request", {}, ABOUT),
        ("comm_info_request", {}, {"status": "ok", "comms": {}}),
    ],
)
async def test_questions_are_answered_at_once(asked, content, told):
    relay, kernel = Relay(), Kernel()
    relay.watch(ABOUT, "session")
    await relay.send(frame(asked, content, msg_id="mine"))
    reply = unpack(await anext(relay.attach()))
    assert reply.channel == "shell"
    header, parent, _, answer = map(json.loads, reply.parts)
    assert header["msg_type"] == asked.replace("request", "reply")
    assert (header["session"], parent["msg_id"], answer) == ("session", "mine", told)
    await relay.join(kernel)
    assert kernel.heard == []


async def test_who_lost_widgets_is_told_of_them_by_the_kernel():
    relay, kernel = Relay(), Kernel()
    relay.watch(ABOUT, "session")
    for _ in range(2):
        relay.put(own_message("comm_open", {"state": "x" * (BACKLOG_LIMIT * 2 // 3)}, "session"))
    await relay.send(frame("comm_msg", {"comm_id": "c", "data": {"method": "request_states"}}))
    await relay.join(kernel)
    assert kernel.heard == ["comm_msg"]


async def test_an_interrupt_is_nobodys():
    relay, kernel = Relay(), Kernel()
    relay.watch(ABOUT, "session")
    await relay.send(frame("interrupt_request", {}, "control"))
    await relay.join(kernel)
    assert kernel.heard == []


async def test_what_viewers_may_not_send_is_refused_at_once():
    relay = Relay()
    relay.watch(ABOUT, "session")
    for data in (frame("execute_request", {"code": "1"}), b"", b"x" * 100):
        with pytest.raises(MessageRefused):
            await relay.send(data)


async def test_not_more_is_held_than_a_page_has_to_say():
    relay = Relay()
    relay.watch(ABOUT, "session")
    with pytest.raises(MessageRefused):
        await relay.send(frame("comm_open", {"x": "y" * HELD_BYTES}))
    for _ in range(HELD_FRAMES):
        await relay.send(frame("comm_open", {}))
    with pytest.raises(MessageRefused):
        await relay.send(frame("comm_open", {}))


async def test_before_anything_is_known_a_page_waits():
    relay, kernel = Relay(), Kernel()
    sending = asyncio.create_task(relay.send(frame("comm_open", {})))
    await asyncio.sleep(0)
    assert not sending.done()
    relay.inject("vaas_changed", {})
    await relay.join(kernel)
    await sending
    relay.inject("vaas_changed", {"n": 2})
    assert kernel.heard == ["comm_open", ("vaas_changed", {"n": 2})]
    assert await kinds(relay) == ["vaas_changed"]


async def test_the_end_is_told():
    relay = Relay()
    sending = asyncio.create_task(relay.send(frame("comm_open", {})))
    await asyncio.sleep(0)
    relay.end()
    await sending
    assert await kinds(relay) == []


async def test_a_run_that_is_of_no_use_is_forgotten():
    relay = Relay()
    relay.watch(ABOUT, "session")
    relay.put(said("vaas_cell"), own=True)
    relay.forget()
    await relay.join(Kernel(said("vaas_run")))
    assert await kinds(relay) == ["vaas_run"]


async def test_before_there_is_a_kernel_the_server_speaks_for_it():
    relay = Relay()
    relay.name("its session")
    relay.inject("vaas_cell", {"index": 1})
    hearing = asyncio.create_task(anext(relay.attach()))
    header = json.loads(unpack(await hearing).parts[0])
    assert (header["msg_type"], header["session"]) == ("vaas_cell", "its session")
    kernel = Kernel()
    asking = asyncio.create_task(relay.send(frame("kernel_info_request", {})))
    await asyncio.sleep(0)
    assert not asking.done(), "a live kernel answers, nobody for it"
    await relay.join(kernel)
    await asking
    assert kernel.heard == ["kernel_info_request"]
