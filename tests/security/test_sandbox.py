"""A hostile notebook in the sandbox: every attempt with its outcome.

Run with ``-s`` to read the table.
"""

import asyncio
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import pytest_asyncio

from tests.security.kernel_tools import (
    a_host,
    all_pids,
    frame,
    is_kernel,
    processes,
    request,
    run,
    until,
)
from tests.security.sandbox_probes import EVERY, FILLING, PRELUDE
from vaas.errors import KernelOutOfMemory, SandboxMissing

pytestmark = [pytest.mark.sandbox, pytest.mark.asyncio(loop_scope="module")]
ROOT = Path(__file__).parents[2]
MIB = 1 << 20


class Outside:
    """Things that exist on the host and that no kernel may find."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self.share = folder / "share"
        self.share.mkdir()
        (self.share / "open.txt").write_text("for all to see")
        (self.share / "open.txt").chmod(0o666)
        self.share.chmod(0o777)
        secret = folder / "secret.txt"
        secret.write_text("hush")
        secret.chmod(0o644)
        (self.share / "link").symlink_to(secret)
        self.mark = f"hush-{os.urandom(8).hex()}"
        os.environ["VAAS_TEST_SECRET"] = self.mark
        stack.callback(os.environ.pop, "VAAS_TEST_SECRET")
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        path, abstract = folder / "host.sock", f"vaas-test-{os.urandom(4).hex()}"
        for name in (str(path), "\0" + abstract):
            listener = stack.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(name)
            listener.listen()
        self.facts = {
            "secret": str(secret),
            "runtime": str(folder / "run"),
            "share": str(self.share),
            "mark": self.mark,
            "port": tcp.getsockname()[1],
            "address": socket.gethostbyname(socket.gethostname()),
            "abstract": abstract,
            "socket": str(path),
            "server": os.getpid(),
        }


WAYS = {
    "fresh": "fresh",
    "fork": "fork",
    "kept": "kept",
    "preloaded": "fork",
    "preloaded fork": "fork",
    "preloaded kept": "fork",
}
"""How kernels begin: each for itself, as forks of one template, or as templates themselves;
and all of that as forks of a process that has imported their libraries. With the way in
which their outcomes are told."""


@pytest.fixture(scope="module", params=list(WAYS))
def launcher(request):
    return request.param


@pytest.fixture(scope="module")
def outside(tmp_path_factory, launcher):
    with contextlib.ExitStack() as stack:
        yield Outside(tmp_path_factory.mktemp("outside"), stack)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def host(outside, launcher):
    async with a_host(Path(outside.facts["runtime"]), launcher) as host:
        yield host


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hostile(host, outside):
    """A kernel for all probes that leave it alive, with a neighbour beside it."""
    neighbour = await host.start(request(outside.share))
    await run(neighbour, "open('/scratch/neighbour', 'w').write('mine')")
    kernel = await host.start(request(outside.share, scratch=16 * MIB, file_size=64 * MIB))
    outside.facts["identity"] = neighbour.ref.id
    await run(kernel, PRELUDE)
    return kernel


def say(name: str, outcome: str) -> None:
    print(f"{name:45} | {outcome}")


@pytest.mark.parametrize("probe", EVERY, ids=lambda probe: probe.name)
async def test_attempt(hostile, outside, launcher, probe):
    code = probe.code.format(**outside.facts) if "{" in probe.code else probe.code
    outcome = (await run(hostile, code)).text
    say(probe.name, outcome)
    right = getattr(probe, WAYS[launcher], "") or probe.right
    assert re.fullmatch(right, outcome)
    if probe in FILLING:
        await run(hostile, "[os.unlink(p) for p in glob.glob('/*/x') + glob.glob('/*/*/x')]")
    assert (await run(hostile, "print('alive')")).out == "alive\n"


@contextlib.asynccontextmanager
async def own_kernel(host, outside, **limits: float):
    kernel = await host.start(request(outside.share, **limits))
    await run(kernel, PRELUDE)
    try:
        yield kernel
    finally:
        await kernel.close()


async def test_fork_bomb(host, outside):
    code = (
        "born = []\n"
        "try:\n"
        "    while True:\n"
        "        pid = os.fork()\n"
        "        if not pid: time.sleep(1000)\n"
        "        born.append(pid)\n"
        "except OSError as error: print(errno.errorcode[error.errno], 'after', len(born))"
    )
    async with own_kernel(host, outside, processes=64) as kernel:
        outcome = (await run(kernel, code)).text
        say("fork bomb, 64 processes allowed", outcome)
        assert 0 < int(re.fullmatch(r"EAGAIN after (\d+)", outcome)[1]) < 64
        started = time.monotonic()
        await kernel.close()
        say("  all of it gone", f"{(time.monotonic() - started) * 1000:.0f} ms")
    assert not [p for p in all_pids() if _sandboxed_by(p, kernel.pid)]


def _sandboxed_by(pid: int, first: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/ns/pid").readlink() == Path(f"/proc/{first}/ns/pid").readlink()
    return False


async def test_shell_bomb(host, outside):
    async with own_kernel(host, outside, processes=64) as kernel:
        code = (
            "subprocess.Popen(['bash', '-c', ':(){ :|:& };:'], stderr=subprocess.DEVNULL,"
            " stdout=subprocess.DEVNULL)\n"
            "end = time.monotonic() + 2\n"
            "while time.monotonic() < end: sum(range(1000))\n"
            "print('alive')"
        )
        outcome = (await run(kernel, code)).text
        say("shell bomb for 2 s", outcome)
        assert outcome == "alive"
        started = time.monotonic()
        await kernel.close()
        assert time.monotonic() - started < 3


async def test_thread_bomb(host, outside):
    code = (
        "stop, threads = threading.Event(), []\n"
        "try:\n"
        "    while len(threads) < 5000:\n"
        "        thread = threading.Thread(target=stop.wait); thread.start(); threads.append(thread)\n"
        "    print('all started')\n"
        "except RuntimeError: print('refused after', len(threads))\n"
        "finally: stop.set()"
    )
    async with own_kernel(host, outside, processes=64) as kernel:
        outcome = (await run(kernel, code)).text
        say("thread bomb", outcome)
        assert re.fullmatch(r"refused after \d\d", outcome)


async def test_memory_bomb(host, outside):
    async with own_kernel(host, outside, memory=256 * MIB) as kernel:
        kernel.client.execute("hog = [bytearray(MIB := 1 << 20) for _ in range(100_000)]")
        reason = await asyncio.wait_for(kernel.ended, 30)
        say("memory bomb, 256 MiB allowed", repr(reason))
        assert isinstance(reason, KernelOutOfMemory)


async def test_inode_bomb_is_charged_to_the_kernel(host, outside, launcher):
    async with own_kernel(host, outside, memory=160 * MIB) as kernel:
        if WAYS[launcher] == "fork":  # its places hold so many files and no more
            code = "for i in range(10**7): open(f'/tmp/{i}', 'w').close()"
            outcome = (await run(kernel, code)).text
            say("endless empty files", outcome)
            assert outcome.startswith("OSError: [Errno 28]")
            return
        kernel.client.execute("for i in range(10**7): open(f'/tmp/{i}', 'w').close()")
        reason = await asyncio.wait_for(kernel.ended, 60)
        say("endless empty files", repr(reason))
        assert isinstance(reason, KernelOutOfMemory)


async def test_processor_share(host, outside):
    code = (
        "busy = [subprocess.Popen([sys.executable, '-Sc', 'while True: pass']) for _ in range(4)]\n"
        "time.sleep(2); [b.kill() for b in busy]; [b.wait() for b in busy]\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(round(used.ru_utime + used.ru_stime, 2))"
    )
    async with own_kernel(host, outside, cpus=0.5) as kernel:
        used = float((await run(kernel, code)).text)
        say("4 busy processes for 2 s, half a processor allowed", f"{used} s")
        assert used < 1.6


async def test_a_daemon_does_not_outlive_its_kernel(host, outside):
    code = (
        "subprocess.Popen(['setsid', '-f', 'nohup', 'sleep', '98762'], start_new_session=True,"
        " stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)"
    )
    async with own_kernel(host, outside) as kernel:
        await run(kernel, code)
        await until(lambda: processes("98762"))
        started = time.monotonic()
        await kernel.close()
        say("daemon gone after close", f"{(time.monotonic() - started) * 1000:.0f} ms")
        assert processes("98762") == []


async def test_kill_everything(host, outside):
    async with own_kernel(host, outside) as other, own_kernel(host, outside) as kernel:
        outcome = (
            await run(kernel, "signal.signal(15, signal.SIG_IGN); tell(os.kill, -1, 15)")
        ).text
        say("signal to all", outcome)
        assert (await run(other, "print('alive')")).out == "alive\n"


async def test_sockets_replaced_by_links(host, outside, launcher):
    """The server keeps to the sockets that it opened; a decoy never hears of it."""
    if launcher != "fresh":
        async with own_kernel(host, outside) as kernel:
            found = (await run(kernel, "print(glob.glob('/run/kernel/k*'))")).text
            assert found == "[]"
        return
    code = (
        "for p in glob.glob('/run/kernel/k*'):\n"
        "    os.unlink(p); os.symlink({!r}, p)\n"
        "print(len(glob.glob('/run/kernel/k*')))"
    )
    decoy_path = Path(outside.facts["runtime"]).parent / "decoy.sock"
    with socket.socket(socket.AF_UNIX) as decoy:
        decoy.bind(str(decoy_path))
        decoy.listen()
        decoy.setblocking(False)
        async with own_kernel(host, outside) as kernel:
            outcome = (await run(kernel, code.format(str(decoy_path)))).text
            assert int(outcome) >= 4
            client = kernel.manager.client()
            client.start_channels()
            client.kernel_info()
            async with asyncio.timeout(10):
                reply = await client.get_shell_msg()
            client.stop_channels()
            assert reply["msg_type"] == "kernel_info_reply"
            await kernel.channel.send(frame("kernel_info_request", {}))
            with pytest.raises(BlockingIOError):
                decoy.accept()
            say("sockets replaced by links to a host socket", "the server never looked")


async def test_a_name_that_is_no_socket_is_refused(tmp_path):
    from vaas.errors import KernelStartFailed
    from vaas.kernels.manager import Sockets

    class Alive:
        returncode = None

    for number in range(1, 6):
        (tmp_path / f"k-{number}").write_text("no socket")
    with pytest.raises(KernelStartFailed, match="in place of a socket"):
        await Sockets().open(str(tmp_path), "k", Alive())
    for number in range(1, 6):
        (tmp_path / f"k-{number}").unlink()
        (tmp_path / f"k-{number}").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KernelStartFailed, match="in place of a socket"):
        await Sockets().open(str(tmp_path), "k", Alive())


async def test_one_viewers_frames_do_not_reach_another_kernel(host, outside, launcher):
    async with own_kernel(host, outside) as mine, own_kernel(host, outside) as theirs:
        assert mine.ref.id != theirs.ref.id
        key = "import json; print(json.load(open('/run/kernel/connection.json'))['key'])"
        if launcher == "fresh":  # forks have no key that could be told
            assert (await run(mine, key)).out != (await run(theirs, key)).out
        await run(theirs, "print('private')")
        await mine.close()
        seen = b"".join([data async for data in mine.channel.attach()])
        assert b"private" not in seen


async def test_flood_of_output_does_not_hold_up_others(host, outside):
    async with own_kernel(host, outside) as loud, own_kernel(host, outside) as other:
        loud.client.stop_channels()
        await loud.channel.send(frame("comm_info_request", {}))
        flood = loud.manager.client()
        flood.start_channels()
        flood.execute("from IPython.display import display\nwhile True: display('x' * 1000)")
        await until(lambda: loud.channel.busy)
        slowest = 0.0
        for _ in range(20):
            started = time.monotonic()
            assert (await run(other, "print(1)")).out == "1\n"
            slowest = max(slowest, time.monotonic() - started)
        flood.stop_channels()
        say("slowest answer of a neighbour in a flood", f"{slowest * 1000:.0f} ms")
        assert slowest < 2


async def test_without_bubblewrap_nothing_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    async with a_host(tmp_path / "run") as host:
        with pytest.raises(SandboxMissing):
            await host.start(request(tmp_path / "share"))
        report = await host.report()
        assert report.level == "none"
        assert report.missing["bubblewrap"] == "apt-get install bubblewrap"


UNPRIVILEGED = """
import asyncio, os, sys
from pathlib import Path
from tests.security.kernel_tools import a_host, request, run

