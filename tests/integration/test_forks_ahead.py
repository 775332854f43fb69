"""Forks made ahead of their viewers: whose they become, what they cost, and how they go."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.security.kernel_tools import a_host, leftovers, request, run, stocked, until
from vaas.errors import KernelStartFailed, ServerFull
from vaas.kernels.forks.spares import OF_ONE

pytestmark = pytest.mark.sandbox


@pytest.fixture(params=["fork", "preloaded fork"])
async def host(tmp_path, request):
    """Templates in sandboxes of their own, and such that are forks of their environment's process."""
    async with a_host(tmp_path / "run", request.param, most=4) as host:
        yield host


def user_of(pid):
    return Path(f"/proc/{pid}").stat().st_uid


def stands(leaf):
    return any(Path(procs).exists() for procs in leaf.procs)


async def warm(host, tmp_path, cell="import os, random"):
    """A template that had a viewer, and the forks that wait for those who follow."""
    made = await host.prepare(request(tmp_path / "share"))
    assert (await run(made, cell)).error == ""
    assert await made.seal() == []
    await (await made.fork(request(tmp_path / "share"))).close()
    return made, await stocked(host)


async def test_viewers_who_follow_find_a_fork_that_waits_and_is_theirs_alone(host, tmp_path):
    made, waiting = await warm(host, tmp_path)
    asked = [
        request(tmp_path / "share", environment={"QUERY_STRING": f"who={who}"})
        for who in range(OF_ONE)
    ]
    kernels = [await made.fork(one) for one in asked]
    assert [kernel.pid for kernel in kernels] == [spare.peer.first for spare in waiting]
    told = [
        (await run(one, "print(os.environ['QUERY_STRING'], random.random())")).out.split()
        for one in kernels
    ]
    assert [words[0] for words in told] == ["who=0", "who=1"]
    assert told[0][1] != told[1][1]
    assert os.geteuid() or len({user_of(kernel.pid) for kernel in kernels}) == OF_ONE


async def test_they_count_as_no_kernels_and_take_no_viewers_place(host, tmp_path):
    made, _ = await warm(host, tmp_path)
    assert host.kernels() == ()
    host.admit()
    kernels = [await made.fork(request(tmp_path / "share")) for _ in range(4)]
    with pytest.raises(ServerFull):
        await made.fork(request(tmp_path / "share"))
    await stocked(host)
    with pytest.raises(ServerFull):
        await made.fork(request(tmp_path / "share"))
    assert len(await stocked(host)) == OF_ONE
    for kernel in kernels:
        await kernel.close()
    assert (await run(await made.fork(request(tmp_path / "share")), "print(1)")).out == "1\n"


async def test_a_viewer_with_other_limits_gets_another_fork(host, tmp_path):
    made, waiting = await warm(host, tmp_path)
    kernel = await made.fork(request(tmp_path / "share", processes=17))
    assert kernel.pid not in {spare.peer.first for spare in waiting}
    limit = "import resource; print(resource.getrlimit(resource.RLIMIT_NPROC)[0])"
    assert (await run(kernel, limit)).out == "17\n"


async def test_one_that_died_is_nobodys(host, tmp_path):
    made, waiting = await warm(host, tmp_path)
    for spare in waiting:
        os.kill(spare.peer.first, signal.SIGKILL)
    await until(lambda: not any(spare.lives for spare in waiting))
    kernel = await made.fork(request(tmp_path / "share"))
    assert (await run(kernel, "print(random.random() < 1)")).out == "True\n"
    fresh = await stocked(host)
    assert not {spare.peer.first for spare in fresh} & {spare.peer.first for spare in waiting}


async def test_a_template_that_retires_takes_them_along(host, tmp_path):
    made, waiting = await warm(host, tmp_path)
    await made.retire()
    with pytest.raises(KernelStartFailed):
        await made.fork(request(tmp_path / "share"))
    await until(lambda: not Path(f"/proc/{made.pid}").exists())
    await until(lambda: not any(stands(spare.leaf) for spare in waiting))
    assert len(host._spares) == 0


async def test_one_that_a_viewer_took_along_who_left_is_made_anew(host, tmp_path):
    made, waiting = await warm(host, tmp_path)
    opening = asyncio.create_task(made.fork(request(tmp_path / "share")))
    while len(host._spares) == len(waiting):  # noqa: ASYNC110  in the very moment
        await asyncio.sleep(0)
    opening.cancel()
    await asyncio.wait([opening])
    assert opening.cancelled()
    assert len(await stocked(host)) == OF_ONE


async def test_only_those_asked_for_last_are_kept(tmp_path):
    async with a_host(tmp_path / "run", "fork", most=4, spares=OF_ONE) as host:
        _, first = await warm(host, tmp_path)
        await warm(host, tmp_path)
        second = await stocked(host)
        assert not {one.peer.first for one in first} & {one.peer.first for one in second}
        await until(lambda: not any(Path(f"/proc/{one.peer.first}").exists() for one in first))


async def test_nothing_is_left_of_them(tmp_path):
    async with a_host(tmp_path / "run", "fork", most=4) as host:
        await warm(host, tmp_path)
        assert leftovers(host)["kernel processes"] > OF_ONE
    gone = leftovers(host)
    assert (gone["kernel processes"], gone["cgroups"]) == (0, 0)


async def test_a_host_may_end_while_one_is_made(tmp_path):
    async with a_host(tmp_path / "run", "fork", most=4) as host:
        made = await host.prepare(request(tmp_path / "share"))
        assert await made.seal() == []
        await made.fork(request(tmp_path / "share"))
        making = host._spares._work
        assert making is not None
        await asyncio.sleep(0)
    assert making.done()
    gone = leftovers(host)
    assert (gone["kernel processes"], gone["cgroups"]) == (0, 0)
