"""Kernels in a process of their own: the same promises, and what servers that go leave there."""

import asyncio
import contextlib
import functools
import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.integration.test_kernels import (  # noqa: F401  run here once more
    one_kernel,
    test_a_cell_that_kills_the_kernel,
    test_a_kernel_answers_and_ends,
    test_a_message_that_is_too_large_ends_the_kernel,
    test_a_page_that_comes_late_misses_nothing,
    test_a_start_that_takes_too_long_is_undone,
    test_a_viewer_can_never_execute,
    test_comm_messages_travel_both_ways,
    test_errors_and_stderr_are_for_the_author,
    test_no_output_of_a_fast_cell_is_lost,
    test_out_of_memory_is_told,
    test_what_cannot_start_says_so,
)
from tests.integration.test_kernels_fork import (  # noqa: F401  likewise
    THREAD,
    Page,
    host,
    template,
    test_a_cells_task_goes_on_in_the_fork,
    test_a_fork_that_dies_is_told_and_the_others_live,
    test_a_full_house_is_told,
    test_a_template_that_became_a_kernel_ends_like_one,
    test_a_template_that_became_a_kernel_takes_a_kernels_place,
    test_a_template_that_died_tells_why,
    test_nobody_is_asked,
    test_pictures_and_buffers,
    test_variables_are_there_and_private,
)
from tests.security import kernel_tools
from tests.security.kernel_tools import Apart, a_host, all_pids, is_kernel, request, run, until
from vaas.errors import KernelDied, KernelStartFailed, ServerFull, SessionGone
from vaas.kernels import RemoteHost, Terms
from vaas.kernels.apart.control import Control
from vaas.kernels.apart.keeper import listen, socket_name
from vaas.kernels.apart.talk import require_own_user, told, untold

pytestmark = pytest.mark.sandbox

NOBODY = """
import os, socket, sys
os.setuid(65534)
with socket.socket(socket.AF_UNIX) as sock:
    sock.connect(sys.argv[1])
    sock.recv(1)
"""


@pytest.fixture(autouse=True)
def apart(monkeypatch):
    """All that the tests start is started apart."""
    for name in ("fresh", "fork"):
        monkeypatch.setitem(kernel_tools.LAUNCHERS, name, Apart)
    monkeypatch.setitem(kernel_tools.LAUNCHERS, "single", functools.partial(Apart, templates=1))


def host_process():
    """The kernel host that this process started."""
    [found] = [one for one in psutil.Process().children() if "vaas.kernels.apart" in one.cmdline()]
    return found


@contextlib.asynccontextmanager
async def a_server(folder):
    server = RemoteHost(folder, Terms(), stay=60.0)
    try:
        yield server
    finally:
        await server.close()


async def vanish(server):
    """End as a killed server does: without a word."""
    for control in server._controls:
        control._talk.abort()
        await asyncio.wait([control.lost])


def left(folder: Path) -> list[Path]:
    return [*folder.iterdir()] if folder.exists() else []


async def test_a_cancelled_start_is_undone(tmp_path):
    async with a_host(tmp_path / "run", most=1) as server:
        await server.report()
        start = asyncio.create_task(server.start(request(tmp_path / "share")))
        await until(lambda: any(map(is_kernel, all_pids())))
        start.cancel()
        with pytest.raises(asyncio.CancelledError):
            await start
        kernel = None
        async with asyncio.timeout(10):
            while kernel is None:
                with contextlib.suppress(ServerFull):  # until the host has let go
                    kernel = await server.start(request(tmp_path / "share"))
        with pytest.raises(ServerFull):
            await server.start(request(tmp_path / "share"))
        await kernel.close()
        await (await server.start(request(tmp_path / "share"))).close()


