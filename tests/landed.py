"""A company whose files are imported and landed once, and copies of it: what scenarios, kills and DAGs begin with."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from pipelines.clock import Authorship
from pipelines.evidence.landing_folder import land_folder
from pipelines.master.importing import import_master
from pipelines.period import Month
from pipelines.runs.close import close
from pipelines.settings import Settings
from pipelines.usage.month import compute
from pipelines.warehouse.engine import transaction
from tests.company import Company
from tests.conftest import NOW, cloned, release


@dataclass(frozen=True)
class Template:
    """A database that may be cloned (nobody is connected to it) and the home that belongs to it."""

    server_home: Path
    database: str
    home: Path

    @contextmanager
    def copy(self, home: Path) -> Iterator[Settings]:
        """Settings of a company of its own that begins where the template stands."""
        shutil.copytree(self.home, home)
        with cloned(self.server_home, home, self.database) as made:
            yield made


@contextmanager
def landed(server_home: Path, folder: Path, company: Company, at: datetime = NOW) -> Iterator[Template]:
    """The company's master data and the days of its months, counted as the nightly run would, as a template.

    A fleet may shrink as it likes.
    """
    with cloned(server_home, folder / "home") as made:
        import_master(made, str(company.write_master(folder / "master")), Authorship("Анна", "начало", at))
        land_folder(replace(made, snapshot_max_drop=Decimal("0.9")), "gps1", str(company.write_snapshots(folder / "snapshots")), at)
        with transaction(made) as connection:
            for month in company.months:
                compute(made, connection, month, store=True, at=at)
        yield template(server_home, made)


@contextmanager
def closed(before: Template, folder: Path, month: Month, at: datetime = NOW) -> Iterator[Template]:
    """What the template holds with the month closed, approved and issued on the day after it, papers and all, as a further template."""
    with before.copy(folder / "home") as made:
        close(made, month, approver=Authorship("Анна", "проверено", at), issued_on=month.last + timedelta(days=1), at=at)
        yield template(before.server_home, made)


def template(server_home: Path, prepared: Settings) -> Template:
    """What a test has prepared, for others to copy; its connections are closed."""
    release(prepared)
    return Template(server_home, prepared.database_url.split("@/")[1].split("?")[0], prepared.home)
