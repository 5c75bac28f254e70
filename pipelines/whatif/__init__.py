"""What would be billed: now, or by other tariffs and terms; the database is only read."""
