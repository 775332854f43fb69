"""Which clouds are trusted, and which addresses are theirs.

A rule of the operator's speaks of one host or of all below a suffix, the most
specific first. Where none speaks, a cloud is trusted that a directory of the mesh
names, and any other only where the operator opened the mesh to everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from vaas.errors import AddressRefused, PeerNotTrusted
from vaas.mesh.addresses import authority
from vaas.shares import OutboundPolicy, SiteRule


@dataclass(frozen=True, slots=True)
class PeerRule:
    """What is said of one cloud.

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


@dataclass(frozen=True, slots=True)
class Listed:
    """A cloud that a directory names.

    Attributes:
        name: for people.
        directory: which one names it.
        rule: what holds for it, if no rule of the operator's speaks of it.
    """

    name: str
    directory: str
    rule: PeerRule


class Directory:
    """Trusted clouds, from the configuration and from directories.

    Attributes:
        policy: what may be asked of them.
        listed: those that directories name and no rule forbids, by host.
    """

    def __init__(self, rules: Sequence[PeerRule], *, open: bool = False) -> None:  # noqa: A002
        """Take the rules.

        Args:
            rules: the operator's.
            open: whether clouds of which no rule speaks are trusted too.

        Raises:
            ConfigError: a rule's host is no host.
        """
        self._rules = {rule.host: rule for rule in rules}
        self._known = OutboundPolicy([SiteRule(r.host, insecure=r.insecure) for r in rules])
        self._denied = OutboundPolicy([SiteRule(rule.host) for rule in rules if not rule.allow])
        self._open = open
        self._sites = [site for rule in rules if rule.allow for site in _sites(rule)]
        self.policy = OutboundPolicy(self._sites, open)
        self.listed: dict[str, Listed] = {}

    def learn(self, listed: Iterable[Listed]) -> None:
        """Trust these clouds too, and of those learnt before no other; the first of a host counts.

        The operator's rules win, also over further hosts that a directory names.
        """
        found: dict[str, Listed] = {}
        for one in listed:
            if not self._is_denied(one.rule.host):
                also = tuple(host for host in one.rule.also if not self._is_denied(host))
                rule = replace(one.rule, also=also)
                found.setdefault(rule.host, replace(one, rule=rule))
        theirs = [one.rule for one in found.values() if not self.speaks_of(one.rule.host)]
        self.policy.learn([*self._sites, *(site for rule in theirs for site in _sites(rule))])
        self.listed = found

    def speaks_of(self, peer: str) -> bool:
        """Whether a rule of the operator's decides on a cloud.

        Raises:
            AddressRefused: it is no host.
        """
        found = self._known.rule_for(f"https://{peer}")
        return found is not None or self._denied.names(f"https://{peer}")

    def _is_denied(self, host: str) -> bool:
        found = self._known.rule_for(f"https://{host}")
        if found is not None:
            return not self._rules[found.host].allow
        # A rule without a port speaks of the web's; what it forbids, it forbids at each.
        return self._denied.names(f"https://{host}")

    def rule(self, peer: str) -> PeerRule:
        """What holds for a cloud.

        Args:
            peer: ``host[:port]``.

        Raises:
            PeerNotTrusted: nothing is taken from it.
        """
        try:
            found = self._known.rule_for(f"https://{peer}")
            denied = self._is_denied(peer)
        except AddressRefused:
            raise PeerNotTrusted("no host that could be trusted") from None
        listed = self.listed.get(peer)
        if denied or not (found or listed or self._open):
            raise PeerNotTrusted(f"{peer}: no rule admits it")
        if found:
            return self._rules[found.host]
        return listed.rule if listed else PeerRule(peer)

    def named(self, peer: str) -> PeerRule:
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
        """An address that a cloud named, as it is asked for, if it is its own.

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
        where = self.policy.admit(whole)
        if where.authority not in {peer, *(authority(one) for one in rule.also)}:
            raise AddressRefused(f"{peer}: named an address of another host")
        return where.url


def _sites(rule: PeerRule) -> list[SiteRule]:
    """What may be asked of a trusted cloud."""
    hosts = (rule.host, *rule.also)
    return [SiteRule(host, insecure=rule.insecure, private=rule.private) for host in hosts]


__all__ = ["Directory", "Listed", "PeerRule"]
