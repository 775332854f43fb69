"""The first tables: received shares, our own secrets, invitations and contacts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "received",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("peer", sa.String, nullable=False),
        sa.Column("provider_id", sa.String),
        *(sa.Column(name, sa.String, nullable=False) for name in ("owner", "sender", "to", "name")),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("uri", sa.String, nullable=False),
        sa.Column("modern", sa.Boolean, nullable=False),
        sa.Column("exchange", sa.Boolean, nullable=False),
        sa.Column("expires", sa.Double),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("changed", sa.Double, nullable=False),
    )
    op.create_index("named", "received", ["provider_id", "peer"])
    op.create_table(
        "secret",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "invitation",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("expires", sa.Double, nullable=False),
        sa.Column("taken_by", sa.String),
    )
    op.create_table(
        "contact",
        sa.Column("address", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("email", sa.String, nullable=False),
        sa.Column("since", sa.Double, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for name in ("contact", "invitation", "secret", "received"):
        op.drop_table(name)
