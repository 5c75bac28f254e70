"""Access: the only room that writes to platforms. Whom the ladder blocks, whom it lets in again, and the ledger of every order."""
