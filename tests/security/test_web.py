"""What a hostile browser, page or viewer can try against the service, and what comes of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.service.harness import PROTOCOL, Line, Page, Stage, Viewer, code, message
from vaas.kernels.wire import Frame, pack
from vaas.rendering import AssetStore

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]

SLIDER = "import ipywidgets as w\nslider = w.IntSlider(3)\nslider"


@pytest.fixture(scope="module")
def address(stage: Stage) -> str:
    return stage.notebook(code(SLIDER, "secret = 'of the kernel'"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line(stage: Stage, address: str) -> AsyncIterator[Line]:
    """A dashboard that is ready, and stays so whatever is sent to it."""
    async with stage.viewer() as viewer, viewer.dashboard(address) as found:
        await found.until("vaas_ready")
        yield found


async def refused(viewer: Viewer) -> int:
    text = (await viewer.get("/metrics")).text
    found = re.search(r"^vaas_refused_messages_total (\d+)", text, re.MULTILINE)
    assert found
    return int(found[1])


async def still_works(line: Line) -> None:
    """The session lives, and the kernel answers in order: what was sent before is over."""
    reply = await line.ask("kernel_info_request")
    assert reply.content["status"] == "ok"


RUN = {"code": "open('/tmp/ran', 'w')", "silent": False, "user_expressions": {}}


@pytest.mark.parametrize(
    ("kind", "channel"),
    [
        ("execute_request", "shell"),
        ("execute_request", "control"),
        ("execute_request", "stdin"),
        ("execute_request", "iopub"),
        ("execute_request", "hb"),
        ("execute_request", ""),
        ("inspect_request", "shell"),
        ("complete_request", "shell"),
        ("history_request", "shell"),
        ("is_complete_request", "shell"),
        ("shutdown_request", "control"),
        ("shutdown_request", "shell"),
        ("debug_request", "control"),
        ("create_subshell_request", "control"),
        ("delete_subshell_request", "control"),
        ("usage_request", "control"),
        ("abort_request", "control"),
        ("clear_request", "shell"),
        ("apply_request", "shell"),
        ("input_reply", "stdin"),
        ("comm_msg", "control"),
        ("comm_open", "iopub"),
        ("stream", "iopub"),
        ("vaas_cell", "iopub"),
        ("", "shell"),
        ("EXECUTE_REQUEST", "shell"),
        ("execute_request\0", "shell"),
    ],
)
async def test_forbidden_messages_are_refused_and_counted(
    line: Line, viewer: Viewer, kind: str, channel: str
) -> None:
    before = await refused(viewer)
    asked = await line.send(kind, RUN, channel)
    await still_works(line)
    assert await refused(viewer) == before + 1
    assert not [one for one in line.heard if one.parent.get("msg_id") == asked]


VUE = """
import ipyvue
class Card(ipyvue.VueTemplate):
    template = "<template><div/></template>"
    def vue_tell(self, what):
        print("told", what)
