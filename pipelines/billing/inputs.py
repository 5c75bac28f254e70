"""What a month is billed from: contracts, terms, tariffs, VAT modes, mappings, as known now; usage comes beside it."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.billing.frozen_json import FrozenMapping
from pipelines.period import Month
from pipelines.rating.model import Basis, Component, Contract, Counting, Kind, Scheme, TariffVersion, TaxMode, Terms, Tier, VatMode
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

Json = dict[str, Any]
Tariffs = dict[str, tuple[TariffVersion, ...]]


@dataclass(frozen=True, slots=True)
class Parties:
    """A contract with its parties' requisites as JSON objects (columns of the sheets)."""

    contract: Contract
    contract_row: Json
    client: Json
    organization: Json


@dataclass(frozen=True, slots=True)
class HeldContract:
    """A person holds a contract back from the runs of a month: who, and why."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class MonthInputs:
    """Everything but usage, for every contract in force in the month, in byte order of contract_no. ``held``: by contract_no."""

    month: Month
    parties: tuple[Parties, ...]
    terms: dict[str, tuple[Terms, ...]]
    tariffs: Tariffs
    vat_modes: dict[str, tuple[VatMode, ...]]
    mappings: dict[str, list[FrozenMapping]]
    held: dict[str, HeldContract] = field(default_factory=dict)


def read(connection: "Connection", month: Month) -> MonthInputs:
    """Read the inputs of a month in six statements."""
    bounds = {"first": month.first, "last": month.last}
    organizations: dict[str, Json] = {}  # one object for all of its contracts
    parties = tuple(
        Parties(
            Contract(row.contract_no, row.client_code, row.organization_code, row.starts_on, row.ends_on),
            row.contract,
            row.client,
            organizations.setdefault(row.organization_code, row.organization),
        )
        for row in query.rows(connection, "billing/contracts_in_force", **bounds)
    )
    terms: dict[str, list[Terms]] = defaultdict(list)
    for row in query.rows(connection, "billing/terms_in_force", **bounds):
        terms[row.contract_no].append(
            Terms(
                row.contract_no,
                row.valid_from,
                row.tariff_code,
                Counting(row.counting),
                Basis(row.basis),
                row.prepaid_vehicles,
                row.discount_percent,
                row.minimum or None,
                row.payment_days,
            )
        )
    return MonthInputs(
        month,
        parties,
        {contract_no: tuple(rows) for contract_no, rows in terms.items()},
        read_tariffs(connection, month),
        vat_modes(connection),
        _mappings(connection, bounds),
        {row.contract_no: HeldContract(row.by_name, row.reason) for row in query.rows(connection, "billing/held", month=month.first)},
    )


def read_tariffs(connection: "Connection", month: Month) -> Tariffs:
    """Tariff versions that began by the end of the month, by code."""
    by_code: dict[str, list[TariffVersion]] = defaultdict(list)
    for row in query.rows(connection, "billing/tariffs_in_force", last=month.last):
        components = tuple(read_component(each) for each in row.components)
        by_code[row.tariff_code].append(TariffVersion(row.tariff_code, row.valid_from, row.name, row.prices_include_vat, components))
    return {code: tuple(versions) for code, versions in by_code.items()}


def tariff_json(version: TariffVersion) -> Json:
    """A tariff version as evidence keeps it."""
    return {
        "tariff_code": version.tariff_code,
        "valid_from": version.valid_from.isoformat(),
        "name": version.name,
        "prices_include_vat": version.prices_include_vat,
        "components": [
            {
                "component_no": each.component_no,
                "name": each.name,
                "kind": each.kind.value,
                "meter": each.meter,
                "scheme": each.scheme.value,
                "price": _text(each.price),
                "package_size": _text(each.package_size),
                "tiers": [[_text(tier.up_to), _text(tier.price)] for tier in each.tiers],
            }
            for each in version.components
        ],
    }


def terms_json(terms: Terms) -> Json:
    """A row of terms as evidence keeps it."""
    return {
        "valid_from": terms.valid_from.isoformat(),
        "tariff_code": terms.tariff_code,
        "counting": terms.counting.value,
        "basis": terms.basis.value,
        "prepaid_vehicles": terms.prepaid_vehicles,
        "discount_percent": str(terms.discount_percent),
        "minimum": _text(terms.minimum),
        "payment_days": terms.payment_days,
    }


def read_terms(contract_no: str, raw: Json) -> Terms:
    """A row of terms, from JSON as `terms_json` writes it."""
    return Terms(
        contract_no,
        date.fromisoformat(raw["valid_from"]),
        raw["tariff_code"],
        Counting(raw["counting"]),
        Basis(raw["basis"]),
        raw["prepaid_vehicles"],
        Decimal(raw["discount_percent"]),
        _decimal(raw["minimum"]),
        raw["payment_days"],
    )


def read_component(raw: Json) -> Component:
    """A component of a tariff version, from JSON as `tariff_json` and tariffs_in_force.sql write it."""
    return Component(
        raw["component_no"],
        raw["name"],
        Kind(raw["kind"]),
        raw["meter"],
        Scheme(raw["scheme"]),
        _decimal(raw["price"]),
        _decimal(raw["package_size"]),
        tuple(Tier(_decimal(up_to), Decimal(price)) for up_to, price in raw["tiers"]),
    )


def vat_modes(connection: "Connection") -> dict[str, tuple[VatMode, ...]]:
    """VAT modes by organization, each from a day on."""
    modes_of_organization: dict[str, list[VatMode]] = defaultdict(list)
    for row in query.rows(connection, "billing/vat_modes"):
        modes_of_organization[row.code].append(vat_mode(row.vat_mode_from, row.vat_mode))
    return {code: tuple(modes) for code, modes in modes_of_organization.items()}


def vat_mode(begins: date, name: str) -> VatMode:
    """A VAT mode as its row has it: the smallest date stands for ever since."""
    return VatMode(None if begins == date.min else begins, TaxMode(name))


def _mappings(connection: "Connection", bounds: Json) -> dict[str, list[FrozenMapping]]:
    mappings: dict[str, list[FrozenMapping]] = defaultdict(list)
    for row in query.rows(connection, "billing/mappings", **bounds):
        until = row.valid_to.isoformat() if row.valid_to else None
        mappings[row.contract_no].append(FrozenMapping(row.platform, row.account_id, row.valid_from.isoformat(), until))
    return dict(mappings)


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
