"""Money in: bank statements, matching, ledger, ageing and the ladder of overdue debts."""
