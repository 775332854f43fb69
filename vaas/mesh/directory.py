"""Which clouds are trusted, and which addresses are theirs.

A rule of the operator's speaks of one host or of all below a suffix, the most
specific first; a cloud of which none speaks is trusted only where the operator
opened the mesh to everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from vaas.errors import AddressRefused, PeerNotTrusted
from vaas.mesh.addresses import authority
from vaas.shares import OutboundPolicy, SiteRule


@dataclass(frozen=True, slots=True)
class PeerRule:
    """The operator's word on one cloud.

    Attributes:
        host: ``name``, ``name:port`` or ``*.suffix``.
        allow: whether its shares are taken.
        signed: whether messages without a valid signature are refused.
        cavage: whether the older form of signatures counts as one.
        also: further hosts that its addresses may name.
        insecure: whether plain http is admitted.
        private: whether private addresses are admitted.
    """

    host: str
    allow: bool = True
    signed: bool = False
    cavage: bool = False
    also: tuple[str, ...] = ()
    insecure: bool = False
    private: bool = False


class Directory:
    """Trusted clouds, from the configuration.

    Attributes:
        policy: what may be asked of them.
    """

    def __init__(self, rules: Sequence[PeerRule], *, open: bool = False) -> None:  # noqa: A002
        """Take the rules.

        Args:
            rules: the operator's.
            open: whether clouds of which no rule speaks are trusted too.

        Raises:
            ConfigError: a rule's host is no host.
        """
        sites = [SiteRule(r.host, insecure=r.insecure, private=r.private) for r in rules]
        also = [
            SiteRule(host, insecure=r.insecure, private=r.private)
            for r in rules
            if r.allow
            for host in r.also
        ]
        self._rules = {rule.host: rule for rule in rules}
        self._known = OutboundPolicy(sites)
        self._open = open
        self.policy = OutboundPolicy([*sites, *also], open)

    def rule(self, peer: str) -> PeerRule:
        """What holds for a cloud.

        Args:
            peer: ``host[:port]``.

        Raises:
            PeerNotTrusted: nothing is taken from it.
        """
        try:
            found = self._known.rule_for(f"https://{peer}")
        except AddressRefused:
            raise PeerNotTrusted("no host that could be trusted") from None
        rule = self._rules[found.host] if found else PeerRule(peer, allow=self._open)
        if not rule.allow:
            raise PeerNotTrusted(f"{peer}: no rule admits it")
        return rule

    def listed(self, peer: str) -> PeerRule:
        """What holds for a cloud of which a rule speaks.

        Raises:
            PeerNotTrusted: none does, whether or not others are trusted too.
        """
        rule = self.rule(peer)
        if rule.host not in self._rules:
            raise PeerNotTrusted(f"{peer}: no rule names it")
        return rule

    def origin(self, peer: str) -> str:
        """A cloud's own address, ``https://host[:port]``."""
        return f"{'http' if self.rule(peer).insecure else 'https'}://{peer}"

    def belonging(self, peer: str, url: str) -> str:
        """An address that a cloud named, if it is its own.

        Args:
            peer: the cloud.
            url: absolute, or a path on its host.

        Raises:
            AddressRefused, SiteNotAllowed: it belongs to somebody else, or the policy
                refuses it.
            PeerNotTrusted: as ``rule``.
        """
        rule = self.rule(peer)
        try:
            whole = urljoin(f"{self.origin(peer)}/", url)
        except ValueError:
            raise AddressRefused(f"{peer}: named something that is no address") from None
        host = self.policy.admit(whole).authority
        if host != peer and host not in {authority(one) for one in rule.also}:
            raise AddressRefused(f"{peer}: named an address of another host")
        return whole


__all__ = ["Directory", "PeerRule"]
