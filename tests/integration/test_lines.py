"""What kernels say that nobody can read, or take: the lines to them hold, or it is told at once."""

import asyncio
import socket
from contextlib import aclosing

import pytest

from tests.integration.test_kernels_fork import template
from tests.security.kernel_tools import (
    a_host,
    all_pids,
    frame,
    is_kernel,
    request,
    run,
    stocked,
    until,
)
from vaas.errors import KernelDied, KernelStartFailed, MessageRefused
from vaas.kernels.apart import cells
from vaas.kernels.forks import placing
from vaas.kernels.forks.line import Line
from vaas.kernels.forks.spares import OF_ONE
from vaas.kernels.wire import Frame, pack, unpack

pytestmark = pytest.mark.sandbox

SAY = """
import json, sys
kernel = get_ipython().kernel
def say(content, kind="display_data"):
    header = kernel.session.msg_header(kind)
    parent = kernel.shell.get_parent()["header"]
    parts = [json.dumps(one, default=str).encode() for one in (header, parent, {})]
    kernel.line.send("iopub", [*parts, content])
"""
UNREADABLE = {
    "a name that is not UTF-8": r"print('\udcff')",
    "a value that is nested deeply": (
        "sys.setrecursionlimit(10**4)\nnested = []\nfor _ in range(5000): nested = [nested]\n"
        "display({'application/json': nested, 'text/plain': ''}, raw=True)"
    ),
    "what is no object": "say(b'[]')",
    "what is no JSON": "say(b'{')",
    "a comm without a name": "say(b'{\"comm_id\": []}', 'comm_msg')",
}


@pytest.fixture(params=["fork", "preloaded fork"])
async def host(tmp_path, request):
    heard = []
    told = {"on_author_message": lambda _, text: heard.append(text)}
    async with a_host(tmp_path / "run", request.param, most=4, **told) as host:
        host.heard = heard
        yield host


async def test_what_cannot_be_read_ends_no_line(host, tmp_path):
    made = await host.prepare(request(tmp_path / "share"))
    assert (await run(made, SAY)).error == ""
    for code in UNREADABLE.values():
        assert (await run(made, code, within=10)).error == ""
    assert (await run(made, UNREADABLE["a name that is not UTF-8"])).out == "\ufffd\n"
    assert await made.seal() == []
    kernel = await made.fork(request(tmp_path / "share"))
    for code in UNREADABLE.values():
        assert (await run(kernel, code, within=10)).error == ""
    for data in (b"\xff", b"[]", b"{", b"[" * 10**5):
        head, *_ = unpack(frame("comm_info_request", {})).parts
        await kernel.channel.send(pack(Frame("shell", [head, b"{}", data, b"{}"])))
    await kernel.channel.send(frame("comm_info_request", {}, msg_id=7))
    await run(kernel, r"raise ValueError('of \udcff')", within=10)
    assert any("ValueError: of \ufffd" in text for text in host.heard)
    await kernel.channel.send(frame("comm_info_request", {}))
    async with asyncio.timeout(10), aclosing(kernel.channel.attach()) as page:
        async for data in page:
            if b'"comm_info_reply"' in data:
                break
    assert (await run(kernel, "print('on')", within=10)).out == "on\n"


async def test_a_template_that_cannot_be_heard_is_ended_and_says_so(host, tmp_path):
    made = await host.prepare(request(tmp_path / "share"))
    made.client.execute(
        "from IPython.display import HTML, display; display(HTML('x' * 140_000_000))"
    )
    await asyncio.wait_for(asyncio.shield(made.ended), 20)
    assert not await made.manager.is_alive()
    with pytest.raises(KernelDied, match="over 128 MiB"):
        await made.become(request(tmp_path / "share"))


SAY_MUCH = """
kernel = get_ipython().kernel
def say(kind, *buffers):
    content = {"data": {"text/plain": "x"}, "metadata": {}}
    kernel.session.send(kernel.iopub_socket, kind, content, kernel.shell.get_parent(),
        buffers=list(buffers))
"""
TOO_MUCH = {
    "large parts": "say('display_data', bytes(70 << 20), bytes(70 << 20))",
    "many parts": "say('display_data', *[b'x'] * 5000)",
    "no signature": (
        "real, kernel.session.key = kernel.session.key, b'another'\n"
        "say('display_data')\nkernel.session.key = real"
    ),
    "no message": "kernel.iopub_socket.send_multipart([b'x'])",
    "an answer to nothing that has a name": (
        "kernel.session.send(kernel.iopub_socket, 'status', {}, {'header': {'msg_id': []}})"
    ),
}


@pytest.fixture
async def apart(tmp_path):
    async with a_host(tmp_path / "apart", "apart") as host:
        yield host


async def test_a_run_goes_on_after_what_was_too_much(apart, tmp_path):
    kernel = await apart.start(request(tmp_path / "share", memory=2 << 30))
    assert (await run(kernel, SAY_MUCH)).error == ""
    for code in TOO_MUCH.values():
        assert (await run(kernel, code)).error == ""
    assert (await run(kernel, "print('on' + 'ward')", within=10)).out == "onward\n"
    async with asyncio.timeout(10), aclosing(kernel.channel.attach()) as page:
        async for data in page:
            if b"onward" in data:
                break


@pytest.mark.parametrize("kind", ["kernel", "template"])
async def test_who_runs_cells_and_hears_nothing_any_more_learns_it_at_once(apart, tmp_path, kind):
    begin = apart.start if kind == "kernel" else apart.prepare
    one = await begin(request(tmp_path / "share"))
    one.client.execute("while True: pass")
    one._cells.line._writer.transport.abort()
    why = await asyncio.wait_for(asyncio.shield(one.ended), 5)
    assert not await one.manager.is_alive()
    assert kind == "template" or isinstance(why, KernelDied)
    await until(lambda: not any(map(is_kernel, all_pids())))


