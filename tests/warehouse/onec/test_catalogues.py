"""Counterparties and contracts that 1C changed: taken, offered, known, unknown; and a person's word on what is offered."""

import json
from datetime import timedelta

import pytest

from pipelines.clock import Authorship
from pipelines.delivery.onec.header import read_header
from pipelines.delivery.onec.model import ObjectKind, reference
from pipelines.delivery.onec.offers import AlreadySettled, offers, settle
from pipelines.delivery.onec.receiving import AnswerOutcome
from pipelines.delivery.onec.sending import send
from pipelines.errors import BadInput
from pipelines.runs.exchange import receive_from_onec
from tests.conftest import NOW
from tests.database import contents, difference
from tests.ledger_world import House
from tests.onec_money import Money, drop, message

INN, OTHER = "7736207543", "7728168971"
ADDRESS = json.dumps({"value": "125009, Москва, Тверская ул., 1", "type": "Адрес"}, ensure_ascii=False)
ANNA = Authorship("Анна", "по письму клиента", NOW)


def key(name="A", uuid="", inn=INN, kpp="", full_name="", person="ЮридическоеЛицо"):
    """КлючевыеСвойства of a counterparty; without `uuid`, by our own reference."""
    parts = {
        "Ссылка": str(reference(ObjectKind.COUNTERPARTY, name)) if uuid == "" else uuid,
        "Наименование": name,
        "НаименованиеПолное": full_name,
        "ИНН": inn,
        "КПП": kpp,
        "ЮридическоеФизическоеЛицо": person,
    }
    return "".join(f"<{tag}>{value}</{tag}>" for tag, value in parts.items() if value)


def counterparty(*, contacts=(), **values):
    rows = "".join(
        f"<Строка><ВидКонтактнойИнформации>{kind}</ВидКонтактнойИнформации><ЗначенияПолей>{value}</ЗначенияПолей></Строка>"
        for kind, value in contacts
    )
    told = f"<КонтактнаяИнформация>{rows}</КонтактнаяИнформация>" if rows else ""
    return f"<Справочник.Контрагенты><КлючевыеСвойства>{key(**values)}</КлючевыеСвойства>{told}</Справочник.Контрагенты>"


def agreement(number="K-A", day="2025-01-01", ends_on="", client="A", inn=INN, uuid=""):
    end = f"<СрокДействия>{ends_on}</СрокДействия>" if ends_on else ""
    return (
        f"<Справочник.Договоры><КлючевыеСвойства><Ссылка>{uuid or reference(ObjectKind.CONTRACT, number)}</Ссылка>"
        f"<ВидДоговора>СПокупателем</ВидДоговора><Контрагент>{key(client, inn=inn)}</Контрагент>"
        f"<Дата>{day}</Дата><Номер>{number}</Номер></КлючевыеСвойства>{end}</Справочник.Договоры>"
    )


@pytest.fixture
def house(settings):
    made = House(settings)
    made.client("A", INN)
    made.client("B", OTHER)
    return made


class Onec:
    """1C's side of the folder: the next number with each message."""

    def __init__(self, settings, peer="BP"):
        self.settings, self.peer, self.last_no = settings, peer, 0

    def tells(self, *objects):
        self.last_no += 1
        drop(self.settings.exchange, message(self.last_no, *objects))
        [answer] = receive_from_onec(self.settings, NOW + timedelta(minutes=self.last_no)).answers
        assert answer.outcome == AnswerOutcome.TAKEN, answer.detail
        return answer.detail


@pytest.fixture
def onec(settings):
    return Onec(settings)


def client(house, code="A"):
    [row] = house.rows("SELECT inn, kpp, full_name, address, kind, email FROM master.clients WHERE client_code = :code", code=code)
    return dict(zip(("inn", "kpp", "full_name", "address", "kind", "email"), row, strict=True))


def authors(house):
    return house.rows("SELECT by_name, key FROM master.history ORDER BY history_no")


def offered(settings):
    return [(row["code"], row["field"], row["ours"], row["value"]) for row in offers(settings)]


