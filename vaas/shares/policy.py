"""Which addresses VaaS may talk to.

Every URL that a viewer, a share or a peer names passes ``OutboundPolicy``. First
the text alone: https, a real host name, the expected port, a listed site (or the
open mode). Then the addresses behind the name: all of them must be public, and
the caller connects to these very addresses, so that a name which answers
differently a moment later gains nothing.

A ``SiteRule`` is the operator's word and the only way around a refusal.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

import httpx

from vaas.errors import AddressRefused, ConfigError, EfssUnreachable, SiteNotAllowed
from vaas.shares.addresses import is_admissible, is_literal, is_local_name, normal_host

Resolver = Callable[[str, int], Awaitable[list[str]]]

RESOLVE_DEADLINE = 10.0
"""Seconds within which a name must resolve."""

_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class SiteRule:
    """The operator's word on one site.

    Attributes:
        host: ``name``, ``name:port`` or ``*.suffix`` (any name below it, not the
            suffix itself); a literal address is admitted only if named here.
        product: pins the product, so that no probe is needed; empty to detect.
        dav_root: pins the DAV root, a path with ``{token}`` in it; may be empty.
        insecure: whether plain http is admitted.
        private: whether loopback and private addresses are admitted.
        data: the data mode for its shares; not this room's matter.
        aliases: more hosts of the site, written as ``host`` is.
        gateway: ``host:port`` of its CS3 gateway, which then answers for its links.
        tls: whether that connection is encrypted.
        ca: file of the authorities that the gateway's certificate is checked
            against; empty for those of the web.
        certificate: file of the certificate that we show the gateway; empty for none.
        key: file of that certificate's key.
    """

    host: str
    product: str = ""
    dav_root: str = ""
    insecure: bool = False
    private: bool = False
    data: str = "auto"
    aliases: tuple[str, ...] = ()
    gateway: str = ""
    tls: bool = True
    ca: str = ""
    certificate: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Destination:
    """An address that passed the policy.

    Attributes:
        scheme: ``https`` or ``http``.
        host: ASCII name in lower case, or a literal address without brackets.
        port: always given.
        addresses: the checked addresses to connect to, in the resolver's order;
            empty when only the text was checked.
        target: path and query as they go on the wire; may hold a link's token.
    """

    scheme: str
    host: str
    port: int
    addresses: tuple[str, ...] = ()
    target: str = field(default="/", repr=False)

    @property
    def authority(self) -> str:
        """``host[:port]`` as the ``Host`` header wants it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme and authority, what two URLs share when they are one server."""
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        """The whole address; as secret as ``target``."""
        return self.origin + self.target


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A rule's host, taken apart: exact name or suffix, with or without port."""

    name: str
    wildcard: bool
    port: int | None
    rule: SiteRule

    def names(self, host: str) -> bool:
        """Whether the rule is about this host."""
        if self.wildcard:
            return host.endswith("." + self.name) and not is_literal(host)
        return host == self.name

    def admits_port(self, port: int) -> bool:
        """Whether a port may be asked: the rule's own, else the web's."""
        if self.port is not None:
            return port == self.port
        return port == 443 or (self.rule.insecure and port == 80)  # noqa: PLR2004 (the web's ports)


