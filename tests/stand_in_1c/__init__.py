"""A 1C that shares no code with the product: its own counters, documents, reader and writer, and what goes wrong with it.

Several bases stand side by side, each with its own folder:

    Onec(exchange)                                               # the base of the settings, БП
    Onec(exchange, "UT", configuration=UT, root=exchange / "onec" / "UT")

With `store` it keeps its state in a file, so that a process that ends may be gone on with by another.
"""

from tests.stand_in_1c.base import READING, WRITING, Onec, State
from tests.stand_in_1c.configuration import BP, CORRECTION, INVOICE, ORDER, PRICES, SALE, UT, Configuration
from tests.stand_in_1c.own import Agreement, Counterparty

__all__ = [
    "BP", "CORRECTION", "INVOICE", "ORDER", "PRICES", "READING", "SALE", "UT", "WRITING", "Agreement", "Configuration", "Counterparty",
    "Onec", "State",
]  # fmt: skip
