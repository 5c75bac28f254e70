"""What makes the steps of a ladder one ladder: one block, letters that rise, nothing asked before it is due. Pure (domain.md §9)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from pipelines.master.lines import Line, Table
from pipelines.master.plan import State
from pipelines.master.sheets import LETTERS, Row, Value

Version = tuple[Value, Value, Value]
"""Organization, category, first day: the steps of one ladder."""


def check(tables: Mapping[str, Table], after: State) -> None:
    """Note every problem of the sheet `ladder`; ``after``: what would be stored. A version is judged with all of its steps."""
    if "ladder" not in tables:
        return
    table = tables["ladder"]
    versions: dict[Version, list[Row]] = {}
    for row in after["ladder"].values():
        versions.setdefault(_version(row), []).append(row)
    categories = {row["category"] for row in after["clients"].values()}
    for line in table.lines:
        _alone(table, line)
        _together(table, line, versions.get(_version(line.values), []))
        category = line.values["category"]
        if category is not None and category not in categories:
            table.notices.append(f"{line.place} column category: no client is of the category {category!r}")
    for said in _lost(table, versions):
        table.notices.append(said)


def _version(row: Row) -> Version:
    return row["organization_code"], row["category"], row["valid_from"]


def _alone(table: Table, line: Line) -> None:
    """What a step must be by itself."""
    values = line.values
    days, least_debt, letter = values["days"], values["least_debt"], values["letter"]
    if isinstance(least_debt, Decimal) and least_debt != round(least_debt, 2):
        table.flaw(line, "least_debt", f"{least_debt} has parts of a kopeck")
    if values["action"] == "block":
        if letter is not None:
            table.flaw(line, "letter", "a step that blocks has its own letter; leave it empty")
        if values["step"] in LETTERS:
            table.flaw(line, "step", f"{values['step']} is a letter; call the step that blocks block")
    elif values["step"] == "block":
        table.flaw(line, "action", "a step called block blocks; write block, or call the step otherwise")
    said = _letter(values)
    if not isinstance(days, int):
        return
    if values["action"] == "block" and days < 1:
        table.flaw(line, "days", f"{days}: nobody is blocked before the due date is over; write 1 or more")
    if said == LETTERS[0] and days > 0:
        table.flaw(line, "days", f"{days}: a reminder speaks of a debt that is not due yet; write 0 or fewer")
    if said in LETTERS[1:] and days < 1:
        table.flaw(line, "days", f"{days}: the letter {said} speaks of a debt that is overdue; write 1 or more")


def _together(table: Table, line: Line, steps: Sequence[Row]) -> None:
    """What a step must be beside the others of its ladder, also those that are stored already."""
    own = line.values
    others = [row for row in steps if row["step"] != own["step"]]
    blocks = sorted(str(row["step"]) for row in others if row["action"] == "block")
    if own["action"] == "block" and blocks:
        table.flaw(line, "action", f"step {', '.join(blocks)} of this ladder blocks as well; one does")
    same = sorted(str(row["step"]) for row in others if row["days"] == own["days"])
    if same:
        table.flaw(line, "days", f"step {', '.join(same)} of this ladder is taken on the same day")
    said = _letter(own)
    for row in others:
        before = _letter(row)
        if said and before and _days(row) < _days(own) and LETTERS.index(before) > LETTERS.index(said):
            table.flaw(line, "letter", f"{said} after the {before} of step {row['step']}: letters never become milder")


def _letter(row: Row) -> str | None:
    """The letter that a message step says by its declaration or its name; None: by its place, which never becomes milder."""
    said = row["letter"] or row["step"]
    return str(said) if row["action"] == "message" and said in LETTERS else None


def _days(row: Row) -> int:
    return days if isinstance(days := row["days"], int) else 0


def _lost(table: Table, versions: Mapping[Version, Sequence[Row]]) -> list[str]:
    """Versions that leave out what the one before them had: meant perhaps, and worth a look."""
    notices = []
    for version in dict.fromkeys(_version(line.values) for line in table.lines):
        organization, category, begins = version
        earlier = [key for key in versions if key[:2] == version[:2] and str(key[2]) < str(begins)]
        if not earlier:
            continue
        before = {str(row["step"]) for row in versions[max(earlier, key=lambda key: str(key[2]))]}
        gone = sorted(before - {str(row["step"]) for row in versions.get(version, ())})
        if gone:
            whose = f"{organization}, category {category}" if category else str(organization)
            notices.append(f"ladder of {whose} from {begins}: without {', '.join(gone)}, which the version before has")
    return notices
