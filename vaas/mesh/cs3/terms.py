"""What the operator wants of Open with VaaS."""

from __future__ import annotations

from dataclasses import dataclass

from vaas.shares import SiteRule


@dataclass(frozen=True, slots=True)
class AppTerms:
    """The operator's word.

    Attributes:
        url: ours, as browsers name it.
        site: whose gateway we register at, and whose files are opened.
        listen: ``host:port`` to listen on; port 0 for any free one.
        announce: ``host:port`` by which the gateway reaches us; empty: as ``listen``.
        name: what people see in the menu of their cloud.
        description: likewise.
        icon: address of a picture for it.
        mime_types: of notebooks, as the site has them.
        frame: whether the cloud is to show us in a frame, not in a tab of its own.
        every: seconds between two registrations.
        ca: file of the authorities whose certificates callers must show; empty: none.
        certificate: file of the certificate that we show; empty: no encryption.
        key: file of its key.
    """

    url: str
    site: SiteRule
    listen: str
    announce: str
    name: str
    description: str
    icon: str
    mime_types: tuple[str, ...]
    frame: bool
    every: float
    ca: str = ""
    certificate: str = ""
    key: str = ""


__all__ = ["AppTerms"]