card = Card()
card
"""


async def test_a_page_builds_nothing_in_the_kernel(stage: Stage, viewer: Viewer) -> None:
    """Where ipyvue would import any module, build any class and call any method."""
    async with viewer.dashboard(stage.notebook(code(VUE))) as line:
        await line.until("vaas_ready")
        view = line.cells[0][0]["data"]["application/vnd.jupyter.widget-view+json"]
        call = {"functionRef": "vue_tell", "args": ["called"]}

        async def custom(**content: object) -> str:
            data = {"method": "custom", "content": content}
            return await line.send("comm_msg", {"comm_id": view["model_id"], "data": data})

        for data in ("by an event", "x" * (2 << 20)):
            asked = await custom(event="tell", data=data)
            told = await line.until(
                lambda one, asked=asked: one.kind == "stream" and one.parent.get("msg_id") == asked
            )
            assert told.content["text"].startswith(f"told {data[:100]}")
        before = await refused(viewer)
        build: dict[str, object] = {"create_widget": ["types", "SimpleNamespace"], "id": "a"}
        refusals = [
            await custom(**build, props={"x": call}),
            await custom(update_ref=call, id=view["model_id"], prop="layout"),
        ]
        asked = await custom(event="tell", data="what comes after both")
        await line.until(lambda one: one.kind == "stream" and one.parent.get("msg_id") == asked)
        assert [one for one in line.heard if one.parent.get("msg_id") in refusals] == []
        assert await refused(viewer) == before + 2


def raw(*parts: bytes, channel: str = "shell") -> bytes:
    return pack(Frame(channel, parts))


HEAD = {"msg_id": "a", "msg_type": "execute_request", "session": "s", "username": "", "date": ""}
INFO = b'"msg_type": "kernel_info_request"'
NO_MESSAGES = {
    "a text frame": "execute_request",
    "a text frame of JSON": json.dumps({"header": HEAD, "content": RUN, "channel": "shell"}),
    "empty": b"",
    "eight bytes": b"\0" * 8,
    "noise": bytes(range(256)) * 8,
    "too many parts": struct.pack("<2Q", 2**63, 16),
    "offsets beyond": struct.pack("<7Q", 6, 56, 60, 70, 80, 90, 2**40) + b"shell",
    "offsets backwards": struct.pack("<7Q", 6, 90, 80, 70, 60, 58, 56) + b"x" * 60,
    "offsets into the head": struct.pack("<7Q", 6, 0, 5, 10, 15, 20, 25) + b"x" * 60,
    "too few parts": raw(b"{}", b"{}"),
    "header is no JSON": raw(b"{", b"{}", b"{}", b"{}"),
    "header is a list": raw(b"[]", b"{}", b"{}", b"{}"),
    "header is deep": raw(b"[" * 100_000, b"{}", b"{}", b"{}"),
    "header is long": raw(
        b'{"msg_type": "comm_msg"' + b" " * (2 << 20) + b"}", b"{}", b"{}", b"{}"
    ),
    "type is a list": raw(b'{"msg_type": ["comm_msg"]}', b"{}", b"{}", b"{}"),
    "type twice, bad last": raw(
        b"{" + INFO + b', "msg_type": "execute_request"}', b"{}", b"{}", b"{}"
    ),
    "channel of bytes": raw(b"{" + INFO + b"}", b"{}", b"{}", b"{}").replace(
        b"shell", b"\xff\xfe\xfd\xfc\xfb"
    ),
}


@pytest.mark.parametrize("name", NO_MESSAGES)
async def test_what_is_no_message_does_no_harm(line: Line, viewer: Viewer, name: str) -> None:
    before = await refused(viewer)
    await line.socket.send(NO_MESSAGES[name])
    await still_works(line)
    assert await refused(viewer) == before + 1


async def test_a_doubled_key_is_read_as_we_read_it(line: Line) -> None:
    """The header goes on as it was judged: the last of two types, and only known keys."""
    head = (
        '{"msg_id": "twice", "msg_type": "execute_request", '
        + INFO.decode()
        + ', "subshell_id": "x"}'
    )
    await line.socket.send(raw(head.encode(), b"{}", b"{}", json.dumps(RUN).encode()))
    reply = await line.until(
        lambda one: one.parent.get("msg_id") == "twice" and one.channel == "shell"
    )
    assert reply.kind == "kernel_info_reply"


async def test_forged_sessions_and_parents_lead_nowhere(
    line: Line, stage: Stage, viewer: Viewer, address: str
) -> None:
    """A viewer who writes another's names into a message still speaks to their own kernel."""
    async with viewer.dashboard(address) as other:
        await other.until("vaas_ready")
        theirs = other.heard[-2]
        model = other.cells[0][0]["data"]["application/vnd.jupyter.widget-view+json"]["model_id"]
        update = {
            "comm_id": model,
            "data": {"method": "update", "state": {"description": "forged words"}},
        }
        head = {"msg_id": "x", "msg_type": "comm_msg", "session": "forged", "username": "root"}
        parent = {"session": theirs.parent.get("session", "y"), "msg_id": "z"}
        parts = [head | {"date": "", "version": "5.3"}, parent, {}, update]
        await line.socket.send(raw(*(json.dumps(part).encode() for part in parts)))
        await still_works(line)
        await still_works(other)
        assert "forged words" not in str([one.content for one in other.heard])


