"""Which addresses the outbound policy lets through: every spelling, every rule."""

from __future__ import annotations

import asyncio

import pytest

from tests.security.hosts import PUBLIC, Names
from vaas.errors import AddressRefused, ConfigError, EfssUnreachable, SiteNotAllowed
from vaas.shares import policy as policy_module
from vaas.shares.policy import OutboundPolicy, SiteRule

LITERALS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "0x7f000001",
    "0x7f.0.0.1",
    "0X7F.1",
    "127.0.0.0x1",
    "127.0.0.1.",
    "127。0。0。1",
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "%31%32%37.0.0.1",
    "0",
    "0.0.0.0",
    "10.0.0.1",
    "169.254.169.254",
    "93.184.216.34",
    "999.999.999.999",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::1]",
    "[fe80::1%25eth0]",
    "[fc00::1]",
    "[ff02::1]",
    "[2606:4700:4700::1111]",
]

NOT_PUBLIC = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::93.184.216.34",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:5db8:d822::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%lo",
    "fec0::1",
    "ff02::1",
]


@pytest.fixture
def names():
    return Names().set("c.org", [PUBLIC]).set("sub.c.org", [PUBLIC])


def opened(names, *rules: SiteRule, everything=False):
    return OutboundPolicy(rules, everything, resolve=names)


@pytest.mark.parametrize("everything", [True, False])
@pytest.mark.parametrize("host", LITERALS)
async def test_no_literal_address_in_any_spelling(names, host, everything):
    policy = opened(names, SiteRule("c.org"), everything=everything)
    with pytest.raises(AddressRefused):
        await policy.check(f"https://{host}/s/T")
    assert names.lookups == []


@pytest.mark.parametrize("host", LITERALS)
async def test_a_listed_literal_admits_itself_and_no_other_spelling(names, host):
    policy = opened(names, SiteRule("127.0.0.1", private=True), SiteRule("[::1]", private=True))
    if host in {"127.0.0.1", "127.0.0.1.", "127。0。0。1", "[::1]", "[0:0:0:0:0:0:0:1]"}:
        where = await policy.check(f"https://{host}/")
        assert where.addresses in {("127.0.0.1",), ("::1",)}
    else:
        with pytest.raises(AddressRefused):
            await policy.check(f"https://{host}/")


async def test_a_listed_private_literal_needs_the_word_private(names):
    with pytest.raises(AddressRefused):
        await opened(names, SiteRule("127.0.0.1")).check("https://127.0.0.1/")


@pytest.mark.parametrize("everything", [True, False])
@pytest.mark.parametrize("address", NOT_PUBLIC)
async def test_no_name_that_leads_to_an_address_that_is_not_public(names, address, everything):
    policy = opened(names, SiteRule("c.org"), everything=everything)
    for answer in ([address], [PUBLIC, address], [address, PUBLIC]):
        names.set("c.org", answer)
        with pytest.raises(AddressRefused) as caught:
            await policy.check("https://c.org/s/T")
        assert address not in str(caught.value)


@pytest.mark.parametrize(
    "address", [PUBLIC, "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::5db8:d822"]
)
async def test_public_addresses_are_admitted(names, address):
    names.set("c.org", [address])
    where = await opened(names, SiteRule("c.org")).check("https://c.org/s/T?a=b#c")
    assert where.addresses == (address,)
    assert (where.scheme, where.host, where.port, where.target) == (
        "https",
        "c.org",
        443,
        "/s/T?a=b",
    )
    assert "/s/T" not in repr(where)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "100.64.0.1", "::1", "fd00::1"]
)
async def test_a_private_rule_admits_private_addresses(names, address):
    names.set("c.org", [address])
    where = await opened(names, SiteRule("c.org", private=True)).check("https://c.org/")
    assert where.addresses == (address,)


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "0.0.0.0", "224.0.0.1", "fe80::1", "::", "168.63.129.16"]
)
async def test_a_private_rule_opens_neither_metadata_nor_nonsense(names, address):
    names.set("c.org", [address])
    with pytest.raises(AddressRefused):
        await opened(names, SiteRule("c.org", private=True)).check("https://c.org/")


@pytest.mark.parametrize(
    "url",
    [
        "http://c.org/",
        "ftp://c.org/",
        "file:///etc/passwd",
        "gopher://c.org/",
        "//c.org/",
        "c.org",
        "",
        "https://",
        "https:///x",
        "https://me@c.org/",
        "https://me:secret@c.org/",
        "https://@c.org/",
        "https://c.org:22/",
        "https://c.org:80/",
        "https://c.org:8443/",
        "https://c.org:0/",
        "https://c.org:99999/",
        "https://c.org\\@d.org/",
        "https://c.org\r\nHost: d.org/",
        "https://localhost/",
        "https://efss/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://x.home.arpa/",
        "https://a..org/",
        "https://-a.org/",
        "https://c\u0000.org/",
    ],
)
@pytest.mark.parametrize("everything", [True, False])
async def test_other_addresses_that_are_refused(names, url, everything):
    policy = opened(names, SiteRule("c.org"), everything=everything)
    with pytest.raises(AddressRefused) as caught:
        await policy.check(url)
    assert "secret" not in str(caught.value)
    assert names.lookups == []


