"""Forty clients from January to March, day by day: early, late, partial, reversed, promised and broken, a platform that is down, blocks of
somebody else. Each client is billed 1000.00 on the first of each month, due on the 10th; what comes of it is a table made by hand."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import text

from pipelines.access import connectors
from pipelines.access.dunning import dunning
from pipelines.access.promises import promise
from pipelines.access.restore import restore
from pipelines.clock import Authorship
from pipelines.period import Span
from pipelines.platforms.errors import Transient
from pipelines.receivables.importing import import_payments
from pipelines.receivables.listing import ageing
from pipelines.reports.promises import promises_given
from pipelines.warehouse import engine
from tests.ledger_world import _ORGANIZATION, ACCOUNTS, PREFIXES, House, Paper, statement
from tests.warehouse.access.test_any_tree import Node, World

FIRST, LAST = date(2026, 1, 5), date(2026, 3, 31)
DOWN = (date(2026, 2, 24), date(2026, 2, 25))
LOST_ANSWER = date(2026, 3, 24)
KINDS = {
    "early": 6, "punctual": 5, "late": 5, "very_late": 5, "partial": 5, "reversed": 5, "keeps": 2, "breaks": 2, "foreign": 2, "lifted": 1,
    "protected": 1, "never": 1,
}  # fmt: skip
# days after the due date → what is paid then; below zero: the bank takes back what was paid
PAYS = {
    "early": {-3: 1000}, "punctual": {0: 1000}, "late": {8: 1000}, "very_late": {20: 1000}, "partial": {0: 500, 16: 500},
    "reversed": {0: 1000, 5: -1000, 18: 1000}, "keeps": {17: 1000}, "breaks": {20: 1000},
}  # fmt: skip
# by hand: blocked and restored on which days (on 24 and 25 February the platform is down), and what is open on 31 March
TABLE = {
    "early": ([], [], 0),
    "punctual": ([], [], 0),
    "late": ([], [], 0),
    "very_late": (["01-24", "02-26", "03-24"], ["01-30", "03-02", "03-30"], 0),
    "partial": (["01-24", "03-24"], ["01-26", "03-26"], 0),  # on 26 February the money is there before the platform is
    "reversed": (["01-24", "02-26", "03-24"], ["01-28", "02-28", "03-28"], 0),
    "keeps": ([], [], 0),
    "breaks": (["01-28", "02-28", "03-28"], ["01-30", "03-02", "03-30"], 0),
    "foreign": ([], [], 3000),  # somebody else has blocked it before us
    "lifted": (["02-10"], [], 3000),  # that block is gone on 10 February, the debt is not
    "protected": ([], [], 3000),
    "never": (["01-24"], [], 3000),
}


@dataclass
class Platform(World):
    """A platform that may be down, and remembers what it was told to do."""

    is_down: bool = False
    writes: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))

    def probe(self):
        if self.is_down:
            raise Transient("no answer")
        return super().probe()

    def set_account_blocked(self, number, *, blocked):
        self.writes[number].append(blocked)
        return super().set_account_blocked(number, blocked=blocked)


def _clients() -> list[tuple[str, str]]:
    return [(f"{kind}{place}", kind) for kind, count in KINDS.items() for place in range(count)]


def _furnish(house: House) -> dict[tuple[str, int], str]:
    """Forty clients with a contract and an account each; (client, month) → number of its invoice."""
    rows = [{"client": client, "contract": f"K-{client}", "never_block": kind == "protected"} for client, kind in _clients()]
    with house.owner() as connection:
        connection.execute(text(_ORGANIZATION), {"code": "ORG", "account": ACCOUNTS["ORG"], "prefix": PREFIXES["ORG"]})
        connection.execute(text("INSERT INTO master.platforms (platform, kind, time_zone) VALUES ('live', 'traccar', 'Europe/Moscow')"))
        for sql in (
            "INSERT INTO master.clients (client_code, name, kind, never_block) VALUES (:client, :client, 'legal', :never_block)",
            "INSERT INTO master.contracts (contract_no, client_code, organization_code, starts_on)"
            " VALUES (:contract, :client, 'ORG', '2025-01-01')",
            "INSERT INTO master.accounts (platform, account_id, contract_no, valid_from) VALUES ('live', :client, :contract, '2025-01-01')",
        ):
            connection.execute(text(sql), rows)
    numbers = {}
    for month in (1, 2, 3):
        issued = house.invoices([(client, "1000.00", f"2026-{month:02}-10") for client, _ in _clients()])
        numbers |= {(client, month): number for (client, _), number in zip(_clients(), issued, strict=True)}
    return numbers


def _papers(numbers: dict[tuple[str, int], str]) -> dict[date, list[Paper]]:
    """Day → what the bank tells of it."""
    days = defaultdict(list)
    for place, (client, kind) in enumerate(_clients()):
        for month in (1, 2, 3):
            for after, amount in PAYS.get(kind, {}).items():
                day = date(2026, month, 10) + timedelta(days=after)
                purpose = f"{'Возврат' if amount < 0 else 'Оплата'} по счету {numbers[client, month]}"
                account, number = f"407028105000000{place:05}", f"{place}{month}{after % 30}"
                days[day].append(Paper(number, f"{abs(amount)}.00", purpose, day=str(day), account=account, goes=amount < 0))
    return days


def _overdue(papers: dict[date, list[Paper]], numbers: dict[tuple[str, int], str], client: str, day: date) -> int:
    """What a client owes of invoices that are two weeks late, by the papers alone."""
    owed = 0
    for month in (1, 2, 3):
        if (day - date(2026, month, 10)).days >= 14:
            about = [paper for when, listed in papers.items() if when <= day for paper in listed if numbers[client, month] in paper.purpose]
            owed += 1000 - sum(int(float(paper.amount)) * (-1 if paper.goes else 1) for paper in about)
    return owed


def test_three_months_of_forty_clients_end_as_a_table_made_by_hand(settings, monkeypatch, tmp_path):
    settings = replace(settings, blocking_max_share=Decimal(1))
    house = House(settings)
    numbers = _furnish(house)
    papers = _papers(numbers)
    platform = Platform({client: Node(None) for client, _ in _clients()})
    monkeypatch.setattr(connectors, "connect", lambda declared, secret, at: platform)
    for day in Span(FIRST, LAST).dates():
        at = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
        _others(platform, day)
        if papers[day] or day.toordinal() % 2:
            import_payments(settings, statement(tmp_path / f"{day}.txt", *papers[day], until=str(day)), at)
            restore(settings, at)
        if day.day == 23:
            for client in (client for client, kind in _clients() if kind in ("keeps", "breaks")):
                promise(settings, client, day + timedelta(days=4), Authorship("Анна", "звонил", at))
        dunning(settings, day, at + timedelta(hours=1))
        ours = {client for client, node in platform.nodes.items() if node.blocked_by == "us"}
        assert [client for client in ours if _overdue(papers, numbers, client, day) <= 0] == [], day
    assert _table(house, settings) == {client: TABLE[kind] for client, kind in _clients()}
    _nothing_is_doubled(platform)
    _books_are_even(house)
    with engine.transaction(settings) as connection:
        states = {(each.client_code, str(each.state(LAST))) for each in promises_given(connection, Span(FIRST, LAST), LAST)}
    assert states == {("keeps0", "kept"), ("keeps1", "kept"), ("breaks0", "broken"), ("breaks1", "broken")}


def _others(platform: Platform, day: date) -> None:
    """What happens on the platform without us."""
    platform.is_down = day in DOWN
    platform.nodes["very_late0"].loses = day == LOST_ANSWER
    for client, kind in _clients():
        node = platform.nodes[client]
        if kind in ("foreign", "lifted") and day == FIRST:
            node.blocked, node.blocked_by = True, "them"
        if kind == "lifted" and day == date(2026, 2, 10):
            node.blocked, node.blocked_by = False, None


def _table(house: House, settings) -> dict[str, tuple[list[str], list[str], int]]:
    orders = house.rows("SELECT client_code, action, effective_on, at FROM access.orders ORDER BY order_no")
    debts = {row["client_code"]: int(row["total"]) for row in ageing(settings, LAST)}
    days = defaultdict(list)
    for client, action, effective_on, at in orders:
        days[client, action].append(f"{effective_on if action == 'block' else at.date():%m-%d}")
    return {client: (days[client, "block"], days[client, "restore"], debts.get(client, 0)) for client, _ in _clients()}


def _nothing_is_doubled(platform: Platform) -> None:
    """Each account was told to block and to open in turn, also where an answer was lost; nothing of somebody else's was written."""
    assert platform.foreign_writes == []
    for client, writes in platform.writes.items():
        assert writes == [place % 2 == 0 for place in range(len(writes))], client
    assert sorted(client for client, node in platform.nodes.items() if node.blocked) == ["foreign0", "foreign1", "lifted0", "never0"]


def _books_are_even(house: House) -> None:
    """Billed = paid + open, received = allocated + free, nothing more allocated of a payment than it is."""
    ((billed, received, allocated, over),) = house.rows(
        "SELECT (SELECT sum(total) FROM billing.invoices), (SELECT sum(amount) FROM receivables.payments),"
        " (SELECT sum(amount) FROM receivables.allocations), (SELECT count(*) FROM receivables.payment_balances WHERE left_over < 0)"
    )
    assert (billed, received, allocated, over) == (120_000, 120_000 - 5 * 3000, received, 0)
    assert sum(house.open().values()) == billed - allocated
