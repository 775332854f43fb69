"""The tables."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Base of all tables."""


class ReceivedRow(Base):
    """A share that another cloud sent; see ``vaas.model.Received``.

    Once it is gone only ``id``, ``peer`` and ``state`` still say something, so
    that its address can tell that it is.
    """

    __tablename__ = "received"
    __table_args__ = (
        Index("named", "provider_id", "peer"),
        Index("counted", "peer", "state"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    peer: Mapped[str]
    provider_id: Mapped[str | None]
    owner: Mapped[str]
    sender: Mapped[str]
    to: Mapped[str]
    name: Mapped[str]
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    uri: Mapped[str]
    modern: Mapped[bool]
    exchange: Mapped[bool]
    expires: Mapped[float | None]
    state: Mapped[str]
    changed: Mapped[float]
    proven: Mapped[bool]
    accepted: Mapped[bool]
    edition: Mapped[int]


class GuestRow(Base):
    """Somebody who may see a received share, as who shared it says."""

    __tablename__ = "guest"

    share: Mapped[str] = mapped_column(ForeignKey("received.id"), primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)


class SecretRow(Base):
    """A secret of the service itself, such as the key that it signs with."""

    __tablename__ = "secret"

    name: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class InvitationRow(Base):
    """An invitation that we gave; the token stands here as its digest only."""

    __tablename__ = "invitation"

    digest: Mapped[str] = mapped_column(primary_key=True)
    expires: Mapped[float]
    taken_by: Mapped[str | None]


class ContactRow(Base):
    """Somebody of another cloud who accepted an invitation."""

    __tablename__ = "contact"

    address: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    since: Mapped[float]


class HostedRow(Base):
    """A share that a cloud sends its viewers here with; see ``vaas.state.values.Hosted``.

    Without an owner it is over, and stands here for as long as tokens of it may be about;
    of one that is known by its token alone, nothing but its id does.
    """

    __tablename__ = "hosted"
    __table_args__ = (Index("called", "peer", "client"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    peer: Mapped[str]
    client: Mapped[str]
    owner: Mapped[str]
    to: Mapped[str]
    name: Mapped[str]
    uri: Mapped[str]
    expires: Mapped[float | None]
    passing: Mapped[bool]
    changed: Mapped[float]


class SentRow(Base):
    """Dashboards that we shared with somebody; see ``vaas.state.values.Sent``."""

    __tablename__ = "sent"
    __table_args__ = (Index("by_secret", "digest"), Index("of_share", "share"))

    id: Mapped[str] = mapped_column(primary_key=True)
    share: Mapped[str]
    to: Mapped[str]
    peer: Mapped[str]
    digest: Mapped[str]
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    modern: Mapped[bool]
    accepted: Mapped[bool]
    made: Mapped[float]


class ListingRow(Base):
    """The last good document of a directory of the mesh, by the digest of its place."""

    __tablename__ = "listing"

    place: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[bytes] = mapped_column(LargeBinary)
    etag: Mapped[str]
    modified: Mapped[str]
    fetched: Mapped[float]


__all__ = [
    "Base",
    "ContactRow",
    "GuestRow",
    "HostedRow",
    "InvitationRow",
    "ListingRow",
    "ReceivedRow",
    "SecretRow",
    "SentRow",
]
