"""Which invoices a payment pays, and why: the declared order of rules (domain.md §8)."""

from bisect import insort
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Final, NamedTuple

from pipelines.money import ZERO
from pipelines.receivables.mistyped import MistypedNumbers, Suspect
from pipelines.receivables.numbers import CONTRACT_CUE, INVOICE_CUE, NumberIndex, PurposeWords


class InvoiceDebt(NamedTuple):
    """An issued invoice and what is still open of it (0.00 when paid: its number still tells whose the money is).

    `key` identifies it; two with one number are never found by that number. `is_invoice` False: a debt of go-live, which has a name and
    no number that a payer would write.
    """

    key: str
    number: str
    organization_code: str
    client_code: str
    contract_no: str
    issued_on: date
    due_on: date
    open: Decimal
    is_invoice: bool = True


class KnownContract(NamedTuple):
    """A contract whose number a payer may write; it belongs to one organization and one client."""

    contract_no: str
    organization_code: str
    client_code: str


class KnownClient(NamedTuple):
    """A client of an organization, by its ИНН."""

    client_code: str
    organization_code: str
    inn: str


class Unallocated(NamedTuple):
    """What of a payment pays nothing yet: `amount` > 0. `organization_code` owns the account that received it."""

    payment_id: str
    organization_code: str
    amount: Decimal
    payer_inn: str | None
    purpose: str


class Allocation(NamedTuple):
    """So much of a payment pays that invoice, found by that rule (its name in RULES)."""

    key: str
    number: str
    amount: Decimal
    rule: str


class Match(NamedTuple):
    """What became of a payment: Σ allocations + `advance` + `unmatched` = its amount.

    `client_code` (of the first invoice paid, or of the advance) and `found_by` (a rule's name) are None when nobody was
    found. What is left is unmatched when it is nobody's or when several clients are meant.
    """

    payment_id: str
    client_code: str | None
    found_by: str | None
    allocations: tuple[Allocation, ...]
    advance: Decimal
    unmatched: Decimal


@dataclass(frozen=True, slots=True)
class Meant:
    """The clients that a payment names, or (`is_by_payer`) whose ИНН the payer has."""

    clients: tuple[str, ...]
    is_by_payer: bool


@dataclass(slots=True)
class _Open:
    """A debt while payments are taken from it."""

    debt: InvoiceDebt
    left: Decimal

    @property
    def age(self) -> tuple[date, date, str]:
        return (self.debt.due_on, self.debt.issued_on, self.debt.key)


class FoundDebts(NamedTuple):
    """What a rule found: whose the payment is (empty: nobody), and the debts to pay in order."""

    clients: tuple[str, ...] = ()
    debts: Iterable[_Open] = ()


_NOTHING: Final = FoundDebts()


@dataclass(slots=True)
class _Case:
    """A payment on its way through the rules. `clients`: whose it is, as far as known."""

    money: Unallocated
    purpose: PurposeWords
    left: Decimal
    clients: tuple[str, ...] = ()