async def test_a_frame_that_is_too_large_ends_the_line_not_the_session(
    stage: Stage, viewer: Viewer, address: str
) -> None:
    page = await viewer.get(address)
    async with viewer.line(page.kernel) as line:
        await line.until("vaas_ready")
        with pytest.raises(ConnectionClosed):  # noqa: PT012 - sent, then noticed
            await line.socket.send(message("comm_msg", {"data": "x" * (65 << 20)}))
            async with asyncio.timeout(20):
                while True:
                    await line.hear()
    async with viewer.line(page.kernel) as line:
        await still_works(line)
    await viewer.leave(page.kernel)


async def test_a_flood_of_refused_messages_is_borne(line: Line, viewer: Viewer) -> None:
    before = await refused(viewer)
    for _ in range(2000):
        await line.send("execute_request", RUN)
    await still_works(line)
    assert await refused(viewer) == before + 2000


# The line itself


async def status_of(stage: Stage, kernel: str, **options: object) -> int:
    host = urlsplit(stage.url).netloc
    try:
        async with connect(f"ws://{host}/api/kernels/{kernel}/channels", **options):  # type: ignore[arg-type]
            return 101
    except InvalidStatus as error:
        return error.response.status_code


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "file://",
    ],
)
async def test_other_sites_pages_cannot_connect(
    stage: Stage, viewer: Viewer, address: str, origin: str
) -> None:
    page = await viewer.get(address)
    assert await status_of(stage, page.kernel, origin=origin, subprotocols=[PROTOCOL]) == 403
    assert stage.heard("origin_refused")[-1]["expected"] == stage.url.rstrip("/")
    await viewer.leave(page.kernel)


@pytest.mark.parametrize("kernel", ["0" * 32, "f" * 32, "0123456789abcdef" * 2])
async def test_a_guessed_kernel_is_gone(stage: Stage, viewer: Viewer, kernel: str) -> None:
    async with viewer.line(kernel) as line:
        assert await line.until_closed() == 1000
    # Voilà's own page would open a line that was closed again and again.
    assert await status_of(stage, kernel, subprotocols=[PROTOCOL]) == 404
    assert (await viewer.state(kernel))["state"] == "ended"
    assert (await viewer.get(f"/api/kernels/{kernel}")).status == 404
    await viewer.leave(kernel)


@pytest.mark.parametrize(
    "kernel", ["x", "0" * 31, "0" * 33, "G" * 32, "..", "%2e%2e", "0" * 32 + "/.."]
)
async def test_what_is_no_kernel_is_not_found(stage: Stage, viewer: Viewer, kernel: str) -> None:
    for path in (f"/api/kernels/{kernel}", f"/api/v1/sessions/{kernel}"):
        assert (await viewer.get(path)).status == 404


async def test_another_protocol_is_not_spoken(stage: Stage, viewer: Viewer, address: str) -> None:
    page = await viewer.get(address)
    url = f"ws://{urlsplit(stage.url).netloc}/api/kernels/{page.kernel}/channels"
    for protocols in ([], ["other"]):
        async with connect(
            url, origin=stage.url.rstrip("/"), subprotocols=protocols or None
        ) as socket:  # type: ignore[arg-type]
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(socket.recv(), 5)
            assert socket.close_code == 4004
    assert (await viewer.state(page.kernel))["state"] != "ended"
    await viewer.leave(page.kernel)


# Requests across sites


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "SAME", "Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_posts_of_other_sites_are_refused(
    stage: Stage, viewer: Viewer, address: str, headers: dict
) -> None:
    page = await viewer.get(address)
    headers = {
        name: value.replace("SAME", stage.url.rstrip("/")) for name, value in headers.items()
    }
    for path, form in (
        (f"/voila/api/shutdown/{page.kernel}", {}),
        ("/password", {"next": address, "password": "x"}),
    ):
        answer = await viewer.client.post(path, data=form, headers=headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
    assert (await viewer.state(page.kernel))["state"] != "ended"
    await viewer.leave(page.kernel)


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "X"]
)
async def test_methods_that_no_address_knows(
    stage: Stage, viewer: Viewer, address: str, method: str
) -> None:
    known = stage.kernels
    for path in ("/", address, "/open", "/health/live", "/metrics", "/static/x", "/nothing"):
        answer = await viewer.client.request(method, path)
        assert answer.status_code in {404, 405}, path
        assert "access-control-allow-origin" not in answer.headers
    assert stage.kernels == known


