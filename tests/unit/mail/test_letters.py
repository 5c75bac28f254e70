"""Every letter's words, as a client reads them: golden texts (UPDATE_GOLDEN=1 writes them anew)."""

import os
from datetime import UTC, date, datetime
from decimal import Decimal
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from pipelines.delivery.mail import events, writing
from pipelines.delivery.mail.compose import Outgoing, Unsendable, ascii_address, compose
from pipelines.delivery.mail.decisions import OpenDebt
from pipelines.delivery.mail.digest import in_words
from pipelines.delivery.mail.events import Event
from pipelines.delivery.mail.letters import Letter, ToldDebts, Writer, about_debts, about_facts, about_invoice
from pipelines.delivery.mail.papers import ContractPapers, LetterPapers
from pipelines.documents.model import PaperContract
from pipelines.master.sheets import LETTERS
from tests.unit.documents import samples

GOLDEN = Path(__file__).parent / "golden"
WRITER = Writer("ООО «Вега Мониторинг»", "buh@vega.example")
DEBTS = [
    events.Debt("ВМ26-000001", date(2026, 2, 11), Decimal("3660.00")),
    events.Debt("ВМ26-000002", date(2026, 2, 12), Decimal("1234.50")),
]
ON, BLOCKS_ON = date(2026, 2, 18), date(2026, 2, 25)
STEPS = tuple(events.LadderStep(letter, letter, days) for letter, days in zip(LETTERS, (-3, 1, 7, 10), strict=True))
DIGEST = {
    "new": [
        {
            "kind": "silent_device", "subject": f"gps1/{n}", "parameters": {"plate": f"А00{n}АА77", "last_message_on": "2026-02-14"},
            "detail": None, "first_seen": date(2026, 2, 15), "roubles": Decimal(n * 10),
        }
        for n in range(7)
    ],
    "open": [
        {
            "kind": "failed_sensor", "subject": "gps1/4/7", "parameters": {"sensor": "Топливо"}, "detail": None,
            "first_seen": date(2026, 2, 3), "roubles": None,
        }
    ],
    "mended": [
        {
            "kind": "duplicate", "subject": "gps2/9", "parameters": {"winner": "gps1/2"}, "detail": None,
            "first_seen": date(2026, 2, 1), "roubles": None,
        }
    ],
}  # fmt: skip
TOLD = [
    *(events.ladder_step(step, "k", "ORG", "C", on=ON, debts=DEBTS, blocks_on=BLOCKS_ON) for step in STEPS),
    events.blocked("k", "ORG", "C", on=BLOCKS_ON, debts=DEBTS),
    events.restored("k", "ORG", "C", on=date(2026, 2, 26), is_paid=True),
    events.payment_received(
        "ORG", "C", events.PaymentNotice("p", ON, Decimal("4000.00"), "17", [("ВМ26-000001", Decimal("3600.00"))], Decimal("400.00"))
    ),
    events.statement("ORG", "C", first=date(2026, 1, 1), last=date(2026, 3, 31), closing=Decimal("4301.70"), paper="x", digest="d"),
    events.dealer_report("ORG", "D", "2026-01", {"Отчёт дилера 2026-01.pdf": "x"}, "d"),
    events.snapshot_missing("gps1", date(2026, 2, 17), "файл не пришёл"),
    Event("findings_digest", "2026-02-17", facts={"day": "2026-02-17", **in_words(DIGEST, date(2026, 2, 17))}),
]  # fmt: skip


def papers(kind: str) -> LetterPapers:
    """What goes with the letter of a kind: счёт and акт of a close, a счёт of an advance, a корректировка."""
    if kind == "adjustment":
        document = samples.invoice((samples.row(1, price="150.00"),), kind="adjustment")
        return LetterPapers((ContractPapers(document, (document, samples.adjustment())),))
    document = samples.invoice(kind=kind if kind == "corrective" else "monthly")
    act = samples.act(document)
    attached = {"invoice": (document, act), "act": (act,), "prepaid_exceeded": ()}.get(kind, (document,))
    return LetterPapers((ContractPapers(document, attached, with_appendix=kind == "invoice"),))


