"""What other systems may read: versions of clients, contracts, fleets, statuses and debts, for each declared consumer."""
