"""What 1C says of counterparties and contracts is kept field by field, with the word of a person where it is offered."""

from pathlib import Path

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql" / revision


def upgrade() -> None:
    op.get_bind().exec_driver_sql((SQL / "told_fields.sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql((SQL / "down.sql").read_text(encoding="utf-8").replace("%", "%%"))
