"""Open with VaaS, put together: the gRPC server that clouds call, and what it needs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from cs3.app.provider.v1beta1 import provider_api_pb2 as api
from cs3.app.provider.v1beta1 import provider_api_pb2_grpc as service
from cs3.app.provider.v1beta1.resources_pb2 import Target
from cs3.rpc.v1beta1.code_pb2 import Code

from vaas.errors import ConfigError, NoNotebook, OpenAgain, TooManyShares, VaasError
from vaas.mesh.cs3.grants import Grants, left_in
from vaas.mesh.cs3.keeper import GrantKeeper, Shower
from vaas.mesh.cs3.opening import Opening
from vaas.mesh.cs3.registration import Registration
from vaas.mesh.cs3.terms import AppTerms
from vaas.observability import logger
from vaas.shares import OutboundClient, OutboundPolicy
from vaas.shares.cs3.gateway import Gateway
from vaas.shares.cs3.person import Opened

FOLDER = "opened"
"""Of the names of grants, in the folder of data."""

ENTRANCE = "/cs3/open"
"""Where browsers bring their tickets."""

_GRACE = 2.0
"""Seconds that calls have to end when we do."""

_CODES: tuple[tuple[type[VaasError], int], ...] = (
    (OpenAgain, Code.CODE_UNAUTHENTICATED),
    (NoNotebook, Code.CODE_INVALID_ARGUMENT),
    (TooManyShares, Code.CODE_RESOURCE_EXHAUSTED),
    (VaasError, Code.CODE_UNAVAILABLE),
)

log = logger(__name__)


class App:
    """Open with VaaS.

    Attributes:
        grants: what people opened; leads viewers to it.
        provider: reads it.
    """

    def __init__(
        self, terms: AppTerms, grants: Grants, client: OutboundClient, policy: OutboundPolicy
    ) -> None:
        """Made by ``opened``."""
        self._terms, self.grants = terms, grants
        self._gateway = Gateway(terms.site)
        self.provider = Opened(terms.site, self._gateway, grants, client, policy)
        self._registration: Registration | None = None

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, terms: AppTerms, folder: Path, client: OutboundClient, policy: OutboundPolicy
    ) -> AsyncIterator[App]:
        """What is there before anything listens.

        Args:
            terms: the operator's.
            folder: for the names of grants.
            client: downloads from the site's data gateway.
            policy: says which hosts are the site's.

        Raises:
            ConfigError: a certificate cannot be read.
        """
        left = await asyncio.to_thread(left_in, folder / FOLDER)
        app = cls(terms, Grants(terms.site, folder / FOLDER, left), client, policy)
        try:
            yield app
        finally:
            await app._gateway.close()

    @property
    def state(self) -> str:
        """Whether we are registered, or why not."""
        return self._registration.state if self._registration else "not registered yet"

    @asynccontextmanager
    async def serving(self, shower: Shower) -> AsyncIterator[None]:
        """Be there for clouds while the context is open.

        Args:
            shower: shows what was opened, and erases it.

        Raises:
            ConfigError: the address is taken, or a certificate cannot be read.
        """
        keeper = GrantKeeper(self.grants, shower)
        self.grants.renewed = shower.forget
        # Else two servers could share the port, and each would know half of the tickets.
        alone = (("grpc.so_reuseport", 0),)
        server = grpc.aio.server(options=alone, maximum_concurrent_rpcs=100)
        servicer = _Servicer(self._terms, Opening(self._gateway, self.grants))
        service.add_ProviderAPIServicer_to_server(servicer, server)
        address = _bind(server, self._terms)
        await server.start()
        self._registration = Registration(self._terms, self._gateway, address)
        log.info("app_listens", address=address)
        works = (self._registration.run(), keeper.run())
        tasks = [asyncio.create_task(work, name="open with VaaS") for work in works]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await server.stop(_GRACE)
            await keeper.close()


class _Servicer(service.ProviderAPIServicer):  # type: ignore[misc]  # the bindings are untyped
    """What clouds call."""

    def __init__(self, terms: AppTerms, opening: Opening) -> None:
        self._terms, self._opening = terms, opening

    async def OpenInApp(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        """Open a file for the person whose token came with it."""
        answer = api.OpenInAppResponse()
        try:
            ticket = await self._opening.open(request.resource_info, request.access_token)
        except VaasError as error:
            log.info("not_opened", why=error.label, detail=error.detail)
            answer.status.code = next(code for kind, code in _CODES if isinstance(error, kind))
            answer.status.message = f"{error.title}. {error.advice}"
            return answer
        answer.status.code = Code.CODE_OK
        url = answer.app_url
        url.app_url, url.method = f"{self._terms.url}{ENTRANCE}", "POST"
        url.form_parameters["ticket"] = ticket
        url.target = Target.TARGET_IFRAME if self._terms.frame else Target.TARGET_BLANK
        return answer


def _bind(server: grpc.aio.Server, terms: AppTerms) -> str:
    """Listen; the address by which we are reached."""
    host, _, port = terms.listen.rpartition(":")
    try:
        if terms.certificate:
            bound = server.add_secure_port(terms.listen, _credentials(terms))
        else:
            bound = server.add_insecure_port(terms.listen)
    except RuntimeError as error:
        raise ConfigError(f"cs3_app: cannot listen on {terms.listen}") from error
    return terms.announce or f"{host}:{bound or port}"


def _credentials(terms: AppTerms) -> grpc.ServerCredentials:
    certificate = _content(terms.certificate)
    pair = (_content(terms.key), certificate)
    ca = _content(terms.ca) if terms.ca else None
    return grpc.ssl_server_credentials([pair], ca, require_client_auth=bool(ca))


def _content(file: str) -> bytes:
    try:
        return Path(file).expanduser().read_bytes()
    except OSError as error:
        raise ConfigError(f"cs3_app: the certificate file {file}: {error.strerror}") from error


__all__ = ["ENTRANCE", "FOLDER", "App"]
