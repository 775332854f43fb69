"""What the rest of VaaS knows of shares: resolve a link, list, read.

Every request to an EFSS passes here. What a viewer asks is joined to the same
question of others, looked up in the memory of failures, and only then asked, by
the provider of the link's product.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from vaas.errors import CloudSpared, ConfigError, ShareUnknown, VaasError
from vaas.model import Entry, Secret, Share, ShareLink
from vaas.shares.base import Provider, first
from vaas.shares.client import OutboundClient
from vaas.shares.cs3 import gateways
from vaas.shares.detect import Detector, Found
from vaas.shares.flight import SingleFlight
from vaas.shares.local import Local
from vaas.shares.memory import FailureMemory
from vaas.shares.nextcloud import LEGACY_ROOT, Nextcloud
from vaas.shares.ocis import Ocis
from vaas.shares.owncloud import OwnCloud
from vaas.shares.plain import PlainDav
from vaas.shares.policy import OutboundPolicy
from vaas.shares.ration import Ration
from vaas.shares.reva import Reva
from vaas.shares.seafile import Seafile

_PROVIDERS = 1_024
_DAV: Mapping[str, Callable[[OutboundClient, str], Provider]] = MappingProxyType(
    {"owncloud": OwnCloud, "ocis": Ocis, "reva": Reva, "webdav": PlainDav}
)
_GUESTS = ("ocm", "gathered", "opened")
# Says to the memory that a password was no failed attempt. Forgetting the link
# instead would let each opening start the count of wrong passwords anew.
_OPENED = VaasError("opened")


class Shares:
    """The room's door, and a ``vaas.model.Reader``; one for the whole process.

    Belongs to one event loop. Connections are the client's, but for those to
    gateways, which ``close`` ends.
    """

    def __init__(
        self,
        client: OutboundClient,
        policy: OutboundPolicy,
        memory: FailureMemory,
        local: Mapping[str, Path] = MappingProxyType({}),
        guests: Mapping[str, Provider] = MappingProxyType({}),
    ) -> None:
        """Join what asks, what may be asked and what was refused.

        Args:
            client: asks other hosts.
            policy: the operator's site rules.
            memory: of refusals.
            local: folders and files of this machine by the token of their
                links; names added to it later are seen.
            guests: open what came by other ways than a pasted link, by its hint.

        Raises:
            ConfigError: a site has a gateway that cannot be spoken to here.
        """
        self._client = client
        self._policy = policy
        self._memory = memory
        self._ration = Ration()
        self._detector = Detector(client, policy)
        self._local, self._guests = Local(local), guests
        self._gateways = gateways(client, policy)
        self._flight: SingleFlight[Share] = SingleFlight()
        self._providers: OrderedDict[tuple[str, Found], Provider] = OrderedDict()

    async def close(self) -> None:
        """End the connections to gateways."""
        for provider in self._gateways.values():
            await provider.close()

    async def resolve(self, link: ShareLink, password: Secret | None = None) -> Share:
        """Find out what a link leads to, and in which state it is.

        Viewers who ask at the same time share one answer, and a refusal that
        would only be repeated is answered from memory.

        Args:
            link: what was pasted.
            password: the link's, if the viewer gave one.

        Raises:
            ShareError, LinkError, OutboundError: why it cannot be opened.
            ConfigError: the site's rule names no product that we know.
        """
        secret = password.value if password else None
        key = (link.root, link.token, secret)
        share = await self._flight.run(key, lambda: self._resolve(link, password))
        return replace(share, link=link)

    async def _resolve(self, link: ShareLink, password: Secret | None) -> Share:
        self._memory.check(link, password)
        outcome: Exception = _OPENED
        try:
            provider = await self._provider(link)
            held = self._ration.asking(link, password) if provider.locks_out else nullcontext()
            async with held:
                return await provider.resolve(link, password)
        except CloudSpared:
            raise  # the cloud said nothing that could be remembered
        except VaasError as error:
            outcome = error
            raise
        finally:
            self._memory.remember(link, password, outcome)

    async def list(self, share: Share, folder: str) -> Sequence[Entry]:
        """See ``vaas.model.Reader``.

        Raises:
            ShareChanged: the folder is gone.
            ShareError, OutboundError: as for ``resolve``.
        """
        with self._remembering(share):
            provider = await self._provider(share.link)
            return await provider.list(share, folder)

    async def read(
        self, share: Share, entry: Entry, offset: int = 0, size: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        """See ``vaas.model.Reader``.

        Raises:
            ShareChanged: the file is gone, or another than the one listed.
            ShareError, OutboundError: as for ``resolve``.
        """
        with self._remembering(share):
            provider = await self._provider(share.link)
            async with aclosing(provider.read(share, entry, offset, size)) as pieces:
                async for piece in first(size, pieces):
                    yield piece

    async def editor(self, share: Share, path: str) -> str:
        """Who is editing a file of a share, for viewers; empty if nobody is known to.

        Raises:
            ShareError, OutboundError: there is no answer.
        """
        return await (await self._provider(share.link)).editor(share, path)

    def forget(self, link: ShareLink) -> None:
        """Ask anew the next time, whatever was said of a link before."""
        self._memory.forget(link)

    @contextmanager
    def _remembering(self, share: Share) -> Iterator[None]:
        """Keep refusals from inside a share for whoever resolves it next.

        Nothing is looked up before: a share that opened is not held back by
        the wrong passwords that others tried since.
        """
        try:
            yield
        except VaasError as error:
            self._memory.remember(share.link, share.password, error)
            raise

    async def _provider(self, link: ShareLink) -> Provider:
        if link.hint == "local":
            return self._local
        if link.hint in _GUESTS:
            if link.hint not in self._guests:
                raise ShareUnknown("nothing that came this way is opened here")
            return self._guests[link.hint]
        rule = self._policy.rule_for(link.root)
        if rule and rule in self._gateways:
            return self._gateways[rule]
        found = await self._detector.find(link)
        key = (link.root, found)
        if key not in self._providers:
            self._providers[key] = self._made(found)
        self._providers.move_to_end(key)
        while len(self._providers) > _PROVIDERS:
            self._providers.popitem(last=False)
        return self._providers[key]

    def _made(self, found: Found) -> Provider:
        if found.product == "seafile":
            return Seafile(self._client, self._policy)
        if found.product == "nextcloud":
            root = found.dav_root or (LEGACY_ROOT if found.is_old else "")
            return Nextcloud(self._client, root, unsure=not (root or found.major))
        if found.product not in _DAV:
            raise ConfigError(f"a site rule names the product “{found.product}”")
        return _DAV[found.product](self._client, found.dav_root)


__all__ = ["Shares"]
