"""The exchange with two bases of 1C at once, step by step, with all that goes wrong on either side and between them."""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from unittest.mock import patch

from sqlalchemy import text

from pipelines.clock import Authorship
from pipelines.delivery.onec import assembly, offers, receiving, sending, unacknowledged
from pipelines.delivery.onec.filling import fill_outboxes
from pipelines.delivery.onec.replay import replay
from pipelines.delivery.onec.sending import send_to_all
from pipelines.errors import BadInput
from pipelines.receivables.listing import payments
from pipelines.runs.exchange import take_answers
from pipelines.settings import Settings
from tests.books import Books
from tests.invoices import Line
from tests.ledger_world import House
from tests.one_transaction import OneTransaction
from tests.onec_money import INN, Money
from tests.stand_in_1c import INVOICE, ORDER, READING, UT, WRITING, Onec, State

TRADE = replace(UT, invoice=INVOICE, receives=(*UT.receives, INVOICE))
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OUR_DEATHS = {
    "in the middle of the file": (assembly, "sale"),
    "before the commit of the number": (unacknowledged, "refresh"),
    "before the file is visible": (sending, "publish"),
    "before the message is put away": (receiving, "_move"),
    "before the commit of what was put away": (receiving, "sync_folder"),
}
OF_OURS = ("we send", "we receive", "we issue", "we correct", "we back up", "we are restored", *(f"we die {each}" for each in OUR_DEATHS))
OF_A_BASE = (
    "reads", "writes", "exchanges", "reads", "writes", "enters", "changes", "deletes", "greets", "backs up", "is restored",
    "loses ours", "loses its own", "repeats", "is cut off", "is late", "delivers", "delivers the newest", "gets an earlier one of ours",
    *(f"dies when {each}" for each in (*READING, *WRITING)),
)  # fmt: skip
ROUND = "all exchange"  # nothing goes wrong for once
CHECKED = "all messages are held against the schema"
SIMPLE = "goes back silently"  # its reader does not see that the other side has had more than it remembers to have sent


def steps(*bases: str) -> tuple[str, ...]:
    """What may happen where these bases take part, what is usual more often."""
    return (*(ROUND,) * 12, *OF_OURS, *OF_OURS[:4], *(f"{code} {each}" for code in bases for each in OF_A_BASE))


ONE_BASE, TWO_BASES = steps("BP"), steps("BP", "UT")
BEGINNINGS = ("", f"BP {SIMPLE}", f"UT {SIMPLE}")


class Died(BaseException):
    """A process ended here: no handler of ordinary errors sees it."""


@dataclass
class Side:
    """A base, its backup, and what its people have entered: numbers begin where no other base's do."""

    onec: Onec
    first_no: int
    backup: State = field(default_factory=State)
    entered: int = 0
    restored_from: State | None = None
    is_recognized: bool = False  # we have told that it was restored, before it read anything of ours
    is_blind: bool = False  # it read a message of ours before: nobody but people can know that it was restored

    def money(self, number: int, amount: str) -> Money:
        no = str(self.first_no + number)
        return Money(no, amount, bank_no=no)


