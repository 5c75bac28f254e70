"""Issued invoices straight into the warehouse, with what the database demands of them: for tests of what comes after issuing."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from pipelines.period import Month
from pipelines.warehouse import query
from tests.company import ORGANIZATION
from tests.invoices import IssuedInvoice, Line, put

MONTH = Month(2026, 1)

_ORGANIZATION = """INSERT INTO master.organizations
    (code, name, full_name, inn, kpp, address, bank_account, bank_name, bic, corr_account, director, accountant, invoice_prefix, email)
    SELECT :code, :name, :full_name, :inn, :kpp, :address, :bank_account, :bank_name, :bic, :corr_account, :director, :accountant,
           :invoice_prefix, :email WHERE NOT EXISTS (SELECT FROM master.organizations)"""
_CLIENT = """INSERT INTO master.clients (client_code, name, kind, inn, email, delivery)
    VALUES (:code, :name, 'legal', '7736207543', :email, :delivery)"""
_CONTRACT = "INSERT INTO master.contracts (contract_no, client_code, organization_code, starts_on) VALUES (:no, :code, 'ORG', '2025-06-01')"
_APPROVAL = """INSERT INTO billing.approvals (month, purpose, approval_no, decision, digest, by_name, reason, at, invoices, total)
    VALUES (:month, 'close', 1, 'approved', 'd', 'Анна', 'проверено', :at, 1, 0) ON CONFLICT DO NOTHING"""
_EVIDENCE = """INSERT INTO billing.evidence (month, purpose, approval_no, tariffs, snapshots, vehicles_path, vehicles_digest)
    VALUES (:month, 'close', 1, '[]', '[]', 'x', 'x') ON CONFLICT DO NOTHING"""


def client(connection: Connection, number: int, at: datetime, *, email: str | None = "", delivery: str = "both") -> dict[str, Any]:
    """A client ``C-000n`` with contract ``K000n``; its address is ``bill000n@client.example`` unless given."""
    address = f"bill{number:04}@client.example" if email == "" else email
    values = {"code": f"C-{number:04}", "no": f"K{number:04}", "name": f"ООО «Клиент {number}»", "email": address, "delivery": delivery}
    connection.execute(text(_ORGANIZATION), ORGANIZATION)
    connection.execute(text(_CLIENT), values)
    connection.execute(text(_CONTRACT), values)
    return {**values, "number": f"ВМ26-{number:06}", "sequence_no": number, "at": at}


def contract(connection: Connection, known: Mapping[str, Any], number: int, at: datetime | None = None) -> dict[str, Any]:
    """A further contract ``K000n`` of a client, whose invoice is to have this number too."""
    more = {**known, "no": f"K{number:04}", "number": f"ВМ26-{number:06}", "sequence_no": number, "at": at or known["at"]}
    connection.execute(text(_CONTRACT), more)
    return more


def invoice(connection: Connection, known: Mapping[str, Any], kind: str = "monthly", quantity: int = 10) -> str:
    """One issued invoice of January 2026: ``quantity`` × 300 plus 22 %; its letters are queued as the issuing transaction does it."""
    run(connection, (known, kind, quantity))
    return str(known["number"])


def run(connection: Connection, *invoices: tuple[Mapping[str, Any], str, int]) -> None:
    """Invoices that one run issues: of each what is known, its kind and quantity. Contracts that the run closes are closed before."""
    issued = [_invoice(*each) for each in invoices]
    at = invoices[0][0]["at"]
    for each in (_APPROVAL, _EVIDENCE):
        connection.execute(text(each), {"month": MONTH.first, "at": at})
    put(connection, issued)
    binds = {"ids": [str(each.invoice_id) for each in issued]}
    connection.execute(text("CREATE TEMPORARY TABLE numbered ON COMMIT DROP AS SELECT unnest(CAST(:ids AS uuid[])) AS invoice_id"), binds)
    query.run(connection, "delivery/mail/queue_issued", at=at)
    connection.execute(text("DROP TABLE numbered"))


def _invoice(known: Mapping[str, Any], kind: str, quantity: int) -> IssuedInvoice:
    evidence = {
        "organization": ORGANIZATION,
        "terms": [{"valid_from": "2025-06-01", "prepaid_vehicles": 10, "basis": "peak", "tariff_code": "T1"}],
        "client": {"client_code": known["code"], "name": known["name"], "kind": "legal", "inn": "7736207543", "email": known["email"]},
        "contract": {"contract_no": known["no"], "starts_on": "2025-06-01"},
        "mappings": [],
        "days": [],
    }
    return IssuedInvoice(
        uuid.uuid5(uuid.NAMESPACE_OID, known["number"]),
        known["number"],
        known["sequence_no"],
        known["no"],
        known["code"],
        MONTH,
        date(2026, 2, 1),
        date(2026, 2, 11),
        known["at"],
        [Line(str(quantity), text="Мониторинг транспорта, январь 2026")],
        kind=kind,
        evidence=evidence,
    )
