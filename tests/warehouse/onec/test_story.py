"""What went to 1C and came from it of one object, by its UUID."""

from datetime import timedelta

import pytest
from lxml import etree

from pipelines.delivery.onec.model import ObjectKind, reference
from pipelines.delivery.onec.sending import send
from pipelines.errors import BadInput
from pipelines.receivables.onec_story import onec_story
from pipelines.runs.exchange import receive_from_onec
from tests.books import AT, Books
from tests.onec_money import Money, drop, message


def references(path, tag):
    return [each.findtext("{*}КлючевыеСвойства/{*}Ссылка") for each in etree.parse(str(path)).getroot().iter(f"{{*}}{tag}")]


def told(settings, uuid):
    what, rows = onec_story(settings, uuid)
    return what, [(row["direction"], row["message_no"], row["again_in"], row["state"], row["at"], row["acknowledged_at"]) for row in rows]


def test_the_messages_of_an_object_are_told_with_their_moments(settings):
    number = Books(settings).issue()
    first = send(settings, AT)
    [invoice] = references(first.path, "Документ.СчетПокупателю")
    assert told(settings, invoice) == (f"invoice {number}", [("out", 1, None, "not acknowledged", AT, None)])
    first.path.unlink()  # 1C took it and answers late
    second = send(settings, AT + timedelta(hours=1))
    payment = Money("7", "40.00")
    drop(settings.exchange, message(1, payment.xml(), received_no=2))
    later = AT + timedelta(hours=2)
    receive_from_onec(settings, later)
    assert told(settings, invoice.upper())[1] == [("out", 1, second.message_no, "acknowledged", AT, later)]
    [row] = onec_story(settings, payment.reference)[1]
    assert (row["direction"], row["message_no"], row["acknowledged_at"]) == ("in", 1, None)
    assert row["what"] == "bank_in № 0000-000007 2026-03-02 40.00"
    send(settings, later + timedelta(hours=1))
    assert onec_story(settings, payment.reference)[1][0]["acknowledged_at"] == later + timedelta(hours=1)
    what, rows = onec_story(settings, str(reference(ObjectKind.COUNTERPARTY, "C-K1")))
    assert what.startswith("counterparty")
    assert [row["direction"] for row in rows] in ([], ["out"])


@pytest.mark.parametrize(("uuid", "said"), [("317", "no reference of 1C"), ("0c1d2e3f-7777-4a4a-8b8b-000000000999", "neither sent")])
def test_what_nobody_knows_is_one_clear_line(settings, uuid, said):
    with pytest.raises(BadInput, match=said):
        onec_story(settings, uuid)