async def test_head_starts_nothing(stage: Stage, viewer: Viewer) -> None:
    # Not the page that is open all the time, whose share is looked at now and then.
    address, known = stage.notebook(code("'never opened'")), stage.kernels
    token = address.strip("/").split("/")[-1]
    for path in ("/", address, address + "?vaas=plain", "/health/live", "/metrics"):
        answer = await viewer.client.head(path)
        assert answer.content == b""
        assert answer.status_code in {200, 405}
        assert answer.status_code == 200 or path not in {"/", "/health/live"}
    assert stage.kernels == known
    assert not [one for one in stage.cloud.requests["nextcloud"] if token in one.path]
    await viewer.get(f"{address}?vaas=source")
    assert [one for one in stage.cloud.requests["nextcloud"] if token in one.path]


# Addresses


TRAVERSALS = [
    "../pyproject.toml",
    "..%2fpyproject.toml",
    "%2e%2e/%2e%2e/etc/passwd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "/etc/passwd",
    "//etc/passwd",
    "%2fetc%2fpasswd",
    "....//etc/passwd",
    "a%00.js",
    "%00",
    "..%5c..%5cetc",
    "%c0%ae%c0%ae/etc/passwd",
    ".",
    "..",
    "%ff%fe",
    "a" * 300,
]


@pytest.mark.parametrize("tail", TRAVERSALS)
async def test_files_beside_the_assets_are_out_of_reach(
    stage: Stage, viewer: Viewer, tail: str
) -> None:
    root = stage.front.renderer.root
    for base in (
        "/static/",
        f"{root}/",
        f"{root}/voila/",
        f"{root}/labextensions/",
        f"{root}/labextensions/vaas/",
        f"{root}/templates/lab/",
        "/voila/templates/",
        "/voila/templates/lab/static/",
    ):
        status, body = await ask_raw(stage, f"GET {base}{tail} HTTP/1.1")
        assert status in {400, 404}, (base, status)
        assert b"root:" not in body
        assert b"[project]" not in body


async def ask_raw(stage: Stage, first: str, *headers: str, body: bytes = b"") -> tuple[int, bytes]:
    """A request as it stands, without a client that would tidy it."""
    host = urlsplit(stage.url).netloc
    reader, writer = await asyncio.open_connection(*host.split(":"))
    lines = [first, f"Host: {host}", "Connection: close", *headers, "", ""]
    writer.write("\r\n".join(lines).encode("latin-1") + body)
    try:
        async with asyncio.timeout(20):
            answer = await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 "), answer[:100]
    return int(answer.split(b" ", 2)[1]), answer


async def test_links_out_of_the_assets_are_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "labextensions" / "x"
    library.mkdir(parents=True)
    (tmp_path / "outside.txt").write_text("secret")
    (library / "link.txt").symlink_to(tmp_path / "outside.txt")
    (library / "up").symlink_to(tmp_path)
    (library / "own.txt").write_text("its own")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    store = AssetStore(tmp_path / "cache")
    assert await store.get("labextensions/x/own.txt", "br") is not None
    for name in ("link.txt", "up/outside.txt", "../outside.txt"):
        assert await store.get(f"labextensions/x/{name}", "br") is None


