"""Tells a gateway that we are there: at the start, and again, since it may forget.

Registries of Reva keep that in memory only, and none says when it was restarted.
"""

from __future__ import annotations

import asyncio
from typing import Any

from cs3.app.registry.v1beta1.registry_api_pb2 import (
    AddAppProviderRequest,
    ListSupportedMimeTypesRequest,
)
from cs3.app.registry.v1beta1.resources_pb2 import ProviderInfo

from vaas.errors import VaasError
from vaas.mesh.cs3.terms import AppTerms
from vaas.observability import logger
from vaas.shares.cs3.gateway import Gateway, Refused

FIRST_RETRY = 1.0
"""Seconds after which a gateway that did not take us is asked again; then twice as many."""

log = logger(__name__)


class Registration:
    """Registers at one gateway.

    Attributes:
        state: ``registered``, or why not.
    """

    def __init__(self, terms: AppTerms, gateway: Gateway, address: str) -> None:
        """Prepare.

        Args:
            terms: the operator's.
            gateway: of the site.
            address: by which it reaches us.
        """
        self.state = "not registered yet"
        self._every, self._host = terms.every, terms.site.host
        self._gateway = gateway
        self._request = _request(terms, address)

    async def run(self) -> None:
        """Register again and again, until cancelled."""
        retry = FIRST_RETRY
        while True:
            why = await self._register()
            if not why:
                retry = FIRST_RETRY
                await asyncio.sleep(self._every)
                continue
            log.warning("app_not_registered", site=self._host, why=why, again=retry)
            await asyncio.sleep(retry)
            retry = min(2 * retry, self._every)

    async def _register(self) -> str:
        """Register once; why that failed, or empty."""
        why = ""
        try:
            await self._gateway.call("AddAppProvider", self._request)
        except Refused as refused:
            why = refused.code
        except VaasError as error:
            why = error.label
        except Exception:  # the task's last line: told, not raised
            log.exception("app_registration_failed")
            why = "failed"
        if not why and self.state != "registered":
            log.info("app_registered", site=self._host)
        self.state = f"not registered: {why}" if why else "registered"
        return why


async def lacks(terms: AppTerms) -> str:
    """What keeps a gateway from showing us for notebooks; empty for nothing.

    Args:
        terms: the operator's.

    Raises:
        ConfigError: a certificate cannot be read.
    """
    gateway = Gateway(terms.site)
    try:
        told = await gateway.call("ListSupportedMimeTypes", ListSupportedMimeTypesRequest())
    except (Refused, VaasError) as error:
        why = error.code if isinstance(error, Refused) else error.detail
        return f"{terms.site.gateway} does not answer: {why}"
    finally:
        await gateway.close()
    known = {one.mime_type for one in told.mime_types}
    if known.isdisjoint(terms.mime_types):
        return f"its registry knows none of {', '.join(terms.mime_types)}"
    return ""


def _request(terms: AppTerms, address: str) -> Any:
    info = ProviderInfo(
        name=terms.name,
        description=terms.description,
        icon=terms.icon,
        mime_types=terms.mime_types,
        address=address,
        capability=ProviderInfo.CAPABILITY_VIEWER,
    )
    return AddAppProviderRequest(provider=info)


__all__ = ["FIRST_RETRY", "Registration", "lacks"]
