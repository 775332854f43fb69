import time
from pathlib import Path

import pytest

from vaas.kernels.base import Limits
from vaas.kernels.limits import Cgroups, Leaf, prepare, remove
from vaas.kernels.runtime import Runtime


def machine(folder: Path, cgroup: str, mounts: list[str]) -> Path:
    """A made-up ``/proc/self``; groups are plain folders."""
    (folder / "cgroup").write_text(cgroup)
    lines = [f"{n} 1 0:{n} {line}" for n, line in enumerate(mounts)]
    (folder / "mountinfo").write_text("\n".join(lines))
    return folder


def group(path: Path, controllers: str = "") -> Path:
    path.mkdir(parents=True, exist_ok=True)
    (path / "cgroup.procs").touch()
    (path / "cgroup.controllers").write_text(controllers)
    return path


def test_version_2_is_found_with_what_it_passes_on(tmp_path):
    own = group(tmp_path / "fs" / "system.slice" / "vaas.service", "cpu io memory pids")
    proc = machine(
        tmp_path,
        "0::/system.slice/vaas.service\n",
        [f"/ {tmp_path}/fs rw,nosuid shared:1 - cgroup2 cgroup2 rw"],
    )
    found = Cgroups.find(proc)
    assert found == Cgroups(2, dict.fromkeys(("memory", "cpu", "pids"), own))
    assert found.folders("vaas-1") == [own / "vaas-1"]


def test_version_2_in_a_container_that_shows_a_part(tmp_path):
    own = group(tmp_path / "fs", "cpu memory pids")
    mounts = [f"/docker/abc {own} rw - cgroup2 cgroup rw"]
    assert Cgroups.find(machine(tmp_path, "0::/docker/abc\n", mounts)).roots["memory"] == own


def test_version_1_by_controller(tmp_path):
    for name in ("memory", "cpu,cpuacct", "pids"):
        group(tmp_path / name / "job")
    proc = machine(
        tmp_path,
        "4:memory:/job\n3:cpu,cpuacct:/job\n2:pids:/job\n0::/\n",
        [f"/ {tmp_path}/{n} rw - cgroup cgroup rw,{n}" for n in ("memory", "cpu,cpuacct", "pids")],
    )
    found = Cgroups.find(proc)
    assert found.version == 1
    assert found.roots["cpu"] == tmp_path / "cpu,cpuacct" / "job"


@pytest.mark.parametrize("controllers", ["", "hugetlb"])
def test_without_a_memory_controller_there_is_none(tmp_path, controllers):
    group(tmp_path / "fs", controllers)
    proc = machine(tmp_path, "0::/\n", [f"/ {tmp_path}/fs rw - cgroup2 cgroup2 rw"])
    assert Cgroups.find(proc) == Cgroups()
    assert Cgroups.find(tmp_path / "absent") == Cgroups()


def test_a_real_leaf_has_the_limits_and_goes():
    groups = Cgroups.find()
    assert groups.version, "this machine lets no cgroup be written"
    prepare(groups, "vaas-unit-test")
    try:
        leaf = Leaf(groups, "vaas-unit-test", "k1")
        leaf.create(Limits(memory=100 << 20, processes=10, cpus=0.5))
        assert leaf.out_of_memory() == 0
        folder = groups.roots["pids"] / "vaas-unit-test" / "k1"
        assert (folder / "pids.max").read_text() == "18\n"
        assert leaf.remove()
        assert leaf.remove()
        assert not folder.exists()
    finally:
        for folder in groups.folders("vaas-unit-test"):
            assert remove(folder, time.monotonic() + 1)


def test_version_2_limits(tmp_path):
    root = group(tmp_path / "fs", "memory cpu pids")
    groups = Cgroups(2, dict.fromkeys(("memory", "cpu", "pids"), root))
    (root / "cgroup.subtree_control").touch()
    prepare(groups, "vaas-1")
    assert (root / "vaas-1" / "cgroup.subtree_control").read_text() == "+memory +cpu +pids"
    leaf = Leaf(groups, "vaas-1", "k1")
    assert leaf.procs == [str(root / "vaas-1" / "k1" / "cgroup.procs")]
    leaf.create(Limits())
    (root / "vaas-1" / "k1" / "memory.events").write_text("low 0\noom 3\noom_kill 2\n")
    assert leaf.out_of_memory() == 2


def test_a_runtime_clears_up_after_the_dead_and_spares_the_living(tmp_path):
    living, dead = Runtime(tmp_path), Runtime(tmp_path)
    living.open()
    dead.open()
    import os

    os.close(dead._lock)  # as its death would
    (dead.folder / "k1").mkdir()
    third = Runtime(tmp_path)
    third.open()
    assert living.folder.exists()
    assert not dead.folder.exists()
    assert not any(folder.exists() for folder in third.groups.folders(dead.name))
    assert all(folder.exists() for folder in living.groups.folders(living.name))
    third.close()
    living.close()
    assert list(tmp_path.iterdir()) == []


def test_what_was_removed_is_not_made_afterwards(tmp_path):
    """As when who waits for its making is cancelled before a thread begins with it."""
    (tmp_path / "vaas-1").mkdir()
    leaf = Leaf(Cgroups(2, {"memory": tmp_path}), "vaas-1", "k1")
    assert leaf.remove()
    leaf.create(Limits())
    assert list((tmp_path / "vaas-1").iterdir()) == []
