"""What we ask other clouds: who they are, their keys; and what we tell them.

Whatever a cloud says of itself is kept for a while, that it could not be asked
for a shorter one. Every address that it names must be its own.
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from vaas.errors import EfssFailed, OutboundError, SenderUnproven, VaasError
from vaas.mesh.directory import Directory
from vaas.mesh.keys import Signer, public_keys
from vaas.mesh.objects import read_object
from vaas.model import Secret
from vaas.shares import OutboundClient
from vaas.shares.client import Answer
from vaas.shares.flight import SingleFlight

KNOWN_FOR, FAILED_FOR = 3600.0, 60.0
"""Seconds for which an answer, and a failure, are remembered."""

KEYS_AGAIN = 30.0
"""Seconds after which keys are asked for again if one is not among them."""

_OK, _REFUSED = 200, 400
_PEERS = 1_024
_BYTES = 1 << 18
_DEADLINE = 15.0
_PLACES = ("/.well-known/ocm", "/ocm-provider/")
_TYPES = ("folder", "file")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a cloud says of itself.

    Attributes:
        end_point: where its messages go; empty if it takes none.
        dav: where shares lie, absolute or a path; empty if it does not say.
        capabilities: what it can.
        token_url: where secrets are exchanged, or empty.
        jwks_url: where its keys are, or empty.
        invite_dialog: where people accept invitations, or empty.
        old_keys: keys of the older form of signatures, by name.
        app_kind: which kind of share it takes web applications as; empty if it does not say.
        app_targets: where it shows them.
    """

    end_point: str
    dav: str
    capabilities: frozenset[str]
    token_url: str = ""
    jwks_url: str = ""
    invite_dialog: str = ""
    old_keys: Mapping[str, str] = field(default_factory=dict)
    app_kind: str = ""
    app_targets: frozenset[str] = frozenset()

    @property
    def exchanges(self) -> bool:
        """Whether it gives tokens for secrets."""
        return "exchange-token" in self.capabilities and bool(self.token_url)


