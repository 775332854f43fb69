"""The HTTP client against hosts that mean harm, over real connections."""

from __future__ import annotations

import asyncio
import gzip
import logging
import socket
import ssl
import traceback
import zlib
from contextlib import ExitStack

import pytest

from tests.security.hosts import (
    OTHER_PUBLIC,
    PUBLIC,
    Detour,
    Names,
    answer,
    certificate,
    says,
    serving,
    until,
)
from vaas.errors import (
    AddressRefused,
    AnswerTooLarge,
    EfssTooSlow,
    EfssUnreachable,
    SiteNotAllowed,
    TooManyRedirects,
    VaasError,
)
from vaas.model import Secret
from vaas.shares import body as body_module
from vaas.shares import client as client_module
from vaas.shares.client import OutboundClient
from vaas.shares.network import trusted_certificates
from vaas.shares.policy import OutboundPolicy, SiteRule

TOKEN = "TheSecretToken"
PASSWORD = ("public", Secret("hunter2"))
SITES = [SiteRule("c.org", insecure=True), SiteRule("d.org", insecure=True)]


@pytest.fixture
def names():
    return Names().set("c.org", [PUBLIC]).set("d.org", [OTHER_PUBLIC])


@pytest.fixture
def outside(monkeypatch, names):
    """Build a client for which the whole internet is one port of loopback."""

    def build(port, sites=SITES, everything=False, tls=None):
        detour = Detour(port)
        monkeypatch.setattr("httpcore.AnyIOBackend", lambda: detour)
        policy = OutboundPolicy(sites, everything, resolve=names)
        client = OutboundClient(policy, tls=tls or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        client.detour = detour
        return client

    return build


async def refused(client, error, url=f"http://c.org/s/{TOKEN}", **options: object):
    """Expect an error that names no token, no password and no address."""
    with pytest.raises(VaasError) as caught:
        await client.request("GET", url, password=PASSWORD, **options)
    assert type(caught.value) is error
    _tells_nothing(caught.value)
    return caught.value.detail


def _tells_nothing(error):
    assert error.detail
    told = "".join(traceback.format_exception(error)) + repr(error) + error.detail
    for secret in (TOKEN, "hunter2", "aHVudGVyMg", PUBLIC):
        assert secret not in told


# What is sent and what comes back


async def test_an_answer_is_handed_over_whole(outside):
    async with (
        serving(says(answer(b"hello", ETag='"7"'))) as host,
        outside(host.port) as client,
    ):
        got = await client.request(
            "PROPFIND",
            "http://c.org/s/a b?c=d#e",
            headers={"Depth": "0"},
            content=b"<x/>",
            password=PASSWORD,
        )
        assert (got.status, got.body, got.url) == (200, b"hello", "http://c.org/s/a%20b?c=d")
        assert got.headers["etag"] == got.headers["ETag"] == '"7"'
        seen = host.requests[0]
        assert (seen.method, seen.target, seen.body) == ("PROPFIND", "/s/a%20b?c=d", b"<x/>")
        assert seen.headers["host"] == "c.org"
        assert seen.headers["depth"] == "0"
        assert seen.headers["authorization"] == "Basic cHVibGljOmh1bnRlcjI="
        assert seen.headers["accept-encoding"] == "gzip"
        assert "hello" not in repr(got)
        assert "/s/" not in repr(got)


async def test_an_answer_is_streamed_in_pieces(outside):
    data = bytes(range(256)) * 4096
    async with (
        serving(says(answer(data))) as host,
        outside(host.port) as client,
        client.stream(
            "GET", "http://c.org/f", headers={"Range": "bytes=0-"}, password=PASSWORD
        ) as got,
    ):
        assert got.status == 200
        assert b"".join([piece async for piece in got.chunks()]) == data
        assert host.requests[0].headers["accept-encoding"] == "identity"
        assert host.requests[0].headers["range"] == "bytes=0-"
        assert host.requests[0].headers["authorization"].startswith("Basic ")


async def test_connections_are_kept_and_then_closed(outside):
    async with serving(says(answer(b"x"))) as host:
        async with outside(host.port) as client:
            for _ in range(5):
                await client.request("GET", "http://c.org/")
            async with client.stream("GET", "http://c.org/") as got:
                assert [piece async for piece in got.chunks()] == [b"x"]
            assert host.connections == 1
        await host.until_closed()


async def test_a_stream_that_is_left_early_is_closed(outside):
    async def endless(request, writer):
        writer.write(CHUNKED)
        await _pour(writer, b"x" * 10_000)

    async with serving(endless) as host, outside(host.port) as client:
        async with client.stream("GET", "http://c.org/") as got:
            assert await anext(got.chunks())
        await host.until_closed()


async def test_tls_is_for_the_name_and_goes_to_the_address(outside, names, tmp_path):
    server, client_tls = certificate(tmp_path, "c.org")
    sites = [SiteRule("c.org"), SiteRule("d.org")]
    async with (
        serving(says(answer(b"x")), server) as host,
        outside(host.port, sites=sites, tls=client_tls) as client,
    ):
        assert (await client.request("GET", "https://c.org/")).body == b"x"
        assert host.names == ["c.org"]
        assert client.detour.asked == [(PUBLIC, 443)]
        detail = await refused(client, EfssUnreachable, f"https://d.org/s/{TOKEN}")
        assert "certificate" in detail
    async with (
        serving(says(answer(b"x")), certificate(tmp_path, "c.org")[0]) as host,
        outside(host.port, sites=sites) as client,
    ):
        detail = await refused(client, EfssUnreachable, f"https://c.org/s/{TOKEN}")
        assert "certificate" in detail
        assert host.requests == []


def test_certificates_are_verified_by_default():
    context = trusted_certificates()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert len(context.get_ca_certs()) > 50


# Names and addresses


async def test_rebinding_gains_nothing(outside, names):
    """The name is public when asked and private a moment later, or the other way."""
    names.set("c.org", [PUBLIC], ["127.0.0.1"])
    closing = says(answer(b"x", Connection="close"))
    async with serving(closing) as host, outside(host.port) as client:
        await client.request("GET", "http://c.org/")
        assert names.lookups == ["c.org"]
        await refused(client, AddressRefused)
        assert client.detour.asked == [(PUBLIC, 80)]
        assert host.connections == 1


async def test_a_kept_connection_is_not_asked_for_again(outside, names):
    names.set("c.org", [PUBLIC], ["127.0.0.1"])
    async with serving(says(answer(b"x"))) as host, outside(host.port) as client:
        for _ in range(3):
            await client.request("GET", "http://c.org/")
        assert names.lookups == ["c.org"]
        assert client.detour.asked == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    "found", [[PUBLIC, "127.0.0.1"], ["10.0.0.1", PUBLIC], ["::ffff:127.0.0.1"]]
)
async def test_one_private_address_refuses_the_name(outside, names, found):
    names.set("c.org", found)
    async with serving(says(answer())) as host, outside(host.port) as client:
        await refused(client, AddressRefused)
        assert client.detour.asked == []
        assert host.connections == 0


