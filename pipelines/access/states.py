"""States of targets on a live platform, read with one question for each kind."""

from collections import defaultdict
from collections.abc import Iterable

from pipelines.platforms.interface import Connector


def states_of(connector: Connector, targets: Iterable[tuple[str, str]]) -> dict[tuple[str, str], bool | None]:
    """(kind, id) of a target → whether its platform says that it is blocked; None: it does not say. What is not there is left out."""
    ids: dict[str, list[str]] = defaultdict(list)
    for kind, target_id in targets:
        ids[kind].append(target_id)
    users = [*ids["account"], *ids["sub_user"]]
    accounts = connector.account_state(users) if users else {}
    links = connector.share_link_state(ids["share_link"]) if ids["share_link"] else {}
    vehicles = connector.vehicle_state(ids["vehicle"]) if ids["vehicle"] else {}
    blocked = {(kind, number): accounts[number].blocked for kind in ("account", "sub_user") for number in ids[kind] if number in accounts}
    blocked |= {("share_link", number): state.blocked for number, state in links.items()}
    return blocked | {("vehicle", number): state for number, state in vehicles.items()}
