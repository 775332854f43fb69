"""Documents of directories of the mesh; shares are counted by their cloud."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make their table, and that index."""
    op.create_table(
        "listing",
        sa.Column("place", sa.String, primary_key=True),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("etag", sa.String, nullable=False),
        sa.Column("modified", sa.String, nullable=False),
        sa.Column("fetched", sa.Double, nullable=False),
    )
    op.create_index("counted", "received", ["peer", "state"])


def downgrade() -> None:
    """Drop both."""
    op.drop_index("counted", "received")
    op.drop_table("listing")