async def test_an_address_that_is_down_is_passed_over(outside, names):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        names.set("c.org", [OTHER_PUBLIC, PUBLIC])
        async with serving(says(answer(b"x"))) as host, outside(host.port) as client:
            client.detour.by_address[OTHER_PUBLIC] = closed.getsockname()[1]
            assert (await client.request("GET", "http://c.org/")).body == b"x"
            assert client.detour.asked == [(OTHER_PUBLIC, 80), (PUBLIC, 80)]
            names.set("c.org", [OTHER_PUBLIC])
            names.set("d.org", [OTHER_PUBLIC])
            await refused(client, EfssUnreachable, f"http://d.org/s/{TOKEN}")


@pytest.mark.parametrize(
    ("url", "error"),
    [
        (f"http://127.0.0.1/s/{TOKEN}", AddressRefused),
        (f"http://[::ffff:7f00:1]/s/{TOKEN}", AddressRefused),
        (f"http://2130706433/s/{TOKEN}", AddressRefused),
        (f"http://me:hunter2@c.org/s/{TOKEN}", AddressRefused),
        (f"http://c.org:22/s/{TOKEN}", AddressRefused),
        (f"ftp://c.org/s/{TOKEN}", AddressRefused),
        (f"https://e.org/s/{TOKEN}", SiteNotAllowed),
        (f"http://c.org/s/{TOKEN}\r\nX-Injected: 1", AddressRefused),
    ],
)
async def test_refused_addresses_are_not_connected_to(outside, url, error):
    async with serving(says(answer())) as host, outside(host.port) as client:
        await refused(client, error, url)
        with pytest.raises(error):
            async with client.stream("GET", url):
                pass
        assert client.detour.asked == []
        assert host.connections == 0


