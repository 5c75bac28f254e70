"""What leaves the house: outbox, mail and the exchange with 1C."""