def test_requisites_of_1c_are_taken_and_identities_are_offered(house, settings, onec):
    said = onec.tells(
        counterparty(
            kpp="770801001", full_name="Общество А", contacts=[("ЮридическийАдрес", ADDRESS), ("АдресЭлектроннойПочты", "a@example.org")]
        ),
        counterparty(name="B", inn="7707083893"),
        agreement(day="2024-12-30", ends_on="2026-12-31"),
        Money("1", "5.00").xml(),
    )
    assert "1 payments stored" in said
    assert "3 fields taken from 1C, 4 fields offered" in said
    taken = client(house)
    assert (taken["kpp"], taken["full_name"], taken["address"]) == ("770801001", "Общество А", "125009, Москва, Тверская ул., 1")
    assert (taken["inn"], taken["email"]) == (INN, None)
    assert authors(house) == [("1С:BP", "A")]
    assert offered(settings) == [
        ("A", "email", None, "a@example.org"),
        ("B", "inn", OTHER, "7707083893"),
        ("K-A", "signed_on", None, "2024-12-30"),
        ("K-A", "ends_on", None, "2026-12-31"),
    ]
    found = house.rows("SELECT subject, contract_no FROM findings.occurrences WHERE kind = 'onec_offer' ORDER BY 1")
    assert found[-2:] == [("BP/contracts/K-A/ends_on", "K-A"), ("BP/contracts/K-A/signed_on", "K-A")]
    received = {each.name: each.receiving for each in read_header(send(settings, NOW).path).object_types}
    assert (received["Справочник.Контрагенты"], received["Справочник.Договоры"], received["Справочник.Номенклатура"]) == ("*", "*", "")


def test_the_same_again_and_an_echo_of_ours_are_no_news(house, settings, onec):
    onec.tells(counterparty(kpp="770801001", inn="7707083893"))
    before = contents(settings)
    onec.tells(counterparty(kpp="770801001", inn="7707083893"), counterparty(name="B", inn=OTHER, full_name="B"))
    assert set(difference(contents(settings), before)) <= {"delivery.onec_peers", "delivery.onec_messages", "findings.occurrences"}
    with house.owner() as connection:  # ours changes, and 1C has our older value still
        connection.exec_driver_sql("UPDATE master.clients SET kpp = '770901001' WHERE client_code = 'A'")
        connection.exec_driver_sql(
            "INSERT INTO master.history (history_no, sheet, key, action, before, after, by_name, reason, at) SELECT max(history_no) + 1, "
            """'clients', 'A', 'changed', '{"kpp": "770701001"}', '{"kpp": "770901001"}', 'Анна', 'x', now() FROM master.history"""
        )
    onec.tells(counterparty(kpp="770701001", inn="7707083893"))
    assert client(house)["kpp"] == "770901001"
    onec.tells(counterparty(kpp="771001001", inn="7707083893"))
    onec.tells(counterparty(kpp="770701001", inn="7707083893"))  # now it is 1C's own word
    assert client(house)["kpp"] == "770701001"


