"""Addresses as products write them, and what belongs to whom."""

from __future__ import annotations

import pytest

from vaas.errors import AddressRefused, ConfigError, PeerNotTrusted, SiteNotAllowed
from vaas.mesh.addresses import Address, authority, parse_address
from vaas.mesh.directory import Directory, PeerRule

ALICE = Address("alice", "cloud.example.org")


@pytest.mark.parametrize(
    "text",
    [
        "alice@cloud.example.org",
        "alice@https://cloud.example.org",
        "alice@https://cloud.example.org/",
        "alice@cloud.example.org/",
        "alice@Cloud.Example.ORG",
        "alice@cloud.example.org:443",
        "alice@http://cloud.example.org:80",
        " alice@cloud.example.org ",
        "alice@cloud.example.org@https://cloud.example.org/",
        "alice@https://cloud.example.org@cloud.example.org",
    ],
)
def test_one_spelling_for_all(text: str) -> None:
    assert parse_address(text) == ALICE
    assert str(parse_address(text)) == "alice@cloud.example.org"


@pytest.mark.parametrize(
    ("text", "user", "host"),
    [
        ("a@b.example@cloud.example.org", "a@b.example", "cloud.example.org"),
        ("alice@cloud.example.org:8443", "alice", "cloud.example.org:8443"),
        ("alice@http://cloud.example.org:443", "alice", "cloud.example.org:443"),
        ("alice@münchen.example", "alice", "xn--mnchen-3ya.example"),
        ("alice@127.0.0.1:80", "alice", "127.0.0.1:80"),
        ("alice@[::1]:8080", "alice", "[::1]:8080"),
        ("ünï@cloud.example.org", "ünï", "cloud.example.org"),
    ],
)
def test_what_stays_as_it_is(text: str, user: str, host: str) -> None:
    assert parse_address(text) == Address(user, host)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alice",
        "@cloud.example.org",
        "alice@",
        "al ice@cloud.example.org",
        "al\nice@cloud.example.org",
        "alice@cloud.example.org/path",
        "alice@cloud.example.org?x",
        "alice@ftp://cloud.example.org",
        "alice@cloud example.org",
        "alice@cloud.example.org:port",
        "alice@cloud.example.org:99999",
        "x" * 400 + "@cloud.example.org",
    ],
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        parse_address(text)


def test_hosts_are_spelled_alike() -> None:
    assert authority("https://Cloud.example.org:443/") == authority("cloud.example.org")


RULES = [
    PeerRule("*.example.org"),
    PeerRule("bad.example.org", allow=False),
    PeerRule("strict.example.org", signed=True, also=("dav.example.net",)),
    PeerRule("test.example.org:8080", insecure=True),
]


def test_the_most_specific_rule_speaks() -> None:
    directory = Directory(RULES)
    assert not directory.rule("a.example.org").signed
    assert directory.rule("strict.example.org").signed
    for host in ("bad.example.org", "example.org", "elsewhere.example.net", "a.example.org:8443"):
        with pytest.raises(PeerNotTrusted):
            directory.rule(host)


def test_open_to_all_but_those_who_are_denied() -> None:
    directory = Directory(RULES, open=True)
    assert directory.rule("elsewhere.example.net").allow
    with pytest.raises(PeerNotTrusted):
        directory.rule("bad.example.org")
    for host in ("127.0.0.1", "localhost", "inside.lan"):
        with pytest.raises(AddressRefused):
            directory.belonging(host, "/x")


def test_what_belongs_to_a_cloud() -> None:
    directory = Directory(RULES)
    mine = directory.belonging
    assert mine("a.example.org", "/x/y") == "https://a.example.org/x/y"
    # As it goes on the wire, which is what a signature of ours speaks of.
    assert mine("a.example.org", "https://A.example.org:443/x y") == "https://a.example.org/x%20y"
    assert mine("strict.example.org", "https://dav.example.net/x")
    assert mine("test.example.org:8080", "/x") == "http://test.example.org:8080/x"


@pytest.mark.parametrize(
    "url",
    [
        "https://b.example.org/x",
        "https://a.example.org:8443/x",
        "http://a.example.org/x",
        "https://a.example.org@b.example.org/x",
        "https://a.example.org.evil.example/x",
        "//b.example.org/x",
        "ftp://a.example.org/x",
        "https://[::1/x",
        "https://169.254.169.254/",
        "javascript:alert(1)",
    ],
)
def test_what_does_not(url: str) -> None:
    with pytest.raises((AddressRefused, SiteNotAllowed)):
        Directory(RULES).belonging("a.example.org", url)


def test_a_rule_without_a_host() -> None:
    with pytest.raises(ConfigError):
        Directory([PeerRule("https://x/y")])
