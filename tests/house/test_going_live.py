"""What docs, README and the DAGs' manuals say is held to the code: commands, options, settings, columns, places of papers, URLs."""

import re
import shlex
from dataclasses import fields

import click
import pytest

from pipelines.cli.main import cli
from pipelines.delivery.mail.server import parse
from pipelines.documents import paths
from pipelines.period import Month
from pipelines.platforms.interface import ACCOUNT_COLUMNS, METER_PREFIX, REQUIRED_COLUMNS, VEHICLE_COLUMNS
from pipelines.settings import PREFIX, Settings
from tests.conftest import ROOT

DOCS = {path.name: path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]}
MANUALS = {path.name: path.read_text(encoding="utf-8").split('"""')[1] for path in sorted((ROOT / "dags").glob("*.py"))}
GOING_LIVE = DOCS["going_live.md"]
SETTINGS = {f"{PREFIX}{setting.name.upper()}" for setting in fields(Settings)}


def _commands(text):
    """Every command in code: within backticks, and lines of code blocks."""
    blocks = re.findall(r"^```\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```\n.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return [each.split("#")[0].strip() for each in [*lines, *spans] if re.match(r"fleetbill [a-z]", each)]


TOLD = sorted({(name, command) for name, text in {**DOCS, **MANUALS}.items() for command in _commands(text)})


def _named(group, word):
    """The command that a group takes a word for, or None."""
    try:
        return group.resolve_command(click.Context(group), [word])[1]
    except click.UsageError:
        return None


def _mistake(command):
    """What of a command does not exist, or None."""
    words = iter(shlex.split(command.replace("…", ""))[1:])
    called, options = cli, set()
    for word in words:
        if isinstance(called, click.Group) and not word.startswith("-"):
            inner = _named(called, word)
            if inner is None and called.invoke_without_command:
                break
            if inner is None:
                return word
            called = inner
        elif word.startswith("--"):
            options.add(word.split("=")[0])
    known = {option for parameter in called.params for option in (*parameter.opts, *parameter.secondary_opts)}
    return ", ".join(sorted(options - known - {"--help"})) or None


def test_every_command_that_is_told_exists_with_its_options():
    assert len(TOLD) > 100
    assert {(place, command): _mistake(command) for place, command in TOLD if _mistake(command)} == {}


def test_every_setting_that_is_told_exists():
    name = re.compile(rf"(?<!AIRFLOW_CONN_)\b{PREFIX}[A-Z_]*[A-Z]\b")
    unknown = {place: set(name.findall(text)) - SETTINGS for place, text in {**DOCS, **MANUALS}.items()}
    assert {place: sorted(names) for place, names in unknown.items() if names} == {}


def _table(title):
    """Rows of the first table after a heading or a line, as cells."""
    lines = GOING_LIVE.split(title, 1)[1].splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("|---"))
    rows = []
    for line in lines[start + 1 :]:
        if not line.startswith("|"):
            return rows
        rows.append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
    return rows


def test_the_columns_of_snapshots_are_those_that_are_read():
    rows = _table("## Snapshot files")
    assert [row[0] for row in rows] == [*VEHICLE_COLUMNS, f"{METER_PREFIX}NAME"]
    assert [row[0] for row in rows if row[1]] == list(REQUIRED_COLUMNS)
    assert [row[0] for row in _table("may give the tree of accounts:")] == list(ACCOUNT_COLUMNS)


def test_the_help_of_landing_names_every_column():
    landing = cli.get_command(click.Context(cli), "snapshot").get_command(click.Context(cli), "land")
    for column in (*VEHICLE_COLUMNS, f"{METER_PREFIX}NAME", *ACCOUNT_COLUMNS):
        assert re.search(rf"\b{column}\b", landing.epilog), column
    for column in REQUIRED_COLUMNS:
        assert f"{column} *" in landing.epilog


@pytest.mark.parametrize("url", re.findall(r"`(smtps?://[^`]+)`", GOING_LIVE))
def test_every_url_of_a_mail_server_is_understood(url):
    server = parse(url)
    assert server.tls is url.startswith("smtps")
    assert server.starttls == ("never" if server.tls or "starttls=false" in url else "required")
    assert server.port == int(re.search(r":(\d+)(\?|$)", url)[1])


def test_papers_lie_where_the_table_says():
    month, told = Month(2026, 1), {row[0]: row[1] for row in _table("## Where a paper lies")}
    assert told["счёт"] == paths.invoice_path(month, "ORGANIZATION", "NUMBER")
    assert told["акт"] == paths.act_path(month, "ORGANIZATION", "NUMBER")
    assert told["the month's workbook"] == paths.workbook_path(month)
