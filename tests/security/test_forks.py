"""A hostile notebook in a template: it lies about what it left, and its forks must still be apart.

Run with ``-s`` to read the table.
"""

import asyncio
import os

import pytest
import pytest_asyncio

from tests.security.kernel_tools import a_host, frame, request, run, stocked, until
from vaas.errors import KernelStartFailed, MessageRefused
from vaas.kernels import Relay
from vaas.kernels.forks import walls

pytestmark = [pytest.mark.sandbox, pytest.mark.asyncio(loop_scope="module")]

LIE = """
import ctypes, mmap, os, socket, sys, threading, time
guest = {name: module for name, module in sys.modules.items() if name.startswith('guest.')}
guest['guest.remains'].reasons = lambda known: []
forking = guest['guest.forking']
libc = ctypes.CDLL(None, use_errno=True)
"""

ATTEMPTS = {
    "memory shared by all forks": ("m = mmap.mmap(-1, 4096)", "shared memory"),
    "the template's scratch, held open": ("fd = os.open('/scratch', os.O_RDONLY)", "open: /scratch"),
    "the template's /proc, held open": ("fd = os.open('/proc', os.O_RDONLY)", "open: /proc"),
    "a file in the template's scratch": (
        "f = open('/scratch/x', 'w+b', 0)\nforking.reopen = lambda files: None", "open: /scratch/x"),
    "a file that is deleted": (
        "f = open('/tmp/x', 'w+b', 0); os.unlink('/tmp/x')\nforking.reopen = lambda files: None",
        "open: /tmp/x"),
    "a file in memory": ("fd = os.memfd_create('x')\nforking.reopen = lambda files: None", "open: /memfd"),
    "a pair of sockets": ("a, b = socket.socketpair()\nforking.reopen = lambda files: None", "sockets"),
    "a pipe": ("r, w = os.pipe()\nforking.reopen = lambda files: None", "open: pipe"),
    "a fork that keeps its rights": ("forking.settle = lambda uid: None", "CapEff"),
    "a fork that stays the template's user": (
        "settle = forking.settle\nforking.settle = lambda uid: settle(None)", "its user is"),
    "a fork that is not alone": (
        ("settle = forking.settle\n"
        "def settle_and_fork(uid):\n"
        "    settle(uid)\n    os.fork() or time.sleep(1000)\n"
        "forking.settle = settle_and_fork"), "it has children"),
    "a fork in the template's process group": ("os.setsid = lambda: None", "NSpgid"),
    "a fork with a thread": (
        ("settle = forking.settle\n"
        "def settle_and_start(uid):\n"
        "    settle(uid)\n    threading.Thread(target=time.sleep, args=(1000,)).start()\n"
        "forking.settle = settle_and_start"), "it has threads"),
    "a fork in the template's own namespaces": ("forking.fork_apart = os.fork", "could not be placed"),
    "a fork that is another process of the template's": (
        "def pose():\n    return os.fork()\nforking.fork_apart = pose", "could not be placed"),
    "a fork that says nothing": ("forking.settle = lambda uid: time.sleep(1000)", "in time"),
    "a fork that ends": ("forking.settle = lambda uid: os._exit(0)", "ended"),
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["fork", "preloaded fork"])
async def host(tmp_path_factory, request):
    """Templates in sandboxes of their own, and such that are forks of their environment's process."""
    async with a_host(tmp_path_factory.mktemp("host"), request.param) as host:
        yield host


@pytest.fixture
def share(tmp_path):
    return tmp_path / "share"


async def sealed(host, share, *cells: str):
    template = await host.prepare(request(share, start=60.0))
    for cell in cells:
        assert (await run(template, cell)).error == ""
    assert await template.seal() == []
    return template


