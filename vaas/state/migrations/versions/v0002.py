"""What who shared something decides: whether it is shown, to whom, by which address."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NEW = ("proven", "accepted", "edition")


def upgrade() -> None:
    """What came before was shown at once."""
    with op.batch_alter_table("received") as received:
        for name, kind, at_first in zip(
            _NEW, (sa.Boolean, sa.Boolean, sa.Integer), "010", strict=True
        ):
            received.add_column(sa.Column(name, kind, nullable=False, server_default=at_first))
    op.create_table(
        "guest",
        sa.Column("share", sa.String, sa.ForeignKey("received.id"), primary_key=True),
        sa.Column("address", sa.String, primary_key=True),
    )


def downgrade() -> None:
    """Forget it; what nobody accepted is shown then."""
    op.drop_table("guest")
    with op.batch_alter_table("received") as received:
        for name in _NEW:
            received.drop_column(name)