@dataclass
class _Seller:
    """The open debts of one organization, indexed for the rules."""

    invoices: NumberIndex[str]
    contracts: NumberIndex[KnownContract]
    by_key: dict[str, _Open]
    by_client: dict[str, "_Queue"]
    by_contract: dict[str, "_Queue"]
    by_amount: dict[tuple[str, Decimal], list[_Open]]
    clients_of: dict[str, tuple[str, ...]]

    def payers(self, case: _Case) -> tuple[str, ...]:
        """Clients with the payer's ИНН, only those already known to be meant, if any are."""
        clients = self.clients_of.get(case.money.payer_inn or "", ())
        if not case.clients or clients == case.clients:
            return clients
        return tuple(client for client in clients if client in case.clients)

    def owes(self, client_code: str) -> bool:
        """Whether anything is open of a client."""
        queue = self.by_client.get(client_code)
        return queue is not None and next(queue.open(), None) is not None

    @cached_property
    def mistyped(self) -> MistypedNumbers[str]:
        """Numbers of its invoices as they may be mistyped; made when the first payment asks for them."""
        numbers = ((debt.debt.number, key) for key, debt in self.by_key.items() if debt.debt.is_invoice)
        return MistypedNumbers(numbers, self.invoices)

    def suspects(self, case: _Case) -> Iterator[list[tuple[_Open, Suspect[str]]]]:
        """For each number of the purpose that is nobody's: the open invoices that it may mean, only of who is meant as far as known."""
        meant = case.clients or self.payers(case)
        if meant and not any(self.owes(client) for client in meant):
            return
        for group in self.mistyped.suspects(case.purpose):
            theirs = [(self.by_key[suspect.thing], suspect) for suspect in group]
            yield [pair for pair in theirs if pair[0].left > 0 and (not meant or pair[0].debt.client_code in meant)]

    def moved(self, debt: _Open) -> None:
        """Put a debt where its open amount is looked for."""
        if debt.left <= ZERO:
            return
        same = self.by_amount.setdefault((debt.debt.client_code, debt.left), [])
        if same:
            insort(same, debt, key=lambda listed: listed.age)
        else:
            same.append(debt)


@dataclass(slots=True)
class _Queue:
    """Debts, oldest first; what is paid at the front is never looked at again."""

    debts: list[_Open] = field(default_factory=list)
    front: int = 0

    def open(self) -> Iterator[_Open]:
        while self.front < len(self.debts) and self.debts[self.front].left <= ZERO:
            self.front += 1
        for at in range(self.front, len(self.debts)):
            if self.debts[at].left > ZERO:
                yield self.debts[at]


def by_invoice_number(seller: _Seller, case: _Case) -> FoundDebts:
    """The invoices that the purpose names, oldest first; somebody else may pay them."""
    keys = seller.invoices.find(case.purpose)
    if not keys:
        return _NOTHING
    named = [seller.by_key[key] for key in keys]
    if len(named) == 1:
        return FoundDebts((named[0].debt.client_code,), named)
    return FoundDebts(tuple(dict.fromkeys(debt.debt.client_code for debt in named)), sorted(named, key=lambda debt: debt.age))


def by_contract_number(seller: _Seller, case: _Case) -> FoundDebts:
    """The debts of the contracts that the purpose names, oldest first."""
    named = [contract for contract in seller.contracts.find(case.purpose) if not case.clients or contract.client_code in case.clients]
    if not named:
        return _NOTHING
    if len(named) == 1:
        queue = seller.by_contract.get(named[0].contract_no)
        return FoundDebts((named[0].client_code,), queue.open() if queue else ())
    queues = (seller.by_contract[contract.contract_no] for contract in named if contract.contract_no in seller.by_contract)
    return FoundDebts(tuple(dict.fromkeys(contract.client_code for contract in named)), _oldest(queues))


def by_payer_and_amount(seller: _Seller, case: _Case) -> FoundDebts:
    """The payer's invoice that is open with exactly this amount; of several the oldest."""
    best: list[_Open] = []
    for client in seller.payers(case):
        same = seller.by_amount.get((client, case.left), [])
        while same and same[0].left != case.left:
            same.pop(0)
        best.extend(same[:1])
    if not best:
        return _NOTHING
    best.sort(key=lambda debt: debt.age)
    return FoundDebts(tuple(debt.debt.client_code for debt in best[:1]), best[:1])


def by_mistyped_number(seller: _Seller, case: _Case) -> FoundDebts:
    """The invoices that are all but named, each the only open one that can be meant: of who pays, or else open with exactly the amount."""
    single = {group[0][0].debt.key: group[0][0] for group in seller.suspects(case) if len(group) == 1}
    if not single:
        return _NOTHING
    debts = sorted(single.values(), key=lambda debt: debt.age)
    clients = tuple(dict.fromkeys(debt.debt.client_code for debt in debts))
    is_known = bool(case.clients or seller.payers(case))
    if len(clients) != 1 or not (is_known or sum((debt.left for debt in debts), ZERO) == case.left):
        return FoundDebts()
    return FoundDebts(clients, debts)


