"""The data gateway: where a file is to be had, and whether what comes is the file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from vaas.errors import AddressRefused, EfssFailed
from vaas.model import Entry
from vaas.shares.client import Answer, StreamAnswer
from vaas.shares.policy import OutboundPolicy, SiteRule
from vaas.shares.refusals import refusal
from vaas.shares.webdav import check_same

STALE = frozenset({401, 403})
"""Statuses of a transfer whose token has run out."""

_OK, _PARTIAL = 200, 206


def endpoint(policy: OutboundPolicy, rule: SiteRule, told: Any) -> tuple[str, str]:
    """Where a file is to be had, and the token for it where it is not in the address.

    Args:
        policy: says which hosts are the site's.
        rule: the site.
        told: the gateway's answer.

    Raises:
        AddressRefused: at a host that is not the site's.
        EfssFailed: nowhere that we could go.
    """
    offers = {found.protocol: found for found in told.protocols}
    found = offers.get("simple") or offers.get("spaces")
    if found is None:
        raise EfssFailed("the gateway offers no download over HTTP")
    if policy.rule_for(found.download_endpoint) != rule:
        raise AddressRefused(f"{rule.host}: its data gateway is no host of the site")
    return found.download_endpoint, found.token


def check_head(answer: StreamAnswer, entry: Entry, offset: int) -> None:
    """See that a download begins as it should.

    Raises:
        VaasError: why it does not.
    """
    if answer.status in STALE:
        raise EfssFailed(f"the data gateway answers with status {answer.status}")
    if answer.status not in {_OK, _PARTIAL}:
        head = Answer(answer.status, answer.headers, b"", "")
        raise refusal(head, password=True, inside=True)
    check_same(answer, replace(entry, modified=""), offset)


__all__ = ["STALE", "check_head", "endpoint"]
