"""Real kernels in the real sandbox: what the contract promises, and what it leaves behind."""

import asyncio
import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.security.kernel_tools import (
    a_host,
    all_pids,
    cgroups,
    children,
    frame,
    is_kernel,
    leftovers,
    processes,
    request,
    run,
    until,
)
from vaas.errors import (
    KernelDied,
    KernelOutOfMemory,
    KernelStartFailed,
    LanguageUnknown,
    MessageRefused,
    ServerFull,
    SessionGone,
)
from vaas.kernels import LocalKernelHost, local
from vaas.kernels.watchdog import memory
from vaas.kernels.wire import unpack

pytestmark = pytest.mark.sandbox
ROOT = Path(__file__).parents[2]


async def frames(kernel, wanted, within=10):
    """Take frames of the viewer until one of a kind comes; that one's content."""
    async with asyncio.timeout(within):
        page = kernel.channel.attach()
        try:
            async for data in page:
                parts = unpack(data).parts
                if json.loads(parts[0])["msg_type"] == wanted:
                    return json.loads(parts[3])
        finally:
            await page.aclose()
    return None


@pytest.mark.parametrize("mode", ["bubblewrap", "none"])
async def test_a_kernel_answers_and_ends(tmp_path, mode):
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "helper.py").write_text("answer = 42")
    async with a_host(tmp_path / "run", mode=mode) as host:
        kernel = await host.start(request(tmp_path / "share", environment={"VAAS_SHARE_NAME": "é"}))
        assert host.kernels() == (kernel,)
        assert await kernel.manager.is_alive()
        done = await run(
            kernel, "import helper, os; print(helper.answer, os.environ['VAAS_SHARE_NAME'])"
        )
        assert done.out == "42 é\n"
        done = await run(
            kernel,
            "p=os.environ['VAAS_SCRATCH']+'/x'; open(p,'w').write('1'); print(open(p).read())",
        )
        assert done.out == "1\n"
        await kernel.close()
        await kernel.close()
        assert isinstance(kernel.ended.result(), SessionGone)
        assert not await kernel.manager.is_alive()
        assert host.kernels() == ()
    assert list((tmp_path / "run").iterdir()) == []


async def test_the_notebook_stands_in_its_own_folder(tmp_path):
    (tmp_path / "share" / "a b" / "ü").mkdir(parents=True)
    async with a_host(tmp_path / "run") as host:
        kernel = await host.start(request(tmp_path / "share", notebook="a b/ü/#1.ipynb"))
        assert (await run(kernel, "import os; print(os.getcwd())")).out == "/data/a b/ü\n"


async def test_an_endless_loop_can_be_interrupted(tmp_path):
    async with a_host(tmp_path / "run") as host:
        kernel = await host.start(request(tmp_path / "share"))
        endless = asyncio.create_task(run(kernel, "print('on', flush=True)\nwhile True: pass"))
        await until(lambda: kernel.channel.busy)
        assert await frames(kernel, "stream") == {"name": "stdout", "text": "on\n"}
        await kernel.interrupt()
        assert (await endless).error.startswith("KeyboardInterrupt")
        assert (await run(kernel, "print('alive')")).out == "alive\n"


async def test_a_viewer_can_interrupt(tmp_path):
    async with a_host(tmp_path / "run") as host:
        kernel = await host.start(request(tmp_path / "share"))
        endless = asyncio.create_task(run(kernel, "print('on', flush=True)\nwhile True: pass"))
        assert await frames(kernel, "stream")
        await kernel.channel.send(frame("interrupt_request", {}, "control"))
        assert (await endless).error.startswith("KeyboardInterrupt")


async def test_a_cell_that_kills_the_kernel(tmp_path):
    async with a_host(tmp_path / "run") as host:
        kernel = await host.start(request(tmp_path / "share"))
        kernel.client.execute("import os; os._exit(3)")
        reason = await asyncio.wait_for(kernel.ended, 5)
        assert isinstance(reason, KernelDied)
        assert "3" in reason.detail
        assert not await kernel.manager.is_alive()
        await until(lambda: host.kernels() == ())
        # What a page still does meanwhile comes to nothing, and to no error.
        await kernel.channel.send(frame("comm_info_request", {}))
        await kernel.interrupt()
        # Its owner has had the last word: until then a page hears on.
        await kernel.close()
        async with asyncio.timeout(5):
            assert [data async for data in kernel.channel.attach()]


async def test_out_of_memory_is_told(tmp_path):
    async with a_host(tmp_path / "run") as host:
        kernel = await host.start(request(tmp_path / "share", memory=200 << 20))
        started = time.monotonic()
        kernel.client.execute("hog = [bytearray(1 << 20) for _ in range(4096)]")
        reason = await asyncio.wait_for(kernel.ended, 20)
        print(f"out of memory told after {time.monotonic() - started:.2f} s: {reason}")
        assert isinstance(reason, KernelOutOfMemory)


