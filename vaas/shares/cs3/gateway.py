"""One CS3 gateway: the channel to it, its calls, and how it says no.

A gateway says no inside of answers that gRPC takes for good ones, and sometimes
by gRPC's own status; both have the same names. What it says beyond the name is
for its operator and may hold a link's token, so it goes no further.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import certifi
import grpc
import grpc.aio
from cs3.gateway.v1beta1.gateway_api_pb2_grpc import GatewayAPIStub
from cs3.rpc.v1beta1.code_pb2 import Code

from vaas import __version__
from vaas.errors import (
    AnswerTooLarge,
    ConfigError,
    EfssTooSlow,
    EfssUnreachable,
    ShareThrottled,
    VaasError,
)
from vaas.shares.multistatus import MAX_BYTES
from vaas.shares.policy import SiteRule

DEADLINE = 30.0
"""Seconds for each call."""

_OPTIONS = (
    # Firewalls forget a connection on which nothing is said, and tell neither side.
    ("grpc.client_idle_timeout_ms", 60_000),
    ("grpc.enable_http_proxy", 0),
    ("grpc.max_receive_message_length", MAX_BYTES),
    # Viewers try again within seconds; a gateway that is back is to be there for them.
    ("grpc.max_reconnect_backoff_ms", 5_000),
    ("grpc.primary_user_agent", f"VaaS/{__version__}"),
)
_OUTRIGHT: Mapping[str, type[VaasError]] = {
    "DEADLINE_EXCEEDED": EfssTooSlow,
    "RESOURCE_EXHAUSTED": ShareThrottled,
    "UNAVAILABLE": EfssUnreachable,
}


class Refused(Exception):
    """The gateway's no, where what it means depends on what was asked.

    Attributes:
        code: the name of the status, without ``CODE_``.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Gateway:
    """Asks one gateway; belongs to one event loop."""

    def __init__(self, rule: SiteRule) -> None:
        """Prepare the channel; it connects with the first call, and again when it must.

        Args:
            rule: names the gateway and its certificates.

        Raises:
            ConfigError: a certificate cannot be read.
        """
        self._address = rule.gateway
        if rule.tls:
            self._channel = grpc.aio.secure_channel(rule.gateway, _credentials(rule), _OPTIONS)
        else:
            self._channel = grpc.aio.insecure_channel(rule.gateway, _OPTIONS)
        self._stub = GatewayAPIStub(self._channel)

    async def call(self, method: str, request: object, token: str = "") -> Any:
        """Ask, and see that the answer is a good one.

        Args:
            method: of the gateway's API.
            request: its message.
            token: who asks; empty where nobody is known yet.

        Raises:
            Refused: the answer is no.
            AnswerTooLarge, EfssTooSlow, EfssUnreachable, ShareThrottled: whatever was
                asked, there is no answer.
        """
        metadata = (("x-access-token", token),) if token else ()
        try:
            answer = await getattr(self._stub, method)(request, timeout=DEADLINE, metadata=metadata)
        except grpc.aio.AioRpcError as error:
            if "larger than max" in (error.details() or ""):
                raise AnswerTooLarge(f"{self._address}: more than {MAX_BYTES} bytes") from None
            raise self._no(error.code().name, method) from None
        number = answer.status.code
        if number != Code.CODE_OK:
            known = number in Code.values()
            raise self._no(Code.Name(number) if known else str(number), method)
        return answer

    def _no(self, name: str, method: str) -> Exception:
        code = name.removeprefix("CODE_")
        if code in _OUTRIGHT:
            return _OUTRIGHT[code](f"{self._address}: {code} to {method}")
        return Refused(code)

    async def close(self) -> None:
        """End the connection, and the calls that are under way."""
        await self._channel.close()


def _credentials(rule: SiteRule) -> grpc.ChannelCredentials:
    return grpc.ssl_channel_credentials(
        _content(rule.ca or certifi.where()), _content(rule.key), _content(rule.certificate)
    )


def _content(file: str) -> bytes | None:
    try:
        return Path(file).expanduser().read_bytes() if file else None
    except OSError as error:
        raise ConfigError(f"the certificate file {file}: {error.strerror}") from error


__all__ = ["DEADLINE", "Gateway", "Refused"]