async def test_headers_cannot_smuggle_a_request(outside):
    async with serving(says(answer())) as host, outside(host.port) as client:
        for headers in ({"X": "a\r\nY: b"}, {"X\r\nY": "a"}):
            with pytest.raises(EfssUnreachable):
                await client.request("GET", "http://c.org/", headers=headers)
        await client.request(
            "GET",
            "http://c.org/",
            headers={"Host": "d.org", "Content-Length": "7", "Transfer-Encoding": "chunked"},
        )
        assert len(host.requests) == 1
        assert host.requests[0].headers["host"] == "c.org"
        assert "transfer-encoding" not in host.requests[0].headers


# Redirects


def moved(location, status="302 Found"):
    return answer(b"", status, Location=location, Connection="close")


@pytest.mark.parametrize(
    ("location", "error"),
    [
        (f"http://127.0.0.1/s/{TOKEN}", AddressRefused),
        (f"http://[::1]/s/{TOKEN}", AddressRefused),
        (f"//0x7f.1/s/{TOKEN}", AddressRefused),
        ("http://localhost/", AddressRefused),
        ("http://169.254.169.254/latest/meta-data/", AddressRefused),
        ("http://inside.org/", AddressRefused),
        (f"http://me:hunter2@d.org/s/{TOKEN}", AddressRefused),
        (f"http://d.org:6379/s/{TOKEN}", AddressRefused),
        ("file:///etc/passwd", AddressRefused),
        ("gopher://d.org/", AddressRefused),
        ("http://[", AddressRefused),
        (f"https://e.org/s/{TOKEN}", SiteNotAllowed),
    ],
)
async def test_a_redirect_passes_the_same_checks(outside, names, location, error):
    names.set("inside.org", ["10.0.0.1"])
    sites = [*SITES, SiteRule("inside.org", insecure=True)]
    async with serving(says(moved(location))) as host, outside(host.port, sites=sites) as client:
        await refused(client, error)
        assert client.detour.asked == [(PUBLIC, 80)]
        assert len(host.requests) == 1


async def test_credentials_stay_at_their_origin(outside):
    async with (
        serving(says(answer(b"there"))) as there,
        serving(says(moved("/again"), moved("http://d.org/x"))) as here,
        outside(here.port) as client,
    ):
        client.detour.by_address[OTHER_PUBLIC] = there.port
        given = {"Cookie": "a=b", "X-Reva-Transfer": "t"}
        got = await client.request("GET", "http://c.org/", headers=given, password=PASSWORD)
        assert (got.body, got.url) == (b"there", "http://d.org/x")
        assert [seen.target for seen in here.requests] == ["/", "/again"]
        for seen in here.requests:
            assert seen.headers["authorization"].startswith("Basic ")
            assert (seen.headers["cookie"], seen.headers["x-reva-transfer"]) == ("a=b", "t")
        assert not {"authorization", "cookie", "x-reva-transfer"} & set(there.requests[0].headers)
        assert there.requests[0].headers["host"] == "d.org"


async def test_another_port_is_another_origin(outside):
    sites = [*SITES, SiteRule("c.org:8080", insecure=True)]
    steps = says(moved("http://c.org:8080/"), answer(b"x"))
    async with serving(steps) as host, outside(host.port, sites=sites) as client:
        await client.request("GET", "http://c.org/", password=PASSWORD)
        assert "authorization" not in host.requests[1].headers
        assert host.requests[1].headers["host"] == "c.org:8080"