async def test_only_listed_sites_unless_open(names):
    policy = opened(names, SiteRule("c.org"))
    for url in (
        "https://d.org/",
        "https://sub.c.org/",
        "https://evilc.org/",
        "https://c.org.d.org/",
    ):
        with pytest.raises(SiteNotAllowed):
            await policy.check(url)
    await policy.check("https://c.org/")
    await opened(names, everything=True).check("https://c.org/")


@pytest.mark.parametrize("url", ["https://C.ORG/", "https://c.org./", "https://c.org:443/"])
async def test_a_listed_name_in_other_spellings(names, url):
    assert (await opened(names, SiteRule("C.org")).check(url)).host == "c.org"


async def test_international_names(names):
    names.set("xn--bcher-kva.example", [PUBLIC])
    policy = opened(names, SiteRule("Bücher.example"))
    for host in ("bücher.example", "BÜCHER.example", "xn--bcher-kva.example"):
        assert (await policy.check(f"https://{host}/")).host == "xn--bcher-kva.example"


async def test_a_suffix_rule_admits_names_below_it(names):
    policy = opened(names, SiteRule("*.c.org"), SiteRule("*.0.0.1", private=True))
    assert (await policy.check("https://sub.c.org/")).host == "sub.c.org"
    for url, error in (
        ("https://c.org/", SiteNotAllowed),
        ("https://subc.org/", SiteNotAllowed),
        ("https://127.0.0.1/", AddressRefused),
    ):
        with pytest.raises(error):
            await policy.check(url)


async def test_ports_follow_the_rule(names):
    policy = opened(names, SiteRule("c.org:8443"), SiteRule("sub.c.org", insecure=True))
    assert (await policy.check("https://c.org:8443/")).authority == "c.org:8443"
    assert (await policy.check("http://sub.c.org/")).port == 80
    assert (await policy.check("https://sub.c.org/")).port == 443
    for url in ("https://c.org/", "http://c.org:8443/", "http://sub.c.org:8080/"):
        with pytest.raises(AddressRefused):
            await policy.check(url)


async def test_the_most_specific_rule_speaks(names):
    rules = [
        SiteRule("*.c.org", product="suffix"),
        SiteRule("*.sub.c.org", product="longer"),
        SiteRule("sub.c.org", product="name"),
        SiteRule("sub.c.org:443", product="port"),
    ]
    policy = opened(names, *rules)
    for host, product in (("x.c.org", "suffix"), ("x.sub.c.org", "longer"), ("sub.c.org", "port")):
        assert policy.rule_for(f"https://{host}/s/T").product == product
    assert policy.rule_for("https://d.org/") is None
    assert opened(names, *rules[:3]).rule_for("https://sub.c.org/").product == "name"


async def test_a_name_that_does_not_resolve(names, monkeypatch):
    policy = opened(names, everything=True)
    names.set("empty.org", [])
    for host in ("unknown.org", "empty.org"):
        with pytest.raises(EfssUnreachable):
            await policy.check(f"https://{host}/")

    async def never(host, port):
        await asyncio.Event().wait()

    monkeypatch.setattr(policy_module, "RESOLVE_DEADLINE", 0.01)
    with pytest.raises(EfssUnreachable):
        await opened(never, everything=True).check("https://c.org/")


async def test_the_systems_resolver_finds_this_machine():
    policy = OutboundPolicy([SiteRule("localhost", private=True)])
    where = await policy.check("https://localhost/")
    assert set(where.addresses) <= {"127.0.0.1", "::1"}
    with pytest.raises(AddressRefused):
        await OutboundPolicy([SiteRule("localhost")]).check("https://localhost/")


@pytest.mark.parametrize(
    "host", ["", "*.", "a b", "me@c.org", "c.org/x", "https://c.org", "c.org:x"]
)
def test_a_rule_without_a_host_is_the_operators_mistake(host):
    with pytest.raises(ConfigError):
        OutboundPolicy([SiteRule(host)])


def test_a_sites_aliases_are_the_site() -> None:
    rule = SiteRule("c.org", aliases=("data.c.org:8443", "*.store.org"))
    policy = OutboundPolicy([rule, SiteRule("d.org")])
    for host in ("c.org", "data.c.org:8443", "a.store.org"):
        assert policy.rule_for(f"https://{host}/x") is rule
        assert policy.admit(f"https://{host}/x")
    for host in ("d.org", "data.c.org", "store.org"):
        assert policy.rule_for(f"https://{host}/x") is not rule
    with pytest.raises(ConfigError, match="no/host"):
        OutboundPolicy([SiteRule("c.org", aliases=("no/host",))])
