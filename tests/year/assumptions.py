"""Everything that the year assumes about people, fleets and work: a figure, what it means, and where it comes from."""

from dataclasses import Field, dataclass, field, fields
from typing import Any

ASSUMED = "assumption"
TRANSPORT = "Upflow, State of B2B Payments 2024, transport and logistics, as told by motortransport.co.uk/22481 (of outstanding invoices)"
RUSSIA = "the same; BOFIT Weekly 2016/13: in Russia nearly a quarter of bills was paid more than 60 days late at the end of 2015"


def _given(default: float, doc: str, source: str = ASSUMED, *, varied: bool = True) -> Any:
    return field(default=default, metadata={"doc": doc, "source": source, "varied": varied})


@dataclass(frozen=True)
class Assumptions:
    """Shares are of 1, moments in days, work in minutes. ``varied``: halved and doubled in the table of what moves the result."""

    # fleets
    dealer_share: float = _given(0.07, "share of clients that are dealers", varied=False)
    median_fleet: float = _given(14, "vehicles of a client in the middle (log-normal, sigma 0.9)", varied=False)
    joins_monthly: float = _given(0.02, "share of a fleet that joins in a month")
    leaves_monthly: float = _given(0.015, "share of a fleet that leaves in a month")
    hiding_dealers: float = _given(0.5, "share of dealers who hide vehicles at month end")
    hidden_share: float = _given(0.3, "share of its vehicles that such a dealer hides")
    hidden_days: float = _given(3, "days before the end of the month from which they are hidden")
    trackers_fail: float = _given(0.08, "share of trackers that fail in a year; half of the trackers come back with another device")
    repair_days: float = _given(12, "days until a failed tracker is replaced, on the average")
    moved_trackers: float = _given(0.04, "share of vehicles in a year whose tracker moves to another while the old one stays listed")
    twins: float = _given(0.01, "share of vehicles that two platforms list at once")
    orphan_accounts: float = _given(0.06, "share of clients with a further account that nobody tied to the contract when it was made")
    weekday_use: float = _given(0.85, "share of vehicles that send a message on a working day", varied=False)
    weekend_use: float = _given(0.5, "the same at weekends", varied=False)
    late_discounts: float = _given(0.01, "share of contracts in a month with a discount agreed after the month was billed")
    by_average: float = _given(0.5, "share of contracts that pay for the average fleet; the others for its peak")
    counts_used: float = _given(0.7, "share of contracts that count vehicles with a message that day; the others what is connected")
    # money
    late_1_30: float = _given(0.19, "share of invoices paid 1 to 30 days late", TRANSPORT)
    late_31_60: float = _given(0.05, "share paid 31 to 60 days late", TRANSPORT)
    late_61_90: float = _given(0.02, "share paid 61 to 90 days late", TRANSPORT)
    late_90: float = _given(0.20, "share paid later still; here between 91 and 210 days", RUSSIA)
    prepaid: float = _given(0.08, "share of clients that pay for most of their vehicles ahead", varied=False)
    habit: float = _given(0.7, "how far a client pays all its invoices alike (0: each by chance, 1: each the same)")
    reminder_effect: float = _given(0.05, "share of late payers who pay within three days of the reminder before the due date")
    notice_effect: float = _given(0.10, "the same of the first letter after it")
    warning_effect: float = _given(0.15, "the same of the warning")
    final_effect: float = _given(0.20, "the same of the last letter")
    block_effect: float = _given(0.60, "share of blocked clients who pay within three days of the block")
    # the old way
    recounted: float = _given(0.5, "share of contracts whose vehicles are counted on the last day; the others get last month's invoice")
    stale_price: float = _given(0.2, "share of contracts for which a changed price or discount reaches the spreadsheet a month late")
    orphan_noticed: float = _given(120, "days until somebody notices an account that nobody pays for, on the average")
    complains: float = _given(0.5, "share of clients who send back an invoice that is too high by more than 5 % and 500 roubles")
    # by fleetbill
    orphan_answered: float = _given(5, "days from the finding to the account tied to its contract")
    # work, minutes
    copy_invoice: float = _given(3, "an invoice copied and sent, the old way", "Careem with Oracle: 475 hours a month for 10,000 invoices")
    count_vehicles: float = _given(5, "vehicles of a contract counted on the platform")
    match_payment: float = _given(2, "a payment found in the bank's statement and marked in the spreadsheet")
    call_debtor: float = _given(10, "a debtor called; monthly for each invoice late by more than 10 days (the delays above include it)")
    handle_complaint: float = _given(20, "a complaint looked into and the invoice written anew")
    review_run: float = _given(45, "a month's close looked at and approved")
    handle_finding: float = _given(10, "a finding about an account without a contract looked into and mended")
    approve_blocks: float = _given(10, "a day's blocks beyond the capped share looked at and approved")
    handle_payment: float = _given(10, "a payment that no rule could match, allocated by a person")
    answer_blocked: float = _given(10, "a blocked client who calls and is told why")
    daily_look: float = _given(5, "a look at what waits for whom, each working day")
    restore_day: float = _given(15, "a day that a platform did not deliver, or that stands in quarantine, decided")
    enter_change: float = _given(
        5, "a change of terms or a new contract entered; what is there when the year begins is in the books of both ways"
    )


def varied() -> list[Field[float]]:
    """The assumptions that the table of sensitivity halves and doubles."""
    return [each for each in fields(Assumptions) if each.metadata["varied"]]
