"""What the README says is held against the code: every setting, every command, every DAG."""

from dataclasses import fields

import pytest

from pipelines.cli.main import COMMANDS
from pipelines.settings import PREFIX, Settings
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_every_setting_stands_in_the_readme_with_its_meaning(setting):
    default = f"`{setting.default}`" if str(setting.default) else ""
    assert f"| `{PREFIX}{setting.name.upper()}` | {default} | {setting.metadata['doc']} |" in README


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_stands_in_the_readme_with_its_line(command):
    assert f"| `fleetbill {command}` | {COMMANDS[command][2]} |" in README


@pytest.mark.parametrize("dag", sorted(path.stem for path in (ROOT / "dags").glob("*.py") if "@dag(" in path.read_text(encoding="utf-8")))
def test_every_dag_stands_in_the_readme(dag):
    assert f"| `{dag}` |" in README
