"""What a consumer sees: exactly what its row declares, by generated companies against the plain meaning of the words."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.exports.datasets import CLIENTS, DATASETS
from pipelines.exports.scope import Consumer, NotEntitled, visible

CODES, ORGANIZATIONS, CATEGORIES = "ABCDEFG", ("O1", "O2"), ("опт", "розница", None)


@st.composite
def companies(draw):
    """Clients under dealers without circles, each with some contracts."""
    clients = [
        {
            "client_code": code, "name": f"Имя {code}", "full_name": None, "inn": "7707083893", "kpp": None,
            "kind": draw(st.sampled_from(["legal", "individual"])), "category": draw(st.sampled_from(CATEGORIES)),
            "dealer_code": draw(st.sampled_from([None, *CODES[:index]])), "email": "a@b.example", "phone": "1", "address": "ул.",
        }
        for index, code in enumerate(CODES)
    ]  # fmt: skip
    contracts = [
        {
            "contract_no": f"{code}{number}", "client_code": code, "organization_code": draw(st.sampled_from(ORGANIZATIONS)),
            "signed_on": None, "starts_on": date(2026, 1, 1), "ends_on": None,
        }
        for code in CODES
        for number in range(draw(st.integers(0, 2)))
    ]  # fmt: skip
    return clients, contracts


def _some(values):
    return st.none() | st.frozensets(st.sampled_from(values))


CONSUMERS = st.builds(
    Consumer,
    code=st.just("crm"),
    name=st.just("CRM"),
    datasets=st.just(tuple(DATASETS)),
    organizations=_some(ORGANIZATIONS),
    dealers=_some([*CODES, "никто"]),
    categories=_some([each for each in CATEGORIES if each]),
    personal_data=st.booleans(),
)


def _is_under(code, dealers, above):
    while code is not None:
        if code in dealers:
            return True
        code = above[code]
    return False


@given(companies(), CONSUMERS)
def test_it_sees_what_is_declared_and_nothing_else(company, consumer):
    clients, contracts = company
    above = {row["client_code"]: row["dealer_code"] for row in clients}
    seen = visible(consumer, clients, contracts)
    for row in clients:
        code = row["client_code"]
        expected = (
            (consumer.categories is None or row["category"] in consumer.categories)
            and (consumer.dealers is None or _is_under(code, consumer.dealers, above))
            and (
                consumer.organizations is None
                or any(each["client_code"] == code and each["organization_code"] in consumer.organizations for each in contracts)
            )
        )
        assert (code in seen.clients) == expected
    assert set(seen.contracts) == {
        row["contract_no"]
        for row in contracts
        if row["client_code"] in seen.clients and (consumer.organizations is None or row["organization_code"] in consumer.organizations)
    }
    dataset = consumer.dataset("clients")
    for record in seen.client_records(dataset):
        row = dict(zip(dataset.names, record, strict=True))
        assert row["dealer_code"] is None or row["dealer_code"] in seen.clients
        assert consumer.personal_data or (not {"email", "phone", "address"} & row.keys())
        if seen.clients[row["client_code"]]["kind"] == "individual" and not consumer.personal_data:
            assert (row["name"], row["inn"]) == (None, None)


def test_what_is_not_declared_is_refused_by_name():
    consumer = Consumer("crm", "CRM", ("clients",), valid_from=date(2026, 2, 1), valid_to=date(2026, 2, 28))
    with pytest.raises(NotEntitled, match="may not have debts; it has clients"):
        consumer.dataset("debts")
    for day, said in ((date(2026, 1, 31), "from 2026-02-01 on"), (date(2026, 3, 1), "until 2026-02-28")):
        with pytest.raises(NotEntitled, match=said):
            consumer.require(day)
    consumer.require(date(2026, 2, 28))


def test_other_rights_have_another_digest():
    consumer = Consumer("crm", "CRM", ("clients",))
    others = [
        replace(consumer, datasets=("clients", "debts")),
        replace(consumer, personal_data=True),
        replace(consumer, dealers=frozenset()),
        replace(consumer, organizations=frozenset({"O1"})),
        replace(consumer, categories=frozenset({"O1"})),
    ]
    assert len({each.rights for each in (consumer, *others)}) == 6
    assert replace(consumer, name="Другое имя", connection="x").rights == consumer.rights


def test_personal_columns_are_those_of_the_clients_alone():
    assert [name for name, dataset in DATASETS.items() if dataset.seen(with_personal=False) != dataset] == ["clients"]
    assert CLIENTS.seen(with_personal=False).names == CLIENTS.names[:-3]
