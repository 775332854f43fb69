"""Sites whose CS3 gateway an operator has named: CERNBox, and others made with Reva.

Such a gateway speaks gRPC. The libraries for it are an extra, and are imported
only where a site rule names a gateway.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from vaas.errors import ConfigError
from vaas.shares.base import Provider
from vaas.shares.client import OutboundClient
from vaas.shares.policy import OutboundPolicy, SiteRule


def gateways(client: OutboundClient, policy: OutboundPolicy) -> Mapping[SiteRule, Provider]:
    """The providers of all sites that have a gateway; no connection is made yet.

    Args:
        client: downloads what a gateway points at.
        policy: holds the rules.

    Raises:
        ConfigError: the extra is not installed, or a certificate cannot be read.
    """
    rules = [rule for rule in policy.sites if rule.gateway]
    if not rules:
        return {}
    with extra(f"the site {rules[0].host} has a gateway"):
        from vaas.shares.cs3.provider import Cs3  # noqa: PLC0415 (an extra)
    return {rule: Cs3(rule, client, policy) for rule in rules}


@contextmanager
def extra(why: str) -> Iterator[None]:
    """Import what speaks gRPC.

    Args:
        why: that is wanted.

    Raises:
        ConfigError: the extra is not installed.
    """
    # Else it does its own work at each fork: between that and the exec a child could hang or
    # break, and the parent would write of it.
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
    try:
        yield
    except ModuleNotFoundError as missing:
        raise ConfigError(
            f"{why}: that needs voila-as-a-service[cs3] ({missing.name} is not installed)"
        ) from missing


__all__ = ["extra", "gateways"]