def letter(kind: str) -> Letter:
    if kind in events.ABOUT_INVOICES:
        return about_invoice(kind, papers(kind), WRITER, "x", {})
    event = next(one for one in TOLD if one.kind == kind)
    if kind in {*LETTERS, "blocked"}:
        debts = [OpenDebt(debt.number, "id", debt.due_on, debt.open) for debt in DEBTS]
        return about_debts(kind, event.facts, WRITER, "ООО «Волга-Транс»", ToldDebts(debts, [samples.invoice(number=DEBTS[0].number)]), "x")
    left = {"left": [["ВМ26-000002", "2026-02-25", "1234.50"]], "left_total": "1234.50", "today": "2026-02-18"}
    return about_facts(kind, {**event.facts, **(left if kind == "payment_received" else {})}, WRITER, "ООО «Волга-Транс»")


def readable(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("kind", sorted(events.AUDIENCES))
def test_golden(kind):
    found = letter(kind)
    said = readable(f"{found.subject}\n\n{found.text}")
    path = GOLDEN / f"{kind}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(said, encoding="utf-8")
    assert said == path.read_text(encoding="utf-8")
    assert "\n" not in found.subject


@pytest.mark.parametrize("kind", sorted(events.AUDIENCES))
def test_the_page_says_what_the_text_says(kind):
    found = letter(kind)
    page = readable(found.html)
    for line in filter(None, readable(found.text).splitlines()):
        for part in line.lstrip("0123456789. ").split(" — "):
            if part.strip(" -"):
                assert part.removeprefix("- ").split(": ")[-1] in page, part
    assert "{{" not in page


def test_a_credit_asks_for_nothing():
    document = samples.invoice((samples.row(1, price="-150.00"),), kind="adjustment")
    credit = about_invoice(
        "adjustment", LetterPapers((ContractPapers(document, (samples.adjustment(),)),)), WRITER, "x", {"open": {}, "today": "2026-02-18"}
    )
    assert readable(credit.subject).endswith("к зачёту 183,00 ₽")
    assert "плат" not in credit.text.replace("Платить ничего не нужно", "")
    assert not credit.pictures


def test_a_correction_that_comes_to_nothing_asks_for_nothing_and_thanks_for_nothing():
    document = samples.invoice((samples.row(1, price="600.00"), samples.row(2, price="-600.00")), kind="adjustment")
    issued = LetterPapers((ContractPapers(document, (samples.adjustment(),)),))
    even = about_invoice("adjustment", issued, WRITER, "x", {"open": {document.number: "0.00"}, "today": "2026-02-18"})
    assert readable(even.subject).endswith("сумма не изменилась")
    assert "доплата и возврат не требуются" in even.text
    assert not any(word in even.text for word in ("оплачен", "Спасибо", "К доплате", "в вашу пользу"))


def test_outside_text_stays_text():
    found = about_facts("restored", {"on": "2026-02-26"}, Writer("<b>Вега</b>", "a@b.ru"), "<script>alert(1)</script>\r\nBcc: x@y.ru")
    assert "<script>" not in found.html
    assert "&lt;script&gt;" in found.html
    assert "\n" not in found.subject


def outgoing(**changed) -> Outgoing:
    values = {
        "message_id": events.message_id("restored", "k", "vega.example"),
        "sender": "buh@vega.example",
        "sender_name": "ООО «Вега»\r\nBcc: evil@x.ru",
        "recipients": ("a@client.example", "b@почта.рф"),
        "letter": Letter("Тема\r\nBcc: evil@x.ru", "текст\n.точка\n", "<html>\n<body>\nтекст</body></html>", {"qr": b"\x89PNG"}),
        "dated": datetime(2026, 3, 1, 9, 0, tzinfo=UTC),
        "attachments": {"Счёт 1.pdf": b"%PDF-1.7"},
    }
    return Outgoing(**{**values, **changed})


def test_headers_hold_no_second_line():
    message = message_from_bytes(compose(outgoing()), policy=policy.default)
    assert message["Bcc"] is None
    assert message["Subject"] == "Тема Bcc: evil@x.ru"
    assert str(message["To"]) == "a@client.example, b@xn--80a1acny.xn--p1ai"
    assert message["From"].addresses[0].display_name == "ООО «Вега» Bcc: evil@x.ru"
    assert message["Date"] == "Sun, 01 Mar 2026 09:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"


def test_parts_of_a_message():
    raw = compose(outgoing())
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    message = message_from_bytes(raw, policy=policy.default)
    types = [part.get_content_type() for part in message.walk()]
    assert types == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "application/pdf",
    ]  # fmt: skip
    assert message.get_body(("plain",)).get_content().splitlines() == ["текст", ".точка"]
    attached = next(message.iter_attachments())
    assert (attached.get_filename(), attached.get_content()) == ("Счёт 1.pdf", b"%PDF-1.7")
    assert compose(outgoing()) == raw


