"""Messages of 1C with documents of money, written as text: no word of the product's own writer is used."""

from dataclasses import dataclass
from pathlib import Path

NAMESPACE = "http://v8.1c.ru/edi/edi_stnd/EnterpriseData/1.19"
INN = "7736207543"  # of the client who pays
_ROUBLES = "<Валюта><ДанныеКлассификатора><Код>{}</Код><Наименование>руб.</Наименование></ДанныеКлассификатора></Валюта>"
_TYPES = {
    "in": "ПБДСРасчетыСКонтрагентами",
    "out": "СБДСРасчетыСКонтрагентами",
    "cash": "ПКОРасчетыСКонтрагентами",
    "cash out": "РКОРасчетыСКонтрагентами",
}


@dataclass(frozen=True)
class Money:
    """A document of money as an accountant entered it. `bank_no`: the number of the bank's own document, where 1C knows it."""

    no: str
    amount: str
    day: str = "2026-03-02"
    kind: str = "in"
    bank_no: str = ""
    inn: str = INN
    purpose: str = "Оплата"
    account: str = "40702810938000000001"
    settled_with: str = "СПокупателем"
    currency: str = "643"
    state: str = ""
    client_reference: str = ""
    organization_inn: str = "7707083893"
    organization_reference: str = ""
    uuid: str = ""

    @property
    def reference(self) -> str:
        return self.uuid or f"0c1d2e3f-7777-4a4a-8b8b-{int(self.no):012}"

    @property
    def type_name(self) -> str:
        return _TYPES[self.kind]

    def xml(self) -> str:
        client = f"<Ссылка>{self.client_reference}</Ссылка>" if self.client_reference else ""
        inn = f"<ИНН>{self.inn}</ИНН>" if self.inn else ""
        known = f"<Ссылка>{self.organization_reference}</Ссылка>" if self.organization_reference else ""
        organization = (
            f"<Организация>{known}<Наименование>ОРГ</Наименование><ИНН>{self.organization_inn}</ИНН>"
            "<ЮридическоеФизическоеЛицо>ЮридическоеЛицо</ЮридическоеФизическоеЛицо></Организация>"
        )
        counterparty = (
            f"<Контрагент>{client}<Наименование>Клиент</Наименование>{inn}"
            "<ЮридическоеФизическоеЛицо>ЮридическоеЛицо</ЮридическоеФизическоеЛицо></Контрагент>"
        )
        settled = f"<ВидРасчетов>{self.settled_with}</ВидРасчетов>"
        state = f"<ОбщиеСвойстваОбъектовФормата><СостояниеОбъекта>{self.state}</СостояниеОбъекта></ОбщиеСвойстваОбъектовФормата>"
        order = settled + counterparty if self.kind == "in" else counterparty + settled
        return (
            f"<Документ.{self.type_name}><КлючевыеСвойства><Ссылка>{self.reference}</Ссылка><Дата>{self.day}T12:00:00</Дата>"
            f"<Номер>0000-{int(self.no):06}</Номер>{organization}</КлючевыеСвойства><ОбщиеДанные>{self._common()}</ОбщиеДанные>{order}"
            "<РасшифровкаПлатежа><Строка>"
            f"<Сумма>{self.amount}</Сумма><ДанныеВзаиморасчетов/></Строка></РасшифровкаПлатежа>{state if self.state else ''}"
            f"</Документ.{self.type_name}>"
        )

    def _common(self) -> str:
        roubles = _ROUBLES.format(self.currency)
        account = (
            f"<БанковскийСчетОрганизации><НомерСчета>{self.account}</НомерСчета><Владелец><ОрганизацииСсылка><Наименование>ОРГ</Наименование>"
            "<ЮридическоеФизическоеЛицо>ЮридическоеЛицо</ЮридическоеФизическоеЛицо></ОрганизацииСсылка></Владелец></БанковскийСчетОрганизации>"
        )
        match self.kind:
            case "in":
                number = f"<НомерВходящегоДокумента>{self.bank_no}</НомерВходящегоДокумента>" if self.bank_no else ""
                return (
                    f"<ДатаВыписки>{self.day}</ДатаВыписки>{number}{roubles}<Сумма>{self.amount}</Сумма>{account}"
                    f"<НазначениеПлатежа>{self.purpose}</НазначениеПлатежа>"
                )
            case "out":
                return (
                    f"<ДатаВыписки>{self.day}</ДатаВыписки>{roubles}<Сумма>{self.amount}</Сумма>{account}"
                    f"<РеквизитыПлатежа><НазначениеПлатежа>{self.purpose}</НазначениеПлатежа></РеквизитыПлатежа>"
                )
            case "cash":
                return f"{roubles}<Сумма>{self.amount}</Сумма><Основание>{self.purpose}</Основание>"
            case _:
                return f"{roubles}<Сумма>{self.amount}</Сумма><НазначениеПлатежа>{self.purpose}</НазначениеПлатежа>"

    def deletion(self) -> str:
        return (
            f"<УдалениеОбъекта><СсылкаНаОбъект><СсылкаНаОбъект><{self.type_name}Ссылка>{self.reference}</{self.type_name}Ссылка>"
            "</СсылкаНаОбъект></СсылкаНаОбъект></УдалениеОбъекта>"
        )


def message(message_no: int, *objects: str, received_no: int = 0, sender: str = "BP", receiver: str = "FB") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Message xmlns:msg="http://www.1c.ru/SSL/Exchange/Message">'
        f"<msg:Header><msg:Format>{NAMESPACE}</msg:Format><msg:CreationDate>2026-03-02T18:00:00</msg:CreationDate><msg:Confirmation>"
        f"<msg:ExchangePlan>СинхронизацияДанныхЧерезУниверсальныйФормат</msg:ExchangePlan><msg:To>{receiver}</msg:To><msg:From>{sender}"
        f"</msg:From><msg:MessageNo>{message_no}</msg:MessageNo><msg:ReceivedNo>{received_no}</msg:ReceivedNo></msg:Confirmation>"
        f'<msg:AvailableVersion>1.19</msg:AvailableVersion></msg:Header><Body xmlns="{NAMESPACE}">{"".join(objects)}</Body></Message>'
    )


def drop(exchange: Path, text: str, sender: str = "BP", receiver: str = "FB") -> Path:
    """The message in our `in`, whole at once."""
    folder = exchange / "onec" / "in"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"Message_{sender}_{receiver}.xml"
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text, encoding="utf-8-sig")
    temporary.replace(path)
    return path
