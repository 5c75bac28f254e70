"""The exchange with 1C against a real database: numbers, what is carried, what is confirmed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from uuid import UUID

import pytest
from lxml import etree
from sqlalchemy import text

from pipelines.billing.identity import invoice_id
from pipelines.clock import Authorship
from pipelines.delivery.onec import receiving
from pipelines.delivery.onec.header import MOST_ELEMENTS, read_header
from pipelines.delivery.onec.message import Envelope, NoCommonVersion
from pipelines.delivery.onec.model import ObjectKind, reference
from pipelines.delivery.onec.receiving import AnswerOutcome
from pipelines.delivery.onec.replay import replay
from pipelines.delivery.onec.sending import send
from pipelines.delivery.onec.status import status
from pipelines.documents.requisites import Seller
from pipelines.errors import BadInput
from pipelines.findings.details import detail_words
from pipelines.period import Month
from pipelines.runs.exchange import take_answers as receive
from pipelines.warehouse import engine
from tests.books import AT, JANUARY, Books, Line
from tests.conftest import SHARED
from tests.database import contents
from tests.onec_messages import write_message

SCHEMAS = SHARED / "formats" / "enterprisedata"
SALE, INVOICE = "Документ.РеализацияТоваровУслуг", "Документ.СчетПокупателю"
LATER = AT + timedelta(minutes=5)
LESS = Line("1", "-1000")


@pytest.fixture
def books(settings):
    return Books(settings)


def objects(path, tag):
    """Objects of the body with this name."""
    body = next(one for one in etree.parse(str(path)).getroot() if etree.QName(one).localname == "Body")
    return [one for one in body if etree.QName(one).localname == tag]


def values(element, steps):
    """Texts of the descendants at ``A/B`` whatever their namespace."""
    path = "/".join(f"*[local-name()='{step}']" for step in steps.split("/"))
    return element.xpath(f"{path}/text()")


def numbers(path, tag):
    return [values(one, "КлючевыеСвойства/Номер")[0] for one in objects(path, tag)]


def peer(settings):
    with engine.engine(settings).connect() as connection:
        return connection.execute(text("SELECT sent_no, confirmed_no, received_no FROM delivery.onec_peers")).one()


def outbox(settings):
    with engine.engine(settings).connect() as connection:
        query = "SELECT object_key, version, message_no FROM delivery.onec_outbox ORDER BY object_kind, object_key, version"
        return [tuple(row) for row in connection.execute(text(query))]


def answer(settings, message_no, received_no, items=(), **changed):
    """A message from the peer in our in/."""
    folder = settings.exchange / "onec" / "in"
    folder.mkdir(parents=True, exist_ok=True)
    envelope = Envelope("BP", "FB", message_no, received_no, AT.replace(tzinfo=None))
    return write_message(folder, replace(envelope, **changed), items).path


def take(settings):
    """The one file of in/, taken; a minute later, so that nothing counts as still on its way."""
    [found] = receive(settings, AT + timedelta(days=3650))
    return found


def test_nothing_unconfirmed_is_nothing_to_send(settings):
    assert send(settings, AT) is None
    assert not list((settings.exchange / "onec" / "out").iterdir())


def test_invoice_and_sale_with_everything_they_refer_to(settings, books):
    number = books.issue()
    sent = send(settings, AT)
    assert (sent.message_no, sent.invoices, sent.sales, sent.objects, sent.is_new) == (1, 1, 1, 6, True)
    assert sent.path == settings.exchange / "onec" / "out" / "Message_FB_BP.xml"
    assert [one.name for one in sent.path.parent.iterdir()] == [sent.path.name]
    header = read_header(sent.path)
    assert (header.message_no, header.received_no, header.created) == (1, 0, "2026-02-01T09:00:00")
    [invoice], [sale] = objects(sent.path, INVOICE), objects(sent.path, SALE)
    # 10 × 300 = 3000.00, VAT 22 % = 660.00
    assert (values(invoice, "Сумма"), values(sale, "Сумма")) == (["3660.00"], ["3660.00"])
    assert values(invoice, "КлючевыеСвойства/Дата") == ["2026-02-01T12:00:00"]
    assert values(sale, "КлючевыеСвойства/Дата") == ["2026-01-31T12:00:00"]
    assert values(sale, "СчетПокупателю/Номер") == [number]
    assert [values(sale, f"Услуги/Строка/{tag}") for tag in ("Количество", "Цена", "СуммаНДС")] == [["10"], ["300.00"], ["660.00"]]
    links = [
        values(invoice, "КлючевыеСвойства/Ссылка"), values(sale, "КлючевыеСвойства/Ссылка"), values(sale, "СчетПокупателю/Ссылка")
    ]  # fmt: skip
    key = str(invoice_id("K1", JANUARY, "monthly", ""))
    assert [UUID(one) for [one] in links] == [
        reference(ObjectKind.INVOICE, key),
        reference(ObjectKind.SALE, "K1|2026-01"),
        reference(ObjectKind.INVOICE, key),
    ]
    for tag, count in (
        ("Справочник.Организации", 1),
        ("Справочник.Контрагенты", 1),
        ("Справочник.Договоры", 1),
        ("Справочник.Номенклатура", 1),
    ):
        assert len(objects(sent.path, tag)) == count
    assert outbox(settings) == [(number, 1, 1), ("K1|2026-01", 1, 1)]


def test_sending_again_leaves_the_waiting_message_as_it_is(settings, books):
    books.issue()
    first = send(settings, AT)
    before, state = first.path.read_bytes(), contents(settings)
    again = send(settings, AT + timedelta(hours=1))
    assert again == replace(first, is_new=False)
    assert first.path.read_bytes() == before
    assert contents(settings) == state


def test_the_next_message_carries_all_that_is_unconfirmed_and_remembers_who_carried_it_first(settings, books):
    first = books.issue("K1")
    send(settings, AT)
    second = books.issue("K2")
    sent = send(settings, AT)
    assert (sent.message_no, numbers(sent.path, INVOICE)) == (2, [first, second])
    assert outbox(settings) == [(first, 1, 1), (second, 1, 2), ("K1|2026-01", 1, 1), ("K2|2026-01", 1, 2)]
    answer(settings, 1, 1)
    assert take(settings).outcome == AnswerOutcome.TAKEN
    sent.path.unlink()  # 1C took the second as well, and has confirmed the first alone
    third = send(settings, AT)
    assert (third.message_no, numbers(third.path, INVOICE), read_header(third.path).received_no) == (3, [second], 1)
    answer(settings, 2, 3)
    take(settings)
    assert send(settings, AT) is None


def test_a_message_taken_but_not_confirmed_is_carried_again_under_the_next_number(settings, books):
    number = books.issue()
    send(settings, AT).path.unlink()
    again = send(settings, AT)
    assert (again.message_no, numbers(again.path, INVOICE)) == (2, [number])
    assert outbox(settings) == [(number, 1, 1), ("K1|2026-01", 1, 1)]


def test_the_sale_waits_for_the_close_and_holds_all_kinds(settings, books):
    advance = books.issue(kind="advance", closes=False)
    sent = send(settings, AT)
    assert (sent.invoices, sent.sales) == (1, 0)
    [standing] = status(settings, AT)
    assert (standing.unconfirmed_invoices, standing.unconfirmed_sales, standing.sales_of_open_months) == (1, 0, 1)
    monthly = books.issue(lines=[Line("1", "100", component="Архив", component_no=2)], at=LATER)
    sent = send(settings, LATER)
    [sale] = objects(sent.path, SALE)
    # 3000 + 100 = 3100 net, 22 % = 682
    assert (values(sale, "Сумма"), values(sale, "КлючевыеСвойства/Номер")) == (["3782.00"], [monthly])
    assert not values(sale, "СчетПокупателю/Номер")
    assert [advance in one for one in values(sale, "Услуги/Строка/Содержание")] == [True, False]
    assert outbox(settings)[2:] == [("K1|2026-01", 1, 2), ("K1|2026-01", 2, 2)]


def test_an_advance_of_a_month_that_closes_without_more_becomes_a_sale(settings, books):
    books.issue(kind="advance", closes=False)
    send(settings, AT)
    books.close()
    sent = send(settings, AT)
    assert (sent.message_no, sent.invoices, sent.sales) == (2, 1, 1)


def test_a_credit_is_no_invoice_and_makes_the_sale_smaller(settings, books):
    number = books.issue()
    send(settings, AT)
    books.issue(lines=[LESS], kind="adjustment", cause="1", at=LATER)
    sent = send(settings, LATER)
    assert numbers(sent.path, INVOICE) == [number]
    [sale] = objects(sent.path, SALE)
    # 3000 − 1000 = 2000 net, VAT 660 − 220 = 440
    assert (values(sale, "Сумма"), values(sale, "Услуги/Строка/СуммаНДС")) == (["2440.00"], ["440.00"])
    assert [row[2] for row in outbox(settings)] == [1, 2, 1, 2]
    answer(settings, 1, 2)
    take(settings)
    assert send(settings, AT) is None
    assert status(settings, AT)[0].unconfirmed_invoices == 0


def test_a_sale_that_came_to_nothing_is_removed_from_1c(settings, books):
    books.issue()
    send(settings, AT)
    books.issue(lines=[Line("1", "-3000")], kind="adjustment", cause="1")
    sent = send(settings, AT)
    assert not objects(sent.path, SALE)
    [removal] = objects(sent.path, "УдалениеОбъекта")
    assert values(removal, "СсылкаНаОбъект/СсылкаНаОбъект/РеализацияТоваровУслугСсылка") == [str(reference(ObjectKind.SALE, "K1|2026-01"))]


def test_what_1c_could_not_take_is_left_out_and_named(settings, books):
    bad = books.issue("K1", client={"kpp": "1234567890"})
    good = books.issue("K2")
    sent = send(settings, AT)
    assert numbers(sent.path, INVOICE) == [good]
    assert [what for what, _ in sent.refused] == ["counterparty C-K1", "contract K1", f"invoice {bad}", "sale K1|2026-01"]
    assert all("longer than 9" in why for _, why in sent.refused)
    assert (sent.invoices, sent.sales) == (1, 1)
    state = contents(settings)
    assert send(settings, AT).is_new is False  # what was refused alone makes no new message
    assert contents(settings) == state
    assert status(settings, AT)[0].refused == 2
    with engine.engine(settings).connect() as connection:
        found = connection.execute(text("SELECT kind, subject, contract_no FROM findings.occurrences ORDER BY subject")).all()
    assert [tuple(one) for one in found] == [("unacknowledged", "BP/K1|2026-01", "K1"), ("unacknowledged", f"BP/{bad}", "K1")]
    answer(settings, 1, 1)
    take(settings)
    assert send(settings, AT) is None


def test_only_what_is_refused_makes_no_message(settings, books):
    books.issue(client={"kpp": "1234567890"})
    assert send(settings, AT) is None
    assert not list((settings.exchange / "onec" / "out").iterdir())
    assert peer(settings).sent_no == 0


def test_catalogues_hold_the_latest_names_and_documents_their_own(settings, books):
    books.issue(month=Month(2025, 12), client={"name": "ООО «Старое»"}, at=AT - timedelta(days=31))
    books.issue(client={"name": "ООО «Новое»"})
    sent = send(settings, AT)
    [client] = objects(sent.path, "Справочник.Контрагенты")
    assert values(client, "КлючевыеСвойства/Наименование") == ["ООО «Новое»"]
    assert [values(one, "Контрагент/Наименование")[0] for one in objects(sent.path, INVOICE)] == ["ООО «Старое»", "ООО «Новое»"]


def test_a_restored_database_never_uses_a_number_that_lies_in_out(settings, books):
    books.issue()
    folder = settings.exchange / "onec" / "out"
    folder.mkdir(parents=True)
    write_message(folder, Envelope("FB", "BP", 7, 0, AT))
    assert send(settings, AT).message_no == 8


def test_the_version_is_the_highest_that_both_know(settings, books):
    books.issue()
    assert read_header(send(settings, AT).path).version == "1.19"
    answer(settings, 1, 0, available_versions=("1.8", "1.17"))
    take(settings)
    books.issue("K2")
    assert read_header(send(settings, AT).path).version == "1.17"


# receiving


def test_an_acknowledgement_confirms_and_is_put_away(settings, books):
    books.issue()
    send(settings, AT)
    path = answer(settings, 1, 1)
    found = take(settings)
    assert (found.outcome, found.message_no, found.received_no) == (AnswerOutcome.TAKEN, 1, 1)
    assert tuple(peer(settings)) == (1, 1, 1)
    assert not path.exists()
    assert [one.name for one in (settings.exchange / "onec" / "done").iterdir()] == ["Message_BP_FB.1.xml"]
    assert send(settings, AT) is None  # an empty message asks for no acknowledgement


def test_after_our_backup_was_restored_the_next_number_is_one_that_they_have_not_seen(settings, books):
    """They have had our message 9; we know of 2. What nobody confirmed to us goes again as message 10."""
    books.issue("K1")
    send(settings, AT)
    answer(settings, 1, 1)
    take(settings)
    second = books.issue("K2")
    send(settings, AT)
    answer(settings, 2, 9)
    assert "we were restored" in take(settings).detail
    sent = send(settings, AT)
    assert (sent.message_no, numbers(sent.path, "Документ.СчетПокупателю")) == (10, [second])


def test_a_peer_that_was_restored_gets_what_it_lost_and_is_told_where_to_go_on(settings, books):
    """It had confirmed our message 2 and counts from 1 again: its number is refused; a later one that acknowledges 1 brings the rest."""
    books.issue("K1")
    send(settings, AT)
    answer(settings, 1, 1)
    take(settings)
    second = books.issue("K2")
    send(settings, AT)
    answer(settings, 2, 2)
    take(settings)
    answer(settings, 2, 1, created=AT.replace(tzinfo=None) + timedelta(days=1))
    assert "restored from a backup" in take(settings).detail
    sent = send(settings, AT)
    assert read_header(sent.path).received_no == 0  # it confirms no second message of number 2
    assert numbers(sent.path, "Документ.СчетПокупателю") == [second]
    answer(settings, 3, 1, created=AT.replace(tzinfo=None) + timedelta(days=1))
    assert take(settings).outcome == AnswerOutcome.TAKEN
    assert second in numbers(send(settings, AT).path, "Документ.СчетПокупателю")


def test_replay_sends_again_from_a_message_on_by_a_persons_word(settings, books):
    first, second = books.issue("K1"), books.issue("K2")
    send(settings, AT)
    answer(settings, 1, 1)
    take(settings)
    author = Authorship("Анна", "база восстановлена из копии", AT)
    with pytest.raises(BadInput, match="the last message that we sent is 1"):
        replay(settings, 2, author)
    assert replay(settings, 1, author) == 1
    assert numbers(send(settings, AT).path, "Документ.СчетПокупателю") == [first, second]


@pytest.mark.parametrize(
    ("number", "received", "changed", "said"),
    [
        (1, 2, {}, "number 1 has been received already"),
        (3, 2, {"sender": "UT"}, "is from 'UT' to 'FB'"),
        (3, 2, {"available_versions": ("1.8",)}, "no common version"),
    ],
)
def test_what_must_not_be_taken_is_refused_whole(settings, books, number, received, changed, said):
    books.issue("K1")
    send(settings, AT)
    answer(settings, 1, 1)
    take(settings)
    books.issue("K2")
    send(settings, AT)
    state = contents(settings)
    path = answer(settings, number, received, **changed)
    path.rename(path.with_name("Message_BP_FB.xml"))
    found = take(settings)
    assert (found.outcome, said in found.detail) == (AnswerOutcome.REFUSED, True)
    failed = sorted((settings.exchange / "onec" / "failed").iterdir())
    assert len(failed) == 2
    assert said in failed[1].read_text(encoding="utf-8")
    assert failed[1].name == f"{failed[0].name}.error.txt"
    apart = {"findings.occurrences": [], "delivery.onec_peers": []} if "available_versions" in changed else {"findings.occurrences": []}
    assert {**contents(settings), **apart} == {**state, **apart}


def test_a_base_that_knows_only_older_versions_is_written_nothing_and_told_which_document_forbids_it(settings, books):
    number = books.issue()
    answer(settings, 1, 0, available_versions=("1.8", "1.16"))
    assert take(settings).outcome == AnswerOutcome.REFUSED
    with pytest.raises(NoCommonVersion, match=rf"1C offers 1\.8, 1\.16; .*invoice {number} has VAT of 22 %"):
        send(settings, AT)
    answer(settings, 1, 0, available_versions=("1.8", "1.17"))
    take(settings)
    assert read_header(send(settings, AT).path).version == "1.17"


def test_the_same_acknowledgement_again_is_refused(settings, books):
    books.issue()
    send(settings, AT)
    for outcome in (AnswerOutcome.TAKEN, AnswerOutcome.REFUSED):
        answer(settings, 1, 1)
        assert take(settings).outcome == outcome


def test_a_message_taken_before_its_process_died_is_put_away(settings, books):
    books.issue()
    send(settings, AT)
    path = answer(settings, 1, 1)
    take(settings)
    (settings.exchange / "onec" / "done" / "Message_BP_FB.1.xml").rename(path)  # as it was between the commit and the move
    state = contents(settings)
    assert take(settings).outcome == AnswerOutcome.TAKEN
    assert contents(settings) == state
    assert not path.exists()


def test_a_message_with_objects_confirms_ours_is_taken_and_acknowledged(settings, books):
    books.issue()
    send(settings, AT)
    path = answer(settings, 1, 1, [Seller("X", "ООО «Икс»", "legal", inn="7707083893")])
    found = take(settings)
    assert (found.outcome, "1 not imported (Справочник.Организации)" in found.detail) == (AnswerOutcome.TAKEN, True)
    assert not path.exists()
    assert tuple(peer(settings)) == (1, 1, 1)
    assert read_header(send(settings, AT).path).received_no == 1  # nothing of ours is left, but they wait for their acknowledgement


@pytest.mark.parametrize("cut", ["<Message><Header>", "<Message><Header/><Body>", "junk"])
def test_a_file_that_cannot_be_read_may_be_on_its_way_and_is_refused_later(settings, cut):
    path = settings.exchange / "onec" / "in" / "Message_BP_FB.xml"
    path.parent.mkdir(parents=True)
    path.write_text(cut)
    from datetime import UTC, datetime

    [young] = receive(settings, datetime.fromtimestamp(path.stat().st_mtime + 5, UTC))
    assert (young.outcome, path.exists()) == (AnswerOutcome.LEFT, True)
    [old] = receive(settings, datetime.fromtimestamp(path.stat().st_mtime + 61, UTC))
    assert (old.outcome, path.exists()) == (AnswerOutcome.REFUSED, False)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            f"<Message><Header>{'<AvailableVersion>1</AvailableVersion>' * MOST_ELEMENTS}</Header><Body/></Message>",
            "elements outside its Body",
        ),
        (f"<!-- {'x' * 100_000} --><!DOCTYPE Message><Message><Header/><Body/></Message>", "DOCTYPE"),
    ],
)
def test_a_hostile_message_is_put_away_with_its_reason(settings, content, told):
    path = settings.exchange / "onec" / "in" / "Message_BP_FB.xml"
    path.parent.mkdir(parents=True)
    path.write_text(content)
    answer = take(settings)
    assert (answer.outcome, told in answer.detail, path.exists()) == (AnswerOutcome.REFUSED, True, False)
    [reason] = (settings.exchange / "onec" / "failed").glob("*.error.txt")
    assert told in reason.read_text(encoding="utf-8")
    assert not reason.stat().st_mode & 0o007


def test_two_files_that_are_refused_together_have_a_reason_each(settings):
    folder = settings.exchange / "onec" / "in"
    folder.mkdir(parents=True)
    (folder / "Message_BP_FB.xml").write_text("<Message>")
    (folder / "Message_BP_FB.zip").write_bytes(b"PK")
    late = datetime.now(UTC) + timedelta(hours=1)
    assert [answer.outcome for answer in receive(settings, late)] == [AnswerOutcome.REFUSED] * 2
    reasons = {path.name.removesuffix(".error.txt")[-4:]: path.read_text() for path in (folder.parent / "failed").glob("*.error.txt")}
    assert "is not well-formed XML" in reasons[".xml"]
    assert "is not a whole archive" in reasons[".zip"]


def test_of_two_turns_that_refuse_one_file_the_later_leaves_no_reason_behind(settings, monkeypatch):
    path = settings.exchange / "onec" / "in" / "Message_BP_FB.xml"
    path.parent.mkdir(parents=True)
    path.write_text("<Message>")
    theirs = receiving.write_whole

    def write_whole(target, *of, **names):
        theirs(target, *of, **names)
        path.unlink()  # the other turn has moved it

    monkeypatch.setattr(receiving, "write_whole", write_whole)
    assert receive(settings, datetime.now(UTC) + timedelta(hours=1)) == []
    assert list((settings.exchange / "onec" / "failed").iterdir()) == []


def test_what_another_turn_has_taken_meanwhile_is_no_trouble(settings, monkeypatch):
    """The file is gone when its turn comes: whoever took it has said so."""
    path = answer(settings, 1, 0)
    theirs, taken = receiving.take_turn, []

    def take_turn(*of):
        if not taken:
            taken.append(path.rename(path.with_suffix(".elsewhere")))
        return theirs(*of)

    monkeypatch.setattr(receiving, "take_turn", take_turn)
    assert receive(settings, AT) == []
    assert taken


def test_what_is_no_file_holds_up_nothing(settings):
    folder = settings.exchange / "onec" / "in"
    (folder / "Message_XX_FB.xml").mkdir(parents=True)
    path = answer(settings, 1, 0)
    assert (take(settings).outcome, path.exists()) == (AnswerOutcome.TAKEN, False)


def test_a_message_that_the_file_system_refuses_stays_and_says_so(settings, monkeypatch):
    path = answer(settings, 1, 0)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pipelines.delivery.onec.receiving.settle", refuse)
    found = take(settings)
    assert (found.outcome, "Permission denied" in found.detail, path.exists()) == (AnswerOutcome.LEFT, True, True)
    monkeypatch.undo()
    assert take(settings).outcome == AnswerOutcome.TAKEN


def test_what_is_sent_is_closed_to_others(settings, books):
    books.issue()
    path = send(settings, AT).path
    assert not (path.stat().st_mode | path.parent.stat().st_mode | path.parent.parent.stat().st_mode) & 0o007


def test_files_of_others_are_left_alone(settings):
    folder = settings.exchange / "onec" / "in"
    folder.mkdir(parents=True)
    write_message(folder, Envelope("BP", "OTHER", 1, 0, AT))
    found = take(settings)
    assert (found.file, found.outcome) == ("Message_BP_OTHER.xml", AnswerOutcome.LEFT)
    assert (folder / found.file).exists()


def test_one_folder_may_serve_both_ways(settings, books):
    """1C knows one folder for both: `in` a link to `out` holds our own message, which is not looked at."""
    books.issue("K1")
    sent = send(settings, AT)
    (settings.exchange / "onec" / "in").rmdir()  # made, for 1C answers there
    (settings.exchange / "onec" / "in").symlink_to(sent.path.parent)
    assert send(settings, AT).is_new is False
    assert receive(settings, AT) == []
    answer(settings, 1, 1)
    assert take(settings).outcome == AnswerOutcome.TAKEN
    assert sent.path.exists()


def test_settings_alone_take_no_number(settings):
    path = answer(settings, 5, 0)
    content = path.read_text(encoding="utf-8-sig").replace("EnterpriseData/1.19</msg:Format>", "EnterpriseData</msg:Format>")
    content = content.replace("<msg:MessageNo>5<", "<msg:MessageNo>0<")
    path.write_text(content, encoding="utf-8")
    assert take(settings).outcome == AnswerOutcome.TAKEN
    assert tuple(peer(settings)) == (0, 0, 0)
    assert send(settings, AT).message_no == 1  # 1C waits for what we send and take, though nothing of ours waits


# findings and schemas


def test_three_days_without_an_answer_are_a_finding_until_it_comes(settings, books):
    books.issue()
    send(settings, AT)
    query = text("SELECT kind, subject, first_day, parameters FROM findings.occurrences WHERE kind = 'unacknowledged' ORDER BY first_day")

    def found():
        with engine.engine(settings).connect() as connection:
            return connection.execute(query).all()

    send(settings, AT + timedelta(days=3))
    assert not found()
    send(settings, AT + timedelta(days=3, minutes=1))
    [one] = found()
    assert (one.subject, one.first_day) == ("BP/1", date(2026, 2, 4))
    assert detail_words(one.kind, one.parameters) == "1С (BP) не подтвердила сообщение № 1: счетов 1, реализаций 1, в очереди с 01.02.2026"
    answer(settings, 1, 1)
    receive(settings, AT + timedelta(days=3, hours=2))
    assert not found()


@cache
def schema(version):
    return etree.XMLSchema(etree.parse(str(SCHEMAS / f"Message_{version}.xsd")))


@pytest.mark.conformance
@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="1C's schemas (../shared/formats/enterprisedata) are not beside this checkout")
@pytest.mark.parametrize("version", ["1.17", "1.19", "1.21"])
def test_a_real_message_is_valid(settings, books, version):
    books.issue("K1", [Line(), Line("13.097", "300", component="Средний парк", component_no=2)])
    books.issue("K2", [Line("3", "122", included=True)])
    books.issue("K3", [Line(rate=None), Line("1", "122", included=True, rate=5, tariff="T2")], client={"kind": "entrepreneur", "kpp": None})
    books.issue("K4", kind="advance")
    books.issue("K4", [LESS], kind="adjustment", cause="1")
    books.issue("K5")
    chosen = replace(settings, onec_version=version)
    assert send(chosen, AT).sales == 5
    books.issue("K5", [Line("1", "-3000")], kind="adjustment", cause="1")
    sent = send(chosen, AT)
    assert objects(sent.path, "УдалениеОбъекта")
    assert (sent.invoices, sent.sales) == (5, 5)
    checked = schema(version)
    assert checked.validate(etree.parse(str(sent.path))), checked.error_log


def test_sums_of_the_warehouse_and_of_the_message_agree(settings, books):
    books.issue_all([(f"K{number}", [Line(str(number), "33.33"), Line("1", "7.77", component_no=2)], None) for number in range(1, 40)])
    sent = send(settings, AT)
    with engine.engine(settings).connect() as connection:
        total = connection.execute(text("SELECT sum(total) FROM billing.invoices")).scalar_one()
    for tag in (INVOICE, SALE):
        assert sum(Decimal(values(one, "Сумма")[0]) for one in objects(sent.path, tag)) == total


def test_a_handshake_confirms_nothing_takes_nothing_back_and_is_answered(settings, books):
    """Settings alone say ReceivedNo 0, whatever they have had of ours; whoever sets 1C up waits until our header comes."""
    books.issue("K1")
    send(settings, AT)
    answer(settings, 1, 1)
    take(settings)
    path = answer(settings, 0, 0)
    content = path.read_text(encoding="utf-8-sig").replace("EnterpriseData/1.19</msg:Format>", "EnterpriseData</msg:Format>")
    path.write_text(content, encoding="utf-8")
    assert "restored" not in take(settings).detail
    assert tuple(peer(settings)) == (1, 1, 1)
    answered = send(settings, AT)
    assert (answered.message_no, answered.objects, bool(read_header(answered.path).object_types)) == (2, 0, True)
    assert send(settings, AT) is None


def test_a_disk_that_is_full_uses_no_number_and_leaves_nothing(settings, books):
    """A limit of the process stands for the disk: the system refuses to write further."""
    import resource

    books.issue()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            send(settings, AT)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list((settings.exchange / "onec" / "out").iterdir()) == []
    assert send(settings, AT).message_no == 1
