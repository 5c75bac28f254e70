"""An act as УПД: the seller's file ON_NSCHFDOPPR 5.03 (order ЕД-7-26/970@), not signed. Pure.

Where the seller pays VAT it is счёт-фактура and act in one (СЧФДОП), else the act alone (ДОП).
"""

from datetime import date
from decimal import Decimal

from lxml import etree

from pipelines.documents.edo.model import Exchange, ExchangeFile, NotForExchange
from pipelines.documents.edo.people import PersonName, name_of, signer
from pipelines.documents.edo.units import okei
from pipelines.documents.model import ActDocument, InvoiceRow
from pipelines.documents.parts import own_name, post
from pipelines.documents.requisites import Party
from pipelines.documents.sale_rows import SERVICE_UNIT
from pipelines.money import ZERO, at_least_kopecks
from pipelines.wording import outside
from pipelines.wording.russian import roubles

VERSION = "5.03"
PROGRAM = "fleetbill"
_PAPER = "Универсальный передаточный документ"
_FACT = (
    "Документ об отгрузке товаров (выполнении работ), передаче имущественных прав (документ об оказании услуг)",
    "Счет-фактура и документ об отгрузке товаров (выполнении работ), передаче имущественных прав (документ об оказании услуг)",
)
_WITHOUT_VAT = "без НДС"
_RUSSIA = {"КодСтр": "643", "НаимСтран": "Россия"}
_SERVICE = "3"
_BY_SIGNATURE = "1"
_LONGEST_NAME, _LONGEST_TEXT, _DECIMALS = 1000, 2000, 11
# letters that windows-1251 has not, as it writes them; the rest become character references
_CP1251 = str.maketrans({"×": "х", "−": "-", "₽": "руб.", "\N{NON-BREAKING HYPHEN}": "-", "\N{THIN SPACE}": " ", "\N{NO-BREAK SPACE}": " "})


def upd(act: ActDocument, way: Exchange) -> ExchangeFile:
    """The file of an act; the same act and way always give the same bytes. NotForExchange names what the format lacks."""
    named = f"ON_NSCHFDOPPR_{way.receiver}_{way.sender}_{way.at:%Y%m%d}_{way.key}_0_0_0_0_0_00"
    root = etree.Element("Файл", {"ИдФайл": named, "ВерсФорм": VERSION, "ВерсПрог": PROGRAM})
    with_vat = any(row.vat_rate is not None for row in act.rows)
    document = _document(root, act, way, with_vat=with_vat)
    _invoice(document, act, way, with_vat=with_vat)
    _table(document, act)
    _handing_over(document, act)
    _signer(document, act)
    content = bytes(etree.tostring(root, encoding="windows-1251", xml_declaration=True))  # type: ignore[arg-type]  # never text
    return ExchangeFile(f"{named}.xml", content)


def _document(root: etree._Element, act: ActDocument, way: Exchange, *, with_vat: bool) -> etree._Element:
    seller = act.seller
    attributes = {
        "КНД": "1115131",
        "Функция": "СЧФДОП" if with_vat else "ДОП",
        "ПоФактХЖ": _FACT[0],
        "НаимДокОпр": _FACT[1] if with_vat else _FACT[0],
        "ДатаИнфПр": _day(way.at.date()),
        "ВремИнфПр": f"{way.at:%H.%M.%S}",
        "НаимЭконСубСост": _text(f"{_name(seller)}, ИНН/КПП {'/'.join(filter(None, (seller.inn, _kpp(seller))))}", _LONGEST_NAME),
    }
    return etree.SubElement(root, "Документ", attributes)


def _invoice(document: etree._Element, act: ActDocument, way: Exchange, *, with_vat: bool) -> None:
    head = etree.SubElement(document, "СвСчФакт", {"НомерДок": act.number, "ДатаДок": _day(act.dated)})
    _party(etree.SubElement(head, "СвПрод"), act.seller, needs_address=with_vat)
    for payment in way.paid:
        etree.SubElement(head, "СвПРД", {"НомерПРД": payment.number[:30], "ДатаПРД": _day(payment.on), "СуммаПРД": _money(payment.amount)})
    etree.SubElement(
        head, "ДокПодтвОтгрНом", {"РеквНаимДок": _PAPER, "РеквНомерДок": _text(act.number, 255), "РеквДатаДок": _day(act.dated)}
    )
    _party(etree.SubElement(head, "СвПокуп"), act.buyer, needs_address=with_vat)
    etree.SubElement(head, "ДенИзм", {"КодОКВ": "643", "НаимОКВ": "Российский рубль"})
    if act.contract.signed_on is None:
        said = {"Идентиф": "Договор", "Значен": _text(act.contract.number, 2000)}
        etree.SubElement(etree.SubElement(head, "ИнфПолФХЖ1"), "ТекстИнф", said)


def _party(element: etree._Element, party: Party, *, needs_address: bool) -> None:
    identity = etree.SubElement(element, "ИдСв")
    match party.kind:
        case "legal":
            legal = {"НаимОрг": _text(_name(party), _LONGEST_NAME), "ИННЮЛ": _inn(party)}
            etree.SubElement(identity, "СвЮЛУч", legal | ({"КПП": kpp} if (kpp := _kpp(party)) else {}))
        case "entrepreneur":
            _person(etree.SubElement(identity, "СвИП", {"ИННФЛ": _inn(party)}), name_of(party))
        case _:
            _person(etree.SubElement(identity, "СвФЛУч", {"ИННФЛ": party.inn} if party.inn else {}), name_of(party))
    if party.address:
        address = {**_RUSSIA, "АдрТекст": _text(party.address, 1000)}
        etree.SubElement(etree.SubElement(element, "Адрес"), "АдрИнф", address)
    elif needs_address and party.kind != "individual":
        raise NotForExchange(f"{party.name} ({party.code}): a счёт-фактура needs an address")
    _bank(element, party)


