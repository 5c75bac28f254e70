"""What a base holds of the other side's objects, read from the elements of a Body, and what an accountant would find wrong with it."""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from xml.etree import ElementTree as ET

from tests.stand_in_1c.configuration import CORRECTION, SALE

_KOPECK = Decimal("0.01")
_KEY = "{*}КлючевыеСвойства"
_PARTIES = ("Организация", "Контрагент")


@dataclass(frozen=True)
class Held:
    """An object as it is now. `amount`: None for what has no sum; `parties`: UUIDs that it names; `attributes`: of a catalogue.

    `corrects`: UUID of the document that a correction takes the place of.
    """

    type_name: str
    number: str = ""
    on: str = ""
    amount: Decimal | None = None
    parties: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    corrects: str = ""

    @property
    def is_document(self) -> bool:
        return self.type_name.startswith("Документ.")


@dataclass
class Documents:
    """UUID → the object, None where it was marked as deleted. `skipped`: types that the configuration does not take, and how often."""

    held: dict[str, Held | None] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)

    def load(self, element: ET.Element, taken: tuple[str, ...]) -> None:
        """One object of a Body; an object that is known by its UUID is changed, never doubled."""
        name = element.tag.rpartition("}")[2]
        if name == "УдалениеОбъекта":
            for link in element.iter():
                if link.tag.endswith("Ссылка") and (link.text or "").strip():
                    self.held[(link.text or "").strip()] = None
        elif name not in taken:
            self.skipped[name] = self.skipped.get(name, 0) + 1
        else:
            key = element.find(_KEY)
            self.held[_text(key, "Ссылка")] = _held(name, key, element)

    def of_type(self, type_name: str) -> list[Held]:
        return [each for each in self.held.values() if each and each.type_name == type_name]

    def sums(self, type_name: str) -> dict[str, Decimal]:
        """Number → sum of the documents of a type; a number that stands twice is a fault."""
        documents = self.of_type(type_name)
        assert len({each.number for each in documents}) == len(documents), f"a number of {type_name} stands twice"
        return {each.number: each.amount or Decimal(0) for each in documents}

    def rendered(self) -> Decimal:
        """Sum of all sales, each as its last correction leaves it."""
        documents = {key: each for key, each in self.held.items() if each and each.type_name in (SALE, CORRECTION)}
        corrected = {each.corrects for each in documents.values()}
        return sum((each.amount or Decimal(0) for key, each in documents.items() if key not in corrected), Decimal(0))

    def sales(self) -> list[Held]:
        """Sales, and the corrections that take the place of them."""
        return self.of_type(SALE) + self.of_type(CORRECTION)

    def problems(self) -> list[str]:
        """What an accountant would find: parties that nothing brought, and numbers of one type that two documents bear."""
        known = {key for key, each in self.held.items() if each}
        documents = [each for each in self.held.values() if each and each.is_document]
        unknown = [
            f"{each.type_name} {each.number}: no object {party} came" for each in documents for party in each.parties if party not in known
        ]
        numbers = [(each.type_name, each.number) for each in documents if each.number]
        return unknown + [
            f"{type_name} {number} stands twice" for type_name, number in {*numbers} if numbers.count((type_name, number)) > 1
        ]


def arithmetic(element: ET.Element) -> list[str]:
    """What does not add up in a document with rows: quantity × price, the VAT of its rate, and the rows against the total."""
    name, rows = element.tag.rpartition("}")[2], element.findall("{*}Услуги/{*}Строка")
    number, total = _text(element.find(_KEY), "Номер"), element.findtext("{*}Сумма")
    if not rows or total is None:
        return []
    inside, expected, problems = _text(element, "СуммаВключаетНДС") == "true", Decimal(0), []
    for row in rows:
        amount, vat = Decimal(_text(row, "Сумма")), Decimal(_text(row, "СуммаНДС") or "0")
        rate = Decimal(row.findtext("{*}СтавкаНДС/{*}Ставка") or "0")
        if Decimal(_text(row, "Количество")) * Decimal(_text(row, "Цена")) != amount:
            problems.append(f"{name} {number}: quantity × price is not {amount}")
        if abs(vat - (amount * rate / (100 + rate if inside else 100)).quantize(_KOPECK, ROUND_HALF_UP)) > _KOPECK * len(rows):
            problems.append(f"{name} {number}: VAT {vat} of {amount} is not {rate} %")
        expected += amount if inside else amount + vat
    return problems if expected == Decimal(total) else [*problems, f"{name} {number}: rows come to {expected}, the total is {total}"]


def _held(name: str, key: ET.Element | None, element: ET.Element) -> Held:
    amount = element.findtext("{*}Сумма")
    parties = [_text(key.find(f"{{*}}{tag}"), "Ссылка") for tag in _PARTIES[:1] if key is not None]
    parties += [_text(element.find("{*}Контрагент"), "Ссылка"), _text(element.find("{*}ДанныеВзаиморасчетов/{*}Договор"), "Ссылка")]
    attributes = (
        () if name.startswith("Документ.") or key is None else tuple((each.tag.rpartition("}")[2], each.text or "") for each in key)
    )
    return Held(
        name, _text(key, "Номер") or _text(key, "Наименование"), _text(key, "Дата")[:10],
        Decimal(amount) if amount else None, tuple(each for each in parties if each), attributes,
        (element.findtext("{*}ДокументРеализации/*/{*}Ссылка") or "").strip(),
    )  # fmt: skip


def _text(element: ET.Element | None, tag: str) -> str:
    return ((element.findtext(f"{{*}}{tag}") if element is not None else "") or "").strip()
