"""What comes by other ways than a pasted link, put together: the mesh, accounts, Open with VaaS.

Each is there only where the operator wants it, and only then imported.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vaas.config import Settings, Site
from vaas.errors import ConfigError
from vaas.member import member
from vaas.model import Secret
from vaas.received import ReceivedFiles
from vaas.shares import OutboundClient, OutboundPolicy, SiteRule
from vaas.shares.base import Provider
from vaas.shares.cs3 import extra
from vaas.shares.cs3.rules import AccountRule
from vaas.taken import site_rule
from vaas.web.statuses import status_of

if TYPE_CHECKING:
    from vaas.mesh import Mesh
    from vaas.mesh.cs3 import AppTerms
    from vaas.mesh.cs3.service import App
    from vaas.shares.cs3.account import Account


class Doorways:
    """The ways by which shares come.

    Attributes:
        mesh: shares that other clouds send, if any are taken.
        app: Open with VaaS, if it is wanted.
        providers: open what came, by the hint of its links.
    """

    def __init__(
        self,
        mesh: Mesh | None,
        accounts: Sequence[Account],
        app: App | None,
        providers: Mapping[str, Provider],
    ) -> None:
        """Made by ``opened``."""
        self.mesh, self.app, self.providers = mesh, app, providers
        self._accounts = accounts

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, settings: Settings, data: Path, client: OutboundClient, policy: OutboundPolicy
    ) -> AsyncIterator[Doorways]:
        """All of them, before anything is taken.

        Args:
            settings: the operator's.
            data: folder for the state.
            client: asks sites.
            policy: says which hosts are a site's.

        Raises:
            ConfigError: the settings do not go together, or a file cannot be read.
        """
        async with AsyncExitStack() as stack:
            providers: dict[str, Provider] = {}
            mesh = await stack.enter_async_context(member(settings, data))
            accounts = _accounts(settings, mesh)
            for account in accounts:
                stack.push_async_callback(account.close)
            if mesh:
                providers["ocm"] = mesh.provider
            if mesh and accounts:
                from vaas.shares.cs3.account import Gathered  # noqa: PLC0415 (an extra)

                hosts = {account.rule.site.host: account for account in accounts}
                providers["gathered"] = Gathered(hosts, mesh.access, client, policy)
            app = None
            if terms := app_terms(settings):
                with extra("cs3_app"):
                    from vaas.mesh.cs3.service import App  # noqa: PLC0415 (an extra)

                app = await stack.enter_async_context(App.opened(terms, data, client, policy))
                providers["opened"] = app.provider
            yield cls(mesh, accounts, app, providers)

    @asynccontextmanager
    async def serving(self, received: ReceivedFiles) -> AsyncIterator[Sequence[Any]]:
        """Let them come, at these addresses, while the context is open.

        Args:
            received: asks for what came, and erases what was made of it.

        Raises:
            ConfigError: an address is taken.
        """
        async with AsyncExitStack() as stack:
            routes: Sequence[Any] = ()
            if self.mesh:
                serving = self.mesh.serving(received, status_of, self._accounts)
                _, routes = await stack.enter_async_context(serving)
            if self.app:
                await stack.enter_async_context(self.app.serving(received))
            yield routes

    @property
    def health(self) -> dict[str, str]:
        """How they are, for operators."""
        return {"cs3_app": self.app.state} if self.app else {}


def _accounts(settings: Settings, mesh: Mesh | None) -> list[Account]:
    """Our accounts at sites with a gateway."""
    sites = [site for site in settings.site if site.account.name]
    if not sites:
        return []
    if mesh is None:
        raise ConfigError("site.account: what it receives is shown by [ocm], which is not enabled")
    with extra(f"the site {sites[0].host} has an account"):
        from vaas.shares.cs3.account import Account  # noqa: PLC0415 (an extra)
    return [Account(_account(site)) for site in sites]


def _account(site: Site) -> AccountRule:
    account = site.account
    password = Secret(account.password.get_secret_value())
    return AccountRule(
        site=_with_gateway(site, "site.account"),
        name=account.name,
        password=password,
        kind=account.kind,
        accept=account.accept,
        mount=account.mount,
    )


def app_terms(settings: Settings) -> AppTerms | None:
    """What the operator wants of Open with VaaS; ``None`` for nothing.

    Raises:
        ConfigError: the settings do not go together.
    """
    app = settings.cs3_app
    if not app.site:
        return None
    if not settings.public_url:
        raise ConfigError("cs3_app: browsers are sent to public_url, which is not set")
    from vaas.mesh.cs3 import AppTerms  # noqa: PLC0415

    site = next((one for one in settings.site if one.host.lower() == app.site.lower()), None)
    if site is None:
        raise ConfigError(f"cs3_app: no [[site]] is called {app.site}")
    more = app.model_dump(exclude={"site", "icon"})
    icon = app.icon or f"{settings.public_url}/favicon.ico"
    return AppTerms(url=settings.public_url, site=_with_gateway(site, "cs3_app"), icon=icon, **more)


def _with_gateway(site: Site, why: str) -> SiteRule:
    if not site.gateway or site.host.startswith("*."):
        raise ConfigError(f"{why}: {site.host} must be one site, with a gateway")
    return site_rule(site)


__all__ = ["Doorways", "app_terms"]
