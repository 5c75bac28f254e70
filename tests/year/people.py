"""When clients pay: habits drawn once for each client and invoice, the same in both ways, and what letters and blocks do to them."""

from datetime import date, timedelta

import numpy as np

from tests.year.assumptions import Assumptions
from tests.year.world import Scale

STEPS = ("reminder", "notice", "warning", "final", "block")


class People:
    """The clients' habits of one seed."""

    def __init__(self, scale: Scale, given: Assumptions) -> None:
        self.scale, self.given = scale, given
        self._habit = np.random.default_rng([scale.seed, 3]).random(scale.clients)

    def delay(self, client: int, month: int) -> int:
        """Days after the due date on which a client pays an invoice of a month if nobody asks; below zero: before it."""
        random = np.random.default_rng([self.scale.seed, 4, client, month])
        drawn = float(random.random())
        place = float(self._habit[client]) if float(random.random()) < self.given.habit else drawn
        spread = float(random.random())
        given = self.given
        ranges = (
            (given.late_90, 91, 210), (given.late_61_90, 61, 90), (given.late_31_60, 31, 60), (given.late_1_30, 1, 30),
        )  # fmt: skip
        for share, least, most in ranges:
            if place < share:
                return least + int(spread * (most - least + 1))
            place -= share
        return -int(spread * 9)

    def pays_on(self, client: int, month: int, issued: date, due: date) -> date:
        """The working day on which the money arrives."""
        return working_day(max(due + timedelta(days=self.delay(client, month)), issued + timedelta(days=1)))

    def reacts(self, client: int, step: str, on: date) -> date | None:
        """The day on which a client pays because of a step of the ladder, or None: it stays with what it meant to do."""
        random = np.random.default_rng([self.scale.seed, 5, client, STEPS.index(step), on.toordinal()])
        if float(random.random()) >= min(getattr(self.given, f"{step}_effect"), 1):
            return None
        return working_day(on + timedelta(days=1 + int(random.integers(0, 3))))

    def purpose(self, client: int, number: str, issued: date, contract: str) -> str:
        """What a payment says of itself: as each client's accountant always writes it."""
        kind = float(np.random.default_rng([self.scale.seed, 6, client]).random())
        if kind < 0.85:
            return f"Оплата по счету № {number} от {issued:%d.%m.%Y} за мониторинг транспорта"
        return f"По договору {contract} за мониторинг" if kind < 0.93 else "За услуги связи"


def working_day(day: date) -> date:
    """The day itself, or the Monday after it."""
    return day + timedelta(days=max(7 - day.weekday(), 0) if day.weekday() > 4 else 0)
