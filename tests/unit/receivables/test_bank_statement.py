"""Statements as banks really write them."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import BadInput
from pipelines.receivables.bank_statement import BankStatement, parse
from tests.conftest import SHARED

OURS = "40702810600000000001"
PAYER = "40702810500000000777"
SAMPLES = SHARED / "formats" / "bank"

PAYMENT = {
    "Номер": "317",
    "Дата": "31.03.2026",
    "Сумма": "2440.00",
    "ДатаСписано": "",
    "ДатаПоступило": "01.04.2026",
    "ПлательщикСчет": PAYER,
    "Плательщик": 'ИНН 7728168971 ООО "Автопарк"',
    "Плательщик1": 'ООО "Автопарк"',
    "ПлательщикИНН": "7728168971",
    "ПлательщикКПП": "772801001",
    "ПолучательСчет": OURS,
    "ВидОплаты": "01",
    "НазначениеПлатежа": "Оплата по счету НВ26-000042",
}


def document(kind: str = "Платежное поручение", **changes: str | None) -> str:
    """A document with some keys changed; None leaves the key out."""
    keys = {**PAYMENT, **changes}
    lines = [f"{key}={value}" for key, value in keys.items() if value is not None]
    return "\n".join([f"СекцияДокумент={kind}", *lines, "КонецДокумента"])


def statement(*documents: str, end: str = "КонецФайла\n", encoding: str = "Windows") -> str:
    head = f"1CClientBankExchange\nВерсияФормата=1.03\nКодировка={encoding}\nДатаНачала=01.04.2026\nДатаКонца=02.04.2026\nРасчСчет={OURS}\n"
    section = f"СекцияРасчСчет\nДатаНачала=01.04.2026\nДатаКонца=02.04.2026\nРасчСчет={OURS}\nНачальныйОстаток=0.00\nКонецРасчСчет\n"
    return head + section + "".join(f"{text}\n" for text in documents) + end


def read(*documents: str, **options: str) -> BankStatement:
    return parse(statement(*documents, **options).encode("cp1251"), "kl.txt")


def problems(data: bytes) -> list[str]:
    with pytest.raises(BadInput) as caught:
        parse(data, "kl.txt")
    return [str(problem) for problem in caught.value.problems]


def test_a_statement_in_full():
    found = read(document())
    assert (found.accounts, found.first, found.last) == ((OURS,), date(2026, 4, 1), date(2026, 4, 2))
    (payment,) = found.documents
    assert (payment.kind, payment.number, payment.on, payment.amount) == (
        "Платежное поручение",
        "317",
        date(2026, 3, 31),
        Decimal("2440.00"),
    )
    assert (payment.credited_on, payment.debited_on) == (date(2026, 4, 1), None)
    assert (payment.payer_account, payment.payer_inn, payment.payer_name) == (PAYER, "7728168971", 'ООО "Автопарк"')
    assert (payment.payee_accounts, payment.purpose, payment.line) == ((OURS,), "Оплата по счету НВ26-000042", 13)


def test_an_empty_period_is_a_statement():
    assert read().documents == ()


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("claimed", ["Windows", "DOS", "UTF-8", ""])
def test_the_encoding_is_found_in_the_bytes(encoding, claimed):
    found = parse(statement(document(), encoding=claimed).encode(encoding), "kl.txt")
    assert found.documents[0].payer_name == 'ООО "Автопарк"'


@pytest.mark.parametrize(("encoding", "damage"), [("utf-8", b"\xd0"), ("cp1251", b"\x98")])
def test_one_broken_letter_in_a_purpose_does_not_turn_the_file_over(encoding, damage):
    text = statement(document(НазначениеПлатежа="счет НВ26-000042 ~"))
    found = parse(text.encode(encoding).replace(b"~", damage), "kl.txt")
    assert found.documents[0].purpose.startswith("счет НВ26-000042")


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\r\r\n", "mixed"])
def test_line_ends(ends):
    text = statement(document(), document(Номер="318"))
    if ends == "mixed":
        lines = text.split("\n")
        text = "".join(line + ("\n", "\r\n", "\r")[at % 3] for at, line in enumerate(lines))
    else:
        text = text.replace("\n", ends)
    assert [found.number for found in parse(text.encode("cp1251"), "kl.txt").documents] == ["317", "318"]


def test_the_cp866_byte_that_unicode_calls_a_line_end():
    # 0x85 is the letter Е in cp866 and NEL in Latin-1
    found = parse(statement(document(НазначениеПлатежа="ЕЕЕ счет 7")).encode("cp866"), "kl.txt")
    assert found.documents[0].purpose == "ЕЕЕ счет 7"


@pytest.mark.parametrize(
    ("changes", "inn", "name"),
    [
        ({"Плательщик": None}, "7728168971", 'ООО "Автопарк"'),
        ({"Плательщик1": None}, "7728168971", 'ООО "Автопарк"'),
        ({"Плательщик1": None, "ПлательщикИНН": ""}, "7728168971", 'ООО "Автопарк"'),
        ({"Плательщик1": None, "ПлательщикИНН": None, "Плательщик": "500100732259, ИП Ёлкин"}, "500100732259", "ИП Ёлкин"),
        ({"Плательщик1": "", "ПлательщикИНН": "0", "Плательщик": "ООО 7 морей"}, None, "ООО 7 морей"),
        ({"ПлательщикИНН": "7728168971/772801001"}, "7728168971", 'ООО "Автопарк"'),
        ({"Плательщик": "", "Плательщик1": "", "ПлательщикИНН": ""}, None, ""),
    ],
)
def test_payers(changes, inn, name):
    (payment,) = read(document(**changes)).documents
    assert (payment.payer_inn, payment.payer_name) == (inn, name)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("840", "840.00"),
        ("840,5", "840.50"),
        ("840.50", "840.50"),
        ("1 234 567,89", "1234567.89"),
        ("1\u00a0000", "1000.00"),
        ("0.01", "0.01"),
    ],
)
def test_sums(text, amount):
    assert str(read(document(Сумма=text)).documents[0].amount) == amount


@pytest.mark.parametrize("text", ["", "0", "0.00", "-5", "1,234.56", "1.234", "12e3", "NaN", "сто", "1.2.3", "٣", "99999999999999"])
def test_bad_sums_are_named_with_their_line(text):
    found = problems(statement(document(), document(Сумма=text)).encode("utf-8"))
    assert found == [f"kl.txt:31: Сумма {text!r} is not a sum above zero"]


@pytest.mark.parametrize("text", ["31.02.2026", "2026-04-01", "1.4.2026", "вчера", "01.04.26"])
def test_bad_dates_are_named_with_their_line(text):
    found = problems(statement(document(ДатаПоступило=text)).encode("cp1251"))
    assert found == [f"kl.txt:18: ДатаПоступило {text!r} is not a date (ДД.ММ.ГГГГ)"]


def test_all_problems_come_at_once_in_order():
    text = statement(document(Сумма="x"), document(Дата=""), document(Сумма=None)).replace(
        "ДатаКонца=02.04.2026", "ДатаКонца=40.04.2026", 1
    )
    assert [problem.split(" ")[0] for problem in problems(text.encode("cp1251"))] == ["kl.txt:5:", "kl.txt:16:", "kl.txt:30:", "kl.txt:43:"]


def test_keys_without_values_are_absent():
    (payment,) = read(document(Номер="", ДатаПоступило="", ДатаСписано="01.04.2026", ПолучательСчет="", ВидОплаты="")).documents
    assert (payment.number, payment.credited_on, payment.debited_on, payment.payee_accounts) == ("", None, date(2026, 4, 1), ())


def test_purposes_in_parts_and_over_several_lines():
    parts = {"НазначениеПлатежа": "", "НазначениеПлатежа1": "Оплата", "НазначениеПлатежа2": "счета 7"}
    assert read(document(**parts)).documents[0].purpose == "Оплата счета 7"
    assert read(document(НазначениеПлатежа="Оплата\nсчета № 7\nв т.ч. НДС = 20")).documents[0].purpose == "Оплата счета № 7 в т.ч. НДС = 20"
    assert read(document(НазначениеПлатежа="а=б=в")).documents[0].purpose == "а=б=в"


def test_a_file_cut_off_is_refused_whole():
    text = statement(document(), document(Номер="318"))
    assert problems(text.replace("КонецФайла\n", "").encode("cp1251")) == ["kl.txt:43: the file is cut off: КонецФайла is missing"]
    cut = problems(text[: text.index("Номер=318")].encode("cp1251"))
    assert cut == ["kl.txt:28: the document is not closed by КонецДокумента", "kl.txt:29: the file is cut off: КонецФайла is missing"]


def test_documents_that_run_into_each_other():
    text = statement(document().removesuffix("КонецДокумента"), document(), "КонецДокумента")
    found = problems(text.encode("cp1251"))
    assert found == ["kl.txt:13: the document is not closed by КонецДокумента", "kl.txt:43: КонецДокумента without СекцияДокумент"]


def test_nul_bytes():
    text = statement(document())
    assert parse(text.encode("cp1251") + b"\x00" * 64, "kl.txt").documents  # padding after the end
    assert "NUL" in problems(text.replace("317", "3\x0017").encode("cp1251"))[0]
    assert problems(text.replace("317", "3\x0017").encode("cp1251"))[0].startswith("kl.txt:14:")


def test_a_line_that_is_nothing_is_named():
    assert problems(statement(document(Номер="317\n???")).encode("cp1251")) == ["kl.txt:15: '???' is neither a key nor a section"]


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"hello", b"\x00" * 20, b"PK\x03\x04", b"1CClientBankExchange", "Счет=1\nКонецФайла".encode()]
)
def test_what_is_no_statement_is_bad_input(data):
    assert problems(data)[0].startswith("kl.txt:1:")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    for whole in (data, "1CClientBankExchange\nКодировка=\nСекцияДокумент=\n".encode("cp1251") + data):
        with suppress(BadInput):
            assert isinstance(parse(whole, "kl.txt"), BankStatement)


@pytest.mark.conformance
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="banks' samples (../shared/formats/bank) are not beside this checkout")
@pytest.mark.parametrize(
    ("name", "count", "total"),
    [
        ("SYNTHETIC_incoming_payment_cp1251.txt", 1, "2440.00"),
        ("SYNTHETIC_incoming_payment_cp866.txt", 1, "2440.00"),
        ("dronm_kl_to_1c.txt", 3, "169992.00"),
        ("kilylabs_one_day.txt", 13, "81184.00"),
    ],
)
def test_samples(name, count, total):
    found = parse((SAMPLES / name).read_bytes(), name)
    assert len(found.documents) == count
    assert sum(document.amount for document in found.documents) == Decimal(total)
