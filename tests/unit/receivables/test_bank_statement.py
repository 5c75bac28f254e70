"""Statements as banks really write them."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import BadInput
from pipelines.receivables.bank_statement import BankFile, BankStatement, parse
from pipelines.receivables.statement_text import StatementLimits
from pipelines.receivables.statement_totals import compare_totals
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
    return alone(statement(*documents, **options).encode("cp1251"))


def alone(data: bytes) -> BankStatement:
    """The only statement of a file."""
    (found,) = parse(data, "kl.txt").statements
    return found


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
    found = alone(statement(document(), encoding=claimed).encode(encoding))
    assert found.documents[0].payer_name == 'ООО "Автопарк"'


@pytest.mark.parametrize(("encoding", "damage"), [("utf-8", b"\xd0"), ("cp1251", b"\x98")])
def test_one_broken_letter_in_a_purpose_does_not_turn_the_file_over(encoding, damage):
    text = statement(document(НазначениеПлатежа="счет НВ26-000042 ~"))
    found = alone(text.encode(encoding).replace(b"~", damage))
    assert found.documents[0].purpose.startswith("счет НВ26-000042")


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\r\r\n", "mixed"])
def test_line_ends(ends):
    text = statement(document(), document(Номер="318"))
    if ends == "mixed":
        lines = text.split("\n")
        text = "".join(line + ("\n", "\r\n", "\r")[at % 3] for at, line in enumerate(lines))
    else:
        text = text.replace("\n", ends)
    assert [found.number for found in alone(text.encode("cp1251")).documents] == ["317", "318"]


def test_a_statement_that_changes_its_encoding_after_the_first_megabyte_is_refused():
    long = statement(*(document(Номер=str(number), НазначениеПлатежа="и ещё " * 30) for number in range(4_500)))
    middle = long.index("СекцияДокумент", 1_200_000)
    with pytest.raises(BadInput, match="КонецФайла is missing"):
        parse(long[:middle].encode("cp1251") + long[middle:].encode("cp866"), "kl.txt")


def test_the_cp866_byte_that_unicode_calls_a_line_end():
    # 0x85 is the letter Е in cp866 and NEL in Latin-1
    found = alone(statement(document(НазначениеПлатежа="ЕЕЕ счет 7")).encode("cp866"))
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


@pytest.mark.parametrize("text", ["", "0", "0.00", "-5", "1,234.56", "1.234", "12e3", "NaN", "сто", "1.2.3", "٣", "9999999999999"])
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


def test_a_document_after_others_written_alike_says_what_it_says_alone():
    random = Random(8)
    texts = {
        "Номер": ("317", " 007 ", ""),
        "Сумма": ("2440.00", "2 440,5", "0", "12.345"),
        "ДатаПоступило": ("01.04.2026", "", "31.04.2026", " 02.04.2026"),
        "Плательщик": ('ИНН 7728168971 ООО "Автопарк"', "7728168971, ООО Автопарк", ""),
        "Плательщик1": ("", "ИП Один", None),
        "ПлательщикИНН": ("7728168971", "0", None),
        "ПолучательРасчСчет": (None, OURS, "407.028 10"),
        "НазначениеПлатежа": ("Оплата", "", "я" * 9_999),
        "НазначениеПлатежа2": (None, "Оплата", "ещё"),
        "НазначениеПлатежа1": (None, "по счету", "ата и"),
        "Код": (None, "0"),
    }
    usual = [document(), document(НазначениеПлатежа2="б", НазначениеПлатежа1="а"), document(Код="")]
    for _ in range(150):
        written = document(**{key: random.choice(values) for key, values in texts.items() if random.random() < 0.4})
        line = len("\n".join([statement(end=""), *usual]).splitlines()) + 1
        alone, after_others = (parsed_or_problems(statement(*before, written, *after)) for before, after in (((), ()), (usual, usual)))
        if isinstance(alone, BankFile):
            assert after_others.statements[0].documents[3] == alone.statements[0].documents[0]._replace(line=line - 1)
            assert len(after_others.notices) == len(alone.notices)
        else:
            assert [said.partition(": ")[2] for said in after_others] == [said.partition(": ")[2] for said in alone]


def parsed_or_problems(text: str) -> BankFile | list[str]:
    try:
        return parse(text.encode("cp1251"), "kl.txt")
    except BadInput as error:
        return [f"{problem.place}: {problem.message}" for problem in error.problems]


def test_a_file_cut_off_is_refused_whole():
    text = statement(document(), document(Номер="318"))
    assert problems(text.replace("КонецФайла\n", "").encode("cp1251")) == ["kl.txt:42: the file is cut off: КонецФайла is missing"]
    cut = problems(text[: text.index("Номер=318")].encode("cp1251"))
    assert cut == ["kl.txt:28: the document is not closed by КонецДокумента", "kl.txt:28: the file is cut off: КонецФайла is missing"]


def test_documents_that_run_into_each_other():
    text = statement(document().removesuffix("КонецДокумента"), document(), "КонецДокумента")
    found = problems(text.encode("cp1251"))
    assert found == ["kl.txt:13: the document is not closed by КонецДокумента", "kl.txt:43: КонецДокумента without СекцияДокумент"]


def test_nul_bytes():
    text = statement(document())
    assert alone(text.encode("cp1251") + b"\x00" * 64).documents  # padding after the end
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
            assert isinstance(parse(whole, "kl.txt"), BankFile)


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
    (found,) = parse((SAMPLES / name).read_bytes(), name).statements
    assert len(found.documents) == count
    assert sum(document.amount for document in found.documents) == Decimal(total)


def test_a_purpose_written_as_the_same_key_again_is_joined():
    lines = "Оплата по счету НВ26-000042\nНазначениеПлатежа=\nНазначениеПлатежа=от 31.03.2026"
    assert read(document(НазначениеПлатежа=lines)).documents[0].purpose == "Оплата по счету НВ26-000042 от 31.03.2026"


def test_numbered_parts_of_a_purpose_are_added_once():
    parts = "Оплата счета 7 за март\nНазначениеПлатежа1=Оплата\nНазначениеПлатежа2=счета 7\nНазначениеПлатежа7=по договору\n15 от 01.02"
    assert read(document(НазначениеПлатежа=parts)).documents[0].purpose == "Оплата счета 7 за март по договору 15 от 01.02"


@pytest.mark.parametrize(
    "line",
    ["Сумма=500", "Номер=9", "Дата=01.01.2020", "ИНН=1", "НДС=22% от 100", "ПлательщикИНН=7707083893", "ДатаПоступило=", "РасчСчет=1"],
)
def test_a_line_of_the_purpose_that_looks_like_a_key_stays_purpose(line):
    found = read(document(НазначениеПлатежа=f"Оплата\n{line}\nза услуги"))
    assert found == replace(read(document()), documents=(read(document()).documents[0]._replace(purpose=f"Оплата {line} за услуги"),))


def test_a_purpose_of_twenty_lines_of_keys():
    words = ["Сумма", "Дата", "Номер", "ИНН", "Счет", "НДС", "Плательщик", "ПолучательСчет", "Договор", "Комментарий"] * 2
    lines = [f"{word}={place}" for place, word in enumerate(words)]
    (payment,) = read(document(НазначениеПлатежа="\n".join(lines))).documents
    assert (payment.amount, payment.number, payment.payee_accounts) == (Decimal("2440.00"), "317", (OURS,))
    assert payment.purpose == " ".join(lines)


def test_keys_after_the_purpose_are_keys():
    (payment,) = read(document(Сумма=None, НазначениеПлатежа="Оплата\nСумма=2440\nОчередность=5\nПлательщикБанк2=М\nУИП=0")).documents
    assert (payment.amount, payment.purpose) == (Decimal("2440.00"), "Оплата")


def test_of_two_sums_after_the_purpose_none_is_guessed():
    text = statement(document(Сумма=None, НазначениеПлатежа="Оплата\nСумма=500\nза услуги\nСумма=2440"))
    assert problems(text.encode("cp1251")) == ["kl.txt:28: Сумма stands twice after the purpose, as '500' and '2440': which is meant?"]


def test_equal_keys_stay_as_they_came_first():
    found = parse(statement(document(Сумма="2440.00\nСумма=500", ДатаПоступило="01.04.2026\nДатаПоступило=")).encode("cp1251"), "kl.txt")
    (payment,) = found.statements[0].documents
    assert (payment.amount, payment.credited_on) == (Decimal("2440.00"), date(2026, 4, 1))
    assert found.notices == ("kl.txt:17: Сумма stands again, as '500'; the first, '2440.00', holds",)
    assert read(document(ДатаПоступило="\nДатаПоступило=01.04.2026")).documents[0].credited_on == date(2026, 4, 1)


def test_a_file_of_several_statements_each_in_its_own_encoding():
    parts = [
        statement(document()).encode("cp1251"),
        statement(document(Номер="318")).encode("cp866"),
        b"\r\n",
        statement().encode("utf-8-sig"),
    ]
    found = parse(b"".join(parts), "kl.txt")
    assert [[each.number for each in one.documents] for one in found.statements] == [["317"], ["318"], []]
    assert found.statements[1].documents[0].line == 28 + 13
    both = (statement(document()) + statement(document(Номер="318"))).encode("utf-16")
    assert [one.documents[0].number for one in parse(both, "kl.txt").statements] == ["317", "318"]


def test_what_stands_behind_the_end():
    text = statement(document())
    assert parse((text + "подпись банка\n").encode("cp1251"), "kl.txt").notices == ("kl.txt:29: what stands after КонецФайла is not read",)
    said = problems((text + document(Номер="318")).encode("cp1251"))
    assert said == ["kl.txt:29: there is more after КонецФайла: a statement begins with its title"]
    cut = problems((text.replace("КонецФайла\n", "") + text).encode("cp1251"))
    assert cut == ["kl.txt:27: the file is cut off: КонецФайла is missing"]


@pytest.mark.parametrize(
    ("mark", "encoding"), [(b"\xef\xbb\xbf", "cp1251"), (b"\xef\xbb\xbf", "cp866"), (b"", "utf-16-le"), (b"", "utf-16-be")]
)
def test_a_mark_is_not_believed_and_not_needed(mark, encoding):
    assert alone(mark + statement(document()).encode(encoding)).documents[0].payer_name == 'ООО "Автопарк"'


def test_totals_of_the_section_are_compared():
    totals = "НачальныйОстаток=-5.00\nВсегоПоступило=4880.00\nВсегоСписано=10,00\nКонечныйОстаток=1.00"
    goes = document(ДатаПоступило="", ДатаСписано="02.04.2026", ПлательщикСчет=OURS, ПолучательСчет=PAYER, Сумма="10")
    text = statement(document(), goes).replace("НачальныйОстаток=0.00", totals)
    said = [str(each) for each in compare_totals(alone(text.encode("cp1251")))]
    assert said == [
        f"ВсегоПоступило of account {OURS} is 4880.00, what the file holds comes to 2440.00",
        f"КонечныйОстаток of account {OURS} is 1.00, what the file holds comes to 4865.00",  # −5 + 4880 − 10
    ]


def test_totals_of_every_day_are_compared_with_that_day():
    section = "СекцияРасчСчет\nДатаНачала={0}.04.2026\nДатаКонца={0}.04.2026\nРасчСчет={1}\nВсегоПоступило={2}\nКонецРасчСчет\n"
    days = section.format("01", OURS, "2440.00") + section.format("02", OURS, "1.00") + section.format("02", OURS, "нет")
    text = statement(document()).replace("СекцияРасчСчет", f"{days}СекцияРасчСчет", 1)
    assert [each.line for each in compare_totals(alone(text.encode("cp1251")))] == [13]


def test_bounds_are_said_with_their_setting():
    data = statement(document(), document()).encode("cp1251")
    with pytest.raises(BadInput, match=r"has 2 documents, more than 1 \(FLEETBILL_BANK_MAX_DOCUMENTS\)"):
        parse(data, "kl.txt", StatementLimits(documents=1))
    with pytest.raises(BadInput, match=r"is larger than 1 MB \(FLEETBILL_BANK_MAX_MEGABYTES\)"):
        parse(data + b" " * (1 << 20), "kl.txt", StatementLimits(megabytes=1))


def test_mutations_of_a_statement_are_read_or_refused_in_words():
    """Lines dropped, doubled, moved and cut, bytes changed: whatever comes, it is BadInput or a statement with sums above zero."""
    chance = Random(20261127)
    whole = statement(document(), document(Номер="318", НазначениеПлатежа="Оплата\nсчета"), encoding="DOS").encode("cp1251")
    for _ in range(1500):
        mutant = mutated(whole, chance)
        with suppress(BadInput):
            found = parse(mutant, "kl.txt")
            assert all(each.amount > 0 for one in found.statements for each in one.documents)
            assert all(each.said != each.added for one in found.statements for each in compare_totals(one))


def mutated(whole: bytes, chance: Random) -> bytes:
    """One to four small damages."""
    lines = whole.split(b"\n")
    for _ in range(chance.randint(1, 4)):
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        match chance.randrange(7):
            case 0:
                lines = [*lines[:at], *lines[at + 1 :]] or [b""]
            case 1:
                lines.insert(other, lines[at])
            case 2:
                lines[at], lines[other] = lines[other], lines[at]
            case 3:
                lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
            case 4:
                lines[at] = lines[at] + chance.choice([b"\r", b"=", b"\x00", b"\xff", b"\x1a", b"\xef\xbb\xbf", b"99999999999999"])
            case 5:
                lines[at] = chance.randbytes(chance.randrange(9))
            case _:
                lines[at] = lines[at].replace(b"=", chance.choice([b"", b"==", b" = ", b"=\n", b"=-", b"\r="]))
    return b"\n".join(lines)
