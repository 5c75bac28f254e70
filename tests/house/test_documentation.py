"""What the README says is held against the code: every setting, every command, every DAG."""

import re
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


_FENCED = re.compile(r"^ *```\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(r"`fleetbill ([a-z][^`]+)`")
_TYPED = re.compile(r"^ *fleetbill ([^\n#|]+)", re.MULTILINE)


def _options(command):
    """Of a group those of its commands too: the short form of one takes them."""
    below = command.commands.values() if isinstance(command, click.Group) else ()
    return {name for each in (command, *below) for param in each.params for name in (*param.opts, *param.secondary_opts)}


@pytest.mark.parametrize("page", ["README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))])
def test_every_command_that_a_page_names_is_there_with_its_options(page):
    """A page whose command has another name, or lacks an option, sends its reader astray."""
    commands = {" ".join(path[1:]): command for path, command, _ in command_table.commands()}
    text = (ROOT / page).read_text(encoding="utf-8")
    named = [*_QUOTED.findall(_FENCED.sub("", text)), *_TYPED.findall("\n".join(_FENCED.findall(text)))]
    astray = []
    for command in named:
        words = command.replace("…", "").split()
        path = next((" ".join(words[:size]) for size in (2, 1) if " ".join(words[:size]) in commands), None)
        options = {word.strip("[],;.").partition("=")[0] for word in words if word.startswith("--")}
        astray += [command] if path is None or options - _options(commands[path]) - {"--help"} else []
    assert astray == []
