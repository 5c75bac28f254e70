"""What was agreed with a client: its contracts, their terms and tariffs, today's and those to come (domain.md §5)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pipelines.billing.inputs import read_component, read_terms, vat_mode
from pipelines.cabinet.changes import AgreedOnDay, Change
from pipelines.period import ONE_DAY
from pipelines.rating.model import Contract, TariffVersion, Terms, VatMode
from pipelines.rating.segments import in_force
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

Tariffs = Mapping[str, tuple[TariffVersion, ...]]


@dataclass(frozen=True, slots=True)
class ClientContract:
    """A contract of a client, with the organization's name and time zone."""

    contract_no: str
    client_code: str
    organization_code: str
    organization: str
    time_zone: str
    signed_on: date | None
    starts_on: date
    ends_on: date | None

    def is_in_force(self, on: date) -> bool:
        """Whether it is in force on a day."""
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)

    @property
    def rated(self) -> Contract:
        """The contract as rating takes it."""
        return Contract(self.contract_no, self.client_code, self.organization_code, self.starts_on, self.ends_on)


@dataclass(frozen=True, slots=True)
class Agreed:
    """A contract with all of its terms, the versions of the tariffs that they name, and the organization's VAT modes."""

    contract: ClientContract
    terms: tuple[Terms, ...]
    tariffs: Tariffs
    vat_modes: tuple[VatMode, ...]

    def terms_on(self, day: date) -> Terms | None:
        """The terms in force on a day."""
        return in_force(self.terms, day)

    def tariff_on(self, day: date) -> TariffVersion | None:
        """The version of its tariff in force on a day."""
        terms = self.terms_on(day)
        return in_force(self.tariffs.get(terms.tariff_code, ()), day) if terms else None

    def changes_after(self, day: date) -> tuple[Change, ...]:
        """What is known to change after a day while the contract is in force, by the days on which it does."""
        starts = {terms.valid_from for terms in self.terms} | {each.valid_from for versions in self.tariffs.values() for each in versions}
        days = [start for start in sorted(starts) if start > day and self.contract.is_in_force(start)]
        changes = (Change.between(start, self._agreed_on(start - ONE_DAY), self._agreed_on(start)) for start in days)
        return tuple(change for change in changes if change)

    def _agreed_on(self, day: date) -> AgreedOnDay:
        return AgreedOnDay.of(self.terms_on(day), self.tariff_on(day))


def contracts(connection: "Connection", clients: Sequence[str]) -> tuple[ClientContract, ...]:
    """All contracts of the clients, also those that are over, by client, the oldest first."""
    return tuple(query.rows(connection, "cabinet/contracts", ClientContract, clients=list(clients)))


def agreed(connection: "Connection", clients: Sequence[str], contract_no: str | None = None) -> tuple[Agreed, ...]:
    """Contracts of the clients (or one of them) with what was agreed; nothing for a contract that is not theirs."""
    whose = {"clients": list(clients), "contract": contract_no}
    own = [each for each in contracts(connection, clients) if contract_no in (None, each.contract_no)]
    if not own:
        return ()
    terms: dict[str, list[Terms]] = defaultdict(list)
    for row in query.rows(connection, "cabinet/terms", **whose):
        terms[row.contract_no].append(read_terms(row.contract_no, row.terms))
    versions: dict[str, list[TariffVersion]] = defaultdict(list)
    for row in query.rows(connection, "cabinet/tariffs", **whose):
        components = tuple(map(read_component, row.components))
        versions[row.tariff_code].append(TariffVersion(row.tariff_code, row.valid_from, row.name, row.prices_include_vat, components))
    tariffs = {code: tuple(of_code) for code, of_code in versions.items()}
    modes: dict[str, list[VatMode]] = defaultdict(list)
    for row in query.rows(connection, "cabinet/vat_modes", clients=whose["clients"]):
        modes[row.code].append(vat_mode(row.vat_mode_from, row.vat_mode))
    return tuple(Agreed(each, tuple(terms[each.contract_no]), tariffs, tuple(modes[each.organization_code])) for each in own)
