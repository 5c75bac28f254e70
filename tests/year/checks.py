"""What must hold whatever the year brings: money kept, ledgers that sum to zero, bills to the kopeck, nobody blocked without a debt."""

from typing import Any

from sqlalchemy import text

from pipelines.settings import Settings
from pipelines.warehouse import engine
from tests.year import true_bill
from tests.year.by_fleetbill import ByFleetbill

_PAYMENTS_KEPT = """
SELECT p.payment_id FROM receivables.payments p LEFT JOIN (
    SELECT payment_id, sum(amount) AS amount FROM receivables.allocations GROUP BY 1
) a USING (payment_id)
WHERE p.source <> 'credit' AND p.amount > 0 AND (coalesce(a.amount, 0) < 0 OR coalesce(a.amount, 0) > p.amount)
"""
_MONEY = """
SELECT
    (SELECT coalesce(sum(amount), 0) FROM receivables.payments WHERE source = 'bank') AS stored,
    (SELECT coalesce(sum(a.amount), 0) FROM receivables.allocations a JOIN receivables.payments USING (payment_id) WHERE source = 'bank')
        AS allocated,
    (SELECT coalesce(sum(left_over), 0) FROM receivables.payment_balances WHERE source = 'bank') AS free
"""
_OVERPAID = """
SELECT number FROM billing.invoices JOIN receivables.invoice_balances USING (number)
WHERE (total > 0 AND (paid > total OR paid < 0)) OR (total < 0 AND (paid < total OR paid > 0))
"""


def broken(year: ByFleetbill) -> list[str]:
    """Every invariant that the year breaks, in words; none when all hold."""
    problems = [*_bills(year), *_money(year)]
    problems += [f"{client} was blocked on {day} with nothing overdue" for day, client in year.blocked_without_debt]
    return problems


def _bills(year: ByFleetbill) -> list[str]:
    """By the rule and with what the books came to know, each contract's month costs what fleetbill invoiced for it, to the kopeck."""
    problems = []
    for month in range(year.scale.months):
        owed = true_bill.bills(year.world, year.rule, month=month)
        for contract, expected, billed in zip(year.world.contracts, owed, year.outcome.corrected[month], strict=True):
            if expected != billed:
                problems.append(f"{contract.number} of month {month + 1}: {billed} invoiced, {expected} by the independent calculator")
    return problems


def _money(year: ByFleetbill) -> list[str]:
    money = _rows(year.settings, _MONEY)[0]
    problems = []
    if money.stored != year.arrived:
        problems.append(f"clients paid {year.arrived}, the ledger holds {money.stored}")
    if money.allocated + money.free != money.stored:
        problems.append(f"of {money.stored} paid {money.allocated} is allocated and {money.free} free")
    problems += [f"payment {row.payment_id} is allocated beyond its amount" for row in _rows(year.settings, _PAYMENTS_KEPT)]
    problems += [f"invoice {row.number} is paid beyond its amount" for row in _rows(year.settings, _OVERPAID)]
    return problems + _ledgers(year)


def _ledgers(year: ByFleetbill) -> list[str]:
    """Client by client: what was invoiced − what was paid − what is open + what is free is nothing."""
    query = """
        SELECT client_code, sum(amount) AS balance FROM (
            SELECT client_code, total AS amount FROM billing.invoices
            UNION ALL SELECT client_code, -amount FROM receivables.payments WHERE source = 'bank' AND client_code IS NOT NULL
            UNION ALL
            SELECT i.client_code, -(i.total - coalesce(b.paid, 0))
            FROM billing.invoices i LEFT JOIN receivables.invoice_balances b USING (number)
            UNION ALL
            SELECT p.client_code, b.left_over FROM receivables.payment_balances b JOIN receivables.payments p USING (payment_id)
            WHERE b.source = 'bank' AND p.client_code IS NOT NULL
        ) e GROUP BY 1 HAVING sum(amount) <> 0
    """
    return [f"the ledger of {row.client_code} is {row.balance} off" for row in _rows(year.settings, query)]


def _rows(settings: Settings, query: str) -> list[Any]:
    with engine.reading(settings) as connection:
        return list(connection.execute(text(query)))