@pytest.mark.parametrize(
    "path",
    [
        "/s/",
        "/s/x",
        "/s/x/",
        "/s//y/z",
        "/s/../y/z",
        "/s/%2e%2e/y/z",
        "/s/a b/y/",
        "/s/x/y/../../../etc/passwd",
        "/s/x/y/%2e%2e/%2e%2e/etc/passwd",
        "/s/x/y/a%00b",
        "/s/local/x/",
        "/s/local/..%2f..%2fetc/passwd",
        "/s/user@host/tok/",
        "/s/127.0.0.1:1/tok/x",
        "/s/localhost/tok/x",
        "/s/169.254.169.254/tok/",
        "/s/[::1]/tok/",
        "/s/[::ffff:127.0.0.1]/t/",
        "/s/0x7f000001/tok/",
        "/s/2130706433/tok/",
        "/s/%ff/tok/",
        "/s/host/%ff/",
        "/s/host/t/%ff%fe",
        "/s/host:99999/tok/",
        "/s/host:-1/t/",
        "/s/host~%2f..%2f/tok/",
        "/s/xn--/t/",
        "/s/%0d%0aSet-Cookie:x=1/t/",
        "/%",
        "/%zz",
        "/%00",
        "//evil.example/",
        "/\\evil.example",
        "/.git/config",
        "/.env",
        "/wp-login.php",
        "/voila/templates/",
        "/assets/",
        "/assets/0000000000000000/voila/voila.js",
        "/api",
        "/api/kernels",
        "/s/host/" + "t" * 5000 + "/",
        "/" + "a/" * 5000,
        "/open?" + "x=1&" * 5000,
    ],
)
async def test_odd_addresses_are_told_calmly(stage: Stage, viewer: Viewer, path: str) -> None:
    known = stage.kernels
    status, answer = await ask_raw(stage, f"GET {path} HTTP/1.1")
    assert 400 <= status < 500 or (status == 301 and b"Location: http" not in answer), status
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"Set-Cookie" not in head
    assert b"Traceback" not in body
    assert b'href="//' not in body
    assert b"Try again" not in body
    assert b"\r\nServer: VaaS" in head or status == 400
    assert stage.kernels == known


async def test_an_address_without_its_last_slash_leads_on(viewer: Viewer, address: str) -> None:
    for query in ("", "?a=1&b=%2F"):
        answer = await viewer.get(address.rstrip("/") + query)
        assert answer.status == 302
        assert answer.headers["location"] == address + query


@pytest.mark.parametrize("query", ["", "?vaas=plain"])
async def test_a_viewer_who_goes_while_the_page_is_made_is_no_fault(
    stage: Stage, caplog: pytest.LogCaptureFixture, query: str
) -> None:
    """Nothing is logged as one, and the kernel goes at once: no page will come for it."""
    host = urlsplit(stage.url).netloc
    # Sessions of those who were here before may end meanwhile.
    ended, left = len(stage.heard("session_ended")), len(stage.heard("viewer_left"))
    _, writer = await asyncio.open_connection(*host.split(":"))
    path = stage.notebook(code("import time; time.sleep(1000)")) + query
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    await writer.drain()
    writer.transport.abort()
    async with asyncio.timeout(20):
        while len(stage.heard("session_ended")) == ended or len(stage.heard("viewer_left")) == left:  # noqa: ASYNC110 - a log has no event
            await asyncio.sleep(0.02)
    assert stage.heard("failed") == []
    assert caplog.records == []


