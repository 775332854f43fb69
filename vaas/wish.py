"""What viewers ask of a launch, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vaas.manifest import Manifest
from vaas.model import Phase, Secret, Share, ShareLink
from vaas.session import Session
from vaas.shelf import SHARE_VERSION
from vaas.snapshots import Snapshot

LANGUAGE = "VAAS_LANGUAGE"
"""The variable that names the language in which a dashboard is wanted."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a viewer asks for.

    Attributes:
        link: the share; ``link.path`` is the notebook or folder wanted.
        password: the share's password, if the viewer gave one.
        environment: CGI-like variables about the request, without any secret.
        languages: that the viewer reads, the best first, as ``pt-BR``.
        stream: ``True`` if the viewer's page takes results as they come by the
            kernel's channel, ``False`` if a template writes them into a document.
        ticket: of a place that is kept for the viewer, see ``WaitingRoom.hand_on``.
    """

    link: ShareLink
    password: Secret | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    stream: bool = True
    ticket: str = ""

    @classmethod
    def again(cls, link: ShareLink, variables: Mapping[str, str]) -> Wish:
        """What a viewer wished whose kernel has these variables.

        Args:
            link: the share; its path is not the notebook's.
            variables: as ``variables`` gives them.
        """
        languages = [variables[LANGUAGE]] if LANGUAGE in variables else []
        return cls(link, environment=variables, languages=tuple(languages))

    def variables(self, share: Share, manifest: Manifest, query: str) -> dict[str, str]:
        """What the viewer's kernel finds in its environment.

        Args:
            share: the link's.
            manifest: what that says of itself.
            query: of the address, as far as the notebook is told of it.
        """
        told = {one: text for one, text in self.environment.items() if one != LANGUAGE}
        # A run depends on its variables: what is always the same is told to all.
        if manifest.languages:
            told[LANGUAGE] = manifest.language(self.languages)
        return told | {
            "QUERY_STRING": query,
            "VAAS_SHARE_NAME": share.name,
            SHARE_VERSION: share.version.key,
        }


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


@dataclass(frozen=True, slots=True)
class Queued:
    """No place is free for a document: what its viewer sees in the line, by another page.

    Attributes:
        session: what theirs would be; it does not begin.
        html: that page's inside.
    """

    session: Session
    html: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A document's viewer, who stood in line, may come again.

    Attributes:
        ticket: with this.
    """

    ticket: str


News = Phase | Manifest | Listing | Elsewhere | Opened | Remembered | Queued | Turn
"""What is told on the way from a link to a page."""

__all__ = [
    "LANGUAGE",
    "Elsewhere",
    "Listing",
    "News",
    "Opened",
    "Queued",
    "Remembered",
    "Turn",
    "Wish",
]
