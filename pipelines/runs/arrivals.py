"""What has arrived and waits for a run: files of the banks and of 1C, news for 1C, access that could not be given back yet.

It is asked every second or two by whoever starts the runs, so a look reads names and keys alone and starts nothing itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.delivery.onec import declared
from pipelines.delivery.onec.message import message_name
from pipelines.errors import Refused
from pipelines.inbox import SETTLED_AFTER, FileVersion, waiting
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

FIRST_AGAIN, LAST_AGAIN = 60.0, 1800.0
"""Seconds after which a thing that still waits is announced again: twice as long each time, up to the second."""

ASKED_EVERY = 300.0
"""Seconds between two questions to a base over HTTP, which tells nobody that it has news."""


@dataclass(frozen=True, slots=True)
class WhatWaits:
    """What waits now. `things` go when their work is done; a `state` only changes, and is news as often as it does."""

    things: frozenset[str]
    state: str | None = None


@dataclass(frozen=True, slots=True)
class _Sighting:
    """How often a thing has been announced, and when it is to be the next time, by the caller's clock."""

    times: int
    due: float


class Arrivals:
    """Announces each thing that waits once it has settled, and again, ever more rarely, while it is there.

    One that has forgotten everything announces everything: what came while nobody looked is news to the next who does.
    """

    def __init__(self) -> None:
        self._sightings: dict[str, _Sighting] = {}
        self._state: str | None = None

    def news(self, waits: WhatWaits, now: float) -> tuple[str, ...]:
        """What is to be announced now, in the order of names. `now`: seconds of a clock that never jumps."""
        new_state = {waits.state} if waits.state not in (None, self._state) else set()
        names = waits.things | new_state
        sightings = {name: self._sightings.get(name, _Sighting(0, now + SETTLED_AFTER)) for name in names}
        due = tuple(sorted(name for name, sighting in sightings.items() if sighting.due <= now))
        for name in due:
            times = sightings[name].times
            sightings[name] = _Sighting(times + 1, now + min(FIRST_AGAIN * 2**times, LAST_AGAIN))
        if waits.state in due:
            self._state = waits.state
        self._sightings = sightings
        return due


def of_payments(settings: Settings, _now: float) -> WhatWaits:
    """Files in the bank's folder, each in the version that lies there, and orders to let in again that are not carried out."""
    files = _versions(waiting(settings.exchange / "bank" / "in"))
    try:
        with engine.transaction(settings) as connection:
            orders = query.scalars(connection, "access/pending_restores")
    except Refused:  # no database yet, or none that answers: the files wait none the less
        orders = []
    return WhatWaits(frozenset(files) | {f"restore {order_no}" for order_no in orders})


def of_onec(settings: Settings, now: float) -> WhatWaits:
    """Messages in the ``in`` of every base, also in archives; the state is that of which the next message would be written.

    A file under another name than the messages' is none of ours, whoever has left it there. A base over HTTP drops no files: while there
    is one, the state changes every `ASKED_EVERY` seconds of the caller's clock, so that it is asked.
    """
    try:
        with engine.transaction(settings) as connection:
            bases = declared.peers(settings, connection)
            state = f"state {query.scalar(connection, 'delivery/onec/outgoing_mark')}"
    except Refused:  # as above
        bases, state = [declared.default(settings)], None
    if state and any(base.transport == "http" for base in bases):
        state = f"{state} {now // ASKED_EVERY:.0f}"
    names = [base.root / "in" / message_name(base.code, settings.onec_node) for base in bases]
    return WhatWaits(frozenset(_versions(file for name in names for file in (name, name.with_suffix(".zip")))), state)


def _versions(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        version = FileVersion.of(path)
        if version:
            yield f"file {path} {version.inode} {version.modified_ns} {version.size}"
