"""Data mode mount under real kernels: what a cell sees when a cloud or a mount fails."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from tests.contracts import servers
from tests.contracts.systems import readable_folder
from tests.integration import mounter
from tests.integration.chaos import Chaos, Fault
from tests.security.kernel_tools import MARK, a_host, all_pids, answer, is_kernel, run
from tests.unit.storage.readers import until
from vaas.demo import DemoEfss
from vaas.errors import PasswordWrong, ShareUnknown
from vaas.kernels import Kernel, KernelRequest, Limits
from vaas.model import KernelRef, Secret, Share, ShareLink, Workspace
from vaas.shares import (
    FailureMemory,
    OutboundClient,
    OutboundPolicy,
    Shares,
    SiteRule,
    parse_link,
)
from vaas.storage import RcloneMount, RcloneSite, Sites, Storage
from vaas.storage.fuse import mounts_below
from vaas.storage.line import AT_ONCE

pytestmark = pytest.mark.sandbox

BIG = 40 << 20
READ = """
import os, time
began = time.monotonic()
def read(path, offset, size):
    with open(path, 'rb') as file:
        return os.pread(file.fileno(), size, offset)
try:
    print(len(read({path!r}, {offset}, {size})), end=' ')
except OSError as error:
    print(error.errno, end=' ')
print(time.monotonic() - began < 10)
"""


@dataclass
class Cloud:
    """A WebDAV server behind a line that can fail."""

    folder: Path
    line: Chaos
    share: Share
    shares: Shares


@contextlib.asynccontextmanager
async def a_cloud() -> AsyncIterator[Cloud]:
    with readable_folder() as folder, readable_folder() as state:
        (folder / "sub").mkdir()
        (folder / "app.ipynb").write_text("{}")
        (folder / "sub" / "small.csv").write_text("a,b\n")
        (folder / "big.bin").write_bytes(os.urandom(BIG))
        with servers.wsgidav(folder, state) as (url, _):
            async with Chaos(int(url.split(":")[2].split("/")[0])) as line:
                host = f"127.0.0.1:{line.port}"
                policy = OutboundPolicy([SiteRule(host, insecure=True, private=True)])
                async with OutboundClient(policy) as client:
                    shares = Shares(client, policy, FailureMemory())
                    link = ShareLink(f"http://{host}/locked", "-", "", "webdav")
                    share = await shares.resolve(link, Secret(f"public:{servers.PASSWORD}"))
                    yield Cloud(folder, line, share, shares)


@pytest.fixture
async def cloud() -> AsyncIterator[Cloud]:
    async with a_cloud() as cloud:
        yield cloud


NEWER = "fresh, with a newer rclone"


@pytest.fixture
def launcher(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How kernels begin."""
    how, _, newer = request.param.partition(", ")
    if newer:
        beside = Path(sys.executable).parent
        monkeypatch.setenv("PATH", f"{beside}{os.pathsep}{os.environ['PATH']}")
        assert shutil.which("rclone") == str(beside / "rclone")
    return str(how)


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[RcloneMount]:
    storage = RcloneMount(Sites(tmp_path / "mounts", RcloneSite))
    yield storage
    await storage.close()
    assert not list((tmp_path / "mounts").iterdir())


@contextlib.asynccontextmanager
async def opened(
    cloud: Cloud, storage: Storage, tmp_path: Path, launcher: str = "fresh"
) -> AsyncIterator[tuple[Kernel, Workspace]]:
    async with (
        storage.open(cloud.share, cloud.shares, lambda _: None) as workspace,
        a_host(tmp_path / "run", launcher) as host,
    ):
        yield await host.start(wanted(workspace)), workspace


def wanted(workspace: Workspace, notebook: str = "app.ipynb") -> KernelRequest:
    ref = KernelRef(f"viewer-{os.urandom(6).hex()}", workspace.version, notebook)
    return KernelRequest(ref, workspace, environment={"VAAS_TEST_RUN": MARK}, limits=Limits())