async def test_a_very_long_address_is_refused(stage: Stage, viewer: Viewer) -> None:
    host = urlsplit(stage.url).netloc
    reader, writer = await asyncio.open_connection(*host.split(":"))
    writer.write(b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    answer = b""
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(10):
            answer = await reader.read()
    writer.close()
    assert answer == b"" or int(answer.split(b" ")[1]) in {400, 414, 431}
    assert (await viewer.get("/health/live")).status == 200


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/",
        "/s",
        "/open?link=x",
        "https:/s/x/y/",
        "//evil.example/s/x/y/",
        "/s/../../evil",
        "/s//evil.example",
        "\t//evil.example/s/",
        " /s/x/y/z",
        "/s/x/y/\r\nSet-Cookie: a=b",
        "http:///s/a/b/c",
        "data:text/html,x",
        "/s/%2e%2e/%2e%2e//evil.example",
        "/./s/x/y",
        "",
        "/s/a/b/c#//evil",
        "///s/x/y/",
    ],
)
async def test_the_password_leads_to_shares_of_ours_alone(
    stage: Stage, viewer: Viewer, target: str
) -> None:
    answer = await viewer.client.get("/password", params={"next": target})
    assert answer.status_code in {200, 400}
    posted = await viewer.client.post(
        "/password", data={"next": target, "password": "x"}, headers={"Origin": viewer.url}
    )
    assert posted.status_code in {400, 401, 403, 404, 502}
    for one in (answer, posted):
        assert "location" not in one.headers
        assert "set-cookie" not in one.headers
        for found in re.findall(r'(?:href|action|value)="([^"]*)"', one.text):
            assert not re.match(
                r"\s*(javascript|data:text|//|\\|https?://evil)", found.replace("&#92;", "\\")
            )


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "//evil.example/s/x",
        "https://evil.example/s/AbCdEf123",
        "file:///etc/passwd",
        "https://a@b/s/AbCdEf123",
        "https://evil.example\r\nSet-Cookie: a=b/s/AbCdEf123",
        "",
        " ",
        "x" * 4000,
        "https://evil.example/\r\n\r\n<script>alert(1)</script>",
        "<script>alert(1)</script>",
        "gopher://x/",
        "\0",
    ],
)
async def test_a_pasted_link_leads_to_us_or_to_a_page(
    stage: Stage, viewer: Viewer, link: str
) -> None:
    answer = await viewer.client.get("/open", params={"link": link})
    if answer.status_code == 302:
        place = answer.headers["location"]
        assert place.startswith("/s/")
        assert not place.startswith("//")
        answer = await viewer.client.get(place)
    assert answer.status_code in {400, 403}
    assert "set-cookie" not in answer.headers
    assert "<script>alert" not in answer.text


async def test_a_password_of_ten_megabytes_is_refused(stage: Stage, viewer: Viewer) -> None:
    address = stage.share({"a.ipynb": code("1")}, password="right")
    asked = len(stage.cloud.requests["nextcloud"])
    head = (
        f"Origin: {viewer.url}",
        "Content-Type: application/x-www-form-urlencoded",
    )
    body = f"next={address}&password=".encode() + b"x" * (10 << 20)
    try:
        status, answer = await ask_raw(
            stage, "POST /password HTTP/1.1", *head, f"Content-Length: {len(body)}", body=body
        )
    except (ConnectionError, AssertionError):
        status, answer = 413, b""
    assert status in {400, 413}
    assert b"Set-Cookie" not in answer
    assert len(stage.cloud.requests["nextcloud"]) == asked
    assert (await viewer.get("/health/live")).status == 200


# Headers


def directives(page: Page) -> dict[str, list[str]]:
    parts = [part.split() for part in page.headers["content-security-policy"].split(";")]
    return {part[0]: part[1:] for part in parts}


async def test_headers_of_each_kind_of_page(stage: Stage, viewer: Viewer, address: str) -> None:
    locked = stage.share({"a.ipynb": code("1")}, password="right")
    folder = stage.share({"a.ipynb": code("1"), "b.ipynb": code("2")})
    ours = [
        "/",
        "/nothing",
        folder,
        locked,
        f"{address}?vaas=source",
        "/s/evil.example/token123456789/",
        "/open?link=x",
        f"/password?next={locked}",
        "/health/live",
        "/health/ready",
        "/metrics",
    ]
    for path in ours:
        page = await viewer.get(path)
        policy = directives(page)
        assert policy["default-src"] == ["'none'"], path
        assert policy["script-src"] == ["'self'"]
        assert policy["style-src"] == ["'self'"]
        assert policy["form-action"] == ["'self'"]
        assert policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]
        assert_common(page)
        assert page.headers["cache-control"] == "no-store"
        assert not re.search(r"<script(?![^>]*\ssrc=)|\son[a-z]+=|<style|\sstyle=", page.text), path
    for ask in ("", "?vaas=plain"):
        page = await viewer.get(address + ask)
        policy = directives(page)
        assert policy["default-src"] == ["'self'"]
        assert policy["connect-src"] == ["'self'", "data:", "blob:"]
        assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == ["'none'"]
        assert policy["form-action"] == ["'self'"]
        assert "https:" not in policy["script-src"] + policy["frame-src"] + policy["font-src"]
        assert_common(page, shut=bool(ask))
        assert page.headers["cache-control"] == "no-store"
        await viewer.leave(page.kernel)


