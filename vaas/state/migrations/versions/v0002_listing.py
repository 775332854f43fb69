"""Documents of directories of the mesh."""

import sqlalchemy as sa
from alembic import op

revision = "0002_listing"
down_revision = "0001"


def upgrade() -> None:
    """Make their table."""
    op.create_table(
        "listing",
        sa.Column("place", sa.String, primary_key=True),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("etag", sa.String, nullable=False),
        sa.Column("modified", sa.String, nullable=False),
        sa.Column("fetched", sa.Double, nullable=False),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("listing")