async def test_a_look_at_memory_that_fails_is_not_the_last(tmp_path, monkeypatch, caplog):
    """Where no cgroup counts it; what fails is what no machine can be made to do."""
    looks = [OSError("no such process")]

    def look(pid):
        """Fail once."""
        if looks:
            raise looks.pop()
        return memory(pid)

    monkeypatch.setattr(LocalKernelHost, "_counted", False)
    monkeypatch.setattr(local, "memory", look)
    monkeypatch.setattr(local, "CULL_EVERY", 0.05)
    async with a_host(tmp_path / "run") as host:
        kernel = await host.start(request(tmp_path / "share"))
        await until(lambda: not looks)
        kernel.limits = replace(kernel.limits, memory=1 << 20)
        async with asyncio.timeout(5):
            assert isinstance(await asyncio.shield(kernel.ended), KernelOutOfMemory)
    assert "could not be looked at" in caplog.text


async def test_close_while_busy_is_quick_and_leaves_nothing(tmp_path):
    async with a_host(tmp_path / "run") as host:
        kernel = await host.start(request(tmp_path / "share"))
        kernel.client.execute(
            "import signal, subprocess, time\n"
            "for n in range(1, 32):\n"
            "    if n not in (9, 19, 32, 33): signal.signal(n, signal.SIG_IGN)\n"
            "subprocess.Popen(['setsid', 'sleep', '98761'])\n"
            "while True: time.sleep(1000)"
        )
        await until(lambda: processes("98761"))
        started = time.monotonic()
        await kernel.close()
        took = time.monotonic() - started
        print(f"closed a busy kernel in {took * 1000:.0f} ms")
        assert took < 3
        assert processes("98761") == []


async def test_eight_at_once(tmp_path):
    async with a_host(tmp_path / "run", most=8) as host:
        started = time.monotonic()
        kernels = await asyncio.gather(*(host.start(request(tmp_path / "share")) for _ in range(8)))
        print(f"8 kernels at once in {time.monotonic() - started:.2f} s")
        said = await asyncio.gather(*(run(k, f"print({n})") for n, k in enumerate(kernels)))
        assert [o.out for o in said] == [f"{n}\n" for n in range(8)]
        with pytest.raises(ServerFull):
            await host.start(request(tmp_path / "share"))
        await kernels[0].close()
        await host.start(request(tmp_path / "share"))


async def test_twenty_opens_leave_nothing(tmp_path):
    async with a_host(tmp_path / "run") as host:
        await (await host.start(request(tmp_path / "share"))).close()
        before = leftovers(host)
        for _ in range(20):
            kernel = await host.start(request(tmp_path / "share"))
            await kernel.close()
        after = leftovers(host)
        print("before", before, "after", after)
        assert after == before
        assert list((tmp_path / "run").iterdir())
    assert list((tmp_path / "run").iterdir()) == []


CRASHING = """
import asyncio, sys
from pathlib import Path
from tests.security.kernel_tools import request
from vaas.kernels import LocalKernelHost

async def main():
    host = LocalKernelHost(Path(sys.argv[1]) / "run")
    kernels = [await host.start(request(Path(sys.argv[1]) / "share")) for _ in range(2)]
    print(*[k.pid for k in kernels], flush=True)
    await asyncio.sleep(1000)

asyncio.run(main())
"""


async def test_a_killed_server_takes_its_kernels_along(tmp_path):
    server = subprocess.Popen(  # noqa: ASYNC220  read in a thread
        [sys.executable, "-c", CRASHING, str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    with server:
        line = await asyncio.to_thread(server.stdout.readline)
        pids = [int(p) for p in line.split()]
        assert len(pids) == 2
        server_name = next((tmp_path / "run").glob("vaas-*.lock")).stem
        assert len(cgroups(server_name)) >= 3
        server.send_signal(signal.SIGKILL)
        started = time.monotonic()
        await until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))
        print(f"kernels gone {time.monotonic() - started:.2f} s after the server's death")
    assert list((tmp_path / "run").glob("vaas-*.lock"))
    async with a_host(tmp_path / "run") as host:
        await host.report()
        assert len(list((tmp_path / "run").glob("vaas-*.lock"))) == 1
        assert cgroups(server_name) == []
    assert list((tmp_path / "run").iterdir()) == []


async def test_closing_the_host_ends_a_start_half_way(tmp_path):
    async with a_host(tmp_path / "run") as host:
        await host.report()
        others = set(children())
        start = asyncio.create_task(host.start(request(tmp_path / "share")))
        await until(lambda: set(children()) - others)
        await host.close()
        with pytest.raises(KernelStartFailed):
            await start
        with pytest.raises(ServerFull):
            await host.start(request(tmp_path / "share"))


