"""camt.053 (ISO 20022): statements of foreign banks, and of Russian ones for groups; any version (domain.md §8).

The file streams through a parser that gives finished entries away, so that memory holds the documents and not the tree.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from lxml import etree

from pipelines.errors import BadInput
from pipelines.receivables.bank_document import BankDocument
from pipelines.receivables.bank_statement import AccountSection, BankFile, BankStatement
from pipelines.receivables.foreign_party import BANK_ORDER, ROUBLES, account_of, accounts_in, first_named, purpose_of, taxpayer_in
from pipelines.receivables.statement_text import Remarks, StatementLimits

_SAFE: Final[dict[str, Any]] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
_STATEMENTS = "BkToCstmrStmt"
_BANKS_OWN = frozenset(("CHRG", "COMM", "INTR", "FEES", "INTE", "CHRGS"))
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)
_REFERENCES = ("ChqNb", "EndToEndId", "InstrId", "TxId", "AcctSvcrRef")
_LARGEST = Decimal("999999999999.99")


def parse(data: bytes, name: str, limits: StatementLimits) -> BankFile:
    """The booked entries of every statement; a batch is as many documents as it has transactions.

    BadInput lists every problem by line: not well-formed, a DTD, another message than a statement, sums and dates that cannot be read, a
    batch whose transactions are not its sum, a currency other than roubles.
    """
    reader = _Reader(name, limits)
    events = etree.iterparse(io.BytesIO(data), events=("end",), tag=("{*}Ntry", "{*}Stmt"), **_SAFE)
    try:
        for _, element in events:
            reader.end(element)
    except etree.LxmlError as error:
        line, said = getattr(error, "lineno", None) or 1, getattr(error, "msg", None) or error
        raise BadInput.one(f"{name}:{line}", f"is not well-formed XML: {said}") from None
    _check_message(events.root, name)
    reader.remarks.raise_problems()
    return BankFile(tuple(reader.statements), tuple(reader.remarks.notices))


def _check_message(root: Any, name: str) -> None:
    """BadInput for a file that is no statement, or that declares types of its own: no statement needs that."""
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadInput.one(f"{name}:1", "has a document type definition, which no statement needs: not read")
    message = next(map(_local, root), "")
    if message != _STATEMENTS:
        raise BadInput.one(f"{name}:1", f"is no statement (camt.053): its message is {(message or _local(root))[:40]}")


@dataclass(slots=True)
class _Reader:
    """What was read so far; `documents`: and `account`: of the statement that is being read."""

    name: str
    limits: StatementLimits
    remarks: Remarks = field(init=False)
    statements: list[BankStatement] = field(default_factory=list)
    documents: list[BankDocument] = field(default_factory=list)
    account: str | None = None
    count: int = 0

    def __post_init__(self) -> None:
        self.remarks = Remarks(self.name)

    def end(self, element: etree._Element) -> None:
        """An entry or a statement is complete."""
        parent = element.getparent()
        if _local(element) == "Stmt":
            self.statements.append(self._statement(element))
            self.documents, self.account = [], None
        elif parent is not None and _local(parent) == "Stmt":
            self._entry(element)
            while (before := element.getprevious()) is not None and _local(before) == "Ntry":
                parent.remove(before)
        else:
            return
        element.clear()

    def _entry(self, entry: etree._Element) -> None:
        said, transactions = _said(entry, apart="TxDtls")
        line = _line(entry)
        status = said.text("Sts/Cd") or said.text("Sts")
        if status != "BOOK":
            self.remarks.notice(line, f"an entry is {status or 'without a status'} and not booked: it is not read")
            return
        ours = self._account(entry.getparent())
        for document in _documents(said, [_said(each)[0] for each in transactions], ours, line, self.remarks):
            self.count += 1
            if self.count > self.limits.documents:
                limit = f"more than {self.limits.documents} documents (FLEETBILL_BANK_MAX_DOCUMENTS)"
                raise BadInput.one(f"{self.name}:1", f"has {limit}: not read")
            self.documents.append(document)

    def _account(self, statement: etree._Element | None) -> str:
        """The account of the statement that is being read, looked up once: it stands before the entries."""
        if self.account is None and statement is not None:
            self.account = _account(_said(statement, apart="Ntry")[0], "Acct")
        return self.account or ""

    def _statement(self, element: etree._Element) -> BankStatement:
        said, _ = _said(element)
        account, line = self._account(element), _line(element)
        if not account:
            self.remarks.problem(line, "the statement does not name its account")
        currency = said.text("Acct/Ccy")
        if currency and currency not in ROUBLES:
            self.remarks.problem(line, f"account {account} is in {currency}, and only roubles are taken")
        (opening, _), (closing, closed_on) = _balance(element, _OPENING), _balance(element, _CLOSING)
        first, last = (_day(said.text(f"FrToDt/{name}")) for name in ("FrDtTm", "ToDtTm"))
        received, spent = (_amount(said.text(f"TxsSummry/{name}/Sum")) for name in ("TtlCdtNtries", "TtlDbtNtries"))
        section = AccountSection(line, account, first, last or closed_on, opening, received, spent, closing)
        accounts = (account,) if account else ()
        return BankStatement(accounts, first, last or closed_on, tuple(self.documents), _day(said.text("CreDtTm")), (section,))


@dataclass(frozen=True, slots=True)
class _Said:
    """The texts of an element by their paths without namespaces, and the currency of each sum."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    currencies: dict[str, str] = field(default_factory=dict)

    def text(self, path: str) -> str:
        """The first text at a path; empty without one."""
        return self.texts.get(path, ("",))[0]


