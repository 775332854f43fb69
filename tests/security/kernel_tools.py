"""Hosts, kernels and runs of code for the tests of the kernels' room."""

import asyncio
import contextlib
import gc
import json
import os
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from vaas.kernels import Kernel, KernelRequest, Limits, LocalKernelHost, RemoteHost, Terms
from vaas.kernels.base import Template
from vaas.kernels.forks import ForkingHost
from vaas.kernels.forks.furnishing import Fork
from vaas.kernels.forks.spares import OF_ONE
from vaas.kernels.forks.zygotes import Zygotes
from vaas.kernels.wire import Frame, pack
from vaas.model import KernelRef, Version, Workspace

VERSION = Version("share", "tag")
MARK = f"run-{os.urandom(6).hex()}"
"""Stands in the environment of our kernels; other test runs may share the machine."""


@dataclass
class Outcome:
    """What a run of code gave."""

    out: str = ""
    err: str = ""
    error: str = ""
    traceback: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return (self.out or self.error).strip()


def workspace(folder: Path) -> Workspace:
    folder.mkdir(exist_ok=True, parents=True)
    return Workspace(folder, VERSION, ("app.ipynb",), 1, 1)


def request(folder: Path, *, notebook: str = "app.ipynb", **wanted: Any) -> KernelRequest:
    ref = KernelRef(f"viewer-{os.urandom(6).hex()}", VERSION, notebook)
    names = {k: wanted.pop(k) for k in ("kernel_name", "environment") if k in wanted}
    names["environment"] = {"VAAS_TEST_RUN": MARK, **names.get("environment", {})}
    return KernelRequest(ref, workspace(folder), limits=Limits(**wanted), **names)


class Marked(Zygotes):
    """Processes of environments whose forks can be told from those of other test runs."""

    def request(self, *what: Any) -> KernelRequest:
        return replace(super().request(*what), environment={"VAAS_TEST_RUN": MARK})


class Preloading(ForkingHost):
    """Starts each kernel as a fork of its environment's own process, never in another way."""

    def __init__(self, *where: Any, **settings: Any) -> None:
        super().__init__(*where, templates=16, **settings)
        self._zygotes = Marked(self._make_zygote, 2, {"base": ["numpy"]})

    async def _zygote(self, request: KernelRequest) -> Any:
        await self.warm(request.installation)
        zygote = await super()._zygote(request)
        assert zygote is not None or not (await self._open()).own_users
        return zygote

    async def _template(self, *what: Any) -> Any:
        assert not (await self._open()).own_users
        return await super()._template(*what)

    async def _start(self, *what: Any) -> Any:
        assert not (await self._open()).own_users
        return await super()._start(*what)


class ForksOnly(ForkingHost):
    """Starts each kernel as a fork of a template in which nothing has run."""

    def __init__(self, *where: Any, **settings: Any) -> None:
        super().__init__(*where, templates=16, **settings)
        self.prepared: dict[Any, Template] = {}

    async def start(self, request: KernelRequest) -> Kernel:
        key = (request.workspace.path, request.limits)
        template = self.prepared.get(key)
        if template is None:
            template = self.prepared[key] = await self.prepare(request)
            assert await template.seal() == []
        return await template.fork(request)


class KeptOnly(ForkingHost):
    """Starts each kernel as a template that becomes one, as if its run could not be forked."""

    def __init__(self, *where: Any, **settings: Any) -> None:
        super().__init__(*where, templates=16, **settings)

    async def start(self, request: KernelRequest) -> Kernel:
        self.admit()
        return await (await self.prepare(request)).become(request)


class PreloadedForks(ForksOnly, Preloading):
    """As ``ForksOnly``, with templates that are forks themselves."""

    def __init__(self, *where: Any, **settings: Any) -> None:
        Preloading.__init__(self, *where, **settings)
        self.prepared = {}


class PreloadedKept(KeptOnly, Preloading):
    """As ``KeptOnly``, with templates that are forks."""

    def __init__(self, *where: Any, **settings: Any) -> None:
        Preloading.__init__(self, *where, **settings)


class OneTemplate(ForkingHost):
    """Has a place for one template."""

    def __init__(self, *where: Any, **settings: Any) -> None:
        super().__init__(*where, templates=1, **settings)


class Apart(RemoteHost):
    """Starts kernels in a process of its own."""

    def __init__(self, folder: Path, **terms: Any) -> None:
        super().__init__(folder, Terms(**terms))


