"""What viewers ask of a launch, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vaas.manifest import Manifest
from vaas.model import Secret, Share, ShareLink
from vaas.session import Session
from vaas.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class Wish:
    """What a viewer asks for.

    Attributes:
        link: the share; ``link.path`` is the notebook or folder wanted.
        password: the share's password, if the viewer gave one.
        environment: CGI-like variables about the request, without any secret.
        stream: ``True`` if the viewer's page takes results as they come by the
            kernel's channel, ``False`` if a template writes them into a document.
    """

    link: ShareLink
    password: Secret | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    stream: bool = True


@dataclass(frozen=True, slots=True)
class Listing:
    """The dashboards of a share: ``(path, title, description)`` each.

    Attributes:
        share: whose they are.
        manifest: what it says of itself.
        notebooks: the dashboards.
    """

    share: Share
    manifest: Manifest
    notebooks: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """The end of the way: a session that starts, and the page's inside.

    Attributes:
        session: the viewer's.
        html: the page's inside.
        snapshot: if the cloud does not answer and the files are as they were.
    """

    session: Session
    html: str
    snapshot: Snapshot | None = None


@dataclass(frozen=True, slots=True)
class Remembered:
    """The cloud does not answer; this is how the dashboard looked."""

    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The dashboard has another address.

    Attributes:
        path: the notebook's, inside the share.
        whole: whether it asks for a template of its own and so wants a whole
            document, not a stream.
    """

    path: str
    whole: bool


__all__ = ["Elsewhere", "Listing", "Opened", "Remembered", "Wish"]
