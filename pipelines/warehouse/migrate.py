"""Schema by migrations (Alembic): forward, back, and safe to run twice and from two processes."""

from typing import TYPE_CHECKING

from pipelines.errors import BadInput, no_room
from pipelines.files import GROUP, private_folder
from pipelines.settings import Settings, resource
from pipelines.warehouse import roles
from pipelines.warehouse.engine import WarehouseUnreachable, as_owner, first_line
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory


def upgrade(settings: Settings, revision: str = "head") -> tuple[str | None, str | None]:
    """Bring the schema to a revision; (before, after). A second process waits for the first."""
    return _move(settings, revision, down=False)


def downgrade(settings: Settings, revision: str) -> tuple[str | None, str | None]:
    """Take the schema back to a revision (``base``: empty); (before, after). Data of what is dropped is lost."""
    return _move(settings, revision, down=True)


def current(settings: Settings) -> tuple[str | None, str]:
    """(revision of the database, newest revision known)."""
    from alembic.runtime.migration import MigrationContext

    with as_owner(settings) as connection:
        return MigrationContext.configure(connection).get_current_revision(), newest()


def newest() -> str:
    """The newest revision that this version knows."""
    return _script().get_current_head() or ""


def revisions() -> list[str]:
    """Every revision that this version can upgrade a schema from, the first one first."""
    return [each.revision for each in _script().walk_revisions()][::-1]


def _script() -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config())


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(resource("migrations")))
    return config


def _make_home(settings: Settings) -> None:
    """The folders of the house that others pass through to what is theirs. BadInput where there can be none; a disk that takes nothing is
    told of as everywhere."""
    try:
        for folder in (settings.home, settings.exchange):
            private_folder(folder, GROUP)
    except OSError as error:
        if no_room(error):
            raise
        raise BadInput.one("FLEETBILL_HOME", f"{error.filename} cannot be made a folder: {error.strerror}") from None


def _move(settings: Settings, revision: str, *, down: bool) -> tuple[str | None, str | None]:
    from alembic import command
    from alembic.runtime.migration import MigrationContext
    from sqlalchemy.exc import OperationalError

    _make_home(settings)
    config = _config()
    try:
        with as_owner(settings) as connection, connection.begin():
            lock(connection, Lock.MIGRATIONS)
            before = MigrationContext.configure(connection).get_current_revision()
            config.attributes["connection"] = connection
            (command.downgrade if down else command.upgrade)(config, revision)
            after = MigrationContext.configure(connection).get_current_revision()
            if not down and after == newest():
                roles.make(settings, connection)
                roles.let_reports_read(connection)
                roles.let_cabinet_read(connection)
                roles.let_application_see_its_schema(connection)
    except OperationalError as error:
        raise WarehouseUnreachable(f"the database refuses a step of the migration, nothing of it is stored: {first_line(error)}") from None
    return before, after
