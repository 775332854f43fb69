"""What the contract suite asks of a system: show a folder, change nothing else.

``System.share`` makes a link to a folder or file in the system's own way; what
a system has no notion of (expiry, upload-only links, ...) it is not asked for.
"""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlsplit
from uuid import uuid4

from tests.contracts import servers
from tests.contracts.gateway import Gateway, data_gateway, serving
from vaas.demo import DemoEfss
from vaas.errors import NotAnEfss, PasswordNeeded, ShareUnknown, VaasError
from vaas.model import Secret, ShareLink
from vaas.shares import SiteRule, parse_link

PASSWORD = servers.PASSWORD


class System(ABC):
    """One system under test.

    ``product`` is what ``Share.product`` must say, ``unknown`` the error for a
    link that does not exist; ``names_roots`` tells whether it knows the name
    of a shared folder.
    """

    product: str
    unknown: type[VaasError] = ShareUnknown
    names_roots = True

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self) -> Path:
        """A new empty folder that the system can share."""
        folder = self.root / f"Füße {uuid4().hex[:8]}"
        folder.mkdir()
        return folder

    @property
    def host(self) -> str:
        return ""

    def password(self, text: str) -> Secret:
        """What a viewer gives who knows ``text``."""
        return Secret(text)

    @abstractmethod
    def share(self, path: Path, **options: object) -> ShareLink: ...

    @abstractmethod
    def unknown_link(self) -> ShareLink: ...


class Emulated(System):
    def __init__(self, root: Path, efss: DemoEfss, name: str) -> None:
        super().__init__(root)
        self.efss, self.name = efss, name
        self.product = "nextcloud" if name == "nextcloud28" else name
        self.names_roots = name not in {"owncloud", "reva", "seafile"}
        if name == "nextcloud28":
            # The older endpoint says the same to an unknown token as to no password.
            self.unknown = PasswordNeeded

    @property
    def host(self) -> str:
        return urlsplit(self.efss.url).netloc

    def share(self, path: Path, **options: object) -> ShareLink:
        inside = path.relative_to(self.root).as_posix()
        return parse_link(self.efss.add_link(self.name, f"all/{inside}", **options))  # type: ignore[arg-type]

    def unknown_link(self) -> ShareLink:
        shape = "d/0123456789abcdef0123/" if self.name == "seafile" else "s/NoSuchTokenHere"
        return parse_link(f"{self.efss.url}/{self.name}/{shape}")

    def asked(self) -> int:
        """Requests so far."""
        return len(self.efss.requests[self.name])


class Plain(System):
    product = "webdav"
    unknown = NotAnEfss

    def __init__(self, root: Path, open_url: str, locked_url: str) -> None:
        super().__init__(root)
        self.open_url, self.locked_url = open_url, locked_url

    @property
    def host(self) -> str:
        return urlsplit(self.open_url).netloc

    def share(self, path: Path, **options: object) -> ShareLink:
        base = self.locked_url if options.get("password") else self.open_url
        inside = quote(path.relative_to(self.root).as_posix())
        if path.is_file():
            # As pasted, a notebook's address would mean its folder.
            return ShareLink(f"{base}/{inside}", "-", "", "webdav")
        return parse_link(f"{base}/{inside}/")

    def password(self, text: str) -> Secret:
        # A login of a server without links has a user name.
        return Secret(f"public:{text}")

    def unknown_link(self) -> ShareLink:
        return parse_link(f"{self.open_url}/not/there/")


class Cs3(System):
    product = "cs3"

    def __init__(self, root: Path, gateway: Gateway, port: int) -> None:
        super().__init__(root)
        self.gateway, self.port = gateway, port

    @property
    def host(self) -> str:
        return urlsplit(self.gateway.endpoint).netloc

    def rule(self, **more: object) -> SiteRule:
        """What an operator writes of this site."""
        rule = SiteRule(
            self.host,
            product="cs3",
            gateway=f"127.0.0.1:{self.port}",
            tls=False,
            insecure=True,
            private=True,
        )
        return replace(rule, **more)  # type: ignore[arg-type]

    def share(self, path: Path, **options: object) -> ShareLink:
        return parse_link(f"{self.gateway.endpoint}/s/{self.gateway.add(path, **options)}")

    def unknown_link(self) -> ShareLink:
        return parse_link(f"{self.gateway.endpoint}/s/NoSuchTokenHere")

    def asked(self) -> int:
        """Calls and downloads so far."""
        return len(self.gateway.calls) + len(self.gateway.downloads)


class OfThisMachine(System):
    product = "local"

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.paths: dict[str, Path] = {}

    def share(self, path: Path, **_options: object) -> ShareLink:
        token = f"share-{len(self.paths)}"
        self.paths[token] = path
        return ShareLink("local:", token, "", "local")

    def unknown_link(self) -> ShareLink:
        return ShareLink("local:", "nothing", "", "local")


@contextmanager
def readable_folder() -> Iterator[Path]:
    """A folder that a server under another user can read too."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name).resolve()
        path.chmod(0o755)
        yield path


Serve = Callable[[Path, Path], AbstractContextManager[tuple[str, str]]]


@contextmanager
def plain(serve: Serve) -> Iterator[Plain]:
    with readable_folder() as root, readable_folder() as state, serve(root, state) as urls:
        yield Plain(root, *urls)


@contextmanager
def cs3() -> Iterator[Cs3]:
    gateway = Gateway()
    with readable_folder() as root, data_gateway(gateway), serving(gateway) as port:
        yield Cs3(root, gateway, port)


@contextmanager
def emulated() -> Iterator[dict[str, Emulated]]:
    names = ("nextcloud", "nextcloud28", "owncloud", "ocis", "reva", "seafile")
    with readable_folder() as root, DemoEfss({"all": root}) as efss:
        yield {name: Emulated(root, efss, name) for name in names}