def test_a_redirected_message_says_whom_it_was_meant_for():
    message = message_from_bytes(compose(outgoing(recipients=("test@x.ru",), meant_for=("a@client.example",))), policy=policy.default)
    assert message["To"] == "test@x.ru"
    assert message["X-Redirected-From"] == "a@client.example"
    for form in ("plain", "html"):
        assert "письмо предназначалось a@client.example" in message.get_body((form,)).get_content()


def test_the_same_event_has_the_same_message_id():
    assert events.message_id("invoice", "1", "x.ru") == events.message_id("invoice", "1", "x.ru")
    assert len({events.message_id(kind, key, "x.ru") for kind in ("invoice", "notice") for key in ("1", "2")}) == 4


def test_an_address_that_smtp_cannot_carry():
    with pytest.raises(Unsendable):
        ascii_address("бух@x.ru")


def test_events_are_checked_where_they_are_made():
    with pytest.raises(ValueError, match="names its organization"):
        events.Event("invoice", "1")
    with pytest.raises(ValueError, match="no event"):
        events.Event("greeting", "1")


def test_restored_under_a_promise_thanks_for_no_payment():
    event = events.restored("k", "ORG", "C", on=ON, promised_until=date(2026, 3, 5))
    said = readable(about_facts("restored", event.facts, WRITER, "ООО «Волга-Транс»").text)
    assert "под ваше обещание оплатить долг до 5 марта 2026 г. Если" in said
    assert "погашен" not in said
    # exempt from now on, or money that may be the client's: nothing is said of why
    event = events.restored("k", "ORG", "C", on=ON)
    said = readable(about_facts("restored", event.facts, WRITER, "ООО «Волга-Транс»").text)
    assert "погашен" not in said
    assert "обещание" not in said


@pytest.mark.parametrize(
    ("closing", "said"),
    [("4301.70", "ваш долг — 4 301,70 ₽."), ("-100.00", "на вашем счёте 100,00 ₽: эти деньги"), ("0.00", "задолженности нет.")],
)
def test_a_statement_says_who_owes(closing, said):
    event = events.statement("ORG", "C", first=ON, last=ON, closing=Decimal(closing), paper="x", digest="d")
    assert f"на 18.02.2026 {said}" in readable(about_facts("statement", event.facts, WRITER, "ООО «Волга-Транс»").text)


def test_what_little_is_left_of_earlier_invoices_is_named_and_not_added():
    facts = {"open": {papers("invoice").own.document.number: "100.00"}, "today": "2026-02-01"}
    plain, more = (
        about_invoice("invoice", papers("invoice"), WRITER, "x", said).text for said in (facts, {**facts, "past": {"ВМ25-000007": "90.10"}})
    )
    assert "прежних" not in plain
    assert "От прежних счетов осталось доплатить 90,10 ₽ (ВМ25-000007)." in " ".join(more.split())
    assert "100,00" in more


def test_a_paid_invoice_asks_for_nothing_and_a_late_one_for_now():
    """The same papers: before anything is paid, when part of it is left after the due date, and when all of it is paid."""
    number = papers("invoice").own.document.number
    part = about_invoice("invoice", papers("invoice"), WRITER, "x", {"open": {number: "100.00"}, "today": "2026-03-01"})
    assert "Срок оплаты был 11 февраля 2026 г.: оплатите, пожалуйста, сейчас" in readable(part.text)
    assert "Осталось оплатить: 100,00 ₽" in readable(part.text)
    assert "оплатить до" not in readable(part.subject)
    paid = about_invoice("invoice", papers("invoice"), WRITER, "x", {"open": {}, "today": "2026-03-01"})
    assert "оплачивать не нужно" in paid.subject
    assert not paid.pictures
    assert "Расчётный счёт" not in paid.text


