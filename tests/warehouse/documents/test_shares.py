"""A month's papers in shares: each paper in one of them, each printed once, whoever prints the others and whatever was printed before."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from pipelines.documents.publish import Share, print_share, publish, shares
from pipelines.documents.store import DocumentStore
from pipelines.warehouse import engine
from tests.books import AT, JANUARY, Books
from tests.warehouse.documents.test_exchange_archives import APPROVED, ORGANIZATION


@pytest.fixture
def issued(settings):
    """Nine contracts of a close: nine invoices and nine acts."""
    with engine.transaction(settings) as connection:
        connection.execute(text(APPROVED))
        connection.execute(text(ORGANIZATION))
    books = Books(settings)
    for number in range(9):
        books.issue(f"K{number}", at=AT + timedelta(seconds=number))
    return replace(settings, print_batch=4, workers=1)


def papers(settings) -> set[str]:
    store = DocumentStore(settings.documents)
    return store.names("invoices") | store.names("acts")


def test_shares_print_together_what_one_run_prints_and_nothing_twice(issued, tmp_path):
    planned = shares(issued, JANUARY)
    assert planned == [Share(0, 3), Share(1, 3), Share(2, 3)]  # ceil(9 / 4)
    written = [print_share(issued, JANUARY, share) for share in planned]
    assert sum(written) == len(papers(issued)) == 18
    assert all(written)
    # a task that is run again prints nothing, and the papers of a further share are not its own
    assert [print_share(issued, JANUARY, share) for share in planned] == [0, 0, 0]
    assert shares(issued, JANUARY) == []
    whole = replace(issued, documents_url=str(tmp_path / "whole"))
    assert publish(whole, JANUARY) == 18
    one, other = DocumentStore(issued.documents), DocumentStore(whole.documents)
    assert {path: one.get(path) for path in papers(issued)} == {path: other.get(path) for path in papers(whole)}


def test_a_share_that_lost_a_paper_prints_that_one_alone(issued):
    planned = shares(issued, JANUARY)
    for share in planned:
        print_share(issued, JANUARY, share)
    lost = sorted(papers(issued))[0]
    (issued.home / "documents" / lost).unlink()
    assert sum(print_share(issued, JANUARY, share) for share in planned) == 1
    assert lost in papers(issued)


class Paper:
    def __init__(self, organization_code: str, number: str) -> None:
        self.organization_code, self.number = organization_code, number


@given(st.sets(st.tuples(st.sampled_from(("ORG", "СЕВ")), st.integers(1, 99999)), max_size=200), st.integers(1, 7))
def test_every_paper_is_in_exactly_one_share(numbers, count):
    each = [Share(number, count) for number in range(count)]
    held = Counter(key for key in numbers for share in each if share.holds(Paper(key[0], f"ВМ26-{key[1]:06}")))
    assert held == dict.fromkeys(numbers, 1)
