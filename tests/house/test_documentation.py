"""What the README says is held against the code: every setting, every command, every DAG."""

from dataclasses import fields

import click
import pytest

from pipelines.settings import PREFIX, Settings
from tests import command_table
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_stands_in_the_readme_with_its_meaning():
    rows = []
    for setting in fields(Settings):
        default = f"`{setting.default}`" if str(setting.default) else ""
        rows.append(f"| `{PREFIX}{setting.name.upper()}` | {default} | {setting.metadata['doc']} |")
    assert [row for row in rows if row not in README] == []


def test_every_command_and_option_stands_in_the_readme():
    assert command_table.written() == command_table.rows(), "`python -m tests.command_table` writes the table anew"


@pytest.mark.parametrize("context", [pytest.param(context, id=" ".join(path)) for path, _, context in command_table.commands()])
def test_every_help_reads_well_at_80_columns(context):
    """No line is wider, no command of a group is cut off, and every option says what it is for."""
    text = context.get_help()
    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert "..." not in text.replace("]...", "").replace("DIGEST...", "")
    unsaid = [each.opts for each in context.command.params if isinstance(each, click.Option) and not each.help]
    assert unsaid == []


@pytest.mark.parametrize("dag", sorted(path.stem for path in (ROOT / "dags").glob("*.py") if "@dag(" in path.read_text(encoding="utf-8")))
def test_every_dag_stands_in_the_readme(dag):
    assert f"| `{dag}` |" in README
