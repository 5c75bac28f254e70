"""Which files for electronic exchange a client wants, and under which identifiers the sides take part in it."""

from pathlib import Path

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql" / revision


def upgrade() -> None:
    op.get_bind().exec_driver_sql((SQL / "master.sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql((SQL / "down.sql").read_text(encoding="utf-8").replace("%", "%%"))
