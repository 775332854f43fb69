"""What cells do: viewers get outputs or a calm card, authors the whole story, and nothing stays."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import nbformat.v4 as nb
import pytest

from tests.service.harness import Line, Stage, Viewer, book, code, until_ended

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]

CARD = "This part of the dashboard could not be shown"


def failed(stage: Stage) -> Any:
    """The one failure that the author's log tells of."""
    (told,) = stage.heard("cell_failed")
    return told


def noise(line: Line) -> str:
    """All that a viewer's page has received, as text."""
    return str([(one.kind, one.content) for one in line.heard])


async def test_a_failing_cell(stage: Stage, viewer: Viewer) -> None:
    source = "x = 1\ndef f():\n    raise ValueError('the-secret-detail')\n\nf()"
    line = await viewer.view(stage.notebook(code("print('before')", source, "print('after')")))
    assert line.texts(0) == "before\n"
    assert CARD in line.html(1)
    assert 2 not in line.cells
    assert line.ready == {"failed": True}
    assert "the-secret-detail" not in noise(line)
    told = failed(stage)
    assert (told["cell"], told["line"], told["error"]) == (2, 5, "ValueError")
    assert "the-secret-detail" in told["traceback"]
    assert "\x1b" not in told["traceback"]


@pytest.mark.parametrize(
    ("source", "name", "place"),
    [
        ("x = 1\nx = = 2", "SyntaxError", 2),
        ("import nothing_of_that_name", "ModuleNotFoundError", 1),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", 1),
        ("\n\nassert False, 'no'", "AssertionError", 3),
        ("def f(n):\n    f(n + 1)\nf(0)", "RecursionError", 3),
        ("raise type('Ö' * 50, (Exception,), {})('ü\\x1b[31mred')", "Ö" * 50, 1),
        ("raise ExceptionGroup('two', [ValueError(1), TypeError(2)])", "ExceptionGroup", 1),
        ("%%bash\nexit 3", "CalledProcessError", None),
        ("%no_such_magic", "UsageError", None),
        ("raise ValueError('x' * 30_000_000)", "ValueError", 1),
        # IPython's own name for the error of a kernel that nobody can answer.
        ("input('your name? ')", "StdinNotImplementedError", 1),
        ("import getpass\ngetpass.getpass()", "StdinNotImplementedError", 2),
    ],
)
async def test_ways_to_fail(
    stage: Stage, viewer: Viewer, source: str, name: str, place: int | None
) -> None:
    line = await viewer.view(stage.notebook(code(source, "print('after')")))
    assert CARD in line.html(0)
    assert 1 not in line.cells
    assert "Traceback" not in noise(line)
    told = failed(stage)
    assert told["error"] == name
    assert told["cell"] == 1
    assert len(told["traceback"]) < 100_000
    if place:
        assert told["line"] == place


async def test_exit_is_not_the_end(stage: Stage, viewer: Viewer) -> None:
    """As in Jupyter, where ``exit`` ends the kernel after the cell."""
    async with viewer.dashboard(
        stage.notebook(code("print('on')\nexit()", "print('after')"))
    ) as line:
        await line.until_closed()
    assert line.texts(0) == "on\n"


@pytest.mark.parametrize("source", ["sys.exit()", "sys.exit(0)", "raise SystemExit"])
async def test_a_notebook_that_ends_itself(stage: Stage, viewer: Viewer, source: str) -> None:
    """What it showed is all that it has to show; only another status says that it failed."""
    cells = ("import sys\nprint('on')", f"print('last')\n{source}", "print('after')")
    line = await viewer.view(stage.notebook(code(*cells)))
    assert [line.texts(n) for n in line.cells] == ["on\n", "last\n"]
    assert line.ready == {"failed": False}
    assert CARD not in noise(line)
    line = await viewer.view(stage.notebook(code("import sys\nsys.exit('no data')")))
    assert CARD in line.html(0)
    assert failed(stage)["error"] == "SystemExit"


@pytest.mark.parametrize(
    ("source", "label"),
    [
        ("import os; os._exit(3)", "died"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "died"),
        ("import ctypes; ctypes.string_at(0)", "died"),
        ("import sys; sys.setrecursionlimit(10**9)\ndef f(): f()\nf()", "out_of_memory"),
    ],
)
async def test_a_cell_that_ends_its_kernel(
    stage: Stage, viewer: Viewer, source: str, label: str
) -> None:
    page = await viewer.get(stage.notebook(code("print('one')", source, "print('three')")))
    async with viewer.line(page.kernel) as line:
        assert await line.until_closed(20) == 1000
    assert line.texts(0) == "one\n"
    assert CARD in line.html(1)
    state = await until_ended(viewer, page.kernel)
    assert state["error"]["code"] == label
    assert failed(stage)["cell"] == 2
    assert failed(stage)["error"] == "DeadKernel"
    assert stage.kernels == 0


async def test_an_endless_loop_meets_the_limit(stage: Stage, viewer: Viewer) -> None:
    line = await viewer.view(stage.notebook(code("print('on')\nwhile True: pass", "1")))
    assert line.texts(0).startswith("on\n")
    assert "takes too long" in line.html(0)
    assert (failed(stage)["error"], failed(stage)["cell"]) == ("Timeout", 1)