def _bank(element: etree._Element, party: Party) -> None:
    if party.bank is None:
        return
    account = etree.SubElement(element, "БанкРекв", {"НомерСчета": party.bank.account})
    corr = {"КорСчет": party.bank.corr_account} if party.bank.corr_account else {}
    etree.SubElement(account, "СвБанк", {"НаимБанк": _text(party.bank.name, _LONGEST_NAME), "БИК": party.bank.bic} | corr)


def _person(element: etree._Element, person: PersonName) -> None:
    attributes = {"Фамилия": person.surname, "Имя": person.name} | ({"Отчество": person.patronymic} if person.patronymic else {})
    etree.SubElement(element, "ФИО", attributes)


def _table(document: etree._Element, act: ActDocument) -> None:
    table = etree.SubElement(document, "ТаблСчФакт")
    for row in act.rows:
        _row(table, row)
    total = etree.SubElement(table, "ВсегоОпл", {"СтТовБезНДСВсего": _money(act.net), "СтТовУчНалВсего": _money(act.total)})
    _tax(etree.SubElement(total, "СумНалВсего"), act.vat, taxed=any(row.vat_rate is not None for row in act.rows))


def _row(table: etree._Element, row: InvoiceRow) -> None:
    if min(row.net, row.vat, row.total) < ZERO:
        raise NotForExchange(f"row {row.no}: {row.title} comes to {row.total}, and a row below zero is for a корректировочный документ")
    quantity, unit, price, arithmetic = _price(row)
    code, unit_name = okei(unit)
    priced = {"КолТов": _number(quantity), "ЦенаТов": _unit_price(price)} if price and quantity else {}
    attributes = {
        "НомСтр": str(row.no),
        "НаимТов": _text(", ".join(filter(None, (row.title, row.text, arithmetic))), _LONGEST_TEXT),
        "ОКЕИ_Тов": code,
        "НаимЕдИзм": unit_name,
        **priced,
        "СтТовБезНДС": _money(row.net),
        "НалСт": _WITHOUT_VAT if row.vat_rate is None else f"{_number(row.vat_rate)}%".replace(".", ","),
        "СтТовУчНал": _money(row.total),
    }
    element = etree.SubElement(table, "СведТов", attributes)
    etree.SubElement(element, "ДопСведТов", {"ПрТовРаб": _SERVICE})
    etree.SubElement(etree.SubElement(element, "Акциз"), "БезАкциз").text = "без акциза"
    _tax(etree.SubElement(element, "СумНал"), row.vat, taxed=row.vat_rate is not None)


def _price(row: InvoiceRow) -> tuple[Decimal, str, Decimal, str]:
    """Quantity, unit, price without VAT, and the arithmetic where that price cannot be written out (domain.md §7)."""
    if not row.price_includes_vat or row.vat_rate is None:
        return row.quantity, row.unit, row.price, ""
    if row.quantity:
        price = (row.net / row.quantity).quantize(Decimal(1).scaleb(-2))
        if price * row.quantity == row.net:
            return row.quantity, row.unit, price, ""
    said = f"{_number(row.quantity).replace('.', ',')} {row.unit} х {roubles(row.price)} с НДС"
    return Decimal(1), SERVICE_UNIT, row.net, said


def _tax(element: etree._Element, amount: Decimal, *, taxed: bool) -> None:
    if taxed:
        etree.SubElement(element, "СумНал").text = _money(amount)
    else:
        etree.SubElement(element, "БезНДС").text = _WITHOUT_VAT


def _handing_over(document: etree._Element, act: ActDocument) -> None:
    period = {"ДатаНачПер": _day(act.period.first), "ДатаОконПер": _day(act.period.last)}
    rendered = {"СодОпер": "Услуги оказаны в полном объеме", "ДатаПер": _day(act.dated)}
    handed = etree.SubElement(etree.SubElement(document, "СвПродПер"), "СвПер", rendered | period)
    if act.contract.signed_on is None:
        etree.SubElement(handed, "БезДокОснПер").text = "1"
        return
    ground = {"РеквНаимДок": "Договор", "РеквНомерДок": _text(act.contract.number, 255), "РеквДатаДок": _day(act.contract.signed_on)}
    etree.SubElement(handed, "ОснПер", ground)


def _signer(document: etree._Element, act: ActDocument) -> None:
    attributes = {"Должн": _text(outside.unbroken(post(act.seller)), 255), "СпосПодтПолном": _BY_SIGNATURE}
    _person(etree.SubElement(document, "Подписант", attributes), signer(act.seller))


def _name(party: Party) -> str:
    return party.full_name or party.name or own_name(party)


def _inn(party: Party) -> str:
    if not party.inn:
        raise NotForExchange(f"{party.name} ({party.code}): its ИНН is not known")
    return party.inn


def _kpp(party: Party) -> str | None:
    return party.kpp if party.kind == "legal" else None


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _number(value: Decimal) -> str:
    """A decimal without an exponent and without zeros that say nothing."""
    text = f"{value.normalize():f}"
    if "." in text and len(text.split(".")[1]) > _DECIMALS:
        raise NotForExchange(f"{text} has more than {_DECIMALS} decimals")
    return text


def _unit_price(price: Decimal) -> str:
    """A price with kopecks, and with more where it has more."""
    shown = at_least_kopecks(price)
    return _number(shown) if shown != round(shown, 2) else _money(shown)


def _text(text: str, longest: int) -> str:
    """Outside text as windows-1251 can hold it, cut with a mark where the format has no more room."""
    plain = outside.unbroken(outside.clean(text)).translate(_CP1251)
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"
