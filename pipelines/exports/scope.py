"""Who a consumer is and which clients and contracts it may see: by organization, dealer's tree and category together. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from pipelines.errors import Refused
from pipelines.exports.datasets import CLIENTS, CONTRACTS, DATASETS, SCHEMA_VERSION, Dataset, Record
from pipelines.master.consumer_rules import codes
from pipelines.master.dealers import trees_of

StoredRow = Mapping[str, Any]

_LIMITS = ("organizations", "dealers", "categories")


class NotEntitled(Refused):
    """The consumer may not have this dataset, or not on this day."""


@dataclass(frozen=True, slots=True)
class Consumer:
    """A row of the sheet `consumers`; ``None`` in place of a set: no restriction. All restrictions hold together."""

    code: str
    name: str
    datasets: tuple[str, ...]
    organizations: frozenset[str] | None = None
    dealers: frozenset[str] | None = None
    categories: frozenset[str] | None = None
    personal_data: bool = False
    connection: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    @classmethod
    def of(cls, row: StoredRow) -> "Consumer":
        """The consumer of a stored row."""
        limited = {
            name: frozenset(codes(row[name])) if row[name] is not None else None for name in ("organizations", "dealers", "categories")
        }
        listed = codes(row["datasets"])
        return cls(
            code=row["consumer"],
            name=row["name"],
            datasets=tuple(name for name in DATASETS if name in listed),
            **limited,
            personal_data=bool(row["personal_data"]),
            connection=row["connection"],
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
        )

    @property
    def limits(self) -> Mapping[str, frozenset[str] | None]:
        """Its restrictions by name."""
        return {"organizations": self.organizations, "dealers": self.dealers, "categories": self.categories}

    @property
    def rights(self) -> str:
        """Digest of what it may see: what was exported under other rights is never given again."""
        limits = [None if codes is None else sorted(codes) for codes in self.limits.values()]
        parts = [SCHEMA_VERSION, self.datasets, self.personal_data, limits]
        return sha256(repr(parts).encode()).hexdigest()

    def is_served(self, day: date) -> bool:
        """Whether it is served on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def require(self, day: date) -> None:
        """NotEntitled unless it is served on that day."""
        if self.valid_from is not None and day < self.valid_from:
            raise NotEntitled(f"consumer {self.code} is served from {self.valid_from} on")
        if self.valid_to is not None and day > self.valid_to:
            raise NotEntitled(f"consumer {self.code} was served until {self.valid_to}")

    def dataset(self, name: str) -> Dataset:
        """A dataset with the columns that it may see. NotEntitled when it may not have it."""
        if name not in self.datasets:
            raise NotEntitled(f"consumer {self.code} may not have {name}; it has {', '.join(self.datasets)}")
        return DATASETS[name].seen(with_personal=self.personal_data)


@dataclass(frozen=True, slots=True)
class Visible:
    """What a consumer sees of clients and contracts, by their codes."""

    clients: Mapping[str, StoredRow]
    contracts: Mapping[str, StoredRow]
    with_personal: bool = False

    def client_records(self, dataset: Dataset) -> list[Record]:
        """The clients as rows of the dataset, in the order of their keys."""
        return sorted((_record(dataset, self._shown(row)) for row in self.clients.values()), key=CLIENTS.key_of)

    def contract_records(self, dataset: Dataset) -> list[Record]:
        """The contracts as rows of the dataset, in the order of their keys."""
        return sorted((_record(dataset, row) for row in self.contracts.values()), key=CONTRACTS.key_of)

    def pairs(self) -> list[tuple[str, str]]:
        """Client and organization of every contract that is seen."""
        return sorted({(row["client_code"], row["organization_code"]) for row in self.contracts.values()})

    def _shown(self, row: StoredRow) -> StoredRow:
        shown = {**row, "dealer_code": row["dealer_code"] if row["dealer_code"] in self.clients else None}
        if row["kind"] == "individual" and not self.with_personal:
            shown |= {"name": None, "full_name": None, "inn": None}
        return shown


def visible(consumer: Consumer, clients: Iterable[StoredRow], contracts: Iterable[StoredRow]) -> Visible:
    """The clients and contracts that a consumer may see: those of its organizations, under its dealers, of its categories.

    Of a client with contracts of several organizations only those of the consumer's are seen.
    """
    by_code = {row["client_code"]: row for row in clients}
    own = [row for row in contracts if consumer.organizations is None or row["organization_code"] in consumer.organizations]
    kept = set(by_code)
    if consumer.organizations is not None:
        kept &= {row["client_code"] for row in own}
    if consumer.dealers is not None:
        kept &= trees_of(consumer.dealers, {code: row["dealer_code"] for code, row in by_code.items()})
    if consumer.categories is not None:
        kept &= {code for code, row in by_code.items() if row["category"] in consumer.categories}
    seen = {code: by_code[code] for code in kept}
    return Visible(seen, {row["contract_no"]: row for row in own if row["client_code"] in seen}, consumer.personal_data)


def _record(dataset: Dataset, row: StoredRow) -> Record:
    return tuple(row[name] for name in dataset.names)
