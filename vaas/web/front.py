"""What handlers need, put together by ``app``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from vaas.kernels.base import Channel
from vaas.launch import Launcher
from vaas.rendering import AssetStore, PageRenderer
from vaas.web.seams import Gate, Inviter, Line, Login, Opened, Owners, Received
from vaas.web.sent import Sent
from vaas.web.statics import Statics
from vaas.web.viewers import Viewers


@dataclass(frozen=True, slots=True)
class Card:
    """An example on the home page: what it is called and where it opens."""

    title: str
    description: str
    href: str
    picture: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Front:
    """All that handlers need, built by ``app``.

    Attributes:
        launcher: opens links.
        renderer: knows where assets are served.
        assets: the front-end files of Voilà and the widget libraries.
        statics: our own built files.
        scheme_for: ``https`` or ``http`` for a host, from the site rules.
        health: what ``/health/ready`` answers, without secrets.
        public_url: address under which viewers reach us, or empty.
        address: that, or else the one that notebooks are told; the same for all.
        image_hosts: sources of pictures that a dashboard may load.
        cards: examples for the home page.
        embed: whose pages may frame dashboards, see ``vaas.web.embedding.sources``.
        viewers: passwords that viewers gave.
        names: host names under which browsers may call us.
        lines: websockets that are open.
        sent: what went over them and may be lost, by sessions' channels.
        received: what other clouds sent, if anything is taken.
        inviter: makes contacts for it.
        owners: serves those who shared it.
        login: lets people log in.
        gates: where other clouds send viewers in, by the patterns of their addresses.
        opened: what people opened from their cloud, if they can.
        more: routes besides those of pages.
    """

    launcher: Launcher
    renderer: PageRenderer
    assets: AssetStore
    statics: Statics
    scheme_for: Callable[[str], str]
    health: Callable[[], Mapping[str, Any]]
    public_url: str = ""
    address: str = "http://localhost"
    image_hosts: Sequence[str] = ()
    cards: Sequence[Card] = ()
    embed: str | Sequence[str] = "none"
    viewers: Viewers = field(default_factory=Viewers)
    names: frozenset[str] = frozenset()
    lines: set[Line] = field(default_factory=set)
    sent: MutableMapping[Channel, Sent] = field(default_factory=WeakKeyDictionary)
    received: Received | None = None
    inviter: Inviter | None = None
    owners: Owners | None = None
    login: Login | None = None
    gates: Sequence[tuple[str, Gate]] = ()
    opened: Opened | None = None
    more: Sequence[Any] = ()


__all__ = ["Card", "Front"]
