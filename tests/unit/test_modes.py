"""Which data mode serves which share."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.house.tree import ROOT
from tests.unit.storage.readers import a_share
from vaas.config import Settings, load_settings
from vaas.errors import ConfigError
from vaas.model import Share, ShareLink
from vaas.modes import Modes
from vaas.shares import OutboundPolicy, SiteRule
from vaas.storage import (
    AutoStorage,
    CopyStorage,
    DavfsMount,
    MappedStorage,
    NativeStorage,
    PathRule,
    RcloneMount,
    SyncStorage,
)

SETTINGS = """
[[site]]
host = "free.test"
[[site]]
host = "pinned.test"
data = "sync"
[[site]]
host = "*.davfs.test"
data = "davfs"
[[site]]
host = "mapped.test"
[[site.native]]
link = "https://mapped.test/(.+)"
folder = '\\1'
inside = "/srv"
"""


def share(host: str, product: str = "nextcloud") -> Share:
    return replace(a_share(), link=ShareLink(f"https://{host}", "T"), product=product)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "vaas.toml"
    file.write_text(SETTINGS)
    return load_settings(file)


@pytest.fixture
async def modes(settings: Settings, tmp_path: Path) -> AsyncIterator[Modes]:
    policy = OutboundPolicy([SiteRule(site.host, data=site.data) for site in settings.site])
    modes = Modes(settings, tmp_path / "data", {}, policy)
    yield modes
    await modes.close()
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("host", "wished", "kind"),
    [
        ("free.test", "auto", AutoStorage),
        ("free.test", "copy", CopyStorage),
        ("free.test", "sync", SyncStorage),
        ("free.test", "mount", AutoStorage),
        ("pinned.test", "copy", SyncStorage),
        ("a.davfs.test", "auto", DavfsMount),
        ("mapped.test", "copy", MappedStorage),
        ("unlisted.test", "copy", CopyStorage),
    ],
)
async def test_the_operator_decides_then_the_author(
    modes: Modes, host: str, wished: str, kind: type
) -> None:
    assert type(modes.choose(share(host), wished)) is kind


async def test_folders_of_this_machine_are_shown_in_place(modes: Modes) -> None:
    assert type(modes.choose(share("free.test", "local"), "copy")) is NativeStorage


async def test_a_wished_mount_is_not_the_automatic_choice(modes: Modes) -> None:
    one, other = (modes.choose(share("free.test"), wished) for wished in ("mount", "auto"))
    assert one is not other
    assert not isinstance(one, RcloneMount), "it must do where nothing can be mounted"


@pytest.mark.parametrize("link", ["(", "*"])
def test_a_rule_that_is_no_regular_expression(tmp_path: Path, link: str) -> None:
    file = tmp_path / "vaas.toml"
    file.write_text(SETTINGS.replace("https://mapped.test/(.+)", link))
    with pytest.raises(ConfigError, match=r"site.3.native.0.link.*regular expression"):
        load_settings(file)


def test_the_readmes_rule_is_right(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (text,) = (block for block in blocks if "[[site.native]]" in block)
    file = tmp_path / "vaas.toml"
    file.write_text(text.replace("/eos/projects", str(tmp_path)))
    (tmp_path / "rain").mkdir()
    ((folder,),) = (site.native for site in load_settings(file).site)
    rule = PathRule(re.compile(folder.link), folder.folder, folder.inside)
    link = ShareLink("https://dav.example.org/projects/rain", "-", hint="webdav")
    assert rule.path(link) == tmp_path / "rain"