async def test_a_stream_follows_by_the_same_rules(outside):
    async with (
        serving(says(answer(b"there"))) as there,
        serving(says(moved("http://d.org/x"), moved("http://127.0.0.1/"))) as here,
        outside(here.port) as client,
    ):
        client.detour.by_address[OTHER_PUBLIC] = there.port
        async with client.stream("GET", "http://c.org/", password=PASSWORD) as got:
            assert [piece async for piece in got.chunks()] == [b"there"]
        assert "authorization" not in there.requests[0].headers
        with pytest.raises(AddressRefused):
            async with client.stream("GET", "http://c.org/", password=PASSWORD):
                pass


async def test_a_loop_ends_after_three(outside):
    async with serving(says(moved(f"/s/{TOKEN}"))) as host, outside(host.port) as client:
        await refused(client, TooManyRedirects)
        assert len(host.requests) == 4


async def test_three_redirects_are_followed(outside):
    steps = says(moved("/1"), moved("2"), moved("http://c.org/3"), answer(b"x"))
    async with serving(steps) as host, outside(host.port) as client:
        assert (await client.request("GET", "http://c.org/")).url == "http://c.org/3"
        assert [seen.target for seen in host.requests] == ["/", "/1", "/2", "/3"]


async def test_https_is_not_left(outside, tmp_path):
    server, trusting = certificate(tmp_path, "c.org", "d.org")
    async with (
        serving(says(moved(f"http://d.org/s/{TOKEN}")), server) as host,
        outside(host.port, tls=trusting) as client,
    ):
        await refused(client, AddressRefused, f"https://c.org/s/{TOKEN}")
        assert client.detour.asked == [(PUBLIC, 443)]


async def test_redirects_are_left_alone_when_told_so(outside):
    async with serving(says(moved("http://127.0.0.1/"))) as host, outside(host.port) as client:
        got = await client.request("GET", "http://c.org/", follow=False)
        assert (got.status, got.headers["location"]) == (302, "http://127.0.0.1/")


async def test_a_form_is_not_sent_on_to_another_host(outside):
    again = moved("http://d.org/", "307 Temporary Redirect")
    async with serving(says(again)) as host, outside(host.port) as client:
        with pytest.raises(AddressRefused):
            await client.request("POST", "http://c.org/", content=b"password=hunter2")
        assert client.detour.asked == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    ("status", "before", "after"),
    [
        ("303 See Other", "POST", "GET"),
        ("302 Found", "POST", "GET"),
        ("307 Temporary Redirect", "POST", "POST"),
        ("301 Moved Permanently", "PROPFIND", "PROPFIND"),
        ("308 Permanent Redirect", "PROPFIND", "PROPFIND"),
    ],
)
async def test_what_a_redirect_makes_of_the_method(outside, status, before, after):
    async with serving(says(moved("/x", status), answer())) as host, outside(host.port) as client:
        await client.request(before, "http://c.org/", content=b"body")
        assert host.requests[1].method == after
        assert host.requests[1].body == (b"body" if after == before else b"")


# Sizes


async def test_an_answer_that_says_it_is_too_large_is_not_read(outside):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000001\r\n\r\n"
    async with serving(says(head)) as host, outside(host.port) as client:
        await refused(client, AnswerTooLarge, max_bytes=1_000_000)
        with pytest.raises(AnswerTooLarge):
            async with client.stream("GET", "http://c.org/", max_bytes=1_000_000):
                pass
        await host.until_closed()


async def test_the_size_of_a_head_answer_is_that_of_the_file(outside):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
    async with serving(says(head)) as host, outside(host.port) as client:
        assert (await client.request("HEAD", "http://c.org/")).status == 200


async def _pour(writer, piece):
    """Send a piece for ever, as chunks."""
    while True:
        writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        await writer.drain()


async def test_an_answer_without_end_is_cut_off(outside):
    async def endless(request, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        await _pour(writer, b"x" * 10_000)

    async with serving(endless) as host, outside(host.port) as client:
        await refused(client, AnswerTooLarge, max_bytes=1_000_000)
        async with client.stream("GET", "http://c.org/", max_bytes=1_000_000) as got:
            with pytest.raises(AnswerTooLarge):
                async for _ in got.chunks():
                    pass
        await host.until_closed()


async def test_headers_without_end_are_cut_off(outside):
    async def endless(request, writer):
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X: " + b"y" * 10_000 + b"\r\n")
            await writer.drain()

    async with serving(endless) as host, outside(host.port) as client:
        await refused(client, EfssUnreachable)


async def _collect(chunks, pieces):
    async for piece in chunks:
        pieces.append(piece)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress], ids=["gzip", "deflate"])
