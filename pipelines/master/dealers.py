"""The tree of dealers: every client may have another client as its dealer, however deep. Pure."""

from collections.abc import Iterable, Mapping


def trees_of(dealers: Iterable[str], above: Mapping[str, str | None]) -> set[str]:
    """The dealers themselves and every client under them, directly or through others; ``above``: client → its dealer.

    A dealer that is no client brings nobody. The import refuses circles; one that is there all the same ends.
    """
    below: dict[str, list[str]] = {}
    for client, dealer in above.items():
        if dealer is not None:
            below.setdefault(dealer, []).append(client)
    reached: set[str] = set()
    waiting = [dealer for dealer in dealers if dealer in above]
    while waiting:
        client = waiting.pop()
        if client not in reached:
            reached.add(client)
            waiting.extend(below.get(client, ()))
    return reached