class Exchange:
    """Both sides, and what is between them. `house`: what can be asked for rows, and where it is restored, be backed up."""

    def __init__(self, settings: Settings, house: OneTransaction | House, *, with_trade: bool) -> None:
        self.settings, self.house, self.books, self.at = settings, house, Books(settings), START
        self.issues: list[tuple[str, Line, str, str, datetime]] = []
        self.issued = self.changes = self.issued_at_backup = 0
        root = settings.exchange / "onec"
        shutil.rmtree(root, ignore_errors=True)
        self.sides = {"BP": Side(Onec(settings.exchange, now=self.wall_time), 0)}
        if with_trade:
            trade = Onec(settings.exchange, "UT", configuration=TRADE, root=root / "UT", now=self.wall_time)
            self.sides["UT"] = Side(trade, 500)
        for side in self.sides.values():
            side.backup = side.onec.backup()

    def wall_time(self) -> datetime:
        return self.at.replace(tzinfo=None)

    def take(self, step: str) -> None:
        self.at += timedelta(minutes=5)
        who, _, deed = step.partition(" ")
        if step == ROUND:
            for each in ("we receive", "we send", *(f"{code} exchanges" for code in self.sides)):
                self.take(each)
        elif step == CHECKED:
            for side in self.sides.values():
                side.onec.validates = True
        elif who == "we":
            self._ours(deed)
        else:
            self.sides[who].onec.transport.keep()
            self._of_base(self.sides[who], deed)

    def _ours(self, deed: str) -> None:
        match deed.split(" ", 1):
            case ["send"]:
                send_to_all(self.settings, self.at)
            case ["receive"]:
                self._receive()
            case ["issue"]:
                self.issued += 1
                self._issue(f"K{self.issued}", Line(str(self.issued)), "monthly", "")
            case ["correct"] if self.issued:
                self.changes += 1
                self._issue("K1", Line("1", "7"), "adjustment", str(self.changes))
            case ["back", "up"]:
                self.house.back_up()
                self.issued_at_backup = len(self.issues)
            case ["are", "restored"]:
                self._restore_ours()
            case ["die", moment]:
                self._die(moment)

    def _die(self, moment: str) -> None:
        module, name = OUR_DEATHS[moment]
        with suppress(Died), patch.object(module, name, side_effect=Died):
            send_to_all(self.settings, self.at)
            self._receive()

    def _receive(self) -> None:
        for answer in take_answers(self.settings, self.at + timedelta(days=3650)):
            if "1C was restored" in answer.detail or "it was restored" in answer.detail:
                side = self.sides[answer.file.split("_")[1]]
                side.is_recognized = side.restored_from is not None and not side.is_blind

    def _issue(self, contract: str, line: Line, kind: str, cause: str) -> None:
        """One invoice; it is remembered, for a house that was restored issues it again."""
        self.issues.append((contract, line, kind, cause, self.at))
        self.books.issue(contract, [line], kind, cause=cause, at=self.at)

    def _restore_ours(self) -> None:
        """Yesterday's database beside today's folders; what was issued since is issued again, under the same numbers."""
        self.house.restore()
        again = self.issues[self.issued_at_backup :]
        self.books.last_no = self.issued_at_backup
        for contract, line, kind, cause, at in again:
            self.books.issue(contract, [line], kind, cause=cause, at=at)

    def _of_base(self, side: Side, deed: str) -> None:
        onec = side.onec
        if deed in ("reads", "exchanges") or deed.startswith("dies"):
            side.is_blind = side.is_blind or (side.restored_from is not None and not side.is_recognized and onec.has_mail)
        match deed:
            case deed if deed == SIMPLE:
                onec.state.node.resumes = side.backup.node.resumes = False
            case "reads":
                onec.read()
            case "writes":
                onec.write()
            case "exchanges":
                onec.exchange()
            case "enters":
                side.entered += 1
                onec.enter(side.money(side.entered, f"{side.entered}.00"))
            case "changes" if side.entered:
                self.changes += 1
                onec.enter(side.money(1, f"{self.changes}.50"))
            case "deletes" if side.entered:
                onec.delete(side.money(side.entered, "1.00"))
            case "greets":
                onec.greet()
            case "backs up":
                side.backup = onec.backup()
            case "is restored":
                self._restore(side)
            case "loses ours":
                onec.transport.lose_incoming()
            case "loses its own":
                onec.transport.lose_outgoing()
            case "repeats":
                onec.transport.repeat(1 + self.changes % 3)
            case "is cut off":
                onec.transport.cut_off()
            case "is late":
                onec.transport.is_late = True
            case "delivers":
                onec.transport.deliver()
            case "delivers the newest":
                onec.transport.deliver(newest_first=True)
            case "gets an earlier one of ours":
                onec.transport.bring_back()
            case _ if deed.startswith("dies when "):
                self._dies(onec, deed.removeprefix("dies when "))

    def _dies(self, onec: Onec, moment: str) -> None:
        def reached(now: str) -> None:
            if now == moment:
                raise Died

        onec.reached = reached
        with suppress(Died):
            onec.exchange()
        onec.reached = lambda _moment: None

    def _restore(self, side: Side) -> None:
        """Yesterday's base; what its people had entered since they enter again, by the same documents."""
        side.restored_from, side.is_recognized = side.restored_from if side.is_blind else side.backup, False
        now = dict(side.onec.state.own)
        side.onec.restore(side.backup)
        for key, (document, is_deleted) in now.items():
            if side.onec.state.own.get(key) != (document, is_deleted):
                side.onec.enter(document)
                if is_deleted:
                    side.onec.delete(document)

    def settle(self) -> None:
        """Quiet rounds, until all have nothing to say."""
        for side in self.sides.values():
            side.onec.transport.is_late = False
            side.onec.transport.late.clear()
            if side.is_blind and side.restored_from:
                self._mend(side, side.restored_from)
        for _ in range(8):
            writing, reading = ([f"{code} {deed}" for code in self.sides] for deed in ("writes", "reads"))
            for step in (*writing, "we receive"):
                self.take(step)
            if self._is_quiet():
                return
            for step in ("we send", *reading):
                self.take(step)

    def _is_quiet(self) -> bool:
        fill_outboxes(self.settings, self.at)
        return not any(side.onec.unconfirmed for side in self.sides.values()) and not self._unconfirmed()

    def _mend(self, side: Side, backup: State) -> None:
        """By people's word on either side: a base that reads before it writes looks as if it had never been restored."""
        author = Authorship("Анна", "база восстановлена из копии", self.at)
        with suppress(BadInput):  # so many were never sent, or we do not know of them any more: they go again anyway
            replay(self.settings, backup.node.received_no + 1, author, side.onec.node)
        side.onec.register_all_since(backup)

    def _unconfirmed(self) -> int:
        [(count,)] = self.house.rows(
            "SELECT count(*) FROM delivery.onec_outbox o LEFT JOIN delivery.onec_peers p USING (peer) "
            "WHERE o.message_no IS NULL OR o.message_no > p.confirmed_no"
        )
        return count  # type: ignore[return-value]

    def problems(self) -> list[str]:
        """Where the two sides do not hold the same, each document once."""
        invoices = dict(self.house.rows("SELECT number, total FROM billing.invoices"))
        sales = sum((total for (total,) in self.house.rows("SELECT total FROM billing.invoices")), Decimal(0))  # type: ignore[misc]
        problems = []
        for code, side in self.sides.items():
            onec = side.onec
            problems += [f"{code}: {each}" for each in (*onec.problems, *onec.state.documents.problems())]
            if (bills := onec.sums(INVOICE) | onec.sums(ORDER)) != invoices:
                problems.append(f"{code} holds the invoices {bills}, issued are {invoices}")
            if (held := onec.state.documents.rendered()) != sales:
                problems.append(f"{code} holds sales of {held}, issued are {sales}")
            if onec.unconfirmed:
                problems.append(f"{code} waits for the confirmation of {onec.unconfirmed}")
        told = sum((sum(side.onec.received(), Decimal(0)) for side in self.sides.values()), Decimal(0))
        held = sum((row["amount"] for row in payments(self.settings)), Decimal(0))
        if told != held:
            problems.append(f"the ledger holds payments of {held}, the bases {told}")
        return problems + ([f"{self._unconfirmed()} of ours are unconfirmed"] if self._unconfirmed() else [])


def prepare(settings: Settings) -> None:
    """The client of all payments is there."""
    House(settings).client("A", INN)


def play(settings: Settings, house: OneTransaction, steps: Sequence[str]) -> list[str]:
    """What is wrong after these steps and some quiet rounds; nothing where all is well. Bases that no step names take no part."""
    with_trade = any(step.startswith("UT ") for step in steps)
    if with_trade:
        house.connection.execute(text("INSERT INTO master.peers (peer, configuration) VALUES ('UT', 'ut')"))
        house.back_up()
    with patch.object(unacknowledged, "refresh", lambda *_: 0), patch.object(offers, "refresh", lambda *_: 0):  # findings are not asked for
        exchange = Exchange(settings, house, with_trade=with_trade)
        for step in steps:
            exchange.take(step)
        exchange.settle()
        return exchange.problems()
