"""A year of an invented provider, billed twice: as it was done by hand, and by fleetbill. `python -m tests.year` prints what came out."""
