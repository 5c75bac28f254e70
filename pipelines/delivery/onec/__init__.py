"""Exchange with 1C: EnterpriseData messages, numbered and acknowledged."""