class OutboundPolicy:
    """Says of a URL whether it may be asked, and where it then is.

    Holds nothing that must be closed.

    Attributes:
        sites: the rules in force.
    """

    sites: tuple[SiteRule, ...]

    def __init__(
        self,
        sites: Sequence[SiteRule],
        open: bool = False,  # noqa: A002 (the setting's own name)
        *,
        resolve: Resolver | None = None,
    ) -> None:
        """Take the operator's rules.

        Args:
            sites: the listed sites.
            open: whether unlisted public hosts are admitted too.
            resolve: from name and port to addresses; the system's by default.

        Raises:
            ConfigError: a rule's host is no host.
        """
        self.learn(sites)
        self._open = open
        self._resolve = resolve or lookup

    def learn(self, sites: Sequence[SiteRule]) -> None:
        """Take rules in place of those before; of two for one host the first speaks.

        Raises:
            ConfigError: a rule's host is no host.
        """
        patterns = [_pattern(host, rule) for rule in sites for host in (rule.host, *rule.aliases)]
        # The most specific rule speaks: exact before suffix, with port before without.
        self._patterns = sorted(patterns, key=lambda p: (p.wildcard, p.port is None, -len(p.name)))
        self.sites = tuple(sites)

    def names(self, url: str) -> bool:
        """Whether some rule names a URL's host, with its port or without any.

        Raises:
            AddressRefused: the text is no web address.
        """
        where = _parse(url)
        return any(p.names(where.host) and p.port in {None, where.port} for p in self._patterns)

    def rule_for(self, url: str) -> SiteRule | None:
        """The rule that speaks of a URL's host and port, if any.

        Raises:
            AddressRefused: the text is no web address.
        """
        where = _parse(url)
        return self._rule(where.host, where.port)

    def admit(self, url: str) -> Destination:
        """Check what the text alone tells; nothing is resolved.

        Raises:
            AddressRefused: scheme, userinfo, literal address, local name or port.
            SiteNotAllowed: the host is not listed and the open mode is off.
        """
        where = _parse(url)
        rule = self._rule(where.host, where.port)
        if rule is None:
            self._admit_unlisted(where)
        if where.scheme == "http" and not (rule and rule.insecure):
            raise AddressRefused(f"{where.host}: only https is opened")
        return where

    async def check(self, url: str) -> Destination:
        """Check a URL and the addresses behind its name.

        Raises:
            AddressRefused: as ``admit``, or one of the addresses is not public.
            SiteNotAllowed: as ``admit``.
            EfssUnreachable: the name does not resolve.
        """
        where = self.admit(url)
        return replace(where, addresses=await self.addresses(where.host, where.port))

    async def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """Resolve a host that ``admit`` let pass; every address is checked.

        Raises:
            AddressRefused: one of the addresses is not public and no rule opens it.
            EfssUnreachable: the name does not resolve within the deadline.
        """
        rule = self._rule(host, port)
        private = rule is not None and rule.private
        found = [host] if is_literal(host) else await self._look_up(host, port)
        for text in found:
            if not is_admissible(text, private=private):
                raise AddressRefused(f"{host}: leads to an address that is not public")
        return tuple(found)

    def _rule(self, host: str, port: int) -> SiteRule | None:
        for pattern in self._patterns:
            if pattern.names(host) and pattern.admits_port(port):
                return pattern.rule
        return None

    def _admit_unlisted(self, where: Destination) -> None:
        if is_literal(where.host):
            raise AddressRefused(f"{where.host}: numeric addresses are not opened")
        known = any(pattern.names(where.host) for pattern in self._patterns)
        if not known and is_local_name(where.host):
            raise AddressRefused(f"{where.host}: local names are not opened")
        if not known and not self._open:
            raise SiteNotAllowed(f"{where.host}: not a listed site")
        if not self._open or where.port != _DEFAULT_PORTS["https"]:
            raise AddressRefused(f"{where.host}: port {where.port} is not opened")

    async def _look_up(self, host: str, port: int) -> list[str]:
        try:
            async with asyncio.timeout(RESOLVE_DEADLINE):
                found = await self._resolve(host, port)
        except (OSError, UnicodeError, TimeoutError):
            found = []
        if not found:
            raise EfssUnreachable(f"{host}: the name does not resolve")
        return found


async def lookup(host: str, port: int) -> list[str]:
    """The system's resolver: all addresses of a name, without repetition.

    Raises:
        OSError: the name does not resolve.
    """
    loop = asyncio.get_running_loop()
    infos = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in infos))


def _parse(url: str) -> Destination:
    try:
        parts = httpx.URL(url)
        host = normal_host(parts.raw_host.decode("ascii"))
    except (httpx.InvalidURL, ValueError, TypeError):
        raise AddressRefused("the text is no web address") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise AddressRefused(f"{host}: only https is opened")
    if parts.userinfo or "@" in url.split("://", 1)[-1].split("/", 1)[0]:
        raise AddressRefused(f"{host}: a user name in the address is not accepted")
    port = _DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port
    return Destination(parts.scheme, host, port, (), parts.raw_path.decode("ascii"))


def _pattern(host: str, rule: SiteRule) -> _Pattern:
    text = host.strip().lower()
    wildcard = text.startswith("*.")
    try:
        parts = httpx.URL(f"//{text.removeprefix('*.')}")
        name = normal_host(parts.raw_host.decode("ascii"))
    except (httpx.InvalidURL, ValueError):
        raise ConfigError(f"“{host}” is no host for a site") from None
    if parts.raw_path not in (b"", b"/") or parts.userinfo:
        raise ConfigError(f"“{host}” is no host for a site: write name or name:port")
    return _Pattern(name, wildcard, parts.port, rule)


__all__ = ["Destination", "OutboundPolicy", "Resolver", "SiteRule", "lookup"]
