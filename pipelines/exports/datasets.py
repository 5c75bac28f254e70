"""The declared datasets of exports: columns, keys, and the JSON Schema of a row. Nothing else ever leaves. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pipelines.money import shown

ColumnKind = Literal["text", "date", "money", "amount", "whole", "boolean"]
Record = tuple[Any, ...]  # values in the order of a dataset's columns

SCHEMA_VERSION = 1
CHANGE = "change"
CHANGES = ("added", "changed", "removed")
_MONEY = r"^-?\d+\.\d\d$"
_NUMBER = r"^-?\d+(\.\d+)?$"
_JSON_TYPES: Mapping[ColumnKind, Mapping[str, Any]] = {
    "text": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "money": {"type": "string", "pattern": _MONEY},
    "amount": {"type": "string", "pattern": _NUMBER},
    "whole": {"type": "integer"},
    "boolean": {"type": "boolean"},
}


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """One column: what it says, whether it may be empty, and whether it is for consumers with personal data alone."""

    name: str
    kind: ColumnKind
    note: str
    is_nullable: bool = False
    is_personal: bool = False
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset; ``has_history``: its state at any moment can be told from the history of master data."""

    name: str
    title: str
    columns: tuple[ExportColumn, ...]
    key: tuple[str, ...]
    has_history: bool = False

    def seen(self, *, with_personal: bool) -> "Dataset":
        """The dataset as a consumer gets it: without personal columns unless it may see them."""
        kept = tuple(column for column in self.columns if with_personal or not column.is_personal)
        return Dataset(self.name, self.title, kept, self.key, self.has_history)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names in their order."""
        return tuple(column.name for column in self.columns)

    def key_of(self, record: Record) -> Record:
        """The values of the key."""
        return tuple(record[self.names.index(name)] for name in self.key)


def _column(name: str, kind: ColumnKind, note: str, *, nullable: bool = False, allowed: tuple[str, ...] = ()) -> ExportColumn:
    return ExportColumn(name, kind, note, is_nullable=nullable, allowed=allowed)


def _personal(name: str, note: str) -> ExportColumn:
    return ExportColumn(name, "text", note, is_nullable=True, is_personal=True)


_CLIENT = _column("client_code", "text", "code of the client")
_ORGANIZATION = _column("organization_code", "text", "code of the organization that sells")
_CONTRACT = _column("contract_no", "text", "number of the contract")

CLIENTS = Dataset(
    "clients",
    "Clients",
    (
        _CLIENT,
        _column("name", "text", "short name; of an individual only with personal data", nullable=True),
        _column("full_name", "text", "full name; of an individual only with personal data", nullable=True),
        _column("inn", "text", "taxpayer's number; of an individual only with personal data", nullable=True),
        _column("kpp", "text", "code of the reason of registration", nullable=True),
        _column("kind", "text", "what the client is", allowed=("legal", "entrepreneur", "individual")),
        _column("category", "text", "group of clients", nullable=True),
        _column("dealer_code", "text", "the client that is its dealer, where the consumer sees that client too", nullable=True),
        _personal("email", "addresses of mail, by commas"),
        _personal("phone", "telephone"),
        _personal("address", "postal address"),
    ),
    ("client_code",),
    has_history=True,
)
CONTRACTS = Dataset(
    "contracts",
    "Contracts",
    (
        _CONTRACT,
        _CLIENT,
        _ORGANIZATION,
        _column("signed_on", "date", "day of signing", nullable=True),
        _column("starts_on", "date", "first day in force"),
        _column("ends_on", "date", "last day in force; empty: without end", nullable=True),
    ),
    ("contract_no",),
    has_history=True,
)
FLEETS = Dataset(
    "fleets",
    "Fleets by day",
    (
        _CONTRACT,
        _column("date", "date", "local day"),
        _CLIENT,
        _column("fleet_size", "whole", "vehicles that count on that day"),
        _column("online_minutes", "amount", "minutes online of these vehicles; empty: not known", nullable=True),
    ),
    ("contract_no", "date"),
)
STATUSES = Dataset(
    "statuses",
    "Payment and access of clients",
    (
        _CLIENT,
        _ORGANIZATION,
        _column("payment_status", "text", "clear: nothing open; due: open, not late; overdue: late", allowed=("clear", "due", "overdue")),
        _column("debt", "money", "open of issued invoices, roubles with VAT"),
        _column("overdue", "money", "of it past due, roubles with VAT"),
        _column("oldest_due_on", "date", "earliest due date of what is open", nullable=True),
        _column("access_status", "text", "blocked: by us, for a debt to this organization", allowed=("open", "blocked")),
        _column("blocked_since", "date", "day of the block that goes on", nullable=True),
        _column("promised_until", "date", "last day of a promise of payment that holds", nullable=True),
    ),
    ("client_code", "organization_code"),
)
DEBTS = Dataset(
    "debts",
    "Open invoices",
    (
        _column("number", "text", "number of the invoice"),
        _ORGANIZATION,
        _CLIENT,
        _CONTRACT,
        _column("month", "date", "first day of the billed month"),
        _column("issued_on", "date", "day of issue"),
        _column("due_on", "date", "day by which to pay"),
        _column("total", "money", "roubles with VAT"),
        _column("paid", "money", "paid so far, roubles"),
        _column("open", "money", "left to pay, roubles"),
    ),
    ("number",),
)
DATASETS: Mapping[str, Dataset] = {dataset.name: dataset for dataset in (CLIENTS, CONTRACTS, FLEETS, STATUSES, DEBTS)}


def json_schema(dataset: Dataset, *, of_changes: bool = False) -> dict[str, Any]:
    """JSON Schema (2020-12) of one row as JSON, of the state or of a delta. CSV and Parquet have the same columns in this order.

    A row that was removed holds its key alone.
    """
    properties = {column.name: _property(column, or_null=of_changes and column.name not in dataset.key) for column in dataset.columns}
    if of_changes:
        properties = {CHANGE: {"enum": list(CHANGES), "description": "what happened to the row"}, **properties}
    suffix = ".changes" if of_changes else ""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:fleetbill:{dataset.name}{suffix}:{SCHEMA_VERSION}",
        "title": dataset.title + (": what has changed" if of_changes else ""),
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _property(column: ExportColumn, *, or_null: bool) -> dict[str, Any]:
    said: dict[str, Any] = {**_JSON_TYPES[column.kind], "description": column.note}
    nullable = column.is_nullable or or_null
    if column.allowed:
        said["enum"] = [*column.allowed, None] if nullable else list(column.allowed)
    if nullable:
        said["type"] = [said["type"], "null"]
    return said


def json_row(names: Iterable[str], record: Record) -> dict[str, Any]:
    """A row as JSON: sums as "1234.50", dates ISO."""
    return {name: _json(value) for name, value in zip(names, record, strict=True)}


def csv_row(record: Record) -> list[str]:
    """A row as CSV: like JSON, empty for what is not there, yes and no."""
    return ["" if value is None else ("yes" if value else "no") if isinstance(value, bool) else str(_json(value)) for value in record]


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        return shown(value) if exponent == -2 else f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else value
