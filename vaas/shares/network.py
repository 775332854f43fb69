"""Connections that go to checked addresses and to nothing else."""

from __future__ import annotations

import functools
import ssl
from collections.abc import Iterable

import certifi
import httpcore

from vaas.shares.policy import OutboundPolicy

CONNECT_DEADLINE = 10.0
"""Seconds for a connection, over all addresses of a name."""


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Resolves, checks and connects in one step, so that nothing lies between.

    The pool calls it for each new connection; certificate and ``Host`` are checked
    against the name all the same, as they are set above this layer.
    """

    def __init__(self, policy: OutboundPolicy) -> None:
        """Connect under ``policy``."""
        self._policy = policy
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 (the base class's)
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 (the base class's)
    ) -> httpcore.AsyncNetworkStream:
        """Try the checked addresses one after the other.

        Raises:
            AddressRefused, EfssUnreachable: as ``OutboundPolicy.addresses``.
            httpcore.ConnectError, httpcore.ConnectTimeout: none of them answers.
        """
        addresses = await self._policy.addresses(host, port)
        share = (timeout or CONNECT_DEADLINE) / len(addresses)
        for address in addresses[:-1]:
            try:
                return await self._network.connect_tcp(address, port, share)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._network.connect_tcp(addresses[-1], port, share)


@functools.cache
def trusted_certificates() -> ssl.SSLContext:
    """The machine's own authorities and, for machines without any, certifi's; read once."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


__all__ = ["CONNECT_DEADLINE", "CheckedNetwork", "trusted_certificates"]
