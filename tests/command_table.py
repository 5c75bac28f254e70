"""The README's table of commands, as the commands themselves give it: `python -m tests.command_table` writes it there."""

from collections.abc import Iterator
from pathlib import Path

import click

from pipelines.cli.main import COMMANDS, cli

README = Path(__file__).resolve().parents[1] / "README.md"
HEAD = ("| command | options | what it does |", "|---|---|---|")
_UNSAID = {"help"}


def commands() -> Iterator[tuple[list[str], click.Command, click.Context]]:
    """Every command with its path and context, groups before what is in them."""
    yield from _below(cli, ["fleetbill"], click.Context(cli, info_name="fleetbill", terminal_width=80, max_content_width=110))


def _below(command: click.Command, path: list[str], context: click.Context) -> Iterator[tuple[list[str], click.Command, click.Context]]:
    yield path, command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            below = click.Context(inner, info_name=name, parent=context, terminal_width=80, max_content_width=110)
            yield from _below(inner, [*path, name], below)


def rows() -> list[str]:
    """The table's rows, in the order of the work."""
    return [_row(path, command) for path, command, _ in commands() if len(path) > 1]


def _row(path: list[str], command: click.Command) -> str:
    arguments = [each.make_metavar(click.Context(command)) for each in command.params if isinstance(each, click.Argument)]
    options = [_option(each, command) for each in command.params if isinstance(each, click.Option) and each.name not in _UNSAID]
    line = COMMANDS[path[1]][2] if len(path) == 2 else command.get_short_help_str(200)
    return f"| `{' '.join([*path, *arguments])}` | {' '.join(options)} | {line} |"


def _option(option: click.Option, command: click.Command) -> str:
    takes_a_value = not option.is_flag and option.name != "output_format"
    text = f"{option.opts[-1]} {option.make_metavar(click.Context(command))}" if takes_a_value else option.opts[-1]
    text = text.replace("|", "\\|")
    return f"`{text}`" if option.required else f"`[{text}]`"


def written() -> list[str]:
    """The rows that stand in the README now."""
    lines = README.read_text(encoding="utf-8").splitlines()
    first = lines.index(HEAD[0])
    end = next(index for index in range(first, len(lines)) if not lines[index].startswith("|"))
    return lines[first + len(HEAD) : end]


if __name__ == "__main__":
    text = README.read_text(encoding="utf-8")
    README.write_text(text.replace("\n".join([*HEAD, *written()]), "\n".join([*HEAD, *rows()])), encoding="utf-8")