def by_payer_oldest(seller: _Seller, case: _Case) -> FoundDebts:
    """All that the payer owes, oldest first."""
    payers = seller.payers(case)
    return FoundDebts(payers, _oldest(seller.by_client[client] for client in payers if client in seller.by_client))


@dataclass(frozen=True, slots=True)
class MatchingRule:
    """One way to find what a payment pays; `text` is the explanation for finance."""

    name: str
    text: str
    find: Callable[[_Seller, _Case], FoundDebts]


RULES: Final = (
    MatchingRule("invoice_number", "номер счёта в назначении платежа", by_invoice_number),
    MatchingRule("contract_number", "номер договора в назначении платежа", by_contract_number),
    MatchingRule("payer_and_amount", "ИНН плательщика и равная сумма к оплате", by_payer_and_amount),
    MatchingRule("mistyped_number", "номер счёта с одной опиской, и ничего другого он значить не может", by_mistyped_number),
    MatchingRule("payer_oldest", "ИНН плательщика, сначала самый старый счёт", by_payer_oldest),
)
"""The declared order; a slip in a number counts for less than the payer with an equal amount.

What one rule leaves goes to the next, for the same client; what all leave is the client's advance.
"""


class Book:
    """Open debts while payments are matched against them, one after another; each payment sees what the former left."""

    def __init__(self, debts: Iterable[InvoiceDebt], contracts: Iterable[KnownContract] = (), clients: Iterable[KnownClient] = ()) -> None:
        debts_of: dict[str, list[InvoiceDebt]] = {}
        contracts_of: dict[str, list[KnownContract]] = {}
        clients_of: dict[str, dict[str, list[str]]] = {}
        for debt in debts:
            debts_of.setdefault(debt.organization_code, []).append(debt)
        for contract in contracts:
            contracts_of.setdefault(contract.organization_code, []).append(contract)
        for client in clients:
            clients_of.setdefault(client.organization_code, {}).setdefault(client.inn, []).append(client.client_code)
        self._sellers = {
            code: _seller(debts_of.get(code, []), contracts_of.get(code, []), clients_of.get(code, {}))
            for code in {**debts_of, **contracts_of, **clients_of}
        }

    def match(self, money: Unallocated, rules: tuple[MatchingRule, ...] = RULES) -> Match:
        """Allocate one payment by the rules in order, and take the amounts from the book's debts.

        A rule that finds a client narrows the later ones to it. An ИНН of several clients pays the debts of all; what is
        left is an advance only when one client alone is meant or paid, else it stays unmatched, for a person to see.
        """
        seller = self._sellers.get(money.organization_code)
        if seller is None:
            return Match(money.payment_id, None, None, (), ZERO, money.amount)
        case = _Case(money, PurposeWords.of(money.purpose), money.amount)
        paid: list[Allocation] = []
        found_by: str | None = None
        for rule in rules:
            invoices = rule.find(seller, case)
            if invoices.clients and not case.clients:
                case.clients, found_by = invoices.clients, rule.name
            if invoices.debts:
                paid += _take(seller, case, invoices.debts, rule.name)
                if case.left <= ZERO:
                    break
        if len(paid) == 1:
            meant: tuple[str, ...] = (seller.by_key[paid[0].key].debt.client_code,)
        else:
            meant = tuple({seller.by_key[debt.key].debt.client_code: None for debt in paid}) or case.clients
        owner = meant[0] if paid or len(meant) == 1 else None
        advance, unmatched = (case.left, ZERO) if len(meant) == 1 else (ZERO, case.left)
        return Match(money.payment_id, owner, found_by if owner else None, tuple(paid), advance, unmatched)

    def suspects(self, money: Unallocated) -> list[tuple[InvoiceDebt, Suspect[str]]]:
        """Open invoices that the purpose may name with a slip of the hand."""
        seller = self._sellers.get(money.organization_code)
        if seller is None:
            return []
        case = _Case(money, PurposeWords.of(money.purpose), money.amount)
        return [(_as_left(debt), suspect) for group in seller.suspects(case) for debt, suspect in group]

    def meant(self, money: Unallocated) -> Meant:
        """Whom the purpose names by invoices or contracts; else who has the payer's ИНН."""
        seller = self._sellers.get(money.organization_code)
        if seller is None:
            return Meant((), is_by_payer=False)
        case = _Case(money, PurposeWords.of(money.purpose), money.amount)
        named = by_invoice_number(seller, case).clients or by_contract_number(seller, case).clients
        return Meant(named or seller.payers(case), is_by_payer=not named)

    def owed(self, organization_code: str, client_code: str) -> list[InvoiceDebt]:
        """What is open of a client, oldest first."""
        seller = self._sellers.get(organization_code)
        queue = seller.by_client.get(client_code) if seller else None
        return [_as_left(debt) for debt in queue.open()] if queue else []

    def clients_with(self, organization_code: str, inn: str) -> tuple[str, ...]:
        """Clients of an organization that have an ИНН."""
        seller = self._sellers.get(organization_code)
        return seller.clients_of.get(inn, ()) if seller else ()

    def open_with(self, organization_code: str, amount: Decimal) -> list[InvoiceDebt]:
        """Debts that are open with exactly an amount."""
        seller = self._sellers.get(organization_code)
        if seller is None:
            return []
        return [
            _as_left(debt) for (_, open_), debts in seller.by_amount.items() if open_ == amount for debt in debts if debt.left == amount
        ]