def _said(element: etree._Element, apart: str = "") -> tuple[_Said, list[etree._Element]]:
    """What an element says, and the elements named ``apart`` within it, which are left out of it."""
    said, left = _Said(), list[etree._Element]()
    _collect(element, "", said, apart, left)
    return said, left


def _collect(element: etree._Element, prefix: str, said: _Said, apart: str, left: list[etree._Element]) -> None:
    for child in element:
        name = _local(child)
        if name == apart:
            left.append(child)
        elif name:
            path = prefix + name
            if (text := child.text) and (plain := " ".join(text.split())):
                said.texts.setdefault(path, []).append(plain)
            if currency := child.get("Ccy"):
                said.currencies.setdefault(path, currency)
            _collect(child, f"{path}/", said, apart, left)


def _balance(statement: etree._Element, kinds: tuple[str, ...]) -> tuple[Decimal | None, date | None]:
    """A balance, below zero where the bank lends, and its day."""
    for element in statement.iterfind("{*}Bal"):
        said, _ = _said(element)
        if said.text("Tp/CdOrPrtry/Cd") in kinds:
            amount = _amount(said.text("Amt"))
            is_debt = said.text("CdtDbtInd") == "DBIT"
            return (-amount if amount is not None and is_debt else amount), _date_of(said, "Dt")
    return None, None


def _documents(said: _Said, transactions: list[_Said], ours: str, line: int, remarks: Remarks) -> Iterator[BankDocument]:
    """The documents of an entry: one, or one for each transaction of a batch."""
    whole = _sum(said, line, remarks)
    booked = _date_of(said, "BookgDt") or _date_of(said, "ValDt")
    if booked is None:
        remarks.problem(line, "the entry has no readable day (BookgDt)")
    if whole is None or booked is None:
        return
    if len(transactions) <= 1:
        yield _document(said, transactions[0] if transactions else said, ours, whole, booked, line)
        return
    sums = [_sum(each, line, remarks) for each in transactions]
    if sum(amount or 0 for amount in sums) != whole:
        remarks.problem(line, f"the transactions of a batch come to {sum(amount or 0 for amount in sums)}, and it says {whole}")
        return
    for each, amount in zip(transactions, sums, strict=True):
        if amount is not None:
            yield _document(said, each, ours, amount, booked, line)


