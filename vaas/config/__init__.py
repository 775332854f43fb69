"""Settings: one class, read from ``vaas.toml``, ``VAAS_...`` variables and the command line.

No room reads settings; ``app`` takes them apart and hands each room its own.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from vaas.config.cs3 import Cs3AppSettings, SiteAccount
from vaas.config.mesh import (
    OcmDirectory,
    OcmIntegration,
    OcmPeer,
    OcmSettings,
    OidcSettings,
    StateSettings,
)
from vaas.config.parts import (
    MIB,
    CopySettings,
    FrameHost,
    KernelSettings,
    MountSettings,
    NativeFolder,
    Site,
)
from vaas.errors import ConfigError

# What pydantic says for programmers, for operators.
_WORDS = {
    "extra_forbidden": "there is no such setting",
    "string_pattern_mismatch": "an address without a path, such as https://dashboards.example.org, "
    "or where hosts are wanted cloud.example.org, or a gateway gateway.example.org:9142",
}


def _environments() -> Path:
    """Where kernels, which run as other users than root, can read them."""
    if os.geteuid() == 0:
        return Path("/opt/vaas/environments")
    return Path("~/.local/share/vaas/environments")


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
        ocm: shares that other clouds send.
        oidc: where people log in who shared them, or may see them.
        cs3_app: Open with VaaS, in the menus of a cloud made with Reva.
        state: where is kept what must survive a restart.
        refresh: seconds between two looks at a share whose dashboards are open,
            at least; 0: dashboards do not follow their data.
        recent: seconds for which that is so when the last viewer has left, but more
            rarely, so that the next one finds the newest run; 0: nothing is run then.
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
    ocm: OcmSettings = OcmSettings()
    oidc: OidcSettings = OidcSettings()
    cs3_app: Cs3AppSettings = Cs3AppSettings()
    state: StateSettings = StateSettings()
    refresh: float = Field(default=2.0, ge=0)
    recent: float = Field(default=3600.0, ge=0)
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
    "Cs3AppSettings",
    "KernelSettings",
    "MountSettings",
    "NativeFolder",
    "OcmDirectory",
    "OcmIntegration",
    "OcmPeer",
    "OcmSettings",
    "OidcSettings",
    "Settings",
    "Site",
    "SiteAccount",
    "StateSettings",
    "load_settings",
]
