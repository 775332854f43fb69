"""Settings: one class, read from ``vaas.toml``, ``VAAS_...`` variables and the command line.

No room reads settings; ``app`` takes them apart and hands each room its own.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from vaas.errors import ConfigError
from vaas.model import FRAME_HOST

GIB = 1 << 30
MIB = 1 << 20

# What pydantic says for programmers, for operators.
_WORDS = {
    "extra_forbidden": "there is no such setting",
    "string_pattern_mismatch": "an address without a path, such as https://dashboards.example.org, "
    "or where hosts are wanted cloud.example.org",
}


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
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(min_length=1)
    product: Literal["", "nextcloud", "owncloud", "ocis", "reva", "seafile", "webdav"] = ""
    dav_root: str = ""
    insecure: bool = False
    private: bool = False
    data: Literal["auto", "copy", "sync", "mount", "davfs"] = "auto"
    native: tuple[NativeFolder, ...] = ()


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


def _environments() -> Path:
    """Where kernels, which run as other users than root, can read them."""
    if os.geteuid() == 0:
        return Path("/opt/vaas/environments")
    return Path("~/.local/share/vaas/environments")


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


class Settings(BaseSettings):
    """All that an operator can set.

    Attributes:
        host: address to listen on.
        port: port to listen on; 0 for any free one.
        public_url: address under which viewers reach the service, if a proxy
            stands before it; decides secure cookies and accepted origins.
        open_mode: ``listed`` opens only the sites below, ``public`` any public
            address too.
        site: the sites.
        data: folder for cached shares and compressed assets.
        environments: folder of the environments that ``vaas env`` makes.
        copy_limits: limits of copies; ``[copy]`` in the file.
        mount: when shares are mounted.
        kernel: limits of kernels.
        snapshots: bytes of dashboards as they last looked, which are shown while
            their cloud does not answer; 0: none are kept.
        refresh: seconds between two looks at a share whose dashboards are open,
            at least; 0: dashboards do not follow their data.
        embed: whose pages may frame a dashboard: ``share`` for the hosts that its share
            names, ``none`` for nobody's, or of the share's hosts these alone.
        image_hosts: hosts from which a dashboard's page may load pictures, such
            as map tiles; ``https:`` for any.
        log_format: ``text`` or ``json``.
        log_level: lowest level written.
    """

    model_config = SettingsConfigDict(
        env_prefix="VAAS_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        populate_by_name=True,
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8866, ge=0, le=65_535)
    public_url: str = Field(default="", pattern=r"^$|^https?://[^/\s]+$")
    open_mode: Literal["listed", "public"] = "listed"
    site: tuple[Site, ...] = ()
    data: Path = Path("~/.cache/vaas")
    environments: Path = Field(default_factory=_environments)
    copy_limits: CopySettings = Field(default=CopySettings(), alias="copy")
    mount: MountSettings = MountSettings()
    kernel: KernelSettings = KernelSettings()
    snapshots: int = Field(default=256 * MIB, ge=0)
    refresh: float = Field(default=2.0, ge=0)
    embed: Literal["share", "none"] | tuple[FrameHost, ...] = "share"
    image_hosts: tuple[str, ...] = ("https:",)
    log_format: Literal["text", "json"] = "text"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("public_url")
    @classmethod
    def _as_browsers_name_it(cls, url: str) -> str:
        """In lower case and without the usual port, as an ``Origin`` header has it."""
        url = url.lower()
        return url.removesuffix(":443" if url.startswith("https:") else ":80")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The command line wins over the environment, and that over the file."""
        file = TomlConfigSettingsSource(settings_cls)
        return init_settings, env_settings, dotenv_settings, file_secret_settings, file


def load_settings(file: Path | None = None, **overrides: object) -> Settings:
    """Read the settings.

    Args:
        file: a ``vaas.toml``, or ``None`` for defaults.
        overrides: settings from the command line; they win over all others.

    Raises:
        ConfigError: the file is missing, is no TOML, or a setting is wrong; the
            detail names each setting and what is expected.
    """

    class Filed(Settings):
        """The settings, with this file."""

        model_config = SettingsConfigDict(toml_file=file)

    try:
        if file is not None:
            tomllib.loads(file.read_text(encoding="utf-8"))  # an absent file would be passed over
        return Filed(**overrides)  # type: ignore[arg-type]  # checked by pydantic
    except ValidationError as error:
        lines = [
            f"{'.'.join(map(str, e['loc']))}: {_WORDS.get(e['type'], e['msg'])}"
            for e in error.errors()
        ]
        raise ConfigError("; ".join(lines)) from error
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: {error}") from error
    except SettingsError as error:
        raise ConfigError(str(error)) from error


__all__ = [
    "CopySettings",
    "KernelSettings",
    "MountSettings",
    "NativeFolder",
    "Settings",
    "Site",
    "load_settings",
]