async def test_a_template_that_retires_leaves_its_forks_alone(tmp_path):
    async with a_server(tmp_path / "run") as server:
        made = await template(server, tmp_path, "x = 1")
        kernel = await made.fork(request(tmp_path / "share"))
        await made.retire()
        await asyncio.wait_for(asyncio.shield(made.ended), 5)
        with pytest.raises(KernelStartFailed):
            await made.fork(request(tmp_path / "share"))
        assert (await run(kernel, "print(x)")).out == "1\n"


async def test_a_run_that_cannot_be_forked_becomes_a_kernel(tmp_path):
    async with a_server(tmp_path / "run") as server:
        made = await server.prepare(request(tmp_path / "share"))
        made.channel.inject("vaas_run", {})
        assert (await run(made, f"x = 1; {THREAD}")).error == ""
        made.client.stop_channels()
        assert "still runs" in (await made.seal())[0]
        assert await made.memory() > 10 << 20
        kernel = await made.become(request(tmp_path / "share"))
        assert made.ended.done()
        assert server.kernels() == (kernel,)
        with pytest.raises(KernelStartFailed):
            await made.become(request(tmp_path / "share"))
        await made.retire()  # the kernel goes on
        kernel.client.start_channels()
        assert (await run(kernel, "print(x)")).out == "1\n"
        page = Page(kernel)
        await page.send("kernel_info_request", {})
        await page.until(lambda kind, *_: kind == "kernel_info_reply")
        assert page.heard[0][0] == "vaas_run", "what was said before is still to be had"
        await kernel.close()
        assert isinstance(kernel.ended.result(), SessionGone)


async def test_what_a_run_says_is_heard_to_its_end(tmp_path):
    async with a_server(tmp_path / "run") as server:
        made = await server.prepare(request(tmp_path / "share"))
        said = asyncio.create_task(heard(made.channel))
        assert (await run(made, "for i in range(300): print(f'line {i};')")).error == ""
        made.client.stop_channels()
        assert await made.seal() == []
        async with asyncio.timeout(5):
            assert b"line 299;" in b"".join(await said)


async def heard(channel):
    return [frame async for frame in channel.attach()]


async def test_an_endless_loop_can_be_interrupted(tmp_path):
    async with a_host(tmp_path / "run") as server:
        kernel = await server.start(request(tmp_path / "share"))
        endless = asyncio.create_task(run(kernel, "print('on', flush=True)\nwhile True: pass"))
        async for frame in kernel.channel.attach():
            if b'"on' in frame:
                break
        await kernel.interrupt()
        assert "KeyboardInterrupt" in (await endless).error
        assert await kernel.memory() > 10 << 20


async def test_a_killed_host_takes_all_along_and_is_replaced(tmp_path):
    async with a_host(tmp_path / "run") as server:
        kernel = await server.start(request(tmp_path / "share"))
        made = await server.prepare(request(tmp_path / "share"))
        asking = asyncio.create_task(made.seal())
        await run(kernel, "x = 1")
        killed = host_process()
        killed.kill()
        async with asyncio.timeout(5):
            assert isinstance(await asyncio.shield(kernel.ended), KernelDied)
            await made.ended
        await asyncio.gather(asking, return_exceptions=True)
        await kernel.close()
        with pytest.raises(KernelDied):
            await kernel.memory()
        with pytest.raises(KernelStartFailed):
            await made.fork(request(tmp_path / "share"))
        assert [frame async for frame in kernel.channel.attach()] == []
        again = await server.start(request(tmp_path / "share"))
        assert (await run(again, "print('x' in globals())")).out == "False\n"
        assert host_process() != killed
    await until(lambda: not left(tmp_path / "run"))