@pytest.mark.parametrize("kind", ["warning", "final"])
def test_nothing_is_threatened_without_a_day(kind):
    debts = [OpenDebt(DEBTS[0].number, "id", DEBTS[0].due_on, DEBTS[0].open)]
    facts = events.ladder_step(
        next(step for step in STEPS if step.letter == kind), "k", "ORG", "C", on=ON, debts=DEBTS[:1], blocks_on=None
    ).facts
    found = about_debts(kind, facts, WRITER, "ООО «Волга-Транс»", ToldDebts(debts), "x")
    assert not {"отключ", "приостан", "последнее"} & {word for word in ("отключ", "приостан", "последнее") if word in found.text.lower()}
    assert not found.pictures  # no счёт is known: neither account nor QR code


def test_on_a_phone_a_service_stands_over_its_calculation_and_no_number_breaks():
    """At 390 px three columns leave a service three letters a line."""
    page = readable(about_invoice("invoice", papers("invoice"), WRITER, "x", {}).html)
    row = samples.invoice().rows[0]
    assert f"<td>{row.title}<br><small>{readable(row.text)}</small></td>" in page
    assert f'<td class="whole">{DEBTS[0].number}</td>' in letter("reminder").html
    assert "№ В" not in about_invoice("invoice", papers("invoice"), WRITER, "x", {}).html


def test_a_name_of_240_letters_stays_whole():
    name = "Общество «" + "Я" * 240 + "»"
    found = about_facts("restored", TOLD[5].facts, WRITER, name)
    assert name in found.text


def of_several(*numbers: str) -> LetterPapers:
    """A счёт and an act of each of a client's contracts, called by the numbers of the счета."""
    contracts = []
    for place, number in enumerate(numbers, 1):
        rows = (samples.row(1, price=f"{place}00.00"),)
        document = samples.invoice(rows, number=number, contract=PaperContract(f"ТМ-{place}", date(2025, 3, place)))
        contracts.append(ContractPapers(document, (document, samples.act(document))))
    return LetterPapers(tuple(contracts))


def test_a_letter_about_several_contracts_lists_each_with_its_sum_and_qr():
    # 100, 200 and 300 with VAT: 122 of which 22 are left, 244 of which all is, 366 which are paid
    issued = of_several("ВМ26-000001", "ВМ26-000002", "ВМ26-000003")
    facts = {"open": {"ВМ26-000001": "22.00", "ВМ26-000002": "244.00"}, "today": "2026-02-02"}
    found = about_invoice("invoice", issued, WRITER, "x", facts)
    assert readable(found.subject).startswith("Счета и акты за январь 2026 г.: 3 договора, 266,00 ₽, оплатить до ")
    said = readable(found.text)
    starts = [said.index(f"Договор № ТМ-{place} от {place} марта 2025 г.") for place in (1, 2, 3)]
    first, second, third = (said[start:end] for start, end in zip(starts, [*starts[1:], len(said)], strict=True))
    assert "счёт № ВМ26-000001 от " in first
    assert "акт № ВМ26-000001 от " in first
    assert "Осталось оплатить: 22,00 ₽" in first
    assert "К оплате: 244,00 ₽" in second
    assert "ВМ26-000002" not in first + third
    assert "Всё оплачено" in third
    assert third.count("Осталось оплатить: 266,00 ₽") == 1
    assert list(found.pictures) == ["qr", "qr2"]
    assert [found.html.count(f"cid:{name}@x") for name in ("qr", "qr2", "qr3")] == [1, 1, 0]
    for line in filter(None, said.splitlines()):
        for part in line.lstrip("0123456789. ").split(" — "):
            assert not part.strip(" -") or part.split(": ")[-1] in readable(found.html), part