async def main():
    home = Path(sys.argv[1])
    async with a_host(home / "run", sys.argv[2]) as host:
        report = await host.report()
        print(os.geteuid(), report.usable, report.own_users, report.seccomp, report.level)
        kernel = await host.start(request(home / "share", memory=256 << 20))
        print((await run(kernel, "print(open('/etc/passwd').read()[:6])")).text)
        print((await run(kernel, "x = bytearray(300 << 20)")).text)
        print((await run(kernel, "import os; print(os.listdir('/data'))")).text)
        await kernel.close()

asyncio.run(main())
"""


async def test_a_server_without_root(tmp_path, launcher):
    home = Path("/var/tmp") / f"vaas-test-{os.urandom(4).hex()}"
    (home / "share").mkdir(parents=True)
    # The checkout may lie where another user may not come.
    for part in ("vaas", "vois", "tests/security"):
        shutil.copytree(ROOT / part, home / "code" / part)
    somebody = []
    if os.geteuid() == 0:
        os.chown(home, 65010, 65010)
        somebody = ["setpriv", "--reuid", "65010", "--regid", "65010", "--clear-groups"]
    try:
        done = await asyncio.to_thread(
            subprocess.run,
            [*somebody, sys.executable, "-c", UNPRIVILEGED, str(home), launcher],
            cwd=home,
            env={"PYTHONPATH": f"{home}/code", "PATH": os.environ["PATH"], "HOME": str(home)},
            capture_output=True, timeout=60, check=False, text=True,
        )  # fmt: skip
    finally:
        await asyncio.to_thread(subprocess.run, ["rm", "-rf", str(home)], check=True)
    lines = done.stdout.splitlines()
    print(done.stdout, done.stderr)
    assert re.match(r"[1-9]\d* True False True reduced", lines[0])
    assert lines[1] == "viewer"
    assert lines[2].startswith("MemoryError")
    assert lines[3] == "[]"


async def test_nothing_is_left(host, hostile):
    await host.close()
    assert not any(map(is_kernel, all_pids()))
