"""The 1C of the tests writes what 1C's own schemas allow, and recovers from a backup as 1C does; it shares no code with the product."""

from pathlib import Path

import pytest

from tests.onec_money import Money
from tests.stand_in_1c import BP, UT, Agreement, Counterparty, Onec, schema
from tests.stand_in_1c.exchange_plan import Node

CLIENT = Counterparty("0c1d2e3f-1111-4a4a-8b8b-000000000001", "ООО Автопарк", "Общество «Автопарк»", "7728168971", "772801001")
AGREEMENT = Agreement("0c1d2e3f-2222-4a4a-8b8b-000000000001", "Т-17", "Договор № Т-17", CLIENT, on="2026-01-15")


def test_it_knows_nothing_of_the_product():
    sources = [path.read_text(encoding="utf-8") for path in Path(schema.__file__).parent.glob("*.py")]
    assert len(sources) > 5
    assert [source for source in sources if "pipelines" in source] == []


@pytest.mark.conformance
@pytest.mark.skipif(not schema.is_there(), reason="1C's schemas (../shared/formats/enterprisedata) are not beside this checkout")
@pytest.mark.parametrize("version", ["1.17", "1.19", "1.21"])
@pytest.mark.parametrize("configuration", [BP, UT])
def test_what_it_writes_validates(tmp_path, version, configuration):
    onec = Onec(tmp_path, configuration=configuration)
    onec.state.version = version
    kinds = ("in", "out", "cash", "cash out")
    onec.enter(CLIENT, AGREEMENT, *(Money(str(no), f"{no}.00", kind=kind, bank_no="7") for no, kind in enumerate(kinds, 1)))
    assert schema.violations(onec.write(), version) == []
    onec.delete(Money("1", "1.00"))
    onec.delete(CLIENT)
    assert schema.violations(onec.write(), version) == []
    onec.greet()
    assert schema.violations(onec.transport.outgoing.read_text(encoding="utf-8-sig"), version) == []


def test_a_change_of_a_change_that_is_on_its_way_goes_again():
    node = Node()
    node.register("a")
    node.select()
    node.store_sent()
    node.register("a")
    node.confirm(1)
    assert node.changes == {"a": None}


@pytest.mark.parametrize(("resumes", "sent_no", "changes"), [(True, 8, {"new": None}), (False, 5, {})])
def test_two_ways_of_a_base_that_was_restored(resumes, sent_no, changes):
    """Its fifth message is its second one of that number; the other side had eight."""
    node = Node(resumes, sent_no=4)
    node.register("new")
    node.select()
    node.store_sent()
    node.confirm(8)
    assert (node.sent_no, node.changes) == (sent_no, changes)