class Peers:
    """Asks other clouds; belongs to one event loop."""

    def __init__(self, client: OutboundClient, directory: Directory, signer: Signer) -> None:
        """Know nobody yet.

        Args:
            client: asks, under the directory's policy.
            directory: which clouds are trusted.
            signer: signs what we send.
        """
        self.directory = directory
        self._client, self._signer = client, signer
        self._flight: SingleFlight[Any] = SingleFlight()
        self._profiles: OrderedDict[str, tuple[float, Profile | VaasError]] = OrderedDict()
        self._keys: OrderedDict[str, tuple[float, dict[str, object]]] = OrderedDict()

    async def profile(self, peer: str) -> Profile:
        """What a cloud says of itself.

        Raises:
            PeerNotTrusted: it may not be asked.
            OutboundError, ShareError: it cannot be asked, or says nothing useful.
        """
        self.directory.rule(peer)
        until, known = self._profiles.get(peer, (0.0, None))
        if known is None or until < time.monotonic():
            known = await self._flight.run(peer, lambda: self._discover(peer))
        if isinstance(known, VaasError):
            raise type(known)(known.detail)
        return known

    async def key(self, peer: str, keyid: str) -> object:
        """A cloud's public key.

        Raises:
            SenderUnproven: it has no key of that name.
            OutboundError, ShareError: it cannot be asked.
        """
        asked, keys = self._keys.get(peer, (0.0, {}))
        age = time.monotonic() - asked if keys or asked else KNOWN_FOR
        if age >= KNOWN_FOR or (keyid not in keys and age > KEYS_AGAIN):
            keys = await self._flight.run(("keys", peer), lambda: self._fetch_keys(peer))
        if keyid not in keys:
            raise SenderUnproven(f"{peer}: has no key of that name")
        return keys[keyid]

    async def post(self, peer: str, url: str, message: Mapping[str, Any]) -> Answer:
        """Send a signed message.

        Raises:
            AddressRefused: the address is not the peer's.
            OutboundError: it cannot be reached.
        """
        body = json.dumps(message).encode()
        return await self._send(peer, url, body, "application/json")

    async def exchange(self, peer: str, url: str, form: Mapping[str, str]) -> Answer:
        """Send a signed form.

        Raises:
            AddressRefused: the address is not the peer's.
            OutboundError: it cannot be reached.
        """
        body = urlencode(form).encode()
        return await self._send(peer, url, body, "application/x-www-form-urlencoded")

    async def notify(
        self, peer: str, kind: str, provider_id: str, secret: Secret, more: Mapping[str, str]
    ) -> bool:
        """Tell a cloud what became of its share.

        Returns:
            whether it took note; one that cannot be told is no failure of ours.
        """
        about = {"sharedSecret": secret.value, **more}
        message = {
            "notificationType": kind,
            "resourceType": "file",
            "providerId": provider_id,
            "notification": about,
        }
        try:
            end_point = (await self.profile(peer)).end_point
            answer = await self.post(peer, f"{end_point}/notifications", message)
        except VaasError:
            return False
        return answer.status < _REFUSED

    async def _send(self, peer: str, url: str, body: bytes, kind: str) -> Answer:
        url = self.directory.belonging(peer, url)
        headers = {**self._signer.headers("POST", url, body), "Content-Type": kind}
        return await self._client.request(
            "POST",
            url,
            headers={**headers, "Accept": "application/json"},
            content=body,
            max_bytes=_BYTES,
            deadline=_DEADLINE,
            follow=False,
        )

    async def _discover(self, peer: str) -> Profile | VaasError:
        outcome: Profile | VaasError = EfssFailed(f"{peer}: says nothing of itself")
        keep = FAILED_FOR
        for place in _PLACES:
            try:
                told = await self._get(peer, place)
            except (OutboundError, EfssFailed) as error:
                outcome = error
                continue
            if told.get("endPoint") or told.get("apiVersion"):
                outcome, keep = self._profile(peer, told), KNOWN_FOR
                break
        _keep(self._profiles, peer, (time.monotonic() + keep, outcome))
        return outcome

    async def _fetch_keys(self, peer: str) -> dict[str, object]:
        url = (await self.profile(peer)).jwks_url or "/.well-known/jwks.json"
        keys = public_keys(await self._get(peer, url))
        _keep(self._keys, peer, (time.monotonic(), keys))
        return keys

    async def _get(self, peer: str, url: str) -> Mapping[str, Any]:
        """A JSON object of a cloud's own."""
        answer = await self._client.request(
            "GET",
            self.directory.belonging(peer, url),
            headers={"Accept": "application/json"},
            max_bytes=_BYTES,
            deadline=_DEADLINE,
        )
        self.directory.belonging(peer, answer.url)  # a redirect may have led elsewhere
        if answer.status != _OK:
            raise EfssFailed(f"{peer}: status {answer.status}")
        try:
            return read_object(answer.body)
        except ValueError:
            raise EfssFailed(f"{peer}: no JSON object") from None

    def _profile(self, peer: str, told: Mapping[str, Any]) -> Profile:
        old = told.get("publicKey")
        old = old if isinstance(old, dict) else {}
        app_kind, app_targets = _apps(told.get("resourceTypes"))
        return Profile(
            end_point=self._own(peer, told.get("endPoint")).rstrip("/"),
            dav=_dav(told.get("resourceTypes")),
            capabilities=_words(told.get("capabilities")) | _words(told.get("criteria")),
            token_url=self._own(peer, told.get("tokenEndPoint")),
            jwks_url=self._own(peer, told.get("jwksUri")),
            invite_dialog=self._own(peer, told.get("inviteAcceptDialog")),
            old_keys={str(old.get("keyId", "")): str(old.get("publicKeyPem", ""))},
            app_kind=app_kind,
            app_targets=app_targets,
        )

    def _own(self, peer: str, url: object) -> str:
        """An address that a cloud named; empty if it named none, or somebody else's."""
        try:
            return self.directory.belonging(peer, str(url)) if url else ""
        except VaasError:
            return ""


def _dav(types: object) -> str:
    """Where files lie, from the first kind of share that says so."""
    for _, protocols in _kinds(types):
        found = protocols.get("webdav")
        if isinstance(found, str) and found:
            return found
    return ""


def _apps(types: object) -> tuple[str, frozenset[str]]:
    """As which kind of share web applications are taken, and where they are shown."""
    for name, protocols in _kinds(types):
        found = protocols.get("webapp-receive")
        if name and isinstance(found, dict):
            return name, _words(found.get("targets"))
    return "", frozenset()


def _kinds(types: object) -> list[tuple[str, Mapping[str, Any]]]:
    """Kinds of shares with their protocols, files and folders first."""
    listed = [one for one in types if isinstance(one, dict)] if isinstance(types, list) else []
    found = [(str(one.get("name", "")), one.get("protocols")) for one in listed]
    found.sort(key=lambda one: one[0] not in _TYPES)
    return [(name, protocols) for name, protocols in found if isinstance(protocols, dict)]


def _words(told: object) -> frozenset[str]:
    return frozenset(
        filter(lambda one: isinstance(one, str), told if isinstance(told, list) else [])
    )


def _keep(known: OrderedDict[str, Any], peer: str, value: Any) -> None:
    known[peer] = value
    known.move_to_end(peer)
    while len(known) > _PEERS:
        known.popitem(last=False)


__all__ = ["Peers", "Profile"]