def reading(path: str = "big.bin", offset: int = 20 << 20, size: int = 300_000) -> str:
    return READ.format(path=path, offset=offset, size=size)


def daemons() -> list[psutil.Process]:
    found = []
    for one in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # a zombie counts as such
            found += [one] if one.name() == "rclone" and "rcd" in one.cmdline() else []
    return found


async def test_a_kernel_reads_the_share_as_plain_files(
    cloud: Cloud, storage: RcloneMount, tmp_path: Path
) -> None:
    async with opened(cloud, storage, tmp_path) as (kernel, _):
        done = await run(
            kernel, "import os; print(sorted(os.listdir('.')), os.listdir('/data/sub'))"
        )
        assert done.out == "['app.ipynb', 'big.bin', 'sub'] ['small.csv']\n"
        assert (await run(kernel, "print(open('sub/small.csv').read())")).out == "a,b\n\n"
        assert (await run(kernel, reading())).out == "300000 True\n"
        assert "Read-only" in (await run(kernel, "open('/data/new', 'w')")).error


async def test_only_what_is_asked_for_is_fetched(
    cloud: Cloud, storage: RcloneMount, tmp_path: Path
) -> None:
    async with opened(cloud, storage, tmp_path) as (kernel, _):
        before = cloud.line.passed
        assert (await run(kernel, reading(size=65_536))).out == "65536 True\n"
        assert cloud.line.passed - before < BIG // 20


async def test_each_site_has_one_daemon(cloud: Cloud, storage: RcloneMount) -> None:
    link = ShareLink(f"http://{cloud.share.link.host}/open/sub", "-", "", "webdav")
    part = await cloud.shares.resolve(link)
    async with (
        storage.open(cloud.share, cloud.shares, lambda _: None) as whole,
        storage.open(part, cloud.shares, lambda _: None) as below,
    ):
        first = daemons()
        assert len(first) == 1
        async with (
            a_cloud() as other,
            storage.open(other.share, other.shares, lambda _: None) as elsewhere,
        ):
            assert [one for one in daemons() if one in first] == first
            assert len(daemons()) == 2
            for place in (whole.path / "sub", below.path, elsewhere.path / "sub"):
                assert await asyncio.to_thread((place / "small.csv").read_text) == "a,b\n"


@pytest.mark.parametrize("fault", ["refuse", "blackhole", "hang", "crawl", "cut", "reset"])
async def test_a_fault_is_an_error_in_the_cell_and_passes(
    fault: Fault, cloud: Cloud, storage: RcloneMount, tmp_path: Path
) -> None:
    async with (
        opened(cloud, storage, tmp_path) as (kernel, _),
        a_cloud() as other,
        storage.open(other.share, other.shares, lambda _: None) as elsewhere,
    ):
        cloud.line.bandwidth = 2_000
        await cloud.line.set(fault)
        failing = asyncio.create_task(run(kernel, reading()))
        content = await asyncio.to_thread((elsewhere.path / "big.bin").read_bytes)
        assert content == (other.folder / "big.bin").read_bytes()
        assert (await failing).out == "5 True\n"
        await cloud.line.set("")
        async with asyncio.timeout(20):
            while (await run(kernel, reading())).out != "300000 True\n":
                pass


async def test_a_slow_line_serves(cloud: Cloud, storage: RcloneMount) -> None:
    async with storage.open(cloud.share, cloud.shares, lambda _: None) as workspace:
        cloud.line.bandwidth, cloud.line.delay = 40_000, 0.1
        await cloud.line.set("crawl")
        found = await asyncio.to_thread(part, workspace.path / "big.bin", 20 << 20, 160_000)
        assert found == part(cloud.folder / "big.bin", 20 << 20, 160_000)


