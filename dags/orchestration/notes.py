"""What a run came to, in one line: a task says it, and the plugin `plugins/run_notes.py` makes it the run's note in the UI."""

NOTE = "note"
"""Key of the XCom that holds the line; of several tasks the one that spoke last counts."""


def tell(ti, words: str) -> None:
    """Say what the run came to, such as «Февраль 2026: 36 счетов на 605 704,05 ₽, отложено 6»."""
    ti.xcom_push(key=NOTE, value=words)
