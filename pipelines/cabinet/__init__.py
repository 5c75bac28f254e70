"""The clients' cabinet: what a client sees of its own account over the web, and how it comes in without a password."""
