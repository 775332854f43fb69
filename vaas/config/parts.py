"""Parts of the settings, each for one room or door."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from vaas.config.cs3 import SiteAccount
from vaas.model import FRAME_HOST

GIB = 1 << 30
MIB = 1 << 20

_OURS = {
    *("api", "assets", "favicon", "health", "metrics", "ocm", "ocm-provider", "open"),
    *("password", "s", "static", "voila"),
}
"""How addresses of the service begin."""

FrameHost = Annotated[str, Field(pattern=FRAME_HOST)]


class NativeFolder(BaseModel):
    r"""Where folders of a site lie on this machine, a ``[[site.native]]``.

    Attributes:
        link: a regular expression that matches all of a link's address.
        folder: the folder's path below ``inside``; ``\1`` is the first group.
        inside: the folder that all of them lie in.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    link: str
    folder: str = Field(min_length=1)
    inside: Path

    @field_validator("link")
    @classmethod
    def _compiles(cls, link: str) -> str:
        try:
            re.compile(link)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from error
        return link


class Site(BaseModel):
    """One sync-and-share site that may be opened, a ``[[site]]`` of ``vaas.toml``.

    Attributes:
        host: ``name``, ``name:port`` or ``*.suffix``.
        product: pins the product; empty to detect it.
        dav_root: pins the DAV root, a path with ``{token}``; empty for the product's own.
        insecure: whether plain http is admitted (test installations only).
        private: whether private addresses are admitted (a cloud inside the house).
        data: ``copy``, ``sync``, ``mount`` or ``davfs`` for all its shares, or ``auto``
            by their size.
        native: which of its shares are folders of this machine too.
        aliases: more hosts of the site, such as its data gateway's.
        gateway: ``host:port`` of the CS3 gateway of a site whose product is ``cs3``.
        tls: whether the gateway is spoken to encrypted.
        ca: file of the authorities that the gateway's certificate is checked
            against; empty for those of the web.
        certificate: file of the certificate that we show the gateway, if it asks for one.
        key: file of that certificate's key.
        account: ours there, if it receives shares of other clouds for us.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(min_length=1)
    product: Literal["", "nextcloud", "owncloud", "ocis", "reva", "cs3", "seafile", "webdav"] = ""
    dav_root: str = ""
    insecure: bool = False
    private: bool = False
    data: Literal["auto", "copy", "sync", "mount", "davfs"] = "auto"
    native: tuple[NativeFolder, ...] = ()
    aliases: tuple[str, ...] = ()
    gateway: str = Field(default="", pattern=r"^$|^([^\s/:]+|\[[0-9A-Fa-f:]+\]):\d{1,5}$")
    tls: bool = True
    ca: str = ""
    certificate: str = ""
    key: str = ""
    account: SiteAccount = SiteAccount()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """A gateway is what speaks CS3, and certificates are for it."""
        if (self.product == "cs3") != bool(self.gateway):
            raise ValueError('product = "cs3" and gateway = "host:port" go together')
        files = (self.ca, self.certificate, self.key)
        if any(files) and not (self.gateway and self.tls):
            raise ValueError("ca, certificate and key are for a gateway with tls")
        if bool(self.certificate) != bool(self.key):
            raise ValueError("certificate and key go together")
        return self


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


class CopySettings(BaseModel):
    """Limits of the data mode ``copy``: bytes, files, levels of folders."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    share_bytes: int = Field(default=2 * GIB, gt=0)
    share_files: int = Field(default=20_000, gt=0)
    depth: int = Field(default=16, gt=0)
    cache_bytes: int = Field(default=10 * GIB, gt=0)


class MountSettings(BaseModel):
    """From which size on, in bytes or files, a share is mounted instead of copied."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    above_bytes: int = Field(default=256 * MIB, gt=0)
    above_files: int = Field(default=2_000, gt=0)


class KernelSettings(BaseModel):
    """What kernels may use; bytes and seconds as in ``vaas.kernels.Limits``.

    ``most`` is how many live at a time, ``line`` how many viewers may wait for
    one when so many do (0: they are turned away); ``templates`` how many notebooks are
    kept that have run already, to be forked for their viewers (0: none, each
    viewer's kernel runs the notebook anew), each for ``template_life`` seconds at
    most, and fewer where the machine has less than ``template_spare`` bytes of
    memory left; ``zygotes`` of how many environments a process is kept that has
    imported what takes long, and ``preload`` what that is, by the environment's name.
    ``stay`` is how many seconds the kernels of ``vaas serve`` wait for it to come back
    when it ended or was killed (0: they end with it).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    most: int = Field(default=50, gt=0)
    line: int = Field(default=50, ge=0)
    templates: int = Field(default=8, ge=0)
    template_life: float = Field(default=86_400.0, gt=0)
    template_spare: int = Field(default=256 * MIB, ge=0)
    zygotes: int = Field(default=4, ge=0)
    preload: Mapping[str, tuple[str, ...]] = {}
    memory: int = Field(default=GIB, ge=128 * MIB)
    cpus: float = Field(default=1.0, gt=0)
    processes: int = Field(default=128, ge=16)
    file_size: int = Field(default=256 * MIB, gt=0)
    scratch: int = Field(default=256 * MIB, gt=0)
    start: float = Field(default=60.0, gt=0)
    cell: float = Field(default=300.0, gt=0)
    idle: float = Field(default=1800.0, gt=0)
    life: float = Field(default=86_400.0, gt=0)
    grace: float = Field(default=20.0, gt=0)
    stay: float = Field(default=60.0, ge=0)
    sandbox: Literal["bubblewrap", "none"] = "bubblewrap"

    @property
    def hosted(self) -> int:
        """How many kernels the host takes: one is no viewer's, but looks at a template's walls."""
        return self.most + 1


__all__ = [
    "GIB",
    "MIB",
    "CopySettings",
    "FrameHost",
    "KernelSettings",
    "MountSettings",
    "NativeFolder",
    "OcmDirectory",
    "OcmIntegration",
    "OcmPeer",
    "OcmSettings",
    "OidcSettings",
    "Site",
    "StateSettings",
]