async def test_what_a_browser_is_known_by_shuts_its_dashboards_off(
    viewer: Viewer, address: str
) -> None:
    page = await viewer.get(address, Cookie="vaas-viewer=" + "A" * 32)
    assert_common(page)
    await viewer.leave(page.kernel)


def assert_common(page: Page, *, shut: bool = True) -> None:
    assert page.headers["server"] == "VaaS"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers.get("cross-origin-opener-policy") == ("same-origin" if shut else None)
    assert "access-control-allow-origin" not in page.headers
    assert "set-cookie" not in page.headers


async def test_assets_are_kept_for_ever_and_are_what_they_say(stage: Stage, viewer: Viewer) -> None:
    own = stage.front.statics.url("site.js")
    for path in (own, f"{stage.front.renderer.root}/voila/voila.js"):
        for accepted, encoding in (("br", "br"), ("gzip", "gzip"), ("identity", None)):
            answer = await viewer.client.get(path, headers={"Accept-Encoding": accepted})
            assert answer.status_code == 200
            assert answer.headers.get("content-encoding") == encoding
            assert "immutable" in answer.headers["cache-control"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["content-type"].split(";")[0] in {
                "text/javascript",
                "application/javascript",
            }


async def test_the_cookie_of_a_password(stage: Stage, viewer: Viewer) -> None:
    address = stage.share({"a.ipynb": code("1")}, password="right pass")
    answer = await viewer.client.post(
        "/password",
        data={"next": address, "password": "right pass"},
        headers={"Origin": viewer.url},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, address)
    cookie = answer.headers["set-cookie"]
    assert re.search(r"HttpOnly", cookie)
    assert re.search(r"SameSite=Lax", cookie)
    assert "right" not in cookie
    page = await viewer.get(address)
    await viewer.leave(page.kernel)
    async with stage.viewer() as stranger:
        assert (await stranger.get(address)).status == 401
        forged = await stranger.get(address, Cookie="vaas-viewer=" + "A" * 32)
        assert forged.status == 401


async def test_hosts_are_not_believed(stage: Stage, viewer: Viewer, address: str) -> None:
    """A forged Host or forwarded header leads nobody elsewhere."""
    headers = ("X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https", "X-Scheme: https")
    for path in ("/", "/open?link=https%3A%2F%2Fa.example%2Fs%2FAbCdEf123"):
        _, answer = await ask_raw(stage, f"GET {path} HTTP/1.1", *headers)
        assert b"evil.example" not in answer


@pytest.mark.parametrize(
    "name", ["evil.example", "127.0.0.1.evil.example:80", "localhost.evil", ""]
)
async def test_a_name_that_was_pointed_at_us(stage: Stage, address: str, name: str) -> None:
    """DNS rebinding: the browser believes that we are the stranger's own site."""
    async with stage.viewer() as viewer:
        for place in ("/", address, "/metrics", "/api/v1/sessions/" + "0" * 32, "/nothing"):
            page = await viewer.get(place, Host=name)
            assert page.status == 421, place


@pytest.mark.parametrize(
    "name", ["localhost:8866", "me.localhost", "127.0.0.1", "[::1]:8866", "10.0.0.7"]
)
async def test_names_of_this_machine(stage: Stage, name: str) -> None:
    async with stage.viewer() as viewer:
        assert (await viewer.get("/", Host=name)).status == 200


@pytest.mark.parametrize("name", ["evil.example", "localhost"])
async def test_a_socket_under_a_name_that_was_pointed_at_us(
    stage: Stage, viewer: Viewer, name: str
) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    where = f"/api/kernels/{'0' * 32}/channels?ours=1"
    async with viewer.client.stream(
        "GET", where, headers={**upgrade, "Host": name, "Origin": f"http://{name}"}
    ) as answer:
        assert answer.status_code == (421 if name == "evil.example" else 101)
