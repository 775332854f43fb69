"""The tables."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary
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


class ListingRow(Base):
    """The last good document of a directory of the mesh, by the digest of its place."""

    __tablename__ = "listing"

    place: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[bytes] = mapped_column(LargeBinary)
    etag: Mapped[str]
    modified: Mapped[str]
    fetched: Mapped[float]


__all__ = ["Base", "ContactRow", "InvitationRow", "ListingRow", "ReceivedRow", "SecretRow"]