@pytest.mark.parametrize("attempt", list(ATTEMPTS))
async def test_a_template_that_lies(host, share, attempt):
    code, told = ATTEMPTS[attempt]
    template = await sealed(host, share, LIE, code)
    with pytest.raises(KernelStartFailed) as caught:
        await template.fork(request(share, start=3.0))
    print(f"{attempt:50} | {caught.value.detail[:150]}")
    assert told in caught.value.detail
    assert host.kernels() == ()
    await template.close()


CLONES = {
    "sharing memory": 0x7E020111,
    "sharing descriptors": 0x7E020411,
    "sharing its folder": 0x7E020211,
    "but the network": 0x3E020011,
    "but the user": 0x6E020011,
    "but the mounts": 0x7E000011,
    "as the template's sibling": 0x7E028011,
}


@pytest.mark.parametrize("how", list(CLONES))
async def test_forks_are_apart_or_not_at_all(host, share, how):
    template = await host.prepare(request(share))
    code = (
        "import ctypes, errno, platform; libc = ctypes.CDLL(None, use_errno=True)\n"
        "number = {'x86_64': 56, 'aarch64': 220}[platform.machine()]\n"
        f"print(libc.syscall(number, ctypes.c_long({CLONES[how]}), None, None, None, None),"
        " errno.errorcode.get(ctypes.get_errno()))"
    )
    outcome = (await run(template, code)).text
    print(f"clone with every namespace, {how:25} | {outcome}")
    assert outcome == "-1 EPERM"
    await template.close()


async def test_every_fork_has_a_user_and_namespaces_of_its_own(host, share):
    template = await sealed(host, share, "1")
    kernels = [await template.fork(request(share)) for _ in range(3)]
    pids = [kernel.pid for kernel in kernels]
    for kind in ("user", "pid", "mnt", "net", "ipc", "uts", "cgroup"):
        spaces = {
            os.readlink(f"/proc/{pid}/ns/{kind}")  # noqa: PTH115
            for pid in (*pids, template.pid, "self")
        }
        assert len(spaces) == 5, kind
    users = {os.stat(f"/proc/{pid}").st_uid for pid in (*pids, template.pid)}  # noqa: PTH116
    if os.geteuid() == 0:
        assert len(users) == 4
        assert not users & {0, os.geteuid()}
    for kernel in kernels:
        await kernel.close()
    await template.close()


async def test_two_viewers_cannot_reach_each_other(host, share):
    template = await sealed(host, share, "import glob, os, signal, socket")
    mine, theirs = [await template.fork(request(share)) for _ in range(2)]
    await run(
        theirs, "open('/scratch/private', 'w').write('x'); open('/dev/shm/p', 'w').write('x')"
    )
    listen = "s = socket.socket(socket.AF_UNIX); s.bind('\\0here'); s.listen()\n"
    listen += "t = socket.create_server(('127.0.0.1', 7777)); master, slave = os.openpty()"
    assert (await run(theirs, listen)).error == ""
    attempts = {
        "its files": "print([p for r in ('/scratch', '/tmp', '/dev/shm', '/home', '/run')"
        " for p in glob.glob(r + '/**', recursive=True) if 'private' in p or p.endswith('/p')])",
        "its processes": "print(sorted(p for p in os.listdir('/proc') if p.isdigit()))",
        "its terminals": "print(sorted(os.listdir('/dev/pts')))",
        "its abstract socket": "socket.socket(socket.AF_UNIX).connect('\\0here')",
        "its port": "socket.create_connection(('127.0.0.1', 7777), 2)",
        "the template": "print(os.getppid())",
        "its group": "print(os.getpgid(0), os.getsid(0))",
        "a signal to all": "signal.signal(15, signal.SIG_IGN); os.kill(-1, 15)",
    }
    right = {
        "its files": "[]",
        "its processes": "['1']",
        "its terminals": "['ptmx']",
        "its abstract socket": "ConnectionRefusedError: [Errno 111] Connection refused",
        "its port": "ConnectionRefusedError: [Errno 111] Connection refused",
        "the template": "0",
        "its group": "1 1",
        "a signal to all": "ProcessLookupError: [Errno 3] No such process",
    }
    for name, code in attempts.items():
        outcome = (await run(mine, code)).text
        print(f"{name:25} | {outcome}")
        assert outcome == right[name]
    assert (await run(theirs, "print('alive')")).out == "alive\n"
    await asyncio.gather(mine.close(), theirs.close())
    await template.close()