async def test_an_endless_loop_that_takes_no_interrupt(stage: Stage, viewer: Viewer) -> None:
    source = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    async with viewer.dashboard(stage.notebook(code(source))) as line:
        await line.until("vaas_ready", 30)
    assert "takes too long" in line.html(0)


async def test_endless_printing_meets_the_limits(stage: Stage, viewer: Viewer) -> None:
    source = "while True: print('x' * 1000)"
    async with viewer.dashboard(stage.notebook(code(source))) as line:
        await line.until("vaas_ready", 60)
    assert "too long to show" in line.html(0)
    assert "takes too long" in line.html(0)
    assert len(line.texts(0)) <= 8 << 20


@pytest.mark.parametrize(
    "source",
    [
        "print('ü' * 50_000_000)",
        "print('x' * 7_000_000); print(('y' * 99 + '\\r') * 100_000)",
        "for _ in range(50): print('x' * 1_000_000)",
        "from IPython.display import HTML\nHTML('<p>' + 'x' * 50_000_000)",
        "from IPython.display import display, HTML\nfor _ in range(500): display(HTML('x' * 100_000))",
    ],
)
async def test_fifty_megabytes_of_output(stage: Stage, viewer: Viewer, source: str) -> None:
    line = await viewer.view(stage.notebook(code(source, "print('next')")))
    assert "too long to show" in line.html(0)
    assert len(line.texts(0)) + len(line.html(0)) < (8 << 20) + 2000
    assert line.texts(1) == "next\n"
    assert line.ready == {"failed": False}


async def test_what_a_viewer_sees(stage: Stage, viewer: Viewer) -> None:
    cells = (
        "print('out'); import sys; print('err', file=sys.stderr)",
        "import warnings; warnings.warn('old thing'); 5",
        "import logging; logging.warning('logged'); 6",
        "print('\\x1b[31mred\\x1b[0m')",
        "from IPython.display import HTML; HTML('<script>window.mine = 1</script>')",
        "print('a'); print('b', flush=True); print('c')",
        "5;",
        "None",
    )
    line = await viewer.view(stage.notebook(code(*cells)))
    assert line.cells[0] == [{"output_type": "stream", "name": "stdout", "text": "out\n"}]
    assert line.texts(1) == "5"
    assert line.texts(2) == "6"
    assert line.texts(3) == "\x1b[31mred\x1b[0m\n"
    assert line.html(4) == "<script>window.mine = 1</script>"
    assert [one["text"] for one in line.cells[5]] == ["a\nb\nc\n"]
    assert line.cells[6] == line.cells[7] == []
    for hidden in ("'err", "old thing", "logged"):
        assert hidden not in noise(line)


async def test_magics(stage: Stage, viewer: Viewer) -> None:
    cells = (
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "!ls *.ipynb",
        "%%bash\necho from bash; echo hidden >&2",
        "%%capture kept\nprint('captured')",
        "kept.stdout",
        "%%html\n<b>bold</b>",
        "%time x = 1",
        "files = !echo a b\nfiles",
        "%load_ext autoreload\n%autoreload 2\nprint('loaded')",
        "?print",
        "%pwd",
        "await __import__('asyncio').sleep(0, 'awaited')",
    )
    line = await viewer.view(stage.notebook(code(*cells)))
    assert line.ready == {"failed": False}, stage.heard("cell_failed")
    assert "image/png" in line.cells[0][0]["data"]
    assert "app.ipynb" in line.texts(1)
    assert line.texts(2) == "from bash\n"
    assert line.cells[3] == []
    assert line.texts(4) == "'captured\\n'"
    assert line.html(5) == "<b>bold</b>\n" or line.html(5) == "<b>bold</b>"
    assert "Wall time" in line.texts(6) or "CPU times" in line.texts(6)
    assert line.texts(7) == "['a b']"
    assert line.texts(8) == "loaded\n"
    assert line.texts(10) == "'/data'"
    assert line.texts(11) == "'awaited'"


async def test_displays_are_updated_and_cleared(stage: Stage, viewer: Viewer) -> None:
    cells = (
        (
            "from IPython.display import display, clear_output, Markdown\n"
            "shown = display(Markdown('first'), display_id='one')"
        ),
        "shown.update(Markdown('second'))\nprint('done')",
        "print('gone'); clear_output(); print('stays')",
        "print('gone'); clear_output(wait=True); print('waited')",
        "print('kept'); clear_output(wait=True)",
        "for n in range(3):\n    clear_output(wait=True); display(n)",
    )
    line = await viewer.view(stage.notebook(code(*cells)))
    (update,) = (one for one in line.heard if one.kind == "update_display_data")
    assert update.content["data"]["text/markdown"] == "second"
    assert update.content["transient"]["display_id"] == "one"
    assert line.texts(2) == "stays\n"
    assert line.texts(3) == "waited\n"
    assert line.texts(4) == "kept\n"
    assert line.texts(5) == "2"