async def test_what_a_page_did_not_get_waits_for_the_next_server(tmp_path):
    folder = tmp_path / "run"
    async with a_server(folder) as one, a_server(folder) as two:
        kernel = await one.start(request(tmp_path / "share"))
        kernel.note("on with it")
        await run(kernel, "x = 7\nfor i in range(200): print(f'line {i};', flush=True)")
        kernel.client.stop_channels()
        kernel.channel.inject("vaas_ready", {})
        page, had = kernel.channel.attach(), b""
        while b"line 100;" not in had:
            had += await anext(page)
        # Two servers share the host; neither is given what the other has.
        assert await two.adopt() == []
        await vanish(one)
        assert isinstance(kernel.ended.result(), KernelDied)
        await page.aclose()
        async with asyncio.timeout(10):
            while not (found := await two.adopt()):
                pass
        [(same, note)] = found
        assert (same.ref, note) == (kernel.ref, "on with it")
        async for frame in same.channel.attach():
            had += frame
            if b"vaas_ready" in frame:
                break
        lines = [int(part.split(b";")[0]) for part in had.split(b"line ")[1:] if b";" in part]
        # At most the frame that was on its way comes twice.
        assert sorted(set(lines)) == [*range(200)]
        assert len(lines) < 2 * 200
        comm = {"comm_id": "1", "target_name": "no.such", "data": {}}
        await same.channel.send(kernel_tools.frame("comm_open", comm))
        await same.close()
        assert isinstance(same.ended.result(), SessionGone)
    await until(lambda: not left(folder))


async def test_kernels_without_a_note_end_with_their_server(tmp_path):
    folder = tmp_path / "run"
    async with a_server(folder) as one, a_server(folder) as two:
        await two.report()
        await one.start(request(tmp_path / "share"))
        await one.prepare(request(tmp_path / "share"))
        assert any(map(is_kernel, all_pids()))
        await vanish(one)
        await until(lambda: not any(map(is_kernel, all_pids())))
        assert await two.adopt() == []


async def test_nobody_comes(tmp_path):
    folder = tmp_path / "run"
    server = RemoteHost(folder, Terms(), stay=0.5)
    kernel = await server.start(request(tmp_path / "share"))
    kernel.note("waits")
    process = host_process()
    await server.leave()
    assert process.is_running()
    await until(lambda: not left(folder), within=10)
    assert not any(map(is_kernel, all_pids()))
    process.wait(5)


async def test_a_long_path_is_no_trouble(tmp_path):
    folder = tmp_path / ("long" * 30) / ("longer" * 20)
    async with a_server(folder) as server:
        assert (await server.report()).usable


async def test_another_users_process_is_refused(tmp_path):
    """At both ends; the folder would not let it come so far."""
    if os.geteuid() != 0:
        pytest.fail("only root can be somebody else")
    with listen(tmp_path, "x") as sock:
        for folder in (tmp_path, *tmp_path.parents[:-1]):
            folder.chmod(0o755)
        (tmp_path / socket_name("x")).chmod(0o777)
        somebody = subprocess.Popen(  # noqa: ASYNC220  it only connects
            [sys.executable, "-c", NOBODY, str(tmp_path / socket_name("x"))]
        )
        with somebody:
            sock.settimeout(10)
            theirs, _ = sock.accept()
            with theirs, pytest.raises(PermissionError, match="65534"):
                require_own_user(theirs)
    ours, other = socket.socketpair()
    with ours, other:
        require_own_user(ours)


async def test_a_host_that_does_not_start_says_why(tmp_path):
    (tmp_path / "run").mkdir()
    server = RemoteHost(tmp_path / "run", Terms(most="a few"))  # type: ignore[arg-type]
    with pytest.raises(KernelStartFailed, match="TypeError"):
        await server.report()
    await server.close()


async def test_a_host_without_a_word_is_no_host(tmp_path):
    with pytest.raises(OSError):
        await Control.open(tmp_path / "nobody", 0.0)


def test_errors_arrive_as_they_were():
    class Special(ServerFull):
        """Known in one process only."""

    for error in (ServerFull("no room", retry_after=3), Special("no room", retry_after=3)):
        same = untold(told(error))
        assert (type(same), same.detail, same.retry_after) == (ServerFull, "no room", 3)
