"""A base over HTTP is asked from time to time what people changed there of our clients and contracts."""

from pathlib import Path

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql" / revision


def upgrade() -> None:
    op.get_bind().exec_driver_sql((SQL / "delivery.sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql((SQL / "down.sql").read_text(encoding="utf-8").replace("%", "%%"))
