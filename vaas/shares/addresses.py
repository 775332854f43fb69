"""Host names and addresses: one spelling for each, and which are public.

A name can hide an address (``0x7f.1``, wide digits, ``::ffff:127.0.0.1``); what
is decided here is decided on the normal form only.
"""

from __future__ import annotations

import ipaddress
import re

import idna

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LOCAL_SUFFIXES = frozenset(
    {"arpa", "corp", "home", "internal", "intranet", "lan", "local", "localdomain"}
    | {"localhost", "private"}
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# What ``is_global`` lets through although nobody serves a cloud from it: protocol
# assignments, 6to4 relays and tunnels, documentation, one provider's metadata host.
_NEVER_PUBLIC = tuple(
    ipaddress.ip_network(text)
    for text in (
        "168.63.129.16/32",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "2001::/23",
        "2002::/16",
        "3fff::/20",
    )
)
# What a rule's ``private`` opens; link-local (cloud metadata) is not among it.
_PRIVATE = tuple(
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
)


def normal_host(text: str) -> str:
    """A host in the one spelling used here: ASCII, lower case, no final dot.

    Raises:
        ValueError: it is no host name and no literal address.
    """
    host = text.lower().removesuffix(".")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    if ":" in host:
        return str(ipaddress.IPv6Address(host))
    if not host.isascii():
        # UTS 46 also folds wide digits and dots, so that disguised numbers show.
        host = idna.encode(host, uts46=True).decode().removesuffix(".")
    if not _NAME.fullmatch(host):
        raise ValueError("no host name")
    return host


def is_literal(host: str) -> bool:
    """Whether a normal host is an address, in any spelling that some system reads.

    As browsers do (WHATWG URL, "ends in a number"): a last label that is a
    number, decimal or hexadecimal, makes the whole an address.
    """
    return ":" in host or bool(_NUMBER.fullmatch(host.rpartition(".")[2]))


def is_local_name(host: str) -> bool:
    """Whether a name means something on the local network only."""
    return "." not in host or host.rpartition(".")[2] in _LOCAL_SUFFIXES


def is_admissible(text: str, *, private: bool) -> bool:
    """Whether a resolved address may be connected to.

    Args:
        text: the address, as a resolver gives it.
        private: whether loopback and private addresses are admitted as well.
    """
    address = _bare(ipaddress.ip_address(text))
    if _is_public(address):
        return True
    return private and any(address in net for net in _PRIVATE if net.version == address.version)


def _bare(address: IPAddress) -> IPAddress:
    """The IPv4 address inside a mapped or NAT64 one, which is where packets go."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public(address: IPAddress) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(address in net for net in _NEVER_PUBLIC if net.version == address.version)


__all__ = ["is_admissible", "is_literal", "is_local_name", "normal_host"]