async def two_ends(patience):
    """A line, and its other end, which reads nothing by itself."""
    ends = [await asyncio.open_unix_connection(sock=one) for one in socket.socketpair()]
    return [Line(*end, patience) for end in ends]


async def test_a_message_waits_for_who_is_slow_as_long_as_was_agreed():
    ours, theirs = await two_ends(None)
    large, heard = Frame("iopub", [b"x" * (4 << 20)] * 4), []
    sending = asyncio.create_task(ours.send(large))
    with pytest.raises(MessageRefused, match="larger"):
        await ours.send(Frame("iopub", [bytes(70 << 20)] * 2))
    with pytest.raises(MessageRefused, match="larger"):
        await ours.send(Frame("iopub", [b""] * 5000))
    assert not sending.done()
    hearing = asyncio.create_task(theirs.relay(heard.append))
    await asyncio.wait_for(sending, 10)
    await until(lambda: heard == [large])
    ours.close()
    await asyncio.wait_for(hearing, 10)
    theirs.close()
    ours, theirs = await two_ends(0.0)
    with pytest.raises(MessageRefused, match="takes no more"):
        await ours.send(large)
    ours.close()
    theirs.close()


async def test_a_placer_that_died_is_replaced(host, tmp_path):
    made = await template(host, tmp_path, "1")
    await (await made.fork(request(tmp_path / "share"))).close()
    await stocked(host)
    await made.retire()
    gone = host._furnisher._placing._popen
    gone.kill()
    gone.wait()
    made = await template(host, tmp_path, "x = 1")
    assert (await run(await made.fork(request(tmp_path / "share")), "print(x)")).out == "1\n"


FULL = """
import errno, os, sys
sys.path.append({!r})
from placer.main import main
fork, tries = os.fork, []
def refused():
    tries.append(1)
    if len(tries) == 1:
        raise OSError(errno.EAGAIN, "no more processes")
    return fork()
os.fork = refused
main()
"""
KILLED = """
import os, sys
sys.path.append({!r})
from placer import main as program
program.place = lambda *_: os.kill(os.getpid(), 9)
program.main()
"""


@pytest.mark.parametrize("fault", ["full", "killed"])
async def test_a_fork_that_is_not_placed_says_why(tmp_path, monkeypatch, fault):
    """A machine that is full for a moment costs one fork, and who is killed at work has not done it."""
    monkeypatch.setattr(placing, "START", FULL if fault == "full" else KILLED)
    async with a_host(tmp_path / "run", "fork", most=4, spares=0) as host:
        made = await template(host, tmp_path, "x = 1")
        told = "no more processes" if fault == "full" else "was killed"
        with pytest.raises(KernelStartFailed, match=told):
            await made.fork(request(tmp_path / "share"))
        if fault == "full":
            kernel = await made.fork(request(tmp_path / "share"))
            assert (await run(kernel, "print(x)")).out == "1\n"


async def left_at_the_last_moment(making, reached):
    """Who asked goes when all is made, and nothing handed over."""
    asked = asyncio.create_task(making)
    await asyncio.wait_for(reached.wait(), 20)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked


def endless(reached):
    async def step(*_: object, **__: object):
        reached.set()
        await asyncio.Event().wait()

    return step


@pytest.mark.parametrize("kind", ["start", "prepare"])
async def test_who_leaves_at_the_last_moment_leaves_nothing(tmp_path, monkeypatch, kind):
    async with a_host(tmp_path / "run", "single", zygotes=1) as host:
        reached = asyncio.Event()
        monkeypatch.setattr(host, "_want", endless(reached))
        await left_at_the_last_moment(getattr(host, kind)(request(tmp_path / "share")), reached)
        await until(lambda: not any(map(is_kernel, all_pids())))
        assert host.kernels() == ()
        await until(lambda: not host._templates)


@pytest.mark.parametrize("kind", ["start", "prepare"])
async def test_who_leaves_while_it_is_connected_leaves_nothing(apart, tmp_path, monkeypatch, kind):
    await apart.report()
    reached = asyncio.Event()
    monkeypatch.setattr(cells, "connect", endless(reached))
    await left_at_the_last_moment(getattr(apart, kind)(request(tmp_path / "share")), reached)
    await until(lambda: not any(map(is_kernel, all_pids())))
    await until(lambda: not apart._home.things)


async def test_nothing_is_kept_of_who_left(apart, tmp_path):
    await apart.report()
    for _ in range(3):
        asked = asyncio.create_task(apart.start(request(tmp_path / "share")))
        await until(lambda: len(apart._home._questions) == 1)
        asked.cancel()
        await asyncio.wait([asked])
        await until(lambda: not apart._home._questions)


async def test_those_on_their_way_out_are_counted(tmp_path):
    async with a_host(tmp_path / "run", "fork", most=1, spares=OF_ONE) as host:
        first, second = [await template(host, tmp_path, "1") for _ in range(2)]
        await (await first.fork(request(tmp_path / "share"))).close()
        await stocked(host)
        kernel = await second.fork(request(tmp_path / "share"))
        assert len(host._spares._closing) == OF_ONE
        waiting = await stocked(host)
        assert {spare.template for spare in waiting} == {second}
        await kernel.close()
        assert (await run(await second.fork(request(tmp_path / "share")), "print(1)")).out == "1\n"
