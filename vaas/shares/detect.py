"""Which product answers at a web root: one probe, kept for a day.

Asked in the order that settles most with least: the status page of the ownCloud
family, Open Cloud Mesh discovery, Seafile's ping, then OCS capabilities. An
operator's site rule or the link's own shape makes the probe needless.
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from vaas.errors import (
    EfssFailed,
    EfssMaintenance,
    EfssTooSlow,
    EfssUnreachable,
    NotAnEfss,
    ShareThrottled,
    VaasError,
)
from vaas.model import ShareLink
from vaas.shares.client import Answer, OutboundClient
from vaas.shares.flight import SingleFlight
from vaas.shares.policy import OutboundPolicy
from vaas.shares.refusals import refusal

FOUND_FOR = 86_400.0
"""Seconds for which a product is remembered."""

FAILED_FOR = 300.0
"""Seconds for which a host without a known product is not asked again."""

UNREACHED_FOR = 15.0
"""Seconds for the same after a broken connection: long enough to spare the
host a crowd of viewers, short enough for the one who tries again."""

_ROOTS = 1_024
_PROBE_BYTES = 2**18
_PROBE_DEADLINE = 10.0
_NEW_ENDPOINT_SINCE = 29
_LAST_OWNCLOUD = 10
_LATER = frozenset({429, 503})
_AWAY = frozenset({502, 504})
"""What a web server says behind which nothing answers."""

_REVA_VERSION = "10.0.11.5"


@dataclass(frozen=True, slots=True)
class Found:
    """What answers at a web root.

    Attributes:
        product: as in ``Share.product``.
        dav_root: pinned by the operator, or empty for the product's own.
        major: Nextcloud's major version; 0 if not told.
    """

    product: str
    dav_root: str = ""
    major: int = 0

    @property
    def is_old(self) -> bool:
        """Whether this is a Nextcloud without the endpoint of version 29."""
        return 0 < self.major < _NEW_ENDPOINT_SINCE


class Detector:
    """Finds out a link's product; belongs to one event loop, needs no closing."""

    def __init__(
        self,
        client: OutboundClient,
        policy: OutboundPolicy,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start with nothing known.

        Args:
            client: asks other hosts.
            policy: holds the operator's site rules.
            clock: seconds that only grow.
        """
        self._client = client
        self._policy = policy
        self._clock = clock
        self._flight: SingleFlight[Found] = SingleFlight()
        self._known: OrderedDict[str, tuple[float, Found | VaasError]] = OrderedDict()

    async def find(self, link: ShareLink) -> Found:
        """The product behind a link.

        Args:
            link: its shape or its site's rule may already say.

        Raises:
            NotAnEfss: the host answers as none that we know.
            EfssFailed: nothing answers behind the host's web server.
            ShareThrottled, EfssMaintenance: the host asks to wait.
            OutboundError: the host may not or cannot be asked.
        """
        if link.hint == "local" or link.token == "-":  # noqa: S105 (no token at all)
            return Found(link.hint or "webdav")
        rule = self._policy.rule_for(link.root)
        if rule and rule.product:
            return Found(rule.product, rule.dav_root)
        if link.hint:
            return Found(link.hint)
        return await self._flight.run(link.root, lambda: self._remembered(link.root))

    async def _remembered(self, root: str) -> Found:
        until, known = self._known.get(root, (0.0, None))
        if known is None or until <= self._clock():
            known = await self._outcome(root)
        if isinstance(known, VaasError):
            raise type(known)(known.detail, retry_after=known.retry_after)
        return known

    async def _outcome(self, root: str) -> Found | VaasError:
        outcome: Found | VaasError
        keep = FOUND_FOR
        try:
            outcome = await self._probe(root)
        except NotAnEfss as error:
            outcome, keep = error, FAILED_FOR
        except (EfssFailed, EfssUnreachable, EfssTooSlow) as error:
            outcome, keep = error, UNREACHED_FOR
        self._known[root] = (self._clock() + keep, outcome)
        self._known.move_to_end(root)
        while len(self._known) > _ROOTS:
            self._known.popitem(last=False)
        return outcome

    async def _probe(self, root: str) -> Found:
        host = root.split("://", 1)[-1].partition("/")[0]
        origin = f"{root.partition('://')[0]}://{host}"
        probes: tuple[Callable[[], Awaitable[Found | None]], ...] = (
            lambda: self._ask(f"{root}/status.php", _from_status),
            lambda: self._ask(f"{root}/.well-known/ocm", _from_ocm),
            # Discovery's own place is the host's root, wherever the product is.
            lambda: self._ask(f"{origin}/.well-known/ocm", _from_ocm, needed=root != origin),
            lambda: self._ask(f"{root}/api2/ping/", _from_ping),
            lambda: self._ask(
                f"{root}/ocs/v2.php/cloud/capabilities?format=json", _from_capabilities
            ),
        )
        for probe in probes:
            found = await probe()
            if found:
                return found
        raise NotAnEfss(f"{host}: answers as no product that we know")

    async def _ask(
        self, url: str, read: Callable[[Answer], Found | None], *, needed: bool = True
    ) -> Found | None:
        if not needed:
            return None
        answer = await self._client.request(
            "GET",
            url,
            headers={"Accept": "application/json", "OCS-APIRequest": "true"},
            max_bytes=_PROBE_BYTES,
            deadline=_PROBE_DEADLINE,
        )
        if answer.status in _AWAY:
            raise EfssFailed(f"status {answer.status}")
        if answer.status in _LATER:
            error = refusal(answer, password=False)
            if isinstance(error, (ShareThrottled, EfssMaintenance)):
                raise error
        return read(answer)


def _from_status(answer: Answer) -> Found | None:
    """By the status page; ``productname`` may be themed, the rest is not."""
    status = _json(answer)
    if "installed" not in status or "versionstring" not in status:
        return None
    version = str(status.get("version", ""))
    names = f"{status.get('product', '')} {status.get('productname', '')}".lower()
    named = _by_name(names, _major(version))
    if named:
        return named
    if status.get("productversion"):
        return Found("ocis")
    if version == _REVA_VERSION:
        return Found("reva")
    return _by_age(_major(version), marked="extendedSupport" in status)


def _by_age(major: int, *, marked: bool = False) -> Found:
    """Versions of ownCloud end with 10, below any living Nextcloud; ``marked`` is what only the latter says."""
    if marked or major > _LAST_OWNCLOUD:
        return Found("nextcloud", major=major)
    return Found("owncloud")


def _by_name(names: str, major: int = 0) -> Found | None:
    for word, product in (
        ("infinite scale", "ocis"),
        ("ocis", "ocis"),
        ("opencloud", "ocis"),
        ("reva", "reva"),
        ("cernbox", "reva"),
        ("nextcloud", "nextcloud"),
        ("owncloud", "owncloud"),
    ):
        if word in names:
            return Found(product, major=major if product == "nextcloud" else 0)
    return None


def _from_ocm(answer: Answer) -> Found | None:
    """By Open Cloud Mesh discovery: the provider's name, else the paths it names."""
    told = _json(answer)
    if "endPoint" not in told or "apiVersion" not in told:
        return None
    named = _by_name(str(told.get("provider", "")).lower())
    if named:
        return named
    return Found("nextcloud") if "index.php/ocm" in str(told["endPoint"]) else None


def _from_ping(answer: Answer) -> Found | None:
    return Found("seafile") if answer.body.strip() == b'"pong"' else None


def _from_capabilities(answer: Answer) -> Found | None:
    """By OCS: only Nextcloud shows its capabilities to anybody."""
    ocs = _json(answer).get("ocs")
    if not isinstance(ocs, dict) or "meta" not in ocs:
        return None
    data = ocs.get("data")
    version = data.get("version") if isinstance(data, dict) else None
    if not isinstance(version, dict):
        return Found("owncloud")
    major = _major(str(version.get("major", "")))
    return _by_name(str(version.get("product", "")).lower(), major) or _by_age(major)


def _major(version: str) -> int:
    first = version.partition(".")[0]
    return int(first) if first.isascii() and first.isdecimal() and len(first) < 4 else 0  # noqa: PLR2004


def _json(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


__all__ = ["Detector", "Found"]
