"""The two commands of a newcomer: what they install, what they say, what they run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import dev
from tests.house.tree import ROOT, modules

LOCKS = ("requirements.lock", "requirements-test.lock")


def pins(lock: str) -> set[str]:
    return {line.split(" ")[0] for line in (ROOT / lock).read_text().splitlines() if line[0] != " "}


@pytest.mark.parametrize("arguments", [[], ["tset"], ["--help"]])
def test_says_what_it_can_do(arguments: list[str]) -> None:
    command = [sys.executable, str(ROOT / "dev.py"), *arguments]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    assert "python3 dev.py demo" in done.stdout
    assert "python3 dev.py test" in done.stdout
    assert done.returncode == (0 if arguments == ["--help"] else 2)


def test_somebody_else_is_told_what_to_ask_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(dev, "run", pytest.fail)
    assert not dev.debian({"bubblewrap": "usr/bin/of-no-machine", "coreutils": "usr/bin/env"})
    said = capsys.readouterr().err
    assert "apt-get install --yes --no-install-recommends bubblewrap\n" in said
    assert "coreutils" not in said


def test_nothing_is_asked_for_if_all_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.debian(dev.TEST)
    assert capsys.readouterr() == ("", "")


def test_a_step_runs_once_for_the_same_inputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    (tmp_path / "ui" / "node_modules").mkdir(parents=True)
    (tmp_path / "lock").write_text("one==1")
    stamp, log = tmp_path / "stamp", tmp_path / "log"

    def step() -> None:
        with log.open("a") as file:
            file.write("ran\n")

    def ran() -> int:
        dev.once(stamp, ["lock", "ui"], "it", step)
        return len(log.read_text().splitlines())

    assert [ran(), ran()] == [1, 1]
    (tmp_path / "ui" / "node_modules" / "left-out").write_text("")
    assert ran() == 1
    (tmp_path / "ui" / "more").write_text("")
    assert ran() == 2
    (tmp_path / "lock").write_text("one==2")
    assert [ran(), ran()] == [3, 3]


def test_a_step_that_failed_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    (tmp_path / "lock").write_text("")
    for _ in range(2):
        with pytest.raises(subprocess.CalledProcessError):
            dev.once(tmp_path / "stamp", ["lock"], "it", lambda: dev.run("false"))


@pytest.mark.parametrize("way", ["true", "false"])
def test_where_uv_finds_no_way_pip_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    (tmp_path / "lock").write_text("one==1 \\\n    --hash=a\nuv==2 \\\n    --hash=b\nuvx==3\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "uv").symlink_to(f"/bin/{way}")
    log = tmp_path / "log"
    pip = ("sh", "-c", f'for file; do :; done; cat "$file" >> {log}; echo "$file" >> {log}', "pip")
    monkeypatch.chdir(tmp_path)
    dev.packages(tmp_path, pip, "lock")
    only, hashes, *more = log.read_text().splitlines()
    assert (only, hashes) == ("uv==2 \\", "    --hash=b")
    assert more[1:] == ([] if way == "true" else [*Path("lock").read_text().splitlines(), "lock"])


def test_environment_stands_where_kernels_may_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = tmp_path / "home" / "checkout"
    checkout.mkdir(parents=True)
    checkout.parent.chmod(0o700)
    monkeypatch.setattr(dev, "ROOT", checkout)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert dev._place().parent == Path("/opt")
    assert dev._open_to_all(Path("/usr/bin"))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert dev._place() == checkout / ".venv"


def test_uses_the_standard_library_alone() -> None:
    (file,) = modules("dev.py")
    names = {
        line.split()[1].split(".")[0]
        for line in file.read_text().splitlines()
        if line.startswith(("import ", "from "))
    }
    assert names <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_hashes_of_everything(lock: str) -> None:
    text = (ROOT / lock).read_text().replace("\\\n", "")
    entries = [line for line in text.splitlines() if line]
    assert entries
    assert [line for line in entries if "==" not in line or "--hash=sha256:" not in line] == []


def test_tests_run_with_what_is_shipped() -> None:
    shipped, tried = map(pins, LOCKS)
    assert shipped - tried == set()
