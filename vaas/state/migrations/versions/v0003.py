"""Shares that clouds send their viewers here with, and those that we sent."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make their tables."""
    op.create_table(
        "hosted",
        sa.Column("id", sa.String, primary_key=True),
        *(
            sa.Column(name, sa.String, nullable=False)
            for name in ("peer", "client", "owner", "to", "name", "uri")
        ),
        sa.Column("expires", sa.Double),
        sa.Column("passing", sa.Boolean, nullable=False),
        sa.Column("changed", sa.Double, nullable=False),
    )
    op.create_index("called", "hosted", ["peer", "client"])
    op.create_table(
        "sent",
        sa.Column("id", sa.String, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("share", "to", "peer", "digest")),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("modern", sa.Boolean, nullable=False),
        sa.Column("accepted", sa.Boolean, nullable=False),
        sa.Column("made", sa.Double, nullable=False),
    )
    op.create_index("by_secret", "sent", ["digest"])
    op.create_index("of_share", "sent", ["share"])


def downgrade() -> None:
    """Drop them."""
    for name in ("sent", "hosted"):
        op.drop_table(name)
