"""Links as people paste them, and the canonical path that each has here."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vaas.errors import FileDrop, InternalLink, LinkError, NotALink
from vaas.model import ShareLink
from vaas.shares.links import canonical_path, local_link, parse_canonical, parse_link

HEX = "0123456789abcdef0123"

SHAPES = [
    # Nextcloud, ownCloud
    ("https://c.org/s/AbC123", "https://c.org", "AbC123", "", ""),
    ("https://c.org/s/AbC123/", "https://c.org", "AbC123", "", ""),
    ("https://c.org/index.php/s/AbC123", "https://c.org", "AbC123", "", ""),
    ("https://c.org/s/T?path=/dir&files=nb.ipynb", "https://c.org", "T", "dir/nb.ipynb", ""),
    ("https://c.org/s/T/download?path=&files=nb.ipynb", "https://c.org", "T", "nb.ipynb", ""),
    (
        "https://c.org/s/T/download?path=%2Fa%2Fb&files=x.ipynb",
        "https://c.org",
        "T",
        "a/b/x.ipynb",
        "",
    ),
    ("https://c.org/s/T/download/some.ipynb", "https://c.org", "T", "", ""),
    (
        'https://c.org/s/T/download?path=/a&files=["x y.ipynb"]',
        "https://c.org",
        "T",
        "a/x y.ipynb",
        "",
    ),
    ('https://c.org/s/T/download?path=/a&files=["x","y"]', "https://c.org", "T", "a", ""),
    ("https://c.org/s/T/download?files=[draft].ipynb", "https://c.org", "T", "[draft].ipynb", ""),
    ("https://c.org/s/T?dir=/a/b", "https://c.org", "T", "a/b", ""),
    ("https://c.org/s/T?dir=/a&editing=false&openfile=true", "https://c.org", "T", "a", ""),
    ("https://c.org/s/T?dir=/a&openfile=4711", "https://c.org", "T", "a", ""),
    ("https://c.org/s/T?dir=/a&openfile=nb.ipynb", "https://c.org", "T", "a/nb.ipynb", ""),
    ("https://c.org/s/T?openfile", "https://c.org", "T", "", ""),
    ("https://c.org/s/T/authenticate/showShare", "https://c.org", "T", "", ""),
    ("https://c.org/s/T/authenticate/preview?redirect=1", "https://c.org", "T", "", ""),
    ("https://c.org/s/my-custom_Token", "https://c.org", "my-custom_Token", "", ""),
    (
        "https://c.org/public.php/dav/files/T/a%20b/nb.ipynb",
        "https://c.org",
        "T",
        "a b/nb.ipynb",
        "",
    ),
    (
        "https://c.org/remote.php/dav/public-files/T/download/x",
        "https://c.org",
        "T",
        "download/x",
        "",
    ),
    # oCIS, OpenCloud, Reva
    ("https://o.org/files/link/public/T", "https://o.org", "T", "", ""),
    ("https://o.org/files/link/public/T/sub/nb.ipynb", "https://o.org", "T", "sub/nb.ipynb", ""),
    ("https://o.org/dav/public-files/T/", "https://o.org", "T", "", ""),
    # Seafile
    (f"https://s.org/d/{HEX}/", "https://s.org", f"d.{HEX}", "", "seafile"),
    (f"https://s.org/f/{HEX}/?dl=1", "https://s.org", f"f.{HEX}", "", "seafile"),
    ("https://s.org/d/0123456789/", "https://s.org", "d.0123456789", "", "seafile"),
    (
        f"https://s.org/d/{HEX}/files/?p=/x/nb.ipynb&dl=1",
        "https://s.org",
        f"d.{HEX}",
        "x/nb.ipynb",
        "seafile",
    ),
    (f"https://s.org/d/{HEX}/?p=%2Fsub&mode=list", "https://s.org", f"d.{HEX}", "sub", "seafile"),
    # installs below a path
    ("https://c.org/nextcloud/s/T", "https://c.org/nextcloud", "T", "", ""),
    ("https://c.org/a/b/index.php/s/T", "https://c.org/a/b", "T", "", ""),
    ("https://c.org/oc/remote.php/dav/public-files/T/s/x", "https://c.org/oc", "T", "s/x", ""),
    (f"https://s.org/sea/d/{HEX}/", "https://s.org/sea", f"d.{HEX}", "", "seafile"),
    # plain WebDAV
    ("https://w.org/dav/x/nb.ipynb", "https://w.org/dav/x", "-", "nb.ipynb", "webdav"),
    ("https://w.org/NB.IPYNB?a=b#c", "https://w.org", "-", "NB.IPYNB", "webdav"),
    ("https://w.org/data/2024/", "https://w.org/data/2024", "-", "", "webdav"),
    ("https://w.org/d/2024/", "https://w.org/d/2024", "-", "", "webdav"),
    ("https://w.org", "https://w.org", "-", "", "webdav"),
    ("davs://w.org/dav/", "https://w.org/dav", "-", "", "webdav"),
    ("http://w.org:8080/dav", "http://w.org:8080/dav", "-", "", "webdav"),
    # spellings
    ("HTTPS://C.ORG:443/s/AbC", "https://c.org", "AbC", "", ""),
    ("https://c.org:8443/s/T", "https://c.org:8443", "T", "", ""),
    ("http://c.org:80/s/T", "http://c.org", "T", "", ""),
    ("https://c.org./s/T", "https://c.org", "T", "", ""),
    ("https://Bücher.example/s/T", "https://xn--bcher-kva.example", "T", "", ""),
    ("https://[::1]:8080/s/T", "https://[::1]:8080", "T", "", ""),
    ("https://c.org//s//T//", "https://c.org", "T", "", ""),
    ("https://c.org/s/T?path=/%C3%A9t%C3%A9/日本", "https://c.org", "T", "été/日本", ""),
    (
        "https://c.org/s/T?path=/a%23b/100%25%3F&files=.x.ipynb",
        "https://c.org",
        "T",
        "a#b/100%?/.x.ipynb",
        "",
    ),
    ("https://w.org/a%20b/ü/nb.ipynb", "https://w.org/a%20b/%C3%BC", "-", "nb.ipynb", "webdav"),
]


@pytest.mark.parametrize(("text", "root", "token", "path", "hint"), SHAPES, ids=lambda v: v)
def test_each_shape_is_taken_apart(text, root, token, path, hint):
    link = parse_link(text)
    assert (link.root, link.token, link.path, link.hint) == (root, token, path, hint)


@pytest.mark.parametrize(("text", "root", "token", "path", "hint"), SHAPES, ids=lambda v: v)
def test_each_shape_survives_its_canonical_path(text, root, token, path, hint):
    link = parse_link(text)
    assert _there_and_back(link) == link


@pytest.mark.parametrize(
    "text",
    [
        "c.org/s/AbC",
        "  https://c.org/s/AbC \n",
        "<https://c.org/s/AbC>",
        '"https://c.org/s/AbC"',
        "“https://c.org/s/AbC”.",
        "https://c.org/s/AbC.",
        "https://c.org/s/AbC).",
        "(https://c.org/s/AbC),",
        "[https://c.org/s/AbC]",
        "`https://c.org/s/AbC`;",
        "https://c.org/\r\n s/AbC".replace(" ", ""),
    ],
)
def test_what_surrounds_a_link_in_a_mail_is_left_out(text):
    link = parse_link(text)
    assert (link.root, link.token, link.path) == ("https://c.org", "AbC", "")


def test_brackets_that_belong_to_a_name_stay():
    assert parse_link("https://c.org/s/T?files=nb (1)").path == "nb (1)"


def test_a_host_without_scheme_but_with_port():
    assert parse_link("localhost:8080/s/T").root == "https://localhost:8080"
    assert parse_link("c.org:8080/s/T").root == "https://c.org:8080"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (f"https://s.org/u/d/{HEX}/", FileDrop),
        (f"https://s.org/sub/u/d/{HEX}", FileDrop),
        ("https://c.org/apps/files/files/12?dir=/x", InternalLink),
        ("https://c.org/index.php/apps/files/", InternalLink),
        ("https://c.org/f/12345", InternalLink),
        ("https://c.org/nc/index.php/f/12345", InternalLink),
        ("https://o.org/f/storage$space!node", InternalLink),
        ("https://o.org/files/spaces/personal/me", InternalLink),
        ("https://c.org/remote.php/dav/files/me/x", InternalLink),
        ("https://c.org/remote.php/webdav/x", InternalLink),
        ("", NotALink),
        ("hello", NotALink),
        ("a notebook about trees", NotALink),
        ("/home/me/nb.ipynb", NotALink),
        ("./data/nb.ipynb", NotALink),
        ("data/nb.ipynb", NotALink),
        ("nb.ipynb", NotALink),
        ("me@c.org", NotALink),
        ("https://", NotALink),
        ("https:///s/T", NotALink),
        ("ftp://c.org/s/T", NotALink),
        ("file:///etc/passwd", NotALink),
        ("javascript://c.org/%0aalert(1)", NotALink),
        ("https://me:secret@c.org/s/T", NotALink),
        ("https://c.org:99999/s/T", NotALink),
        ("https://c.org:x/s/T", NotALink),
        ("https://c org/s/T", NotALink),
        ("https://c.org\\@d.org/s/T", NotALink),
        ("https://[::1/s/T", NotALink),
        ("https://local/s/T", NotALink),
        ("https://c.org/s/T?path=/../x", NotALink),
        ("https://c.org/s/T?path=/%2e%2e/x", NotALink),
        ("https://w.org/dav/%2e%2e/x", NotALink),
        ("https://w.org/dav/a%2Fb", NotALink),
        ("https://w.org/dav/a%00b", NotALink),
        ("https://w.org/dav/%FF", NotALink),
        ("https://c.org/s/T?path=%FF", NotALink),
        ("https://c.org/s/\ud800", NotALink),
    ],
)
def test_what_is_no_open_link_is_said_plainly(text, error):
    with pytest.raises(error) as caught:
        parse_link(text)
    assert type(caught.value) is error
    assert caught.value.detail


def test_no_error_repeats_credentials():
    with pytest.raises(NotALink) as caught:
        parse_link("https://me:hunter2@c.org/s/TheToken")
    assert "hunter2" not in str(caught.value)
    assert "TheToken" not in str(caught.value)


@pytest.mark.parametrize(
    ("link", "path"),
    [
        (ShareLink("https://c.org", "T", "a b/nb.ipynb"), "/s/c.org/T/a%20b/nb.ipynb"),
        (ShareLink("https://c.org:8443/nc", "T"), "/s/c.org:8443~nc/T/"),
        (ShareLink("https://w.org/~me/%21x", "-", "", "webdav"), "/s/w.org~!tme~!!x/-/"),
        (ShareLink("https://s.org", f"d.{HEX}", "x", "seafile"), f"/s/s.org/d.{HEX}/x"),
        (ShareLink("local:", "abc", "nb.ipynb", "local"), "/s/local/abc/nb.ipynb"),
    ],
)
def test_the_canonical_path_reads_well(link, path):
    assert canonical_path(link) == path


@pytest.mark.parametrize(
    ("host", "token", "path"),
    [
        ("c.org", "T", "../x"),
        ("c.org", "T", "a/../../x"),
        ("c.org", "T", "a\x00"),
        ("c.org~..", "T", ""),
        ("c.org~!x", "T", ""),
        ("c.org~!", "T", ""),
        ("c.org~a/b\x07", "T", ""),
        ("", "T", ""),
        ("me@c.org", "T", ""),
        ("c.org:x", "T", ""),
        ("c.org?x", "T", ""),
        ("c.org#x", "T", ""),
        ("c.org", "", ""),
        ("c.org", "a b", ""),
        ("c.org", "a/b", ""),
        ("c.org", "g.abcdef", ""),
        ("local", "", ""),
        ("local", "..", "../etc"),
    ],
)
def test_a_canonical_path_that_we_did_not_make_is_refused(host, token, path):
    with pytest.raises(NotALink):
        parse_canonical(host, token, path, lambda _: "https")


@pytest.mark.parametrize(
    ("path", "token"),
    [
        ("/home/me/sales.ipynb", "sales"),
        ("/home/me/my notebook #1 50%.ipynb", "my-notebook-1-50"),
        ("/home/me/Größe", "Groe"),
        ("/home/me/größe ☃", "groe"),
        ("/home/me/数据", "files"),
        ("/home/me/.hidden", "hidden"),
        ("/home/me/-", "files"),
        ("/", "files"),
        ("/home/me/" + "n" * 200, "n" * 128),
    ],
)
def test_any_path_of_this_machine_has_an_address(path, token):
    link = local_link(Path(path))
    assert link == ShareLink("local:", token, "", "local")
    _, _, host, said, inside = canonical_path(link).split("/", 4)
    assert parse_canonical(unquote(host), unquote(said), inside, lambda _: "https") == link


def test_a_default_port_does_not_make_another_link():
    assert parse_canonical("C.org.:443", "T", "", lambda _: "https") == parse_link("c.org/s/T")


def _there_and_back(link: ShareLink) -> ShareLink:
    _, first, host, token, path = canonical_path(link).split("/", 4)
    assert first == "s"
    scheme = link.root.partition(":")[0]
    return parse_canonical(unquote(host), unquote(token), unquote(path), lambda _: scheme)


_name = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/"), min_size=1, max_size=12
).filter(lambda name: name not in {".", ".."})
_names = st.lists(
    _name | st.sampled_from(["!t", "~", "!!", "a#b", "100%", "%41", "?", "..."]), max_size=4
)
_host = st.sampled_from(
    ["c.org", "xn--bcher-kva.example", "[::1]", "127.0.0.1", "localhost:8080", "a-b.c_d.org:1"]
)
_token = st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True)


@st.composite
def _links(draw):
    from urllib.parse import quote

    names = draw(_names)
    root = f"{draw(st.sampled_from(['https', 'http']))}://{draw(_host)}"
    root += "".join("/" + quote(name, safe="") for name in names)
    path = "/".join(draw(_names))
    token, hint = draw(
        st.one_of(
            st.tuples(_token.filter(lambda t: t != "-"), st.just("")),
            st.tuples(st.from_regex(r"[df]\.[0-9a-f]{6,40}", fullmatch=True), st.just("seafile")),
            st.just(("-", "webdav")),
        )
    )
    if draw(st.integers(0, 9)) == 0:
        return ShareLink("local:", draw(_token), path, "local")
    return ShareLink(root, token, path, hint)


@given(_links())
@example(ShareLink("https://c.org/~/!/!t/~t", "T", "~/!t", ""))
def test_any_link_survives_its_canonical_path(link):
    if "~/!" in link.root:  # the example is written as people write it
        link = ShareLink(link.root.replace("!", "%21"), link.token, link.path, link.hint)
    again = _there_and_back(link)
    assert again.host == link.host
    assert unquote(again.root) == unquote(link.root)
    assert (again.token, again.path, again.hint) == (link.token, link.path, link.hint)
    assert _there_and_back(again) == again


@given(_links(), _links())
def test_two_links_never_share_a_canonical_path(one, other):
    if one != other and one.root.split("://")[-1] != other.root.split("://")[-1]:
        assert canonical_path(one) != canonical_path(other)


@given(st.text())
@example("https://\u2100.org/s/T")
@example("https://c.org/s/T?" + "&".join(f"a{n}=" for n in range(60)))
def test_any_text_is_a_link_or_a_link_error(text):
    for candidate in (
        text,
        f"https://{text}",
        f"https://c.org/{text}",
        f"https://c.org/s/T?{text}",
    ):
        try:
            link = parse_link(candidate)
        except (LinkError, FileDrop):
            continue
        assert ".." not in link.path.split("/")
        assert _there_and_back(link) == link
