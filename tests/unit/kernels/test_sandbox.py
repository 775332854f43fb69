import json
import sys
from pathlib import Path

import pytest

from vaas.errors import KernelStartFailed, LanguageUnknown
from vaas.kernels import sandbox, watchdog
from vaas.kernels.base import Limits
from vaas.kernels.environment import (
    command,
    find_environment,
    notebook_folder,
    system_binds,
    variables,
)
from vaas.kernels.seccomp import program


def world(**changed: object):
    parts = {
        "argv": ("/usr/bin/true",),
        "binds": (sandbox.Bind(Path("/srv/cache/v1"), "/data"),),
        "environment": {"A": "b"},
        "folder": "/data",
        "limits": Limits(),
        "connection": b"{}",
    }
    return sandbox.World(**{**parts, **changed})


FDS = sandbox.Descriptors(info=3, seccomp=4, connection=5, passwd=6, group=7, hosts=8, nsswitch=9)


def test_sources_are_the_staged_ones_only_when_staged():
    plain = sandbox.arguments(world(), FDS, staged=False, no_nesting=True)
    staged = sandbox.arguments(world(), FDS, staged=True, no_nesting=True)
    assert "/srv/cache/v1" in plain
    assert "/srv/cache/v1" not in staged
    assert staged[staged.index("/run/0") - 1 : staged.index("/run/0") + 2] == [
        "--ro-bind",
        "/run/0",
        "/data",
    ]


def test_order_that_matters():
    args = sandbox.arguments(world(), FDS, staged=False, no_nesting=False)
    assert args.index("/data") > args.index("/tmp")
    closed = [n for n, word in enumerate(args) if word == "--remount-ro"]
    assert [args[n + 1] for n in closed] == ["/dev", "/"]
    assert closed[0] < args.index("/dev/shm")
    assert closed[1] > args.index("/srv/cache/v1")
    assert "--disable-userns" not in args


def test_a_nul_cannot_start_an_argument():
    with pytest.raises(KernelStartFailed):
        sandbox.encode(["--setenv", "A", "x\0--bind\0/\0/host"])
    assert sandbox.encode(["a", "ü\udcff"]) == b"a\0\xc3\xbc\xff\0"


def test_memory_of_processes_is_bound_only_without_a_cgroup():
    assert not any("--data" in word for word in sandbox.command(world()))
    assert "--data=5:5" in sandbox.command(world(data=5))


@pytest.mark.parametrize(("path", "folder"), [("a.ipynb", "/data"), ("x/ y/a.ipynb", "/data/x/ y")])
def test_the_notebooks_folder(path, folder):
    assert notebook_folder(path, "/data") == folder


@pytest.mark.parametrize("path", ["../a.ipynb", "/a.ipynb", "x/../../a.ipynb"])
def test_no_folder_outside_of_the_share(path):
    with pytest.raises(KernelStartFailed):
        notebook_folder(path, "/data")


def spec(prefix: Path, name: str, **content: object):
    folder = prefix / "share" / "jupyter" / "kernels" / name
    folder.mkdir(parents=True)
    whole = {"argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"], **content}
    (folder / "kernel.json").write_text(
        json.dumps({"display_name": name, "language": "x", **whole})
    )


def test_other_languages_are_started_as_their_spec_says(tmp_path):
    spec(
        tmp_path,
        "ir",
        argv=["R", "{resource_dir}", "{prefix}/x", "{connection_file}"],
        env={"R_ENVIRON": "1"},
    )
    found = find_environment(tmp_path, "ir")
    resources = str(tmp_path / "share/jupyter/kernels/ir")
    assert command(found, "/c", "/e", "/l") == ["R", resources, f"{tmp_path}/x", "/c"]
    assert found.spec.interrupt_mode == "message"
    assert variables(found, {"LANG": "de"})["R_ENVIRON"] == "1"
    assert variables(found, {"LANG": "de"})["LANG"] == "de"
    assert tmp_path in [bind.source for bind in system_binds(found)]


def test_python_gets_the_lighter_start(tmp_path):
    spec(tmp_path, "python3")
    argv = command(find_environment(tmp_path, "python"), "/c", "/e", "/l")
    assert argv == [f"{tmp_path}/bin/python", "-Xfrozen_modules=on", "/e", "/l", "-f", "/c"]


@pytest.mark.parametrize("name", ["", "cobol", "../python3", "a b", "x" * 5000])
def test_no_such_kernel(name):
    with pytest.raises(LanguageUnknown):
        find_environment(Path(sys.prefix), name)


def test_the_filter_is_whole_bpf_instructions():
    assert len(program()) > 800
    assert len(program()) % 8 == 0


def test_memory_of_a_tree_counts_this_process():
    import os

    assert watchdog.tree(os.getpid())[0] == os.getpid()
    assert watchdog.memory(os.getpid()) > 1 << 20
    assert watchdog.memory(2**30) == 0


def test_what_ends_while_it_is_looked_at_is_no_error():
    import subprocess

    busy = "while :; do /bin/true & /bin/true & wait; done"
    with subprocess.Popen(["sh", "-c", busy]) as process:
        try:
            for _ in range(4000):
                assert watchdog.tree(process.pid)[0] == process.pid
        finally:
            process.kill()
