"""The whole first schema: one PostgreSQL schema per room, in the order of the flow."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql" / revision
ROOMS = ("ground", "master", "evidence", "usage", "findings", "billing", "receivables", "access", "delivery", "delivery_mail")


def upgrade() -> None:
    for room in ROOMS:
        op.get_bind().exec_driver_sql((SQL / f"{room}.sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql((SQL / "down.sql").read_text(encoding="utf-8").replace("%", "%%"))