def _as_left(debt: _Open) -> InvoiceDebt:
    return debt.debt._replace(open=debt.left)


def _take(seller: _Seller, case: _Case, debts: Iterable[_Open], rule: str) -> list[Allocation]:
    """Pay the debts in their order as far as the money goes, and put them where what is left of them is looked for."""
    allocations = []
    for debt in debts:
        amount = debt.left if debt.left < case.left else case.left
        if amount > ZERO:
            debt.left -= amount
            case.left -= amount
            seller.moved(debt)
            allocations.append(Allocation(debt.debt.key, debt.debt.number, amount, rule))
        if case.left <= ZERO:
            break
    return allocations


def _oldest(queues: Iterable[_Queue]) -> Iterator[_Open]:
    every = list(queues)
    if len(every) == 1:
        return every[0].open()
    return iter(sorted((debt for queue in every for debt in queue.open()), key=lambda open_debt: open_debt.age))


def _seller(debts: list[InvoiceDebt], contracts: list[KnownContract], clients: dict[str, list[str]]) -> _Seller:
    opened = sorted((_Open(debt, debt.open) for debt in debts), key=lambda open_debt: open_debt.age)
    seller = _Seller(
        invoices=NumberIndex(((debt.number, debt.key) for debt in debts if debt.is_invoice), INVOICE_CUE, CONTRACT_CUE),
        contracts=NumberIndex(((contract.contract_no, contract) for contract in contracts), CONTRACT_CUE, INVOICE_CUE),
        by_key={open_debt.debt.key: open_debt for open_debt in opened},
        by_client={},
        by_contract={},
        by_amount={},
        clients_of={inn: tuple(dict.fromkeys(codes)) for inn, codes in clients.items()},
    )
    for open_debt in opened:
        seller.by_client.setdefault(open_debt.debt.client_code, _Queue()).debts.append(open_debt)
        seller.by_contract.setdefault(open_debt.debt.contract_no, _Queue()).debts.append(open_debt)
        if open_debt.left > ZERO:  # they come by age
            seller.by_amount.setdefault((open_debt.debt.client_code, open_debt.left), []).append(open_debt)
    return seller