async def test_another_share_of_a_site_goes_on_while_one_hangs(
    cloud: Cloud, storage: RcloneMount
) -> None:
    root = cloud.share.link.root.replace("/locked", "/open")
    other = await cloud.shares.resolve(replace(cloud.share.link, root=root))
    loop, content = asyncio.get_running_loop(), (cloud.folder / "big.bin").read_bytes()
    async with (
        storage.open(cloud.share, cloud.shares, lambda _: None) as hangs,
        storage.open(other, cloud.shares, lambda _: None) as sound,
    ):
        cloud.line.befalls = b" /locked/"
        await cloud.line.set("hang")
        with ThreadPoolExecutor(12) as pool:
            file = hangs.path / "big.bin"
            reads = [loop.run_in_executor(pool, refused, file, n << 22) for n in range(10)]
            for at in itertools.cycle(range(0, BIG, 3 << 20)):
                found = await loop.run_in_executor(pool, part, sound.path / "big.bin", at, 9000)
                assert found == content[at : at + 9000]
                if all(one.done() for one in reads):
                    break
        assert [one.result() for one in reads] == [5] * 10


def refused(path: Path, offset: int) -> int:
    """The number of the error that a read gives."""
    try:
        part(path, offset, 1000)
    except OSError as error:
        return error.errno or 0
    return 0


async def test_a_file_that_changes_while_it_is_read_is_an_error(
    cloud: Cloud, storage: RcloneMount
) -> None:
    async with storage.open(cloud.share, cloud.shares, lambda _: None) as workspace:
        file, true = workspace.path / "big.bin", cloud.folder / "big.bin"
        old = true.read_bytes()
        with await asyncio.to_thread(file.open, "rb", 0) as reading:
            assert await asyncio.to_thread(os.pread, reading.fileno(), 100_000, 0) == old[:100_000]
            newer = cloud.folder / "new"
            newer.write_bytes(os.urandom(BIG))
            os.utime(newer, (time.time() + 60,) * 2)
            newer.rename(true)
            with pytest.raises(OSError, match="Input/output"):
                await asyncio.to_thread(os.pread, reading.fileno(), 100_000, 20 << 20)
        assert await asyncio.to_thread(refused, file, 30 << 20) == 5


@pytest.mark.parametrize("told", [BIG + 1_000_000, BIG - 1_000_000])
async def test_a_length_that_is_a_lie_is_an_error(
    cloud: Cloud, storage: RcloneMount, told: int
) -> None:
    cloud.line.swaps = {f"length>{BIG}<".encode(): f"length>{told}<".encode()}
    async with storage.open(cloud.share, cloud.shares, lambda _: None) as workspace:
        file = workspace.path / "big.bin"
        assert (await asyncio.to_thread(file.stat)).st_size == told
        with pytest.raises(OSError, match="Input/output"):
            await asyncio.to_thread(file.read_bytes)


async def test_a_link_that_is_revoked_is_an_error_and_asked_no_more(
    storage: RcloneMount, tmp_path: Path
) -> None:
    with readable_folder() as folder, DemoEfss(folder) as cloud:
        (folder / "a").mkdir()
        (folder / "a" / "big.bin").write_bytes(os.urandom(8 << 20))
        link = cloud.add_link("nextcloud", "a")
        policy = OutboundPolicy([SiteRule(urlsplit(link).netloc, insecure=True, private=True)])
        async with OutboundClient(policy) as client, a_host(tmp_path / "run") as host:
            shares = Shares(client, policy, FailureMemory())
            share = await shares.resolve(parse_link(link))
            async with storage.open(share, shares, lambda _: None) as workspace:
                kernel = await host.start(wanted(workspace))
                assert (await run(kernel, reading(offset=0, size=9000))).out == "9000 True\n"
                cloud.remove_link(link)
                assert (await run(kernel, reading(offset=5 << 20))).out == "5 True\n"
                (mount,) = storage._mounts.values()
                assert isinstance(mount.door.view.stopped, ShareUnknown)
                asked = len(cloud.requests["nextcloud"])
                assert (await run(kernel, reading(offset=3 << 20))).out == "5 True\n"
                assert len(cloud.requests["nextcloud"]) == asked


