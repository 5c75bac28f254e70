"""Issued invoices straight into the warehouse, with what the database demands of them: for tests of what comes after issuing."""

import json
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, text

from pipelines.warehouse.statements import statement
from tests.company import ORGANIZATION

MONTH = date(2026, 1, 1)

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
_LINE = """INSERT INTO billing.invoice_lines
    (invoice_id, line_no, tariff_code, component_no, component, component_kind, segment_from, segment_to, quantity, quantity_exact, price,
     share, discount_percent, prices_include_vat, net, vat_rate, vat, total, arithmetic, printed_quantity, printed_price, printed_text)
    VALUES (:id, 1, 'T1', 1, 'Мониторинг транспорта', 'vehicles', '2026-01-01', '2026-01-31', 10, '10', 300, '1', 0, false, :net, 22, :vat,
            :total, '10 × 300,00', :quantity, 300, 'Мониторинг транспорта, январь 2026')"""
_INVOICE = """INSERT INTO billing.invoices
    (invoice_id, number, organization_code, year, sequence_no, contract_no, client_code, month, purpose, kind, cause, issued_on, due_on,
     currency, net, vat, total, line_count, digest, evidence, approval_no, issued_at)
    VALUES (:id, :number, 'ORG', 2026, :sequence_no, :no, :code, :month, 'close', :kind, '', '2026-02-01', '2026-02-11', 'RUB',
            :net, :vat, :total, 1, 'd', CAST(:evidence AS jsonb), 1, :at)"""


def client(connection: Connection, number: int, at: datetime, *, email: str | None = "", delivery: str = "both") -> dict[str, object]:
    """A client ``C-000n`` with contract ``K000n``; its address is ``bill000n@client.example`` unless given."""
    address = f"bill{number:04}@client.example" if email == "" else email
    values = {"code": f"C-{number:04}", "no": f"K{number:04}", "name": f"ООО «Клиент {number}»", "email": address, "delivery": delivery}
    connection.execute(text(_ORGANIZATION), ORGANIZATION)
    connection.execute(text(_CLIENT), values)
    connection.execute(text(_CONTRACT), values)
    return {**values, "number": f"ВМ26-{number:06}", "sequence_no": number, "at": at}


def invoice(connection: Connection, known: Mapping[str, object], kind: str = "monthly", quantity: int = 10) -> str:
    """One issued invoice of January 2026: ``quantity`` × 300 plus 22 %; its letters are queued as the issuing transaction does it."""
    net = Decimal(quantity) * 300
    vat = (net * 22 / 100).quantize(Decimal("0.01"))
    evidence = {
        "organization": ORGANIZATION,
        "client": {"client_code": known["code"], "name": known["name"], "kind": "legal", "inn": "7736207543", "email": known["email"]},
        "contract": {"contract_no": known["no"], "starts_on": "2025-06-01"},
        "mappings": [],
    }
    values = {
        **known,
        "id": uuid.uuid5(uuid.NAMESPACE_OID, str(known["number"])),
        "month": MONTH,
        "kind": kind,
        "quantity": quantity,
        "net": net,
        "vat": vat,
        "total": net + vat,
        "evidence": json.dumps(evidence, ensure_ascii=False),
    }
    for each in (_APPROVAL, _EVIDENCE, _LINE, _INVOICE):
        connection.execute(text(each), values)
    connection.execute(text("CREATE TEMPORARY TABLE numbered ON COMMIT DROP AS SELECT CAST(:id AS uuid) AS invoice_id"), values)
    connection.execute(text(statement("warehouse/billing/queue_mail")), values)
    connection.execute(text("DROP TABLE numbered"))
    return str(values["number"])
