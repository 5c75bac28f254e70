"""Starts a DAG when something has arrived: a trigger of Airflow's, which runs in its triggerer and takes no process and no slot of a task.

Airflow finds it here because the triggerer has the folder of plugins on its path, and not that of the DAGs.
"""

import asyncio
import logging
import time

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

SECONDS_BETWEEN_LOOKS = 1.0

log = logging.getLogger("fleetbill.arrivals")


class Arrival(BaseEventTrigger):
    """An event for everything new that waits; ``what``: `payments` or `onec`, as `pipelines.runs.arrivals` has them."""

    def __init__(self, what: str, seconds: float = SECONDS_BETWEEN_LOOKS) -> None:
        super().__init__()
        self.what, self.seconds = what, seconds

    def serialize(self):
        """How Airflow keeps it."""
        return "arrivals.Arrival", {"what": self.what, "seconds": self.seconds}

    async def run(self):
        """Looks for ever. A look that fails is told once and tried again: a trigger that ends would have to be missed first."""
        from pipelines import settings
        from pipelines.runs import arrivals

        known, look = arrivals.Arrivals(), {"payments": arrivals.of_payments, "onec": arrivals.of_onec}[self.what]
        problem = ""
        while True:
            try:
                things = await asyncio.to_thread(look, settings.load(), time.monotonic())
            except Exception as error:  # noqa: BLE001 - whatever it is, the next look may be better, and an end would be silence
                if problem != (problem := f"{type(error).__name__}: {error}"):
                    log.warning("%s cannot be looked at: %s", self.what, problem)
            else:
                problem = ""
                if news := known.news(things, time.monotonic()):
                    yield TriggerEvent({"what": self.what, "news": len(news)})
            await asyncio.sleep(self.seconds)
