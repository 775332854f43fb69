"""Parts of the settings, each for one room or door."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from vaas.config.cs3 import SiteAccount
from vaas.model import FRAME_HOST

GIB = 1 << 30
MIB = 1 << 20

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
    "Site",
]