async def test_a_start_that_takes_too_long_is_undone(tmp_path):
    async with a_host(tmp_path / "run", most=1) as host:
        with pytest.raises(KernelStartFailed, match="did not answer within"):
            await host.start(request(tmp_path / "share", start=0.05))
        assert not any(map(is_kernel, all_pids()))
        await host.start(request(tmp_path / "share"))


async def test_a_cancelled_start_is_undone(tmp_path):
    async with a_host(tmp_path / "run", most=1) as host:
        await host.report()
        start = asyncio.create_task(host.start(request(tmp_path / "share")))
        await until(lambda: host._starting)
        start.cancel()
        with pytest.raises(asyncio.CancelledError):
            await start
        await host.start(request(tmp_path / "share"))


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"kernel_name": "cobol"}, LanguageUnknown),
        ({"kernel_name": "../../etc"}, LanguageUnknown),
        ({"notebook": "../app.ipynb"}, KernelStartFailed),
        ({"notebook": "/etc/app.ipynb"}, KernelStartFailed),
        ({"notebook": "absent/app.ipynb"}, KernelStartFailed),
        ({"environment": {"QUERY_STRING": "a\0--bind\0/\0/host"}}, KernelStartFailed),
    ],
)
async def test_what_cannot_start_says_so(tmp_path, wanted, error):
    async with a_host(tmp_path / "run", most=1) as host:
        with pytest.raises(error) as caught:
            await host.start(request(tmp_path / "share", **wanted))
        print(caught.value.detail)
        assert host.kernels() == ()
        await host.start(request(tmp_path / "share"))


# -- the viewer's line --


async def test_a_page_that_comes_late_misses_nothing(tmp_path):
    async with a_host(tmp_path / "run") as host:
        kernel = await host.start(request(tmp_path / "share"))
        await run(kernel, "for i in range(50): print(i, flush=True)")
        kernel.channel.inject("vaas_phase", {"name": "ready"})
        numbers, text, kinds = [str(i) for i in range(50)], "", set()
        async with asyncio.timeout(5):
            async for data in kernel.channel.attach():
                header, _, _, content = map(json.loads, unpack(data).parts)
                text += content.get("text", "")
                kinds.add(header["msg_type"])
                # The cell's reply may overtake its last words.
                if "vaas_phase" in kinds and len(text.split()) >= len(numbers):
                    break
        assert text.split() == numbers


async def test_the_last_page_wins(tmp_path):
    async with a_host(tmp_path / "run") as host:
        kernel = await host.start(request(tmp_path / "share"))

        async def read():
            return [data async for data in kernel.channel.attach()]

        first = asyncio.create_task(read())
        await until(lambda: kernel.channel.attached == 1)
        second = asyncio.create_task(read())
        async with asyncio.timeout(5):
            await first
        await run(kernel, "print('for the second')")
        await kernel.close()
        async with asyncio.timeout(5):
            assert b"for the second" in b"".join(await second)


async def test_comm_messages_travel_both_ways(tmp_path):
    code = (
        "import ipywidgets as w\n"
        "s = w.IntSlider()\n"
        "s.observe(lambda c: print('now', c['new']), 'value')\n"
        "print(s.model_id)"
    )
    async with a_host(tmp_path / "run") as host:
        kernel = await host.start(request(tmp_path / "share"))
        model = (await run(kernel, code)).out.strip()
        opened = await frames(kernel, "comm_open")
        assert opened["target_name"] == "jupyter.widget"
        change = {
            "comm_id": model,
            "data": {"method": "update", "state": {"value": 7}, "buffer_paths": []},
        }
        await kernel.channel.send(frame("comm_msg", change))
        await run(kernel, "assert s.value == 7; print('checked')")
        seen = b"".join([p async for p in _until_text(kernel, b"now 7")])
        assert b"now 7" in seen


async def _until_text(kernel, text):
    async with asyncio.timeout(10):
        async for data in kernel.channel.attach():
            yield data
            if text in data:
                return


@pytest.mark.parametrize(
    ("kind", "channel"),
    [
        (kind, channel)
        for channel in ("shell", "control", "stdin", "iopub", "hb", "")
        for kind in (
            "execute_request", "inspect_request", "complete_request", "history_request",
            "is_complete_request", "shutdown_request", "debug_request", "input_reply",
            "create_subshell_request", "apply_request", "connect_request", "usage_request",
        )
    ],
)  # fmt: skip
async def test_a_viewer_can_never_execute(one_kernel, kind, channel):
    with pytest.raises(MessageRefused):
        await one_kernel.channel.send(frame(kind, {"code": "1/0"}, channel))