LAUNCHERS = {
    "fresh": LocalKernelHost,
    "fork": ForksOnly,
    "kept": KeptOnly,
    "preloaded": Preloading,
    "preloaded fork": PreloadedForks,
    "preloaded kept": PreloadedKept,
    "single": OneTemplate,
    "apart": Apart,
}


@contextlib.asynccontextmanager
async def a_host(
    folder: Path, launcher: str = "fresh", **settings: Any
) -> AsyncIterator[LocalKernelHost]:
    host = LAUNCHERS[launcher](folder, **settings)
    try:
        yield host
    finally:
        await host.close()


async def run(kernel: Any, code: str, *, within: float = 30) -> Outcome:
    """Run code as the executor does and collect what it says."""
    return await answer(kernel, kernel.client.execute(code, allow_stdin=False), within=within)


async def answer(kernel: Any, asked: str, *, within: float = 30) -> Outcome:
    """Collect what a kernel says to one message."""
    outcome, client = Outcome(), kernel.client
    async with asyncio.timeout(within):
        while True:
            message = await client.get_iopub_msg()
            if message["parent_header"].get("msg_id") != asked:
                continue
            content = message["content"]
            match message["msg_type"]:
                case "stream" if content["name"] == "stdout":
                    outcome.out += content["text"]
                case "stream":
                    outcome.err += content["text"]
                case "error":
                    outcome.error = f"{content['ename']}: {content['evalue']}"
                    outcome.traceback = content["traceback"]
                case "status" if content["execution_state"] == "idle":
                    return outcome


def frame(kind: str, content: Any, channel: str = "shell", **header: Any) -> bytes:
    """A viewer's message as its page would send it."""
    head = {"msg_id": os.urandom(8).hex(), "msg_type": kind, "session": "page", "username": ""}
    head |= {"date": "2026-01-01T00:00:00Z", "version": "5.3", **header}
    return pack(Frame(channel, [json.dumps(p).encode() for p in (head, {}, {}, content)]))


def processes(marker: str) -> list[int]:
    """Host ids of processes whose command line holds a text."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if marker.encode() in path.read_bytes():
                found.append(int(path.parent.name))
    return found


async def until(condition: Any, within: float = 5) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110  the condition is the machine's, not ours
            await asyncio.sleep(0.02)


async def stocked(host: Any, count: int = OF_ONE) -> list[Fork]:
    """Wait until forks have been made ahead; those that wait."""
    spares = host._spares
    await until(lambda: len(spares) == count and not spares.makes, within=20)
    return [spare for shelf in host._spares._shelves.values() for spare in shelf.spares]


def children() -> list[int]:
    """Our own direct children, the dead ones included."""
    texts = [p.read_text() for p in Path("/proc/self/task").glob("*/children")]
    return [int(pid) for text in texts for pid in text.split()]


def cgroups(name: str) -> list[Path]:
    """Groups that a server made, with those of its kernels."""
    # Unlike a glob, which others' groups that go meanwhile would trip.
    trees = [found for base in Path("/sys/fs/cgroup").glob("*") for found in os.walk(base)]
    tops = [Path(folder) / name for folder, names, _ in trees if name in names]
    return [p for top in tops for p in (top, *top.glob("*/"))]


def leftovers(host: LocalKernelHost) -> dict[str, int]:
    """What kernels could leave on the machine, counted."""
    gc.collect()  # what other tests left to it is not ours to count
    return {
        "kernel processes": sum(map(is_kernel, all_pids())),
        "children": len(children()),
        "descriptors": len(os.listdir("/proc/self/fd")),  # noqa: PTH208
        # Python's own threads are a pool that grows to its size and stays.
        "foreign threads": len(os.listdir("/proc/self/task"))  # noqa: PTH208
        - threading.active_count(),
        "cgroups": len(cgroups(host._runtime.name)),
        # Others of the machine come and go.
        "mounts": Path("/proc/self/mountinfo").read_text().count(str(host.folder.parent)),
        "tasks": len(asyncio.all_tasks()),
    }


def all_pids() -> list[int]:
    return [int(p.name) for p in Path("/proc").glob("[0-9]*")]


def is_kernel(pid: int) -> bool:
    """Whether a process is one of this test run's kernels."""
    with contextlib.suppress(OSError):
        return MARK.encode() in Path(f"/proc/{pid}/environ").read_bytes()
    return False
