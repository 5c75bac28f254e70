"""Whatever hangs on the accounts and whatever others do meanwhile: what we have blocked comes back, and nothing foreign is written."""

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import text

from pipelines.access import connectors
from pipelines.access.dunning import dunning
from pipelines.access.promises import promise
from pipelines.access.read_back import read_back
from pipelines.access.restore import restore
from pipelines.clock import Authorship
from pipelines.platforms.account_tree import under
from pipelines.platforms.errors import AccessDenied, NotFound, Transient
from pipelines.platforms.interface import AccountBelow, AccountState, Blocking, Capability, Effective, Probe
from tests.debtors import DAY, indebted_house
from tests.warehouse.access.test_dunning import AT

ACCOUNTS = 6  # of the debtor, each with a tree of its own

ROWS = (
    "access.outcomes", "access.attempts", "access.acceptances", "access.readings", "access.orders", "access.promises", "access.runs",
)  # fmt: skip


@dataclass
class Node:
    """A user or a share link. `then`: what somebody else does to it after our block; `loses`: the answer to our write is lost."""

    above: str | None
    is_link: bool = False
    blocked: bool = False
    is_administrator: bool = False
    then: tuple[str, ...] = ()
    loses: bool = False
    blocked_by: str | None = None


@dataclass
class World:
    nodes: dict[str, Node]
    foreign_writes: list[str] = field(default_factory=list)
    doubled_writes: list[str] = field(default_factory=list)

    def probe(self):
        return Probe("1", frozenset({Capability.BLOCK_ACCOUNT}))

    def account_state(self, ids):
        return self._states(ids, is_link=False)

    def share_link_state(self, ids):
        return self._states(ids, is_link=True)

    def _states(self, ids, *, is_link):
        nodes = {each: self.nodes[each] for each in ids if each in self.nodes and self.nodes[each].is_link == is_link}
        return {each: AccountState(each, node.blocked, node.is_administrator) for each, node in nodes.items()}

    def accounts_below(self, ids):
        parents = {each: node.above for each, node in self.nodes.items()}
        return {
            top: tuple(
                AccountBelow(each, above, self.nodes[each].blocked, self.nodes[each].is_link, self.nodes[each].is_administrator)
                for each, above in under(parents, top)
            )
            for top in ids
            if top in self.nodes
        }

    def set_account_blocked(self, number, *, blocked):
        if number not in self.nodes:
            raise NotFound(number)
        node = self.nodes[number]
        if node.is_administrator:
            raise AccessDenied(number)
        before = node.blocked
        if before and node.blocked_by == "them":
            self.foreign_writes.append(number)
        if before == blocked:
            self.doubled_writes.append(number)
        node.blocked, node.blocked_by = blocked, "us" if blocked else None
        if node.loses:
            node.loses = False
            raise Transient("no answer")
        return Blocking(before, blocked, Effective.NOW)

    set_share_link_blocked = set_account_blocked

    def last_edits(self, ids, since):
        return {}

    def others(self, step):
        """What others do at this point of the story."""
        for number, node in list(self.nodes.items()):
            match node.then[step : step + 1]:
                case ("lift",):
                    node.blocked, node.blocked_by = False, None
                case ("block",) if not node.blocked:
                    node.blocked, node.blocked_by = True, "them"
                case ("delete",):
                    del self.nodes[number]

    def close(self):
        pass


@st.composite
def worlds(draw):
    nodes: dict[str, Node] = {}
    deeds = st.lists(st.sampled_from(["nothing", "nothing", "lift", "block", "delete"]), max_size=2).map(tuple)
    for account in range(ACCOUNTS):
        for place in range(draw(st.integers(1, 5))):
            name = f"{account}.{place}"
            is_link = place > 0 and draw(st.booleans())
            tops = [each for each in nodes if each.startswith(f"{account}.") and not nodes[each].is_link]
            above = draw(st.sampled_from(tops)) if place else None
            blocked = draw(st.sampled_from([False, False, True]))
            node = Node(above, is_link, blocked, then=draw(deeds), loses=draw(st.booleans()), blocked_by="them" if blocked else None)
            nodes[name] = replace(node, is_administrator=place == 0 and draw(st.sampled_from([False] * 5 + [True])))
    return nodes


@pytest.fixture
def house(settings, tmp_path):
    made = indebted_house(settings, tmp_path)
    made.platform("live", "traccar")
    for account in range(ACCOUNTS):
        made.account(f"{account}.0", "K-A", platform="live")
    with made.owner() as connection:
        connection.execute(text("UPDATE master.platforms SET block_sub_users = true WHERE platform = 'live'"))
    return made


@examples(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(nodes=worlds())
def test_what_is_blocked_comes_back_and_nothing_foreign_is_written(house, settings, monkeypatch, nodes):
    house.empty(ROWS)
    world = World({name: replace(node) for name, node in nodes.items()})
    monkeypatch.setattr(connectors, "connect", lambda declared, secret, at: world)
    while dunning(settings, DAY, AT).refused:
        pass  # two lost answers in a row leave the platform to the next run
    for name, node in nodes.items():
        root = nodes[f"{name.split('.', maxsplit=1)[0]}.0"]
        if root.is_administrator or root.blocked:
            assert world.nodes[name].blocked == node.blocked, "an account that is left alone keeps all that hangs on it"
        elif not node.is_link:
            assert world.nodes[name].blocked
    for step in (0, 1):
        world.others(step)
        read_back(settings, "live", AT)
    promise(settings, "A", DAY, Authorship("Анна", "звонок", AT))
    while restore(settings, AT).refused:
        pass
    assert {name for name, node in world.nodes.items() if node.blocked and node.blocked_by != "them"} == set()
    assert world.foreign_writes == []
    assert world.doubled_writes == [], "a write whose answer was lost is read back and not repeated"