async def test_a_bomb_is_not_unfolded(outside, pack):
    bomb = pack(b"\0" * 50_000_000)
    encoding = "gzip" if pack is gzip.compress else "deflate"
    async with (
        serving(says(answer(bomb, Content_Encoding=encoding))) as host,
        outside(host.port) as client,
    ):
        pieces = []
        async with client.stream("GET", "http://c.org/", max_bytes=1_000_000) as got:
            with pytest.raises(AnswerTooLarge):
                await _collect(got.chunks(), pieces)
        assert max(map(len, pieces)) <= body_module.PIECE
        assert 0 < sum(map(len, pieces)) <= 1_000_000
        await refused(client, AnswerTooLarge, max_bytes=1_000_000)


async def test_a_compressed_answer_that_unfolds_to_nothing_is_cut_off(outside):
    async def hollow(request, writer):
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        start = zlib.compressobj(wbits=31)
        writer.write(b"%x\r\n%b\r\n" % (len(begun := start.flush(zlib.Z_SYNC_FLUSH)), begun))
        await _pour(writer, b"\x00\x00\x00\xff\xff" * 2000)  # empty stored blocks

    async with serving(hollow) as host, outside(host.port) as client:
        await refused(client, AnswerTooLarge, max_bytes=1_000_000)


async def test_compressed_answers_are_unfolded(outside):
    data = b"<d:response/>" * 100_000
    packed = gzip.compress(data)
    async with (
        serving(says(answer(packed, Content_Encoding="gzip"))) as host,
        outside(host.port) as client,
    ):
        assert (await client.request("GET", "http://c.org/")).body == data
        assert (await client.request("HEAD", "http://c.org/")).body == b""


@pytest.mark.parametrize(
    "broken",
    [
        answer(b"no gzip at all", Content_Encoding="gzip"),
        answer(gzip.compress(b"x" * 10_000, mtime=0)[:-10], Content_Encoding="gzip"),
        answer(b"x", Content_Encoding="br"),
        answer(b"x", Content_Encoding="gzip, gzip"),
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"this is no HTTP\r\n\r\n",
    ],
)
async def test_broken_answers_are_broken_connections(outside, broken):
    async with serving(says(broken)) as host, outside(host.port) as client:
        await refused(client, EfssUnreachable)


async def test_a_connection_that_breaks_off(outside):
    async def breaks(request, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()
        raise ConnectionError

    async with serving(breaks) as host, outside(host.port) as client:
        await refused(client, EfssUnreachable)


# Time


def dripping(head: bytes, drop: bytes, seconds: float = 0.01):
    async def handle(request, writer):
        writer.write(head)
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(seconds)  # the pace is what is tested

    return handle


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (CHUNKED, b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"", b""),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["body", "headers", "silence", "informational"],
)
async def test_a_host_that_drips_meets_the_deadline(outside, head, drop):
    async with serving(dripping(head, drop)) as host, outside(host.port) as client:
        await refused(client, EfssTooSlow, deadline=0.2)
        await host.until_closed()


async def test_a_stream_that_drips_or_stops_is_too_slow(outside):
    async def stops(request, writer):
        writer.write(CHUNKED + b"1\r\nx\r\n")
        await writer.drain()
        await asyncio.Event().wait()

    for handle in (dripping(CHUNKED, b"1\r\nx\r\n"), stops):
        async with serving(handle) as host, outside(host.port) as client:
            async with client.stream("GET", f"http://c.org/s/{TOKEN}", deadline_idle=0.2) as got:
                with pytest.raises(EfssTooSlow) as caught:
                    async for _ in got.chunks():
                        pass
            _tells_nothing(caught.value)
            await host.until_closed()


