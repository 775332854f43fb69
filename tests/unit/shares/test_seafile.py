"""What of Seafile the demo cloud does not show: file servers elsewhere, odd listings, forms."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from tests.unit.shares import canned
from tests.unit.shares.canned import Host, Reply
from vaas.demo import DemoEfss
from vaas.errors import (
    AddressRefused,
    EfssFailed,
    InternalLink,
    NotAnEfss,
    PasswordWrong,
    ShareExpired,
    ShareUnknown,
    VaasError,
)
from vaas.model import Entry, Secret, Share, ShareLink, Version
from vaas.shares import OutboundPolicy, SiteRule, parse_link
from vaas.shares.client import OutboundClient
from vaas.shares.forms import asks_password, cookie_header, hidden_fields
from vaas.shares.seafile import Seafile

DIRENTS = "/api/v2.1/share-links/abcdef/dirents/"


@pytest.fixture
def host() -> Iterator[Host]:
    with canned.host() as found:
        yield found


@pytest.fixture
def elsewhere() -> Iterator[Host]:
    with canned.host() as found:
        yield found


@pytest.fixture
async def seafile(host: Host) -> AsyncIterator[Seafile]:
    policy = host.policy()
    async with OutboundClient(policy) as client:
        yield Seafile(client, policy)


def link(host: Host, token: str = "d.abcdef") -> ShareLink:  # noqa: S107 (a test's)
    return ShareLink(host.url, token, "", "seafile")


def shared(host: Host, password: Secret | None = None) -> tuple[Share, Entry]:
    at = link(host)
    version = Version(at.fingerprint, "v")
    share = Share(at, "seafile", "n", is_file=False, version=version, password=password)
    return share, Entry("sub/a b.txt", False, 4, "4-x", "x")


async def test_a_listed_file_server_gets_no_session(host: Host, elsewhere: Host) -> None:
    form = '<html><input type="hidden" name="csrfmiddlewaretoken" value="c"><input type="password">'
    host.replies["/d/abcdef/"] = Reply(200, form, {"Set-Cookie": "sfcsrftoken=c; Path=/"})
    there = {"Location": f"{elsewhere.url}/seafhttp/files/once/a%20b.txt"}
    host.replies["/d/abcdef/files/"] = Reply(302, "", there)
    elsewhere.replies["/seafhttp/files/once/a%20b.txt"] = Reply(200, "data")
    # The form is answered with itself: what matters here is where cookies go.
    policy = OutboundPolicy([host.rule(), elsewhere.rule()])
    share, entry = shared(host)
    async with OutboundClient(policy) as client:
        seafile = Seafile(client, policy)
        async with aclosing(seafile.read(share, entry)) as pieces:
            assert b"".join([p async for p in pieces]) == b"data"
    [(_, _, headers, _)] = elsewhere.asked
    assert not {"Cookie", "Authorization", "Referer"} & set(headers)
    assert host.paths() == ["/d/abcdef/files/?p=%2Fsub%2Fa%20b.txt&dl=1"]


async def test_an_unlisted_file_server_is_not_asked(
    host: Host, elsewhere: Host, seafile: Seafile
) -> None:
    there = {"Location": f"{elsewhere.url}/seafhttp/files/once/x"}
    host.replies["/d/abcdef/files/"] = Reply(302, "", there)
    with pytest.raises(AddressRefused):
        await anext(seafile.read(*shared(host)))
    assert elsewhere.asked == []


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(302, "", {"Location": "/accounts/login/?next=/d/"}), InternalLink),
        (Reply(401), InternalLink),
        (Reply(200, "<html>The link is expired</html>"), ShareExpired),
        (Reply(200, "<html>A preview of the file</html>"), EfssFailed),
    ],
)
async def test_pages_instead_of_files(
    host: Host, seafile: Seafile, reply: Reply, error: type[VaasError]
) -> None:
    host.replies["/d/abcdef/files/"] = reply
    with pytest.raises(error):
        await anext(seafile.read(*shared(host)))


async def test_odd_listings(host: Host, seafile: Seafile) -> None:
    def item(path: str, *, folder: bool = False, **more: object) -> dict[str, object]:
        kind = "folder_path" if folder else "file_path"
        return {"is_dir": folder, kind: path, "size": 1, "last_modified": "t"} | more

    listed = [
        item("/sub/a.txt"), item("/sub/b/", folder=True), item("/sub/../up"), item("/other/c"),
        item("/sub/d/e"), item("/sub/.."), item("/sub"), item(""), item("/sub/n\0"),
        item("/sub/f", size=None), item("/sub/g", size="big"),
    ]  # fmt: skip
    share, _ = shared(host)
    host.replies[DIRENTS] = Reply(200, json.dumps({"dirent_list": listed}))
    found = await seafile.list(share, "sub")
    assert [(e.path, e.is_folder, e.size) for e in found] == [
        ("sub/a.txt", False, 1),
        ("sub/b", True, 0),
        ("sub/f", False, 0),
        ("sub/g", False, 0),
    ]
    for body in ("<html>", "{}", '{"dirent_list": 3}', "[" * 100_000, '{"dirent_list": [3]}'):  # fmt: skip
        host.replies[DIRENTS] = Reply(200, body)
        with pytest.raises(NotAnEfss):
            await seafile.list(share, "sub")


async def test_shapes_that_are_not_its_own(host: Host, seafile: Seafile) -> None:
    for token in ("abcdef", "x.abcdef", "-"):
        with pytest.raises(ShareUnknown):
            await seafile.resolve(link(host, token), None)
    assert host.asked == []


async def test_the_form_is_filled_in_as_a_browser_would(host: Host, seafile: Seafile) -> None:
    form = '<html><input type="password" name="password">'
    host.replies["/d/abcdef/"] = Reply(200, form, {"Set-Cookie": "sfcsrftoken=c; Path=/"})
    host.replies[DIRENTS] = Reply(403, "{}")
    with pytest.raises(VaasError):
        await seafile.resolve(link(host), Secret("päss&word"))
    [post] = [(headers, body) for method, _, headers, body in host.asked if method == "POST"]
    assert post[0]["Cookie"] == "sfcsrftoken=c"
    assert post[0]["Referer"] == f"{host.url}/d/abcdef/"
    assert b"password=p%C3%A4ss%26word" in post[1]


async def test_a_session_that_ended_is_opened_again(tmp_path: Path) -> None:
    (tmp_path / "f.txt").write_text("data")
    with DemoEfss(tmp_path) as efss:
        at = parse_link(efss.add_link("seafile", "", password="right"))
        policy = OutboundPolicy([SiteRule(at.host, insecure=True, private=True)])
        async with OutboundClient(policy) as client:
            seafile = Seafile(client, policy)
            share = await seafile.resolve(at, Secret("right"))
            efss._products["seafile"]._secret = "after a restart"
            [entry] = await seafile.list(share, "")
            assert entry.path == "f.txt"
            for _ in range(2):
                efss._products["seafile"]._secret += "!"
                async with aclosing(seafile.read(share, entry)) as pieces:
                    assert b"".join([p async for p in pieces]) == b"data"
            with pytest.raises(PasswordWrong):
                await seafile.resolve(at, Secret("wrong"))


def test_forms() -> None:
    page = (
        b'<form><INPUT value="v&amp;1" name=csrf type=hidden><input name="x" type="hidden">'
        b'<input type="hidden"><input type=Password></form>'
    )
    assert hidden_fields(page) == {"csrf": "v&1", "x": ""}
    assert asks_password(page)
    assert not asks_password(b"<p>password</p>\xff<input")


def test_cookies() -> None:
    joined = "a=1; Path=/; Expires=Thu, 01 Jan 2026 00:00:00 GMT, b=2; HttpOnly, c=x=y,d=4"
    assert cookie_header({"Set-Cookie": joined}) == "a=1; b=2; c=x=y; d=4"
    assert cookie_header({"Set-Cookie": "b=3"}, "a=1; b=2") == "a=1; b=3"
    assert cookie_header({}, "a=1") == "a=1"
    assert cookie_header({}) == ""
