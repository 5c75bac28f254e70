"""Unit tests are pure: no database, no server, no process of the command line; asking for one here fails with these words."""

from collections.abc import Iterator
from typing import NoReturn

import pytest

_PURE = "tests/unit is pure: {} belongs to tests/warehouse, tests/platforms, tests/cli, tests/kill or tests/scenarios"


def _refuse(what: str) -> NoReturn:
    pytest.fail(_PURE.format(what), pytrace=False)


@pytest.fixture(scope="session")
def server_home() -> NoReturn:
    """In the place of the session's PostgreSQL: nothing here starts one."""
    _refuse("a test with a database")


@pytest.fixture
def settings() -> NoReturn:
    """In the place of the settings that name a test's database."""
    _refuse("a test with a database")


@pytest.fixture
def embedded_settings() -> NoReturn:
    """In the place of a server of the test's own."""
    _refuse("a test with a server of its own")


@pytest.fixture
def run_cli() -> NoReturn:
    """In the place of the command line."""
    _refuse("a test of the command line")


@pytest.fixture(autouse=True, scope="module")
def no_database() -> Iterator[None]:
    """Nor does a unit test connect without a fixture, or listen: every way to the warehouse goes through an engine.

    For a module: a worker goes on to files of other folders, which do connect.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipelines.warehouse.engine.engine", lambda *_, **__: _refuse("a test that connects to a database"))
        patch.setattr("pipelines.warehouse.embedded.ensure_running", lambda *_, **__: _refuse("a test that starts a server"))
        patch.setattr("socketserver.TCPServer.server_bind", lambda *_: _refuse("a test with a server of its own"))
        yield
