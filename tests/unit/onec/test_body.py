"""The Body of a message from 1C: hostile and odd objects are passed over with their reason, or refuse the file; nothing is guessed."""

import json

import pytest

from pipelines.delivery.onec import body
from pipelines.delivery.onec.body import MoneyDocument, NoPayment, UnreadDocument, read_body
from pipelines.delivery.onec.catalogues import CatalogueObject
from pipelines.delivery.onec.header import read_header
from pipelines.delivery.onec.register import NamedParty
from pipelines.errors import BadInput
from tests.onec_money import Money, message

PAYMENT = Money("1", "5.00", purpose="Оплата")


def objects(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "Message_BP_FB.xml"
    path.write_bytes(text.encode(encoding))
    return list(read_body(path))


@pytest.mark.parametrize("amount", ["-5.00", "0", "0.00", "5.001", "NaN", "Infinity", "1E+20", "", "5,00", "пять", "9" * 40])
def test_a_sum_that_is_none_of_a_payment_is_passed_over(tmp_path, amount):
    [unread] = objects(tmp_path, message(1, PAYMENT.xml().replace("<Сумма>5.00</Сумма>", f"<Сумма>{amount}</Сумма>", 1)))
    assert isinstance(unread, UnreadDocument)
    assert (unread.reference, unread.written, unread.left_out) == (PAYMENT.reference, amount, None)
    assert "sum" in unread.reason
    assert "0000-000001" in unread.reason


def test_what_could_not_be_read_says_all_the_same_whether_it_is_a_customers(tmp_path):
    told = Money("1", "0.00", state="Черновик"), Money("2", "0.00", settled_with="СПоставщиком"), Money("3", "0.00", currency="840")
    assert [each.left_out for each in objects(tmp_path, message(1, *(each.xml() for each in told)))] == [
        NoPayment.DRAFT, NoPayment.NOT_A_CUSTOMER, NoPayment.OTHER_CURRENCY,
    ]  # fmt: skip


def test_the_bytes_are_read_as_the_message_says(tmp_path):
    text = message(1, PAYMENT.xml())
    declared = text.replace('encoding="UTF-8"', 'encoding="windows-1251"')
    for written, encoding in ((declared, "cp1251"), (text.replace("UTF-8", "UTF-16"), "utf-16"), (text, "utf-8-sig")):
        [document] = objects(tmp_path, written, encoding)
        assert (document.purpose, document.organization.name) == ("Оплата", "ОРГ")
    with pytest.raises(BadInput, match="not well-formed"):
        objects(tmp_path, text, "cp1251")
    with pytest.raises(BadInput, match="not well-formed"):
        objects(tmp_path, text.replace("UTF-8", "klingon"))


def test_no_entity_is_resolved_and_nothing_is_fetched(tmp_path):
    """A bomb and an external entity: the header refuses their DOCTYPE, and the body without it knows no entity."""
    (tmp_path / "secret").write_text("СЕКРЕТ")
    bomb = '<!ENTITY a "аааааааааа">' + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    for entities, used in ((bomb, "&i;"), (f'<!ENTITY x SYSTEM "{(tmp_path / "secret").as_uri()}">', "&x;")):
        text = message(1, Money("1", "5.00", purpose=used).xml())
        path = tmp_path / "Message_BP_FB.xml"
        path.write_text(text.replace("<Message", f"<!DOCTYPE Message [{entities}]><Message", 1), encoding="utf-8")
        with pytest.raises(BadInput, match="DOCTYPE"):
            read_header(path)
        try:
            read = list(read_body(path))  # it is never read without its header; even so
        except BadInput:
            continue
        assert all(len(str(document)) < 1000 and "СЕКРЕТ" not in str(document) for document in read)


def test_one_object_without_an_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(body, "LARGEST_OBJECT", 1 << 17)
    with pytest.raises(BadInput, match="no end of an object"):
        objects(tmp_path, message(1, f"<Справочник.Склады>{'<a>x</a>' * 50_000}</Справочник.Склады>"))


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\boot.ini", "/dev/null", "a\u202eb", "%2e%2e%2f"])
def test_a_name_of_a_path_is_a_text_like_any_other(tmp_path, name):
    [document] = objects(tmp_path, message(1, Money("1", "5.00", bank_no=name, purpose=name, uuid=PAYMENT.reference).xml()))
    assert isinstance(document, MoneyDocument)
    assert (document.number, document.purpose) == (name, name)
    [unread] = objects(tmp_path, message(1, Money("1", "5.00", uuid=name).xml()))
    assert "no reference to an object" in unread.reason


def contact(written):
    escaped = written.replace("&", "&amp;").replace("<", "&lt;")
    return (
        "<Справочник.Контрагенты><КлючевыеСвойства><Наименование>А</Наименование><ИНН>7736207543</ИНН>"
        "<ЮридическоеФизическоеЛицо>ФизическоеЛицо</ЮридическоеФизическоеЛицо></КлючевыеСвойства><КонтактнаяИнформация><Строка>"
        f"<ВидКонтактнойИнформации>ЮридическийАдрес</ВидКонтактнойИнформации><ЗначенияПолей>{escaped}</ЗначенияПолей>"
        "</Строка></КонтактнаяИнформация></Справочник.Контрагенты>"
    )


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (json.dumps({"value": "Москва,  Тверская 1"}, ensure_ascii=False), "Москва, Тверская 1"),
        ('<КонтактнаяИнформация xmlns="http://www.v8.1c.ru/ssl/contactinfo" Представление="Москва"/>', "Москва"),
        ("Москва", "Москва"),
        ('{"value": 5}', None),
        ("{" * 5000, None),
        ("[" + "{" * 5000, None),
        ('<!DOCTYPE a [<!ENTITY x "у">]><a Представление="&x;"/>', None),
        ("<a", None),
        ("x" * 2000, None),
    ],
)
def test_an_address_is_what_1c_shows(tmp_path, written, shown):
    [item] = objects(tmp_path, message(1, contact(written)))
    assert isinstance(item, CatalogueObject)
    assert item.columns.get("address") == shown
    assert "kind" not in item.columns  # 1C does not say whether the person is an entrepreneur


def test_a_party_is_digested_as_it_has_always_been():
    """Stored digests of documents hold these words: told otherwise, every document of a base would be a new version."""
    assert str(NamedParty("r", "ООО «А»", "1", "2")) == "NamedParty(reference='r', name='ООО «А»', inn='1', kpp='2')"