@pytest.mark.parametrize("kind", ["invoice", "act", "corrective", "adjustment"])
def test_a_letter_about_several_contracts_speaks_of_them_in_the_plural(kind):
    found = about_invoice(kind, of_several("ВМ26-000001", "ВМ26-000002"), WRITER, "x", {})
    said = readable(f"{found.subject} {found.text}")
    assert "2 договора" in readable(found.subject)
    assert "(2 договора)" in said
    assert "документы по каждому договору" in said
    assert "Акты подпишите" in said


@pytest.mark.parametrize("numbers", [["ВМ26-000001"], ["ВМ26-000001", "ВМ26-000002"]])
@pytest.mark.parametrize("over", [0, 1])
def test_appendices_that_a_mailbox_would_not_take_stay_away_and_the_letter_says_so(monkeypatch, numbers, over):
    """Together 14 MiB are sent, a byte more takes all appendices away and leaves every счёт and act."""
    issued = of_several(*numbers)
    issued = LetterPapers(tuple(ContractPapers(each.document, each.papers, with_appendix=True) for each in issued.contracts))
    own = {f"{kind} {number}.pdf": b"p" * 1000 for number in numbers for kind in ("Счёт", "Акт")}
    share, rest = divmod(14 * 2**20 - 1000 * len(own), len(numbers))
    sizes = {number: share + (rest + over if number == numbers[0] else 0) for number in numbers}
    monkeypatch.setattr(writing.papers, "files", lambda *_: own)
    monkeypatch.setattr(
        writing.papers, "appendix", lambda _, document: {f"Приложение {document.number}.xlsx": b"a" * sizes[document.number]}
    )
    sent, attached = writing._attached(None, issued)
    said = " ".join(readable(about_invoice("invoice", sent, WRITER, "x", {}).text).split())
    missing = "с количеством машин по дням в письмо не"
    assert (missing in said, "PDF и Excel" in said) == (bool(over), not over)
    assert ("Ответьте на это письмо, и мы передадим" in said) == bool(over)
    assert set(attached) == set(own) | (set() if over else {f"Приложение {number}.xlsx" for number in numbers})


def test_of_several_credits_none_asks_for_money():
    documents = [samples.invoice((samples.row(1, price="-150.00"),), kind="adjustment", number=f"ВМ26-00000{place}") for place in (1, 2)]
    issued = LetterPapers(tuple(ContractPapers(document, (samples.adjustment(),)) for document in documents))
    found = about_invoice("adjustment", issued, WRITER, "x", {"open": {}, "today": "2026-02-18"})
    assert readable(found.subject).endswith("2 договора, к зачёту 366,00 ₽")
    assert readable(found.text).count("К зачёту в следующих счетах: 183,00 ₽") == 2
    assert not found.pictures


def test_a_debt_of_go_live_goes_by_its_name_and_has_requisites():
    name = "начальное сальдо по договору ТМ-1 на 31.12.2025"
    facts = events.ladder_step(STEPS[1], "k", "ORG", "C", on=ON, debts=[events.Debt(name, date(2025, 12, 20), Decimal("1500.00"))]).facts
    told = ToldDebts([OpenDebt(name, None, date(2025, 12, 20), Decimal("1500.00"))], (), samples.invoice().seller)
    found = about_debts("notice", facts, WRITER, "ООО «Волга-Транс»", told, "x")
    assert f"1. {name} — 20 декабря 2025 г. — 1 500,00 ₽" in readable(found.text)
    assert "Расчётный счёт" in found.text
    assert found.pictures
    assert told.purpose == f"Оплата долга за услуги: {name}"
    left = {"left": [[name, "2025-12-20", "1500.00"]], "left_total": "1500.00", "today": "2026-02-18"}
    said = readable(about_facts("payment_received", {**TOLD[6].facts, **left}, WRITER, "ООО «Волга-Транс»").text)
    assert f"{name} — 1 500,00 ₽, срок оплаты был 20 декабря 2025 г." in said
    assert f"№ {name}" not in said
    unnamed = [OpenDebt("начальное сальдо C-1 у MT на 31.12.2025", None, date(2025, 12, 20), Decimal("1.00"))]
    assert ToldDebts(unnamed).purpose == "Оплата долга за услуги: начальное сальдо на 31.12.2025"