async def test_the_end_of_a_template_is_the_end_of_its_sandbox(host, share):
    template = await sealed(host, share, "1")
    kernel = await template.fork(request(share))
    await template.close()
    await asyncio.wait_for(asyncio.shield(kernel.ended), 5)
    await until(lambda: host.kernels() == ())


WIDGET = """
import ipywidgets as w
slider, seen = w.IntSlider(value=3), []
slider.observe(lambda change: seen.append(change.new), 'value')
opened = []
comms = get_ipython().kernel.comm_manager
comms.register_target('viewer', lambda *_: opened.append(1))
print(slider.model_id)
"""


async def test_what_a_viewer_says_reaches_their_own_fork_alone(host, share):
    """Not the run that others watch, in whatever order messages and cells come."""
    template = await host.prepare(request(share))
    model = (await run(template, WIDGET)).text
    relay = Relay()
    relay.watch({}, "session")
    data = {"method": "update", "state": {"value": 9}, "buffer_paths": []}
    await relay.send(frame("comm_msg", {"comm_id": model, "data": data}))
    await relay.send(frame("comm_open", {"comm_id": "x", "target_name": "viewer", "data": {}}))
    await relay.send(frame("comm_close", {"comm_id": model, "data": {}}))
    with pytest.raises(MessageRefused):
        await relay.send(frame("execute_request", {"code": "seen.append('code')"}))
    look = f"print(slider.value, seen, opened, {model!r} in comms.comms)"
    assert (await run(template, look)).out == "3 [] [] True\n"
    assert await template.seal() == []
    mine, theirs = [await template.fork(request(share)) for _ in range(2)]
    await relay.join(mine.channel)
    assert (await run(mine, look)).out == "9 [9] [1] False\n"
    assert (await run(theirs, look)).out == "3 [] [] True\n"
    await asyncio.gather(mine.close(), theirs.close())
    await template.close()


async def test_a_fork_made_ahead_is_as_apart_when_its_viewer_comes(host, share):
    template = await sealed(host, share, "import os, socket")
    await (await template.fork(request(share))).close()
    one, other = await stocked(host)
    assert one.user != other.user
    assert one.rooted == (os.geteuid() == 0)
    walls.check(one.peer.first, template.pid, one.own_user)
    kernel = await template.fork(request(share, environment={"MINE": "1"}))
    assert kernel.pid == one.peer.first
    seen = "print(sorted(p for p in os.listdir('/proc') if p.isdigit()), os.environ['MINE'])"
    assert (await run(kernel, seen)).out == "['1'] 1\n"
    second = await template.fork(request(share))
    assert second.pid == other.peer.first
    assert (await run(second, "print('MINE' in os.environ)")).out == "False\n"
    await kernel.close()
    await second.close()
    await template.close()


async def test_one_that_would_stay_is_ended_with_its_last_fork(host, share):
    """A template that holds its place for ever, once nobody wants forks of it."""
    code = "forking.outlast = lambda: time.sleep(1000)"
    alone, other = [await sealed(host, share, LIE, code) for _ in range(2)]
    await alone.retire()
    await until(lambda: not os.path.exists(f"/proc/{alone.pid}"))  # noqa: PTH110
    kernel = await other.fork(request(share))
    await other.retire()
    assert (await run(kernel, "print('alive')")).out == "alive\n"
    await kernel.close()
    await until(lambda: not os.path.exists(f"/proc/{other.pid}"))  # noqa: PTH110
    # The host learns of the end a moment after it.
    await until(lambda: not {alone, other} & {*host._templates.values()})
