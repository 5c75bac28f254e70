"""What was billed beside what other tariffs would have billed: by contract and month, and by client. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.rating.charges import Amounts

_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class ContractMonth:
    """A contract's month on both sides.

    ``billed``: everything issued for it; where it is not closed, what the stored tariffs would bill now. ``drift``: by how
    much the stored tariffs would bill a closed month differently today: what changed since are facts, not tariffs; None:
    not known, what is stored today cannot be rated.
    """

    contract_no: str
    client_code: str
    client: str
    month: Month
    is_closed: bool
    billed: Amounts
    simulated: Amounts
    drift: Amounts | None = Amounts()

    @property
    def difference(self) -> Decimal:
        """Simulated − billed, with VAT."""
        return self.simulated.total - self.billed.total


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several contracts and months together, of one client or of all. Sums with VAT unless they are named net."""

    client_code: str
    client: str
    contracts: int
    billed_net: Decimal
    simulated_net: Decimal
    billed: Decimal
    simulated: Decimal

    @property
    def difference(self) -> Decimal:
        """Simulated − billed: above zero, they would have paid more."""
        return self.simulated - self.billed

    @property
    def percent(self) -> Decimal | None:
        """The difference in percent of what was billed, one decimal half-up; None when nothing was billed."""
        return (self.difference * 100 / self.billed).quantize(_TENTH, ROUND_HALF_UP) if self.billed else None


def together(rows: Sequence[ContractMonth], client_code: str = "", client: str = "") -> Comparison:
    """All of the rows as one."""
    return Comparison(
        client_code,
        client,
        len({row.contract_no for row in rows}),
        sum((row.billed.net for row in rows), ZERO),
        sum((row.simulated.net for row in rows), ZERO),
        sum((row.billed.total for row in rows), ZERO),
        sum((row.simulated.total for row in rows), ZERO),
    )


def by_client(rows: Iterable[ContractMonth]) -> list[Comparison]:
    """One row per client: who would pay most more first, then in order of the code."""
    clients: dict[str, list[ContractMonth]] = {}
    for row in rows:
        clients.setdefault(row.client_code, []).append(row)
    clients_compared = [together(own, code, own[-1].client) for code, own in clients.items()]
    return sorted(clients_compared, key=lambda client: (-client.difference, client.client_code))


def extremes(clients: Sequence[Comparison], count: int) -> tuple[list[Comparison], list[Comparison]]:
    """Those who would pay more and those who would pay less, at most ``count`` of each, the biggest differences first."""
    more = [client for client in clients if client.difference > 0]
    less = [client for client in clients if client.difference < 0]
    return more[:count], sorted(less, key=lambda client: (client.difference, client.client_code))[:count]
