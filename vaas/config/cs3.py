"""Settings of sites with a CS3 gateway: our account there, and Open with VaaS."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

_EVERYWHERE = ("0.0.0.0:", "[::]:")


class SiteAccount(BaseModel):
    """Our account at a site with a gateway, the ``account`` of a ``[[site]]``.

    Attributes:
        name: of the account, for which the site receives shares of other clouds; empty: none.
        password: an app password of it, or with ``basic`` its own.
        kind: how the gateway is to check that.
        accept: whether shares that wait for it are accepted, or only those shown
            that somebody accepted at the site.
        mount: where Reva shows received shares, by path.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    password: SecretStr = SecretStr("")
    kind: Literal["appauth", "basic"] = "appauth"
    accept: bool = False
    mount: str = Field(default="/sciencemesh", pattern=r"^/")


class Cs3AppSettings(BaseModel):
    """Open with VaaS, in the menus of a cloud made with Reva.

    Attributes:
        site: host of the ``[[site]]`` whose gateway we register at; empty: none.
        listen: ``host:port`` at which its gateway, or its app registry, calls us.
        announce: ``host:port`` by which they reach that; empty: as ``listen``.
        name: what people see in the menu.
        description: likewise.
        icon: address of a picture for it; empty: ours.
        mime_types: of notebooks, as the site's registry has them.
        frame: whether the site is to show us in a frame, not in a tab of its own.
        every: seconds between two registrations: registries forget.
        certificate: file of the certificate that we show; empty: no encryption.
        key: file of its key.
        ca: file of the authorities whose certificates callers must show; empty: none need to.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: str = ""
    listen: str = Field(default="127.0.0.1:9210", pattern=r"^([^\s/:]+|\[[0-9A-Fa-f:]+\]):\d{1,5}$")
    announce: str = Field(default="", pattern=r"^$|^([^\s/:]+|\[[0-9A-Fa-f:]+\]):\d{1,5}$")
    name: str = Field(default="VaaS", min_length=1)
    description: str = "Opens notebooks as live dashboards"
    icon: str = ""
    mime_types: tuple[str, ...] = ("application/x-ipynb+json", "application/vnd.jupyter")
    frame: bool = False
    every: float = Field(default=60.0, gt=0)
    certificate: str = ""
    key: str = ""
    ca: str = ""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Who calls must be able to reach what is announced."""
        if self.listen.startswith(_EVERYWHERE) and not self.announce:
            raise ValueError("who listens everywhere says in announce where that is")
        if bool(self.certificate) != bool(self.key) or (self.ca and not self.certificate):
            raise ValueError("certificate and key go together, and ca with them")
        return self


__all__ = ["Cs3AppSettings", "SiteAccount"]
