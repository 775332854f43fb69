"""The commands as people type them: what they say, how they end, what they leave."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.service.command import Running, groups_of, processes_of, run, running
from tests.service.harness import Viewer, book, code
from vaas.demo import DemoEfss
from vaas.shares import parse_link
from vaas.shares.links import canonical_path
from vaas.storage.fuse import mounts_below

pytestmark = pytest.mark.sandbox

GOOD = code("print('fine')")
BAD = code("x = 1", "y = 2\n\nimport not_to_be_found")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "good.ipynb").write_text(GOOD)
    return tmp_path / "mine"


@pytest.fixture
def cloud(folder: Path) -> Iterator[DemoEfss]:
    with DemoEfss(folder.parent) as found:
        yield found


# check


async def test_check_of_what_works(folder: Path) -> None:
    status, out, err = await run("check", str(folder))
    assert (status, err) == (0, "")
    assert "works  good.ipynb" in out
    assert "(1 cell, " in out


async def test_check_tells_cell_and_line_and_what_is_missing(folder: Path) -> None:
    (folder / "bad.ipynb").write_text(BAD)
    status, out, err = await run("check", str(folder))
    assert (status, err) == (1, "")
    assert "works  good.ipynb" in out
    assert "FAILS  bad.ipynb" in out
    assert "cell 2, line 3: ModuleNotFoundError" in out
    assert "not installed here: not_to_be_found" in out
    assert "----> 3 import not_to_be_found" in out


async def test_check_as_json(folder: Path) -> None:
    (folder / "bad.ipynb").write_text(BAD)
    (folder / "broken.ipynb").write_text("{")
    status, out, _ = await run("check", str(folder), "--json")
    report = json.loads(out)
    assert status == 1
    assert report["works"] is False
    assert report["product"] == "local"
    by_path = {one["path"]: one for one in report["notebooks"]}
    assert set(by_path) == {"good.ipynb", "bad.ipynb", "broken.ipynb"}
    assert by_path["good.ipynb"]["works"]
    assert by_path["good.ipynb"]["cells"] == 1
    # Pages that others share count for a part: 19.7 MiB beside five other checks, 28 to 33 alone.
    assert 10 << 20 < by_path["good.ipynb"]["memory"] < 1 << 30
    assert by_path["good.ipynb"]["seconds"] > 0
    bad = by_path["bad.ipynb"]
    assert (bad["cell"], bad["line"], bad["missing"]) == (2, 3, ["not_to_be_found"])
    assert "Traceback" in bad["traceback"]
    assert "not a notebook" in by_path["broken.ipynb"]["problem"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (code("import os; os._exit(1)"), "DeadKernel"),
        (code("import ctypes; ctypes.string_at(0)"), "DeadKernel"),
        (book([], kernelspec={"name": "ir", "language": "R", "display_name": "R"}), "language"),
        ("", "not a notebook"),
    ],
)
async def test_check_of_one_notebook_that_fails(folder: Path, text: str, said: str) -> None:
    (folder / "good.ipynb").write_text(text)
    status, out, _ = await run("check", str(folder / "good.ipynb"))
    assert status == 1
    assert said in out


async def test_check_of_links(cloud: DemoEfss) -> None:
    status, out, _ = await run("check", cloud.add_link("ocis", "mine"))
    assert status == 0
    assert "(oCIS)" in out
    locked = cloud.add_link("nextcloud", "mine", password="right")
    for given, expected in ((None, 1), ("wrong\n", 1), ("right\n", 0)):
        options = ["--password-stdin"] if given else []
        status, out, _ = await run("check", locked, *options, given=given)
        assert status == expected, out
    unknown = locked.rpartition("/")[0] + "/NoSuchTokenHere"
    status, out, _ = await run("check", unknown)
    assert status == 1
    assert "cannot be opened: This link does not exist" in out


async def test_check_of_an_empty_folder(tmp_path: Path) -> None:
    await asyncio.to_thread(tmp_path.chmod, 0o755)
    status, out, _ = await run("check", str(tmp_path))
    assert status == 1
    assert "There is no notebook in this share. Ask its owner" in out


async def test_check_takes_values_of_parameters(folder: Path) -> None:
    (folder / "good.ipynb").write_text(code("assert (x, of) == (3, 'a=b')"))
    (folder / "vaas.toml").write_text(
        "[parameters.x]\ntype = 'integer'\n[parameters.of]\ntype = 'text'\ndefault = ''"
    )
    status, out, _ = await run("check", str(folder), "--set", "x=3", "--set", "of=a=b")
    assert status == 0
    assert "parameter x: a whole number, such as 12; must be given" in out
    status, out, _ = await run("check", str(folder), "--set", "x=three")
    assert status == 1
    assert "x: expected a whole number" in out
    status, _, err = await run("check", str(folder), "--set", "x")
    assert status == 2
    assert "is not NAME=VALUE" in err


@pytest.mark.parametrize(
    "words", ["nonsense", "/not/here", "ftp://x/y", "https://user@host/s/abcdef"]
)
@pytest.mark.parametrize("command", ["check", "open"])
async def test_what_is_no_link_is_told_in_a_line(command: str, words: str) -> None:
    status, out, err = await run(command, words)
    assert (status, out) == (2, "")
    assert err.startswith("vaas: This is not a link we can open.")
    assert len(err.splitlines()) <= 2
    assert "Traceback" not in err


# serve


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = 70000", "port"),
        ("nonsense = 1", "nonsense"),
        ("port = = 1", "vaas.toml"),
        ('host = "256.256.256.256"\nport = 0', "cannot listen"),
        ('host = "no.such.host.invalid"\nport = 0', "cannot listen"),
    ],
)
async def test_serve_tells_what_is_wrong_with_its_settings(
    tmp_path: Path, text: str, said: str
) -> None:
    config = tmp_path / "vaas.toml"
    config.write_text(text)
    status, out, err = await run("serve", "--config", str(config))
    assert (status, out) == (2, "")
    assert said in err
    assert err.startswith("vaas: ")
    assert len(err.splitlines()) == 2


async def test_serve_without_its_file(tmp_path: Path) -> None:
    status, _, err = await run("serve", "--config", str(tmp_path / "none.toml"))
    assert status == 2
    assert "none.toml" in err


async def test_a_port_that_is_taken(tmp_path: Path, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        config = tmp_path / "vaas.toml"
        config.write_text(f'port = {port}\ndata = "{tmp_path}/data"')
        commands = (
            ["serve", "--config", str(config)],
            ["open", str(folder), "--no-browser", "--port", str(port)],
            ["demo", "--no-browser", "--port", str(port)],
        )
        for command in commands:
            (tmp_path / "temporary").mkdir(exist_ok=True)
            status, out, err = await run(*command, TMPDIR=str(tmp_path / "temporary"))
            assert status == 2, command
            assert out == ""
            assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in err
            assert "Traceback" not in err
            assert list((tmp_path / "temporary").iterdir()) == []


async def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    config = tmp_path / "vaas.toml"
    config.write_text(f'port = 0\ndata = "{tmp_path}/file/data"')
    status, _, err = await run("serve", "--config", str(config))
    assert status == 2
    assert "Traceback" not in err
    assert str(tmp_path / "file") in err


# open


async def test_open_a_folder_and_a_notebook(folder: Path) -> None:
    for path in (folder, folder / "good.ipynb"):
        async with running("open", str(path), "--port", "0", "--no-browser") as served:
            address = (await served.process.stdout.readline()).decode().strip()  # type: ignore[union-attr]
            async with Viewer(served.url) as viewer:
                line = await viewer.view(urlsplit(address).path)
            assert line.texts(0) == "fine\n"
            assert await served.end() in {0, 130}


async def test_open_a_link_with_its_password(cloud: DemoEfss) -> None:
    link = cloud.add_link("nextcloud", "mine", password="right")
    options = ["--password-stdin", "--port", "0", "--no-browser"]
    async with (
        running("open", link, *options, given="right\n") as served,
        Viewer(served.url) as viewer,
    ):
        line = await viewer.view(canonical_path(parse_link(link)))
    assert line.texts(0) == "fine\n"


# the end


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_an_end_in_the_middle_leaves_nothing(folder: Path, number: signal.Signals) -> None:
    """Kernels that run, one that starts, a page that is attached: all is gone within 5 s."""
    busy = code(
        "import ipywidgets, subprocess, time\nsubprocess.Popen(['sleep', '1000'])\n"
        "ipywidgets.Label('on')\ntime.sleep(1000)"
    )
    (folder / "good.ipynb").write_text(busy)
    async with running("open", str(folder), "--port", "0", "--no-browser") as served:
        address = (await served.process.stdout.readline()).decode().strip()  # type: ignore[union-attr]
        path = urlsplit(address).path
        async with Viewer(served.url) as viewer:
            pages = [await viewer.get(path) for _ in range(3)]
            async with viewer.line(pages[0].kernel) as line:
                await line.until("comm_open")
                family, name = served.family(), served.name()
                assert groups_of([name])
                assert len(family) >= 3
                await served.end(number)
                await line.until_closed(5)
        assert not any(one.is_running() and one.status() != "zombie" for one in family)
        assert processes_of(served.mark) == []
        assert "Traceback" not in served.log.read_text()
        assert list(served.temporary.iterdir()) == groups_of([name]) == []
        # Others on this machine mount and unmount meanwhile: ours are below our folders.
        assert mounts_below(served.temporary) == mounts_below(folder) == []


async def until_gone(killed: Running, *folders: Path) -> None:
    """Wait until nothing is left of a killed server: no process, mount, file."""
    async with asyncio.timeout(30):
        while processes_of(killed.mark) or any(f for folder in folders for f in folder.iterdir()):  # noqa: ASYNC110 - ends with the machine's patience
            await asyncio.sleep(0.05)


async def test_a_killed_demo_leaves_nothing() -> None:
    async with running("demo", "--port", "0", "--no-browser") as killed, Viewer(killed.url) as one:
        home = await one.get("/")
        await one.get(re.findall('href="(/s/[^"]+)"', home.text)[0])
        name = killed.name()
        assert groups_of([name])
        await killed.end(signal.SIGKILL)
        await until_gone(killed, killed.temporary)
        assert groups_of([name]) == []


async def test_a_killed_service_leaves_its_cache_and_no_mounts(tmp_path: Path) -> None:
    (tmp_path / "cloud" / "a").mkdir(parents=True)
    (tmp_path / "cloud" / "a" / "a.ipynb").write_text(code("while True: open('a.ipynb').read()"))
    data = tmp_path / "data"
    with DemoEfss(tmp_path / "cloud") as cloud:
        (tmp_path / "vaas.toml").write_text(
            f'port = 0\ndata = "{data}"\n[[site]]\nhost = "{urlsplit(cloud.url).netloc}"\n'
            'insecure = true\nprivate = true\ndata = "mount"\n'
        )
        address = canonical_path(parse_link(cloud.add_link("nextcloud", "a")))
        async with running("serve", "--config", str(tmp_path / "vaas.toml")) as killed:
            async with Viewer(killed.url) as viewer:
                page = await viewer.get(address)
                async with viewer.line(page.kernel) as line:
                    await line.until("vaas_run")
            assert mounts_below(data)
            await killed.end(signal.SIGKILL)
            await until_gone(killed, data / "run", data / "mounts")
            assert mounts_below(data) == []


async def test_the_next_run_clears_up_after_a_killed_one(folder: Path) -> None:
    """Which was killed with all that it had started."""
    async with (
        running("open", str(folder), "--port", "0", "--no-browser") as killed,
        running("demo", "--port", "0", "--no-browser", TMPDIR=str(killed.temporary)) as other,
    ):
        address = (await killed.process.stdout.readline()).decode().strip()  # type: ignore[union-attr]
        async with Viewer(killed.url) as viewer:
            await viewer.get(urlsplit(address).path)
        [left] = killed.temporary.glob("vaas-open-*")
        [still] = killed.temporary.glob("vaas-demo-*")
        [name] = [lock.stem for lock in left.glob("run/*.lock")]
        assert groups_of([name])
        for process in killed.family():
            if any("janitor" in word for word in process.cmdline()):
                process.kill()
        await killed.end(signal.SIGKILL)
        async with asyncio.timeout(30):
            while processes_of(killed.mark):  # noqa: ASYNC110 - ends with the machine's patience
                await asyncio.sleep(0.05)
        for path in (left, still):
            await asyncio.to_thread(os.utime, path, (0, 0))
        await run("check", "nothing-here", TMPDIR=str(killed.temporary))
        assert list(killed.temporary.iterdir()) == [still]
        assert groups_of([name]) == []
        async with Viewer(other.url) as viewer:
            assert (await viewer.get("/health/ready")).status == 200


async def test_a_closed_terminal_and_a_second_signal_are_no_trouble(folder: Path) -> None:
    async with running("open", str(folder), "--port", "0", "--no-browser") as served:
        name = served.name()
        served.process.send_signal(signal.SIGHUP)
        await served.end(signal.SIGINT)
        assert processes_of(served.mark) == groups_of([name]) == []
        assert list(served.temporary.iterdir()) == []


async def test_the_demo() -> None:
    async with (
        running("demo", "--port", "0", "--no-browser") as served,
        Viewer(served.url) as viewer,
    ):
        home = await viewer.get("/")
        assert home.text.count('href="/s/') >= 4
        assert (await viewer.get("/health/ready")).status == 200
        name = served.name()
        await served.end()
        assert "Traceback" not in served.log.read_text()
        assert list(served.temporary.iterdir()) == groups_of([name]) == []


# the others


async def test_doctor_says_what_is_here() -> None:
    status, out, err = await run("doctor")
    assert (status, err) == (0, "")
    assert "ok       sandbox  bubblewrap" in out
    status, out, _ = await run("doctor", "--json")
    findings = json.loads(out)
    assert status == 0
    assert {"sandbox", "data mode mount", "data mode sync"} <= {one["name"] for one in findings}


async def test_doctor_on_a_bare_machine(tmp_path: Path) -> None:
    status, out, _ = await run("doctor", PATH=str(tmp_path))
    assert status == 1
    assert "MISSING  sandbox" in out
    assert "apt-get install bubblewrap" in out
    status, out, _ = await run("check", str(tmp_path), PATH=str(tmp_path))
    assert status == 1


async def test_help_teaches() -> None:
    status, out, _ = await run("--help")
    assert status == 0
    for command in ("demo", "open", "serve", "check", "doctor"):
        assert command in out
        status, text, _ = await run(command, "--help")
        assert status == 0
        assert "Usage: " in text
    status, out, _ = await run("--version")
    assert (status, out.count(".")) == (0, 2)


@pytest.mark.parametrize(
    "words", [["nonsense"], ["open"], ["open", "a", "b"], ["demo", "--port", "x"]]
)
async def test_wrong_words(words: list[str]) -> None:
    status, _, err = await run(*words)
    assert status == 2
    assert "Usage: " in err
    assert "Traceback" not in err
