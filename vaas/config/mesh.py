"""Settings of the mesh: whom it trusts, who may see what it takes, where its state is."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

_OURS = {
    *("api", "assets", "favicon", "health", "metrics", "ocm", "ocm-provider", "open"),
    *("password", "s", "static", "voila"),
}
"""How addresses of the service begin."""


class OcmPeer(BaseModel):
    """One cloud of the mesh, an ``[[ocm.peer]]``.

    Attributes:
        host: ``name``, ``name:port`` or ``*.suffix``; the most specific one speaks.
        allow: whether its shares are taken.
        signed: whether messages that it did not sign are refused.
        cavage: whether signatures of Nextcloud 31 to 34 count (draft-cavage).
        also: further hosts that its addresses may name.
        insecure: whether plain http is admitted (test installations only).
        private: whether private addresses are admitted (a cloud inside the house).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(min_length=1)
    allow: bool = True
    signed: bool = False
    cavage: bool = False
    also: tuple[str, ...] = ()
    insecure: bool = False
    private: bool = False


class OcmDirectory(BaseModel):
    """One directory of the mesh, an ``[[ocm.directory]]``; what it is, its content tells.

    Attributes:
        url: where it is published; or
        file: where it lies on this machine.
        keys: public keys, PEM or JWK, of which one must have signed it; none: a list
            that nobody signed is believed.
        every: seconds between two looks at it.
        signed: whether messages that its clouds did not sign are refused.
        cavage: whether signatures of Nextcloud 31 to 34 count (draft-cavage).
        insecure: whether plain http is admitted (test installations only).
        private: whether private addresses are admitted (a mesh inside the house).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(default="", pattern=r"^$|^https?://[^\s/@]+(/\S*)?$")
    file: str = ""
    keys: tuple[str, ...] = ()
    every: float = Field(default=3600.0, ge=1)
    signed: bool = False
    cavage: bool = False
    insecure: bool = False
    private: bool = False

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if bool(self.url) == bool(self.file):
            raise ValueError("a directory has a url or a file")
        return self


class OcmIntegration(BaseModel):
    """Clouds that send their viewers here, each with a token that opens the files (OCM-IP).

    Attributes:
        prefix: of the addresses at which they tell us of shares and send viewers;
            empty: none may.
        introspect: address at one of them, which is asked about tokens that do not say
            themselves what they are for; empty: such tokens are refused.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    prefix: str = Field(default="", pattern=r"^$|^(/[A-Za-z0-9_-]+)+$")
    introspect: str = Field(default="", pattern=r"^$|^https?://[^/\s]+/\S*$")

    @field_validator("prefix")
    @classmethod
    def _is_free(cls, prefix: str) -> str:
        first = prefix.split("/")[1:2]
        if first and first[0] in _OURS:
            raise ValueError("an address that is used already; take another, as /services/ocm")
        return prefix


class OcmSettings(BaseModel):
    """Shares of other clouds, by Open Cloud Mesh.

    Attributes:
        enabled: whether any are taken.
        name: what other clouds call this service.
        user: they are shared with ``user@`` the host of ``public_url``.
        visible: ``sender``: who has the signed address, of which the sender's cloud
            is told; ``people``: who is listed, here or by who shared it, and proves to
            be that; ``address``: who knows the address; ``listed``: everybody, and the
            home page names them.
        people: who may see all that was shared, where people are listed: addresses,
            or ``*@host``.
        accept: whether shares are shown ``at once``, or who sent one is ``asked`` first.
        open_mode: ``listed`` trusts the peers below and those of directories, ``public``
            any cloud.
        shares_per_peer: taken of one cloud.
        gone_after: seconds after which a share that its cloud no longer shows is forgotten.
        keys: of the state, newest first; none: made, and kept beside it.
        integration: clouds that send their viewers here.
        peer: the clouds; what is said here wins over directories.
        directory: documents that name further clouds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = False
    name: str = "VaaS"
    user: str = Field(default="dashboards", pattern=r"^[a-z0-9._-]+$")
    visible: Literal["sender", "people", "address", "listed"] = "sender"
    people: tuple[Annotated[str, Field(pattern=r"^\S+@\S+$")], ...] = ()
    accept: Literal["at once", "asked"] = "at once"
    open_mode: Literal["listed", "public"] = "listed"
    shares_per_peer: int = Field(default=1000, gt=0)
    gone_after: float = Field(default=86_400.0, ge=0)
    keys: tuple[SecretStr, ...] = ()
    integration: OcmIntegration = OcmIntegration()
    peer: tuple[OcmPeer, ...] = ()
    directory: tuple[OcmDirectory, ...] = ()


class StateSettings(BaseModel):
    """What must survive a restart, apart from copies.

    Attributes:
        url: ``postgresql://user:password@host/database``, with libpq's parameters; empty:
            a file in ``data``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: SecretStr = SecretStr("")


class OidcSettings(BaseModel):
    """Where people log in who shared something, or may see it (OpenID Connect).

    Attributes:
        issuer: address of the provider, as it calls itself; empty: nobody logs in.
        client_id: what it calls us.
        client_secret: by which it knows us.
        scopes: asked for.
        claim: which claim is a person's address ``id@host``; or ``claim@host``, where it
            is the part before the ``@``.
        also: further hosts that its addresses may name.
        insecure: whether plain http is admitted (test installations only).
        private: whether private addresses are admitted (a provider inside the house).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str = Field(default="", pattern=r"^$|^https?://\S+$")
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    scopes: tuple[str, ...] = ("openid", "email")
    claim: str = Field(default="email", min_length=1)
    also: tuple[str, ...] = ()
    insecure: bool = False
    private: bool = False

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if bool(self.issuer) != bool(self.client_id):
            raise ValueError("issuer and client_id go together")
        return self


__all__ = [
    "OcmDirectory",
    "OcmIntegration",
    "OcmPeer",
    "OcmSettings",
    "OidcSettings",
    "StateSettings",
]