def _sum(said: _Said, line: int, remarks: Remarks) -> Decimal | None:
    """The sum of an entry or a transaction in roubles; a problem where there is none."""
    path = "Amt" if said.text("Amt") else "AmtDtls/TxAmt/Amt"
    amount = _amount(said.text(path))
    if not amount:
        remarks.problem(line, f"Amt {said.text(path)[:40]!r} is not a sum above zero")
        return None
    currency = said.currencies.get(path, "")
    if currency not in ROUBLES:
        remarks.problem(line, f"the entry is in {currency or 'no currency'}, and only roubles are taken")
        return None
    return amount


def _document(entry: _Said, transaction: _Said, ours: str, amount: Decimal, booked: date, line: int) -> BankDocument:
    is_credit = (transaction.text("CdtDbtInd") or entry.text("CdtDbtInd")) == "CRDT"
    party = "Dbtr" if is_credit else "Cdtr"
    unstructured = " ".join(transaction.texts.get("RmtInf/Ustrd", ()))
    purpose = purpose_of(unstructured or transaction.text("AddtlTxInf") or entry.text("AddtlNtryInf"))
    name = transaction.text(f"RltdPties/{party}/Nm") or transaction.text(f"RltdPties/{party}/Pty/Nm")
    theirs = _account(transaction, f"RltdPties/{party}Acct") or next((each for each in accounts_in(purpose) if each != ours), "")
    inn = _taxpayer(transaction, party) or taxpayer_in(name) or taxpayer_in(purpose)
    references = [transaction.text(f"Refs/{each}") for each in _REFERENCES]
    return BankDocument(
        kind=BANK_ORDER if _is_banks_own(entry) or _is_banks_own(transaction) else "",
        number=first_named(*references, entry.text("NtryRef"), entry.text("AcctSvcrRef")),
        on=_day(transaction.text("RltdDts/TxDtTm")) or booked,
        amount=amount,
        credited_on=booked if is_credit else None,
        debited_on=None if is_credit else booked,
        payer_account=theirs if is_credit else ours,
        payer_inn=inn if is_credit else None,
        payer_name=name if is_credit else "",
        payee_accounts=(ours if is_credit else theirs,),
        payee_inn=None if is_credit else inn,
        purpose=purpose,
        payment_code="",
        line=line,
    )


def _taxpayer(transaction: _Said, party: str) -> str | None:
    """The ИНН among a party's identifiers."""
    for kind in ("OrgId", "PrvtId"):
        for where in (f"RltdPties/{party}/Id/{kind}/Othr/Id", f"RltdPties/{party}/Pty/Id/{kind}/Othr/Id"):
            for number in transaction.texts.get(where, ()):
                if number.isascii() and number.isdigit() and len(number) in (10, 12):
                    return number
    return None


def _is_banks_own(said: _Said) -> bool:
    return any(said.text(f"BkTxCd/Domn/Fmly/{code}") in _BANKS_OWN for code in ("Cd", "SubFmlyCd"))


def _account(said: _Said, where: str) -> str:
    return account_of(said.text(f"{where}/Id/IBAN") or said.text(f"{where}/Id/Othr/Id"))


def _date_of(said: _Said, name: str) -> date | None:
    return _day(said.text(f"{name}/Dt") or said.text(f"{name}/DtTm"))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _amount(text: str) -> Decimal | None:
    """A sum in roubles and kopecks, None for anything else."""
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        return None
    return amount.quantize(Decimal("0.01")) if amount.is_finite() and 0 <= amount <= _LARGEST and amount == round(amount, 2) else None


def _local(element: etree._Element | None) -> str:
    """The name without its namespace; empty for a comment."""
    return element.tag.rpartition("}")[2] if element is not None and isinstance(element.tag, str) else ""


def _line(element: etree._Element) -> int:
    line: Any = element.sourceline
    return int(line or 1)
