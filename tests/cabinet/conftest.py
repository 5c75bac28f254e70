"""One house for all tests of the cabinet that a worker runs: a dealer's company with January 2026 issued and paid in part.

D is the dealer of A and B, B of C; X stands beside them (tests/dealing.py). Each has `CODE@client.example` in its master data in small
letters. Tests read it; what they add is sessions, links and the like.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.receivables.importing import import_payments
from pipelines.settings import Settings
from pipelines.warehouse import engine
from tests.cabinet.browsing import Browser
from tests.conftest import NOW
from tests.dealing import JANUARY, DealerCompany
from tests.landed import Template, closed, landed
from tests.ledger_world import Paper, statement


@pytest.fixture(scope="session")
def landed_company(server_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    """January is landed and counted, nothing is issued: to be copied."""
    with landed(server_home, tmp_path_factory.mktemp("landed"), DealerCompany()) as made:
        yield made


@pytest.fixture(scope="session")
def issued_world(landed_company: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of the house: A owes 1512.80 (1240.00 + 22 %) and has paid 1000.00; X owes 378.20 and has paid it."""
    folder = tmp_path_factory.mktemp("cabinet")
    with (
        closed(landed_company, folder / "closed", JANUARY) as template,
        template.copy(folder / "home") as made,
    ):
        numbers = numbers_of(made)
        papers = (
            Paper("71", "1000.00", f"Оплата по счету {numbers['A']}", name="ООО «A»"),
            Paper("72", "378.20", f"Оплата по счету {numbers['X']}", name="ООО «X»"),
        )
        import_payments(made, statement(folder / "ORG.txt", *papers), NOW)
        yield made


def numbers_of(settings: Settings) -> dict[str, str]:
    """Client → the number of its invoice of January."""
    from sqlalchemy import text

    with engine.reading(settings) as connection:
        return dict(map(tuple, connection.execute(text("SELECT client_code, number FROM billing.invoices WHERE kind = 'monthly'"))))


@pytest.fixture
def browser(issued_world: Settings) -> Browser:
    """A browser that nobody has logged in with."""
    return Browser(issued_world)
