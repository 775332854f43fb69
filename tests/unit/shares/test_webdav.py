"""Reading WebDAV: what servers write in odd ways, and what they write to do harm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

import httpx
import pytest

from tests.unit.shares import canned
from tests.unit.shares.canned import Host, Reply
from vaas.errors import (
    AnswerTooLarge,
    EfssFailed,
    EfssMaintenance,
    FileDrop,
    InternalLink,
    NotAnEfss,
    PasswordNeeded,
    PasswordWrong,
    ShareChanged,
    ShareExpired,
    ShareThrottled,
    ShareUnknown,
    VaasError,
)
from vaas.model import Entry, Secret, Share, ShareLink, Version
from vaas.shares import multistatus
from vaas.shares.client import Answer, OutboundClient
from vaas.shares.multistatus import Resource, bare_etag, parse
from vaas.shares.nextcloud import Nextcloud
from vaas.shares.owncloud import OwnCloud
from vaas.shares.plain import PlainDav
from vaas.shares.refusals import refusal, retry_after
from vaas.shares.webdav import disposition_name

URL = "https://cloud.example.org/dav/files/T/"


def response(href: str, props: str = "", status: str = "HTTP/1.1 200 OK") -> str:
    return (
        f"<d:response><d:href>{escape(href)}</d:href><d:propstat><d:prop>{props}</d:prop>"
        f"<d:status>{status}</d:status></d:propstat></d:response>"
    )


FOLDER = "<d:resourcetype><d:collection/></d:resourcetype>"


def multi(*responses: str) -> bytes:
    return (
        '<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns">'
        f"{''.join(responses)}</d:multistatus>"
    ).encode()


async def names(*hrefs: str, root: str = "/dav/files/T/") -> list[str]:
    _, found = await parse(multi(response(root, FOLDER), *map(response, hrefs)), URL)
    return [r.parts[-1] for r in found]


async def test_names_are_decoded_after_the_path_is_split() -> None:
    base = "/dav/files/T/"
    odd = [
        ("a%20b.txt", "a b.txt"),
        ("100%25.txt", "100%.txt"),
        ("100%2525", "100%25"),
        ("half%.txt", "half%.txt"),
        ("a#b?c=d", "a#b?c=d"),
        ("%23%3F", "#?"),
        ("r%C3%A4ks", "räks"),
        ("räks2", "räks2"),
        (".hidden", ".hidden"),
        ("..dots", "..dots"),
        ("a&b<c>", "a&b<c>"),
        ("folder/", "folder"),
    ]
    assert await names(*(base + href for href, _ in odd)) == [name for _, name in odd]


@pytest.mark.parametrize(
    "href",
    [
        "/dav/files/T/../up.txt",
        "/dav/files/T/%2e%2e",
        "/dav/files/T/%2E%2E/up.txt",
        "/dav/files/T/.",
        "/dav/files/T/a%2Fb.txt",
        "/dav/files/T/nul%00.txt",
        "/dav/files/T/latin%E9.txt",
        "/dav/files/T/sub/below.txt",
        "/dav/files/OTHER/file.txt",
        "/dav/files/Tx",
        "/etc/passwd",
        "",
    ],
)
async def test_what_lies_outside_the_folder_is_left_out(href: str) -> None:
    assert await names(href, "/dav/files/T/good.txt") == ["good.txt"]


async def test_another_host_is_refused() -> None:
    with pytest.raises(EfssFailed):
        await names("https://evil.example.net/dav/files/T/file.txt")
    with pytest.raises(EfssFailed):
        await names("https://[bad/dav/files/T/file.txt")


async def test_absolute_addresses_and_other_prefixes() -> None:
    full = "http://CLOUD.example.org:8443/proxied/dav/files/T/"
    assert await names(full + "a.txt", full + "b%20c/", root=full) == ["a.txt", "b c"]


async def test_the_root_need_not_come_first_and_nothing_comes_twice() -> None:
    body = multi(
        response("/dav/files/T/a"),
        response("/dav/files/T/a"),
        response("/dav/files/T", FOLDER),
        response("/dav/files/T/", FOLDER),
    )
    root, found = await parse(body, URL)
    assert root.is_folder
    assert [r.parts[-1] for r in found] == ["a"]


async def test_an_answer_about_something_else() -> None:
    for body in (multi(), multi(response("/x/a"), response("/y/b"))):
        with pytest.raises(EfssFailed):
            await parse(body, URL)


async def test_only_what_the_server_has_counts() -> None:
    body = multi(
        "<d:response><d:href>/dav/files/T/</d:href>"
        '<d:propstat><d:prop><d:getetag>W/"abc"</d:getetag><oc:permissions/>'
        "<d:getcontentlength>many</d:getcontentlength></d:prop>"
        "<d:status>HTTP/1.1 200 OK</d:status></d:propstat>"
        f"<d:propstat><d:prop>{FOLDER}<oc:size>5</oc:size></d:prop>"
        "<d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>",
        response("/dav/files/T/denied", status="HTTP/1.1 403 Forbidden"),
    )
    root, found = await parse(body, URL)
    assert (root.etag, root.is_folder, root.size, root.permissions) == ("abc", False, 0, "")
    assert found == []


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", NotAnEfss),
        (b"<html><body>Sign in</body></html>", NotAnEfss),
        (b"<html><p>Sign in", NotAnEfss),
        (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><d:x xmlns:d="DAV:"/>', NotAnEfss),
        (b'<?xml version="1.0" encoding="utf-99"?><x/>', NotAnEfss),
        (b"\xff\xfe\x00", NotAnEfss),
    ],
)
async def test_what_is_no_multistatus(body: bytes, error: type[VaasError]) -> None:
    with pytest.raises(error):
        await parse(body, URL)


async def test_deep_nesting_and_many_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    deep = b"<a>" * 200_000 + b"</a>" * 200_000
    with pytest.raises(NotAnEfss):
        await parse(deep, URL)
    many = multi(response("/dav/files/T/", FOLDER), *(
        response(f"/dav/files/T/{n}") for n in range(5_000)
    ))  # fmt: skip
    assert len((await parse(many, URL))[1]) == 5_000
    monkeypatch.setattr(multistatus, "MAX_ENTRIES", 4_999)
    with pytest.raises(AnswerTooLarge):
        await parse(many, URL)


def test_tags() -> None:
    assert {bare_etag(t) for t in ('"a-1"', "a-1", 'W/"a-1"', '"a-1-gzip"', ' "a-1" ')} == {"a-1"}
    day = "Mon, 05 Jan 2026 08:00:00 GMT"
    assert Resource(("f",), is_folder=False, size=3, modified=day).tag == f"3-{day}"
    assert Resource(("f",), is_folder=False, size=3).tag == ""
    assert Resource(("f",), is_folder=True, modified=day).tag == ""


def answer(status: int, body: str = "", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, httpx.Headers(named), body.encode(), "")


NOT_FOUND = "<s:exception>Sabre\\DAV\\Exception\\NotFound</s:exception>"


@pytest.mark.parametrize(
    ("given", "password", "inside", "error"),
    [
        (answer(401), False, False, PasswordNeeded),
        (answer(401), True, False, PasswordWrong),
        (answer(412), False, False, PasswordNeeded),
        (answer(412), True, False, EfssFailed),
        (answer(403), True, False, ShareUnknown),
        (answer(404), False, False, ShareUnknown),
        (answer(404), False, True, ShareChanged),
        (answer(409), False, True, ShareChanged),
        (answer(416), False, True, ShareChanged),
        (answer(410), False, False, ShareExpired),
        (answer(405, "Only PUT is allowed on files drop"), False, False, FileDrop),
        (answer(405, "<html>405"), False, False, NotAnEfss),
        (answer(501), False, False, NotAnEfss),
        (answer(423), False, True, ShareChanged),
        (answer(429), False, False, ShareThrottled),
        (answer(503, f"ServiceUnavailable {NOT_FOUND}"), False, False, ShareUnknown),
        (answer(503, "MaxDelayReached"), False, False, ShareThrottled),
        (answer(503, X_Nextcloud_Maintenance_Mode="1"), False, False, EfssMaintenance),
        (answer(503, "System in maintenance mode."), False, False, EfssMaintenance),
        (answer(503), False, False, EfssFailed),
        (answer(500), False, False, EfssFailed),
        (answer(418), True, False, EfssFailed),
        (answer(200, "<html>"), False, False, NotAnEfss),
        (answer(302), False, False, NotAnEfss),
    ],
)
def test_each_refusal_has_its_error(
    given: Answer, password: bool, inside: bool, error: type[VaasError]
) -> None:
    assert type(refusal(given, password=password, inside=inside)) is error


def test_how_long_to_wait() -> None:
    def wait(**headers: str) -> float | None:
        return refusal(answer(429, **headers), password=False).retry_after

    assert wait() is None
    assert wait(Retry_After="17") == 17
    assert wait(Retry_After="9999999999") == 86_400
    assert wait(Retry_After="soon") == 0
    assert wait(Retry_After="-5") == 0
    assert wait(X_Nextcloud_Bruteforce_Throttled="25000ms") == 25
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    assert wait(Retry_After=date) == pytest.approx(100, abs=3)
    assert retry_after({"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}) == 0


def test_names_in_headers() -> None:
    def name(value: str) -> str:
        return disposition_name({"Content-Disposition": value})

    assert name("attachment; filename*=UTF-8''r%C3%A4ks%20%231.ipynb") == "räks #1.ipynb"
    assert name('attachment; filename="a b.ipynb"') == "a b.ipynb"
    assert name("attachment") == name("") == ""


@pytest.fixture
def host() -> Iterator[Host]:
    with canned.host() as found:
        yield found


@pytest.fixture
async def client(host: Host) -> AsyncIterator[OutboundClient]:
    async with OutboundClient(host.policy()) as client:
        yield client


def link(host: Host) -> ShareLink:
    return ShareLink(host.url, "T")


FILE = "<d:resourcetype/><d:getcontentlength>10</d:getcontentlength>"
BARE = "/public.php/dav/files/T"


async def test_nextcloud_file_without_a_listed_name(host: Host, client: OutboundClient) -> None:
    host.replies[f"{BARE}/"] = Reply(207, multi(response(BARE, FILE)))
    disposition = "attachment; filename*=UTF-8''..%2F..%2Fetc%2Fmy%20n.ipynb"
    host.replies[BARE] = Reply(200, "0123456789", {"Content-Disposition": disposition})
    provider = Nextcloud(client)
    share = await provider.resolve(link(host), None)
    assert (share.name, share.is_file, share.size) == ("my n.ipynb", True, 10)
    [entry] = await provider.list(share, "")
    async with aclosing(provider.read(share, entry, 4)) as pieces:
        # The host ignores Range and sends everything.
        assert b"".join([p async for p in pieces]) == b"456789"
    sent = [headers for _, _, headers, _ in host.asked]
    assert all(h["X-Requested-With"] == "XMLHttpRequest" for h in sent)
    assert not any("Cookie" in h or "Authorization" in h for h in sent)


async def test_nextcloud_without_reading(host: Host, client: OutboundClient) -> None:
    props = f"{FOLDER}<oc:permissions>CK</oc:permissions>"
    host.replies[f"{BARE}/"] = Reply(207, multi(response(BARE, props)))
    with pytest.raises(FileDrop):
        await Nextcloud(client).resolve(link(host), None)


async def test_nextcloud_of_unknown_version_goes_over_once(
    host: Host, client: OutboundClient
) -> None:
    root = f'{FOLDER}<d:getetag>"e"</d:getetag>'
    host.replies["/public.php/webdav/"] = Reply(207, multi(response("/public.php/webdav/", root)))
    provider = Nextcloud(client, unsure=True)
    for _ in range(2):
        assert (await provider.resolve(link(host), None)).version.tag == "e"
    assert host.paths() == [f"{BARE}/", *["/public.php/webdav/"] * 2]


async def test_nextcloud_of_unknown_version_believes_a_real_answer(
    host: Host, client: OutboundClient
) -> None:
    host.replies[f"{BARE}/"] = Reply(404, f"<d:error>{NOT_FOUND}</d:error>")
    with pytest.raises(ShareUnknown):
        await Nextcloud(client, unsure=True).resolve(link(host), None)
    assert len(host.asked) == 1


async def test_owncloud_family(host: Host, client: OutboundClient) -> None:
    path = "/remote.php/dav/public-files/T/"
    drop = f"{FOLDER}<oc:public-link-permission>4</oc:public-link-permission>"
    host.replies[path] = Reply(207, multi(response(path, drop)))
    with pytest.raises(FileDrop):
        await OwnCloud(client).resolve(link(host), None)
    host.replies[path] = Reply(401, "", {"WWW-Authenticate": 'Bearer realm="x"'})
    with pytest.raises(InternalLink):
        await OwnCloud(client).resolve(link(host), Secret("x"))


@pytest.mark.parametrize("dav_root", ["/inside/dav/{token}", "dav/{token}/"])
async def test_a_pinned_root(host: Host, client: OutboundClient, dav_root: str) -> None:
    provider = OwnCloud(client, dav_root)
    at = ShareLink(f"{host.url}/inside", "a b")
    assert provider.root_url(at) == f"{host.url}/inside/dav/a%20b"


async def test_plain_hosts(host: Host, client: OutboundClient) -> None:
    provider = PlainDav(client)
    place = ShareLink(f"{host.url}/page", "-", "", "webdav")
    for reply in (
        Reply(404, "<html>no such page"),
        Reply(405, "<html>not allowed"),
        Reply(200, "<html>welcome"),
        Reply(207, "<html>welcome"),
        Reply(501),
    ):
        host.replies = {"/page": reply, "/page/": reply}
        with pytest.raises(NotAnEfss):
            await provider.resolve(place, None)
    assert provider.login(place, Secret("ana:pass:word")) == ("ana", Secret("pass:word"))
    assert provider.login(place, Secret("word")) == ("public", Secret("word"))
    with pytest.raises(NotAnEfss):
        await provider.resolve(link(host), None)


def _shared(host: Host) -> tuple[Share, Entry]:
    at = link(host)
    share = Share(at, "nextcloud", "n", is_file=False, version=Version(at.fingerprint, "v"))
    return share, Entry("f", False, 10, "tag", "Mon, 05 Jan 2026 08:00:00 GMT")


@pytest.mark.parametrize(
    ("reply", "offset", "expected"),
    [
        (Reply(200, "0123456789", {"ETag": '"tag"'}), 0, b"0123456789"),
        (Reply(200, "0123456789", {"ETag": '"other"'}), 0, b"0123456789"),
        (Reply(200, "0123456789"), 7, b"789"),
        (Reply(206, "789", {"Content-Range": "bytes 7-9/10"}), 7, b"789"),
        (Reply(200, "01234567890", {"ETag": '"other"'}), 0, None),
        (Reply(200, "0123456789", {"ETag": '"x"', "Last-Modified": "Tue, 06"}), 0, None),
        (Reply(206, "789", {"Content-Range": "bytes 0-2/10"}), 7, None),
        (Reply(206, "789", {"Content-Range": "bytes 7-9/11"}), 7, None),
        (Reply(206, "789"), 7, None),
        (Reply(416), 7, None),
        (Reply(404), 0, None),
    ],
)
async def test_reading_notices_another_file(
    host: Host, client: OutboundClient, reply: Reply, offset: int, expected: bytes | None
) -> None:
    host.replies[f"{BARE}/f"] = reply
    share, entry = _shared(host)
    pieces = Nextcloud(client).read(share, entry, offset)
    async with aclosing(pieces):
        if expected is None:
            with pytest.raises(ShareChanged):
                await anext(pieces)
        else:
            assert b"".join([p async for p in pieces]) == expected


async def test_a_password_changed_meanwhile(host: Host, client: OutboundClient) -> None:
    host.replies[f"{BARE}/f"] = Reply(401, "x" * 100_000)
    share, entry = _shared(host)
    with pytest.raises(PasswordNeeded):
        await anext(Nextcloud(client).read(share, entry))


async def test_a_tree_is_walked_up_to_its_bound() -> None:
    from vaas.shares.base import tree_digest

    asked: list[str] = []
    running = most = 0

    async def endless(folder: str) -> list[Entry]:
        nonlocal running, most
        asked.append(folder)
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return [Entry(f"{folder}/{n}", is_folder=True) for n in range(10)]

    first = await tree_digest(endless, limit=200)
    assert first == await tree_digest(endless, limit=200)
    assert len(asked) <= 2 * 24
    assert most == 4