@pytest.fixture
async def one_kernel(tmp_path):
    """A channel whose kernel is not needed: what is refused never reaches it."""
    from vaas.kernels.channel import LocalChannel
    from vaas.kernels.manager import Sockets, make_context, make_manager

    class Holder:
        pass

    context = make_context()
    listener = context.socket(4)
    address = tmp_path / "s"
    listener.bind(f"ipc://{address}")
    manager = make_manager(context, None, "k", {"transport": "ipc", "ip": "s", "key": b"k"})
    fd = os.open(address, os.O_PATH)
    manager.sockets = Sockets()
    manager.sockets._fds = dict.fromkeys(("shell", "control", "iopub"), fd)
    holder = Holder()
    holder.channel = LocalChannel(manager, print, time.monotonic)
    yield holder
    holder.channel.close()
    context.destroy(linger=0)
    os.close(fd)


async def test_doubled_keys_and_subshells_do_not_smuggle(tmp_path):
    async with a_host(tmp_path / "run") as host:
        kernel = await host.start(request(tmp_path / "share"))
        whole = frame("comm_info_request", {}, subshell_id="x")
        doubled = whole.replace(
            b'"msg_type": "comm_info_request"',
            b'"msg_type": "execute_request", "msg_type": "comm_info_request"',
        )
        # The offsets no longer fit, so build it again around the longer header.
        from vaas.kernels.wire import Frame, pack

        header = re.search(rb"\{.*?\}", doubled)[0]
        await kernel.channel.send(pack(Frame("shell", [header, b"{}", b"{}", b"{}"])))
        assert await frames(kernel, "comm_info_reply") == {"comms": {}, "status": "ok"}


async def test_errors_and_stderr_are_for_the_author(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    code = "import sys; print('for you'); print('for me', file=sys.stderr); 1/0"
    async with a_host(tmp_path / "run") as host:
        kernel = await host.start(request(tmp_path / "share"))
        await run(kernel, code)
        await kernel.close()
        viewer = b"".join([data async for data in kernel.channel.attach()])
    assert b"for you" in viewer
    assert not re.search(rb"for me|ZeroDivision|Traceback", viewer)
    assert "app.ipynb: for me" in caplog.text
    assert "ZeroDivisionError" in caplog.text


async def test_input_raises_instead_of_waiting(tmp_path):
    async with a_host(tmp_path / "run") as host:
        kernel = await host.start(request(tmp_path / "share"))
        # IPython's own name for the error of a kernel that nobody can answer.
        assert (await run(kernel, "input()")).error.startswith("StdinNotImplementedError")


async def test_nbclient_drives_it(tmp_path):
    import nbformat
    from nbclient import NotebookClient

    cells = [nbformat.v4.new_code_cell(text) for text in ("x = 1", "print(x)", "x + 1")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    async with a_host(tmp_path / "run") as host:
        kernel = await host.start(request(tmp_path / "share"))
        runner = NotebookClient(notebook, km=kernel.manager)
        runner.kc = kernel.client
        await runner.async_execute()
        assert notebook.cells[1].outputs[0].text == "1\n"
        again = NotebookClient(notebook, km=kernel.manager)
        await again.async_execute()
        again.kc.stop_channels()
        assert await kernel.manager.is_alive()


async def test_no_output_of_a_fast_cell_is_lost(tmp_path):
    async with a_host(tmp_path / "run") as host:
        kernel = await host.start(request(tmp_path / "share"))
        code = "from IPython.display import display\nfor i in range(3000): display(i)"
        asked = kernel.client.execute(code)
        seen = 0
        async with asyncio.timeout(60):
            while True:
                message = await kernel.client.get_iopub_msg()
                if message["parent_header"].get("msg_id") != asked:
                    continue
                seen += message["msg_type"] == "display_data"
                if message["content"].get("execution_state") == "idle":
                    break
        assert seen == 3000


async def test_much_output_arrives(tmp_path):
    async with a_host(tmp_path / "run") as host:
        kernel = await host.start(request(tmp_path / "share"))
        assert len((await run(kernel, "print('x' * 50_000_000)")).out) == 50_000_001
        assert kernel.channel._kept.size < 65 << 20
        assert (await run(kernel, "print('alive')")).out == "alive\n"


async def test_a_message_that_is_too_large_ends_the_kernel(tmp_path):
    async with a_host(tmp_path / "run") as host:
        kernel = await host.start(request(tmp_path / "share"))
        kernel.client.execute("print('x' * 140_000_000)")
        reason = await asyncio.wait_for(kernel.ended, 20)
        assert isinstance(reason, KernelDied)
        assert "over 128 MiB" in reason.detail


async def test_a_kernel_without_a_page_is_ended(tmp_path):
    async with a_host(tmp_path / "run", grace=0.2) as host:
        kernel = await host.start(request(tmp_path / "share"))
        await frames(kernel, "status")
        assert isinstance(await asyncio.wait_for(kernel.ended, 10), SessionGone)
        assert host.kernels() == ()
