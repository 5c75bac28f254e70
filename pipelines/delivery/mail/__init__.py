"""E-mail: one logical message per event, from an outbox, through a real SMTP server."""
