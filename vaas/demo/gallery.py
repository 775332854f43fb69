"""What ``vaas demo`` shows: the examples, shared by links of several clouds."""

from __future__ import annotations

import base64
import json
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from vaas.demo.efss import DemoEfss
from vaas.errors import ConfigError

# Each example is shared by another product's kind of link, so that the demo
# shows them at work; the password of the protected one stands in its text.
_CLOUDS = ("nextcloud", "ocis", "owncloud", "reva", "seafile")
_NAMES = {
    "nextcloud": "Nextcloud link",
    "ocis": "oCIS link",
    "owncloud": "ownCloud link",
    "reva": "CERNBox link",
    "seafile": "Seafile link",
}
_PASSWORD = "sunflower"  # noqa: S105 - the demo's, shown on its home page


@dataclass(frozen=True, slots=True)
class Exhibit:
    """An example: what it is called, what it shows, its share link, and a picture as a data URL."""

    title: str
    description: str
    url: str
    kind: str
    picture: str


@dataclass(frozen=True, slots=True)
class Gallery:
    """The examples and the host of the cloud that shares them."""

    host: str
    shown: tuple[Exhibit, ...]


@contextmanager
def gallery() -> Iterator[Gallery]:
    """Share the examples for as long as the context is open.

    Raises:
        ConfigError: the examples are not installed.
    """
    root = _examples()
    folders = sorted(folder for folder in root.iterdir() if any(folder.glob("*.ipynb")))
    with DemoEfss(root) as efss:
        shown = [
            _exhibit(efss, folder, _CLOUDS[index % len(_CLOUDS)])
            for index, folder in enumerate(folders)
        ]
        if folders:
            shown.append(_protected(efss, folders[0]))
        yield Gallery(urlsplit(efss.url).netloc, tuple(shown))


def _exhibit(efss: DemoEfss, folder: Path, cloud: str) -> Exhibit:
    title, description = _told(folder)
    url = efss.add_link(cloud, folder.name)
    return Exhibit(title, description, url, _NAMES[cloud], _picture(folder))


def _protected(efss: DemoEfss, folder: Path) -> Exhibit:
    title, _ = _told(folder)
    url = efss.add_link("nextcloud", folder.name, token="protectedDemo26", password=_PASSWORD)  # noqa: S106 - a link's name
    text = f"The same dashboard behind a password, which is “{_PASSWORD}”."
    return Exhibit(f"{title}, protected", text, url, "Nextcloud link, protected", _picture(folder))


def _picture(folder: Path) -> str:
    file = folder / "thumbnail.webp"
    if not file.is_file():
        return ""
    return f"data:image/webp;base64,{base64.b64encode(file.read_bytes()).decode()}"


def _told(folder: Path) -> tuple[str, str]:
    notebook = json.loads(next(folder.glob("*.ipynb")).read_text(encoding="utf-8"))
    told = notebook["metadata"].get("vaas", {})
    return told.get("title", folder.name), told.get("description", "")


def _examples() -> Path:
    """The examples: in the checkout, or where the wheel put them."""
    checkout = Path(__file__).resolve().parents[2] / "examples"
    installed = Path(sysconfig.get_path("data")) / "share" / "vaas" / "examples"
    for folder in (checkout, installed):
        if folder.is_dir():
            return folder
    raise ConfigError("the examples are not installed")


__all__ = ["Exhibit", "Gallery", "gallery"]
