"""What the running month is priced with, and how a debt of go-live is named, in the clients' cabinet."""

from pathlib import Path

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql" / revision


def upgrade() -> None:
    op.get_bind().exec_driver_sql((SQL / "cabinet.sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql((SQL / "down.sql").read_text(encoding="utf-8").replace("%", "%%"))
