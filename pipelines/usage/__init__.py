"""Usage: who owns a vehicle-day, does it count, and the fleet by contract and day (domain.md §3, §4)."""
