"""A finished year kept as JSON, so that a run that was interrupted goes on with the seeds that it has not lived yet."""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.year.outcome import Outcome


def write(path: Path, outcomes: dict[str, Outcome], said: Any) -> None:
    """Keep what a seed came to, whole or not at all; ``said``: the scale and the assumptions that it was lived with."""
    kept = {"said": said, "outcomes": {name: _plain(each) for name, each in outcomes.items()}}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".part").write_text(json.dumps(kept, ensure_ascii=False))
    path.with_suffix(".part").replace(path)


def read(path: Path, said: Any) -> dict[str, Outcome] | None:
    """What a seed came to; None where it has not been lived to its end, or with another scale or other assumptions."""
    if not path.exists():
        return None
    kept = json.loads(path.read_text())
    if kept["said"] != json.loads(json.dumps(said, ensure_ascii=False)):
        return None
    return {name: _outcome(each) for name, each in kept["outcomes"].items()}


def _plain(outcome: Outcome) -> dict[str, Any]:
    amounts = {name: [[str(amount) for amount in month] for month in getattr(outcome, name)] for name in ("true", "billed", "corrected")}
    return {**amounts, "overdue": [str(each) for each in outcome.overdue], "counts": dict(outcome.counts), "notes": outcome.notes}


def _outcome(kept: dict[str, Any]) -> Outcome:
    amounts = {name: [[Decimal(amount) for amount in month] for month in kept[name]] for name in ("true", "billed", "corrected")}
    return Outcome(**amounts, overdue=[Decimal(each) for each in kept["overdue"]], counts=Counter(kept["counts"]), notes=kept["notes"])
