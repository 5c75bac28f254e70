"""A house whose data others take: two organizations, a dealer with clients, fleets, debts; and the consumers that are declared."""

from datetime import UTC, date, datetime

from sqlalchemy import text

from tests.ledger_world import House

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
DAY = date(2026, 3, 1)
EVERYTHING = "clients, contracts, fleets, statuses, debts"

_CONSUMER = """
INSERT INTO master.consumers (consumer, name, datasets, organizations, dealers, categories, personal_data, connection, valid_from, valid_to)
VALUES (:consumer, :consumer, :datasets, :organizations, :dealers, :categories, :personal_data, :connection, :valid_from, :valid_to)
ON CONFLICT (consumer) DO UPDATE SET datasets = excluded.datasets, organizations = excluded.organizations, dealers = excluded.dealers,
    categories = excluded.categories, personal_data = excluded.personal_data, valid_to = excluded.valid_to
"""


class ExportHouse(House):
    """A dealer D with clients A and B, and C beside them; B buys from SEC, the others from ORG."""

    def furnish(self) -> "ExportHouse":
        self.client("D", "7707083893")
        self.client("A", "7736207543", dealer="D")
        self.client("B", "7728168971", organization="SEC", dealer="D")
        self.client("C", "5047051923")
        self.sql("UPDATE master.clients SET email = 'a@a.example', phone = '+7 1' WHERE client_code = 'A'")
        self.sql("UPDATE master.clients SET category = 'опт' WHERE client_code = 'C'")
        self.fleet("2026-01", {"K-A": 10, "K-B": 5, "K-C": 7})
        self.fleet("2026-02", {"K-A": 11})
        self.invoice("A", "3600.00", "2026-02-10")
        self.invoice("B", "1500.00", "2026-03-10", organization="SEC")
        return self

    def sql(self, statement: str, **binds) -> None:
        with self.owner() as connection:
            connection.execute(text(statement), binds)

    def fleet(self, month: str, sizes: dict[str, int]) -> None:
        """The same fleet on the first ten days of a month, in place of what is stored."""
        first = date.fromisoformat(f"{month}-01")
        self.sql("DELETE FROM usage.contract_days WHERE date_trunc('month', business_date) = :first", first=first)
        self.sql(
            "INSERT INTO usage.months VALUES (:first, :inputs, now()) ON CONFLICT (month) DO UPDATE SET inputs = excluded.inputs",
            first=first,
            inputs=str(sizes),
        )
        for contract, size in sizes.items():
            self.sql(
                "INSERT INTO usage.contract_days "
                "SELECT :contract, CAST(:first AS date) + d, :size, 60 * :size FROM generate_series(0, 9) d",
                contract=contract,
                first=first,
                size=size,
            )

    def consumer(self, code: str, **row) -> None:
        """Declare a consumer, or declare it otherwise."""
        empty = dict.fromkeys(("organizations", "dealers", "categories", "connection", "valid_from", "valid_to"))
        self.sql(_CONSUMER, **{"consumer": code, "datasets": EVERYTHING, "personal_data": False, **empty, **row})
