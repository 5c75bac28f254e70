"""Issued invoices put into the warehouse as the issuing transaction does, for what happens after issue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from pipelines.billing.identity import invoice_id
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine
from tests.company import ORGANIZATION
from tests.invoices import IssuedInvoice, Line, put

JANUARY = Month(2026, 1)
AT = datetime(2026, 2, 1, 6, 0, tzinfo=UTC)

_CLIENTS = """
INSERT INTO master.clients (client_code, name, kind)
SELECT DISTINCT c, c, 'legal' FROM unnest(CAST(:codes AS text[])) c ON CONFLICT DO NOTHING
"""
_ORGANIZATION = """
INSERT INTO master.organizations (code, name, inn, bank_account, bank_name, bic, invoice_prefix)
SELECT :code, :name, :inn, :bank_account, :bank_name, :bic, :invoice_prefix
WHERE NOT EXISTS (SELECT FROM master.organizations WHERE code = :code)
"""


@dataclass
class Books:
    """Contracts ``K1`` … of clients ``C-K1`` …; numbers follow the order of calls."""

    settings: Settings
    last_no: int = 0

    def issue(
        self,
        contract: str = "K1",
        lines: Sequence[Line] = (Line(),),
        kind: str = "monthly",
        month: Month = JANUARY,
        *,
        cause: str = "",
        closes: bool = True,
        at: datetime = AT,
        client: dict[str, Any] | None = None,
        purpose: str = "close",
    ) -> str:
        """One invoice, issued on the day of ``at``; its number. ``closes``: the contract's month is closed by it."""
        return self.issue_all([(contract, lines, client)], kind, month, cause=cause, closes=closes, at=at, purpose=purpose)[0]

    def issue_all(
        self,
        each: Sequence[tuple[str, Sequence[Line], dict[str, Any] | None]],
        kind: str = "monthly",
        month: Month = JANUARY,
        *,
        cause: str = "",
        closes: bool = True,
        at: datetime = AT,
        purpose: str = "close",
    ) -> list[str]:
        """One transaction, as a run is issued: lines, invoices, closed contracts."""
        invoices = []
        for contract, drawn, client in each:
            self.last_no += 1
            invoices.append(
                IssuedInvoice(
                    invoice_id(contract, month, kind, cause),
                    f"ВМ26-{self.last_no:06}",
                    self.last_no,
                    contract,
                    f"C-{contract}",
                    month,
                    at.date(),
                    at.date() + timedelta(days=10),
                    at,
                    drawn,
                    kind=kind,
                    cause=cause,
                    purpose=purpose,
                    evidence=evidence(contract, client),
                )
            )
        with engine.transaction(self.settings) as connection:
            connection.execute(text(_ORGANIZATION), ORGANIZATION)
            connection.execute(text(_CLIENTS), {"codes": [invoice.client_code for invoice in invoices]})
            put(connection, invoices)
        if closes:
            for contract, _, _ in each:
                self.close(contract, month, at)
        return [invoice.number for invoice in invoices]

    def close(self, contract: str = "K1", month: Month = JANUARY, at: datetime = AT) -> None:
        """The contract's month is closed; nothing happens when it was."""
        with engine.transaction(self.settings) as connection:
            connection.execute(
                text("INSERT INTO billing.closed (contract_no, month, closed_at) VALUES (:c, :m, :at) ON CONFLICT DO NOTHING"),
                {"c": contract, "m": month.first, "at": at},
            )


def evidence(contract: str, client: dict[str, Any] | None = None) -> dict[str, Any]:
    """The frozen rows."""
    return {
            "contract": {"contract_no": contract, "signed_on": "2025-05-20", "starts_on": "2025-06-01", "ends_on": None},
            "client": {
                "client_code": f"C-{contract}", "name": f"ООО «Клиент {contract}»", "full_name": None, "kind": "legal", "inn": "7736207543",
                "kpp": "773601001", **(client or {}),
            },
            "organization": ORGANIZATION,
            "days": [[day, 10, "600", {}] for day in range(1, 32)],
    }  # fmt: skip


def day(text_of_date: str) -> datetime:
    """Nine o'clock in Moscow of a day."""
    return datetime.combine(date.fromisoformat(text_of_date), AT.time(), UTC)