def test_a_person_takes_refuses_and_an_offer_becomes_moot(house, settings, onec):
    onec.tells(counterparty(inn="7707083893"), agreement(ends_on="2026-12-31"))
    numbers = {row["field"]: row["offer_no"] for row in offers(settings)}
    assert settle(settings, [numbers["inn"]], ANNA, is_taken=True) == 1
    assert settle(settings, [numbers["inn"]], ANNA, is_taken=True) == 0
    assert settle(settings, [numbers["ends_on"]], ANNA, is_taken=False) == 1
    with pytest.raises(AlreadySettled, match="Анна has refused"):
        settle(settings, [numbers["ends_on"]], ANNA, is_taken=True)
    with pytest.raises(BadInput, match="no offer 999"):
        settle(settings, [999], ANNA, is_taken=True)
    assert (client(house)["inn"], authors(house)) == ("7707083893", [("Анна", "A")])
    onec.tells(counterparty(inn="7707083893"), agreement(ends_on="2026-12-31"))
    assert [field for _, field, _, _ in offered(settings)] == ["signed_on"]  # what was refused is not asked again
    onec.tells(agreement(ends_on="2027-12-31"))
    onec.tells(agreement(ends_on="2028-12-31"))
    [first, second] = house.rows("SELECT told_no FROM delivery.onec_told_fields WHERE value IN ('2027-12-31', '2028-12-31') ORDER BY 1")
    with pytest.raises(BadInput, match="is over"):
        settle(settings, list(first), ANNA, is_taken=True)
    with house.owner() as connection:
        connection.exec_driver_sql("UPDATE master.contracts SET ends_on = '2028-12-31', signed_on = '2025-01-01'")
    assert offered(settings) == []
    with pytest.raises(BadInput, match="is over"):
        settle(settings, list(second), ANNA, is_taken=True)
    onec.tells()
    assert house.rows("SELECT FROM findings.occurrences WHERE kind = 'onec_offer'") == []


def test_what_the_rules_refuse_is_offered_with_the_reason_and_the_rest_is_taken(house, settings, onec):
    onec.tells(counterparty(kpp="77", full_name="Общество А"), counterparty(name="B", inn=OTHER, full_name="Общество Б"))
    assert (client(house)["kpp"], client(house)["full_name"], client(house, "B")["full_name"]) == (None, "Общество А", "Общество Б")
    [row] = offers(settings)
    assert (row["field"], "is not a КПП" in row["detail"]) == ("kpp", True)
    with pytest.raises(BadInput, match="is not a КПП"):
        settle(settings, [row["offer_no"]], ANNA, is_taken=True)


def test_who_is_meant(house, settings, onec):
    """Two clients with one ИНН, a КПП that changed, somebody whom nobody knows, a deletion, contracts of suppliers."""
    house.client("C", OTHER)
    own = "11111111-2222-4333-8444-555555555555"
    said = onec.tells(
        counterparty(name="Филиал", uuid=own, inn=OTHER, kpp="770801001"),
        counterparty(name="Незнакомец", uuid="11111111-2222-4333-8444-666666666666", inn="5047000005"),
        counterparty(name="Без имени", uuid="", inn="5047000005").replace("Ссылка", "Иное").replace("ИНН", "Иное"),
        agreement("K-X"),
        agreement().replace("СПокупателем", "СПоставщиком"),
        agreement(uuid="11111111-2222-4333-8444-777777777777", ends_on="2027-01-01"),
        agreement("K-B", uuid="11111111-2222-4333-8444-888888888888"),
        "<УдалениеОбъекта><СсылкаНаОбъект><СсылкаНаОбъект><КонтрагентыСсылка>"
        f"{reference(ObjectKind.COUNTERPARTY, 'B')}</КонтрагентыСсылка></СсылкаНаОбъект></СсылкаНаОбъект></УдалениеОбъекта>",
    )
    assert f"1 of several clients (Филиал, ИНН {OTHER}: B, C)" in said
    assert "1 unknown clients (Незнакомец, ИНН 5047000005)" in said
    assert "2 unknown contracts (№ K-X, A; № K-B, A)" in said
    assert "1 deleted in 1C, kept here (client B)" in said
    assert "a contract СПоставщиком" in said
    assert "neither a reference nor an ИНН" in said
    assert offered(settings) == [("K-A", "signed_on", None, "2025-01-01"), ("K-A", "ends_on", None, "2027-01-01")]
    with house.owner() as connection:
        connection.exec_driver_sql("UPDATE master.clients SET kpp = '770701001' WHERE client_code = 'A'")
    onec.tells(counterparty(name="Другой", uuid=own, kpp="771001001"))  # by ИНН alone: perhaps a branch
    assert client(house)["kpp"] == "770701001"
    assert offers(settings)[-1]["detail"] == "known by its ИНН alone"
    onec.tells(counterparty(kpp="771001001"))  # by our reference
    assert client(house)["kpp"] == "770701001"  # told and offered before