@pytest.mark.parametrize(
    ("fault", "launcher"),
    [("hang", "fresh"), ("hang", "fork"), ("hang", "apart"), ("crawl", "fork")],
)
async def test_a_session_ends_although_the_cloud_hangs(
    cloud: Cloud, storage: RcloneMount, tmp_path: Path, fault: Fault, launcher: str
) -> None:
    async with opened(cloud, storage, tmp_path, launcher) as (kernel, _):
        cloud.line.bandwidth = 20_000
        await cloud.line.set(fault)
        stuck = asyncio.create_task(run(kernel, reading()))
        await asyncio.to_thread(until_stuck)
        began = time.monotonic()
        await kernel.close()
        assert time.monotonic() - began < 3
        assert kernel.ended.done()
        stuck.cancel()
        await asyncio.gather(stuck, return_exceptions=True)


def until_stuck() -> None:
    """Wait until a kernel waits in the Linux kernel for its mount."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        for one in filter(is_kernel, all_pids()):
            with contextlib.suppress(psutil.NoSuchProcess):
                asleep = psutil.Process(one).status() == "disk-sleep"
                if asleep or "request_wait_answer" in wchan(one):
                    return
        time.sleep(0.05)
    raise AssertionError("it never got stuck")


def wchan(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/wchan").read_text()
    return ""


@pytest.mark.parametrize(
    "launcher", ["fresh", NEWER, "fork", "preloaded", "preloaded fork", "apart"], indirect=True
)
async def test_a_killed_daemon_is_replaced_under_the_running_kernel(
    cloud: Cloud, storage: RcloneMount, tmp_path: Path, launcher: str
) -> None:
    async with opened(cloud, storage, tmp_path, launcher) as (kernel, _):
        async with asyncio.timeout(30):
            for _ in range(2):
                (daemon,) = daemons()
                daemon.send_signal(signal.SIGKILL)
                await until(lambda old=daemon: [d for d in daemons() if d.pid != old.pid])
                while (await run(kernel, reading())).out != "300000 True\n":
                    pass
        assert (await run(kernel, "print(open('sub/small.csv').read())")).out == "a,b\n\n"
        assert (await run(kernel, "print(os.getcwd())")).out == "/mounted/share\n"


CALLBACK = """
from comm import get_comm_manager
get_comm_manager().register_target("read", lambda *_: print(open("sub/small.csv").read()))
"""


@pytest.mark.parametrize("launcher", ["fresh", "fork"])
async def test_a_callback_reads_on_after_the_daemon_was_replaced(
    cloud: Cloud, storage: RcloneMount, tmp_path: Path, launcher: str
) -> None:
    async with opened(cloud, storage, tmp_path, launcher) as (kernel, _):
        await run(kernel, CALLBACK)
        (daemon,) = daemons()
        daemon.send_signal(signal.SIGKILL)
        await until(lambda: [d for d in daemons() if d.pid != daemon.pid])
        content = {"comm_id": "1", "target_name": "read", "data": {}}
        said = ""
        async with asyncio.timeout(15):
            while said != "a,b\n\n":
                message = kernel.client.session.msg("comm_open", content)
                kernel.client.shell_channel.send(message)
                said = (await answer(kernel, message["header"]["msg_id"])).out


@pytest.mark.parametrize("launcher", ["fresh", NEWER, "fork", "apart"], indirect=True)
async def test_a_session_ends_although_the_daemon_is_stopped(
    cloud: Cloud, storage: RcloneMount, tmp_path: Path, launcher: str
) -> None:
    async with opened(cloud, storage, tmp_path, launcher) as (kernel, _):
        (daemon,) = daemons()
        daemon.send_signal(signal.SIGSTOP)
        stuck = asyncio.create_task(run(kernel, reading()))
        await asyncio.to_thread(until_stuck)
        began = time.monotonic()
        await kernel.close()
        assert time.monotonic() - began < 3
        stuck.cancel()
        await asyncio.gather(stuck, return_exceptions=True)
        with contextlib.suppress(psutil.NoSuchProcess):
            daemon.send_signal(signal.SIGCONT)


async def test_after_a_refusal_nothing_more_is_asked(
    cloud: Cloud, storage: RcloneMount, tmp_path: Path
) -> None:
    async with opened(cloud, storage, tmp_path) as (kernel, _):
        (mount,) = storage._mounts.values()
        view = mount.door.view
        view.resume(replace(cloud.share, password=Secret("public:no longer")))
        assert (await run(kernel, reading())).out == "5 True\n"
        assert isinstance(view.stopped, PasswordWrong)
        asked = cloud.line.connections, cloud.line.passed
        for _ in range(3):
            assert (await run(kernel, reading(offset=30 << 20))).out == "5 True\n"
        assert (cloud.line.connections, cloud.line.passed) == asked


async def test_a_line_that_breaks_now_and_then_is_taken_up_again(
    cloud: Cloud, storage: RcloneMount, tmp_path: Path
) -> None:
    async with opened(cloud, storage, tmp_path) as (_, workspace):
        cloud.line.after = 100_000
        await cloud.line.set("cut")
        found = await asyncio.to_thread(part, workspace.path / "big.bin", 20 << 20, 300_000)
        assert found == part(cloud.folder / "big.bin", 20 << 20, 300_000)


def part(path: Path, offset: int, size: int) -> bytes:
    with path.open("rb") as file:
        return os.pread(file.fileno(), size, offset)


async def test_who_pauses_in_a_file_holds_nobody_up(cloud: Cloud, storage: RcloneMount) -> None:
    async with storage.open(cloud.share, cloud.shares, lambda _: None) as workspace:
        path, whole = workspace.path / "big.bin", (cloud.folder / "big.bin").read_bytes()
        files = [await asyncio.to_thread(path.open, "rb", 0) for _ in range(8)]
        begun = [await asyncio.to_thread(file.read, 3 << 20) for file in files]
        assert begun == [whole[: 3 << 20]] * 8
        assert await asyncio.to_thread(part, path, 30 << 20, 1000) == whole[30 << 20 :][:1000]
        (site,) = storage.sites.known.values()
        await until(lambda: site.line._turns._value == AT_ONCE, 20)
        rest = await asyncio.gather(*(asyncio.to_thread(file.read) for file in files))
        for file in files:
            await asyncio.to_thread(file.close)
        assert rest == [whole[3 << 20 :]] * 8


async def test_what_a_killed_server_leaves_is_cleared_by_the_next(
    cloud: Cloud, tmp_path: Path
) -> None:
    root = tmp_path / "mounts"
    program = [sys.executable, mounter.__file__, str(root), str(cloud.line.port)]
    killed = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
    assert killed.stdout
    assert (await asyncio.wait_for(killed.stdout.readline(), 30)).startswith(b"mounted")
    left = mounts_below(root)
    assert len(left) == 2, "the folder itself, and the share"
    killed.kill()
    await killed.communicate()
    storage = RcloneMount(Sites(root, RcloneSite))
    async with storage.open(cloud.share, cloud.shares, lambda _: None) as workspace:
        assert mounts_below(root) == [workspace.path, workspace.path.parents[2]]
        assert not [path for path in left if path.exists()]
    await storage.close()
    assert not list(root.iterdir())


async def test_a_mount_outlives_its_last_viewer_for_a_while_only(
    cloud: Cloud, tmp_path: Path
) -> None:
    storage = RcloneMount(Sites(tmp_path / "mounts", RcloneSite), linger=0.5)
    async with storage.open(cloud.share, cloud.shares, lambda _: None) as workspace:
        pass
    assert workspace.path in mounts_below(tmp_path)
    async with storage.open(cloud.share, cloud.shares, lambda _: None) as again:
        assert again.path == workspace.path
        (daemon,) = daemons()
    await until(lambda: not daemon.is_running(), 10)
    await until(lambda: not workspace.path.exists(), 10)
    async with storage.open(cloud.share, cloud.shares, lambda _: None) as later:
        assert await asyncio.to_thread((later.path / "sub" / "small.csv").read_text) == "a,b\n"
    await storage.close()
