"""What a block of a Traccar user has to take with it: its share links, and the users that it manages. Pure but for the question asked."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from pipelines.platforms.interface import AccountBelow
from pipelines.platforms.traccar_answers import User

ManagedBy = Callable[[int], Iterable[int]]
"""Manager → the users that he manages himself, as the server says."""


def accounts_below(top: User, users: Sequence[User], managed_by: ManagedBy, at: datetime) -> tuple[AccountBelow, ...]:
    """Share links of a user, then every user under it with its own links, nearest first. Managers may manage each other in a circle.

    Only users with a limit of users can be managers; the top one is asked all the same, for its limit may have been taken later.
    """
    known = {user.id: user for user in users if user.owns}
    links = links_by_maker(users)
    below = list(_links(top, links, at))
    seen, level = {top.id}, [top]
    while level:
        nearest: list[User] = []
        for manager in level:
            for number in sorted(set(managed_by(manager.id)) - seen):
                if (user := known.get(number)) is not None:
                    seen.add(number)
                    nearest.append(user)
                    below.append(AccountBelow(str(number), str(manager.id), user.is_blocked(at)))
                    below.extend(_links(user, links, at))
        level = [user for user in nearest if user.user_limit != 0]
    return tuple(below)


def links_by_maker(users: Iterable[User]) -> dict[str, list[User]]:
    """E-mail of a user → the share links that it made. A link is named `E-MAIL:DEVICE`; of two e-mails that fit the longer made it."""
    listed = list(users)
    emails = {user.email for user in listed if user.email and not user.temporary}
    made: dict[str, list[User]] = {}
    for link in listed:
        if link.temporary and not link.administrator and link.email:
            parts = link.email.split(":")
            names = (":".join(parts[:count]) for count in range(len(parts) - 1, 0, -1))
            if maker := next((name for name in names if name in emails), None):
                made.setdefault(maker, []).append(link)
    return made


def _links(maker: User, links: dict[str, list[User]], at: datetime) -> Iterator[AccountBelow]:
    for link in sorted(links.get(maker.email or "", ()), key=lambda link: link.id):
        yield AccountBelow(str(link.id), str(maker.id), link.is_blocked(at), is_share_link=True)