async def test_a_stream_that_does_not_begin_is_too_slow(outside):
    async with (
        serving(dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n")) as host,
        outside(host.port) as client,
    ):
        async with asyncio.timeout(5):
            with pytest.raises(EfssTooSlow):
                async with client.stream("GET", "http://c.org/", deadline_idle=0.2):
                    pass


async def test_a_slow_reader_is_not_a_slow_host(outside):
    async with serving(says(answer(b"x" * 1_000_000))) as host, outside(host.port) as client:
        async with client.stream("GET", "http://c.org/", deadline_idle=0.1) as got:
            size = 0
            async for piece in got.chunks():
                size += len(piece)
                if size < 200_000:
                    await asyncio.sleep(0.15)  # longer than the deadline, on our side
        assert size == 1_000_000


async def test_a_host_that_does_not_listen_is_unreachable(outside):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        async with outside(closed.getsockname()[1]) as client:
            await refused(client, EfssUnreachable)


async def test_a_host_that_never_accepts_is_unreachable(outside, monkeypatch):
    monkeypatch.setattr(client_module, "CONNECT_DEADLINE", 0.2)
    with socket.socket() as full, ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):  # nobody accepts them, so the queue stays full
            filler = waiting.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        async with outside(full.getsockname()[1]) as client:
            await refused(client, EfssUnreachable)


# Turns


async def test_at_most_eight_at_once_and_room_for_listings(outside):
    release = asyncio.Event()

    async def waits(request, writer):
        if request.target == "/file":
            writer.write(CHUNKED)
            await writer.drain()
            await release.wait()
            writer.write(b"0\r\n\r\n")
        else:
            writer.write(answer(b"listing"))

    async def download(client):
        async with client.stream("GET", "http://c.org/file") as got:
            async for _ in got.chunks():
                pass

    async with serving(waits) as host, outside(host.port) as client:
        async with asyncio.TaskGroup() as group:
            for _ in range(20):
                group.create_task(download(client))
            await until(lambda: len(host.requests) >= client_module.STREAMS_PER_HOST)
            listed = await client.request("PROPFIND", "http://c.org/", deadline=5)
            assert listed.body == b"listing"
            files = [seen for seen in host.requests if seen.target == "/file"]
            assert len(files) == client_module.STREAMS_PER_HOST
            release.set()
        assert len(host.requests) == 21
        assert host.connections <= client_module.PER_HOST


async def test_requests_wait_for_their_turn(outside):
    busiest = 0
    busy = 0

    async def counts(request, writer):
        nonlocal busy, busiest
        busy += 1
        busiest = max(busiest, busy)
        for _ in range(20):
            await asyncio.sleep(0)
        busy -= 1
        writer.write(answer(b"x"))

    async with serving(counts) as host, outside(host.port) as client:
        await asyncio.gather(*(client.request("GET", "http://c.org/") for _ in range(40)))
        assert 1 < busiest <= client_module.PER_HOST
        assert len(host.requests) == 40
        assert len(client._turns) == 0


# What is neither kept, used nor told


async def test_no_cookie_is_kept(outside):
    setting = answer(b"x", Set_Cookie="session=1; Path=/")
    async with serving(says(setting)) as host, outside(host.port) as client:
        for _ in range(2):
            got = await client.request("GET", "http://c.org/")
            assert got.headers["set-cookie"].startswith("session=1")
        assert all("cookie" not in seen.headers for seen in host.requests)


async def test_the_environments_proxies_and_credentials_are_not_used(
    outside, monkeypatch, tmp_path
):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine c.org login me password hunter2\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    async with serving(says(answer(b"proxy"))) as proxy, serving(says(answer(b"host"))) as host:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with outside(host.port) as client:
            assert (await client.request("GET", "http://c.org/")).body == b"host"
        assert proxy.connections == 0
        assert "authorization" not in host.requests[0].headers


async def test_the_engines_logs_stay_quiet(outside, caplog):
    caplog.set_level(logging.DEBUG)
    setting = answer(b"x", Set_Cookie=f"s={TOKEN}", X_Token=TOKEN)
    async with serving(says(setting)) as host, outside(host.port) as client:
        await client.request("GET", f"http://c.org/s/{TOKEN}", password=PASSWORD)
        async with client.stream("GET", f"http://c.org/s/{TOKEN}", password=PASSWORD) as got:
            assert TOKEN not in repr(got)
    assert [r for r in caplog.records if r.name.startswith(("httpx", "httpcore"))] == []
    assert TOKEN not in caplog.text