async def test_tags(stage: Stage, viewer: Viewer) -> None:
    def tagged(source: str, *tags: Any, **more: Any) -> Any:
        return nb.new_code_cell(source) | {"metadata": {"tags": list(tags), **more}}

    cells = [
        tagged("1/0", "raises-exception"),
        tagged("print('silent'); kept = 7", "remove_cell"),
        tagged("print('hidden')", "hide_cell"),
        tagged("print('input')", "remove_input"),
        tagged("print('output')", "remove_output"),
        tagged("print(kept)", "a", "a", "", 5, "b,c", name="", collapsed="yes", scrolled=7),
    ]
    address = stage.notebook(book(cells))
    line = await viewer.view(address)
    assert line.ready == {"failed": False}
    assert line.texts(5) == "7\n"
    assert "ZeroDivisionError" not in noise(line)
    # As in Voilà, tags take nothing away unless an operator says so.
    assert [line.texts(n) for n in range(1, 5)] == ["silent\n", "hidden\n", "input\n", "output\n"]


async def test_words_between_the_code(stage: Stage, viewer: Viewer) -> None:
    dot = base64.b64encode(b"\x89PNG").decode()
    picture = {"a.png": {"image/png": dot}}
    cells = [
        nb.new_markdown_cell("# Rain\n\n$x^2$ [there](https://example.org)"),
        nb.new_markdown_cell("![dot](attachment:a.png)", attachments=picture),
        nb.new_markdown_cell("![none](attachment:missing.png)"),
        nb.new_raw_cell("<b>raw</b> text"),
        nb.new_code_cell("# <b>SOURCE-IS-NOT-SHOWN</b>\nprint(1)"),
        nb.new_markdown_cell("</div></main></body><p>after the end"),
    ]
    page = await viewer.get(stage.notebook(book(cells)))
    assert page.status == 200
    assert "<h1" in page.text
    assert f"data:image/png;base64,{dot}" in page.text
    assert "SOURCE-IS-NOT-SHOWN" not in page.text
    assert "vaas-config" in page.text.partition("after the end")[2]
    await viewer.leave(page.kernel)


async def test_what_comes_later(stage: Stage, viewer: Viewer) -> None:
    """Threads and tasks that speak after their cell: the page hears them."""
    cells = (
        "import asyncio, threading, ipywidgets as w\nlabel = w.Label('early')\nlabel",
        (
            "async def tick():\n    for n in range(3):\n        await asyncio.sleep(.05)\n"
            "        label.value = f'tick {n}'\ntask = asyncio.create_task(tick())"
        ),
        (
            "def work():\n    gate.wait(10)\n    label.value = 'from a thread'\n    print('late words')\n"
            "gate = threading.Event()\nthreading.Thread(target=work).start()"
        ),
        "threading.Timer(.5, gate.set).start()",
    )
    async with viewer.dashboard(stage.notebook(code(*cells))) as line:
        wanted = {"tick 2", "from a thread"}

        def all_heard(_: Any) -> bool:
            values = {
                one.content["data"]["state"].get("value")
                for one in line.heard
                if one.kind == "comm_msg" and "state" in one.content["data"]
            }
            return wanted <= values

        await line.until(all_heard, 10)
    assert stage.heard("cell_failed") == []


async def test_a_failing_callback_is_the_authors_matter(stage: Stage, viewer: Viewer) -> None:
    cells = (
        (
            "import ipywidgets as w\nb = w.Button(description='go')\n"
            "def clicked(_):\n    raise ValueError('hidden-from-viewers')\nb.on_click(clicked)\nb"
        ),
    )
    async with viewer.dashboard(stage.notebook(code(*cells))) as line:
        await line.until("vaas_ready")
        comm = line.cells[0][0]["data"]["application/vnd.jupyter.widget-view+json"]["model_id"]
        data = {"method": "custom", "content": {"event": "click"}}
        asked = await line.send("comm_msg", {"comm_id": comm, "data": data})
        await line.until(
            lambda one: (
                one.parent.get("msg_id") == asked and one.content.get("execution_state") == "idle"
            )
        )
        assert "hidden-from-viewers" not in noise(line)


async def test_many_at_once(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code("import os, time; time.sleep(.2); print(os.getpid() > 0)"))
    lines = await asyncio.gather(*(viewer.view(address) for _ in range(6)))
    assert [line.texts(0) for line in lines] == ["True\n"] * 6
    assert stage.kernels == 0


async def test_a_kernel_that_dies_before_its_page_comes(stage: Stage, viewer: Viewer) -> None:
    """The page gets what was shown until then, once, and learns of the end."""
    page = await viewer.get(stage.notebook(code("print('alive')", "import os\nos._exit(1)")))
    await until_ended(viewer, page.kernel)
    assert (await viewer.get(f"/api/kernels/{page.kernel}")).status == 200
    async with viewer.line(page.kernel) as line:
        assert await line.until_closed() == 1000
    assert line.texts(0) == "alive\n"
    assert (await viewer.get(f"/api/kernels/{page.kernel}")).status == 404
