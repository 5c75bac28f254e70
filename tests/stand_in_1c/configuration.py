"""What a configuration of 1C is: the versions of EnterpriseData that it knows, and the types of objects that it sends and takes."""

from dataclasses import dataclass

CATALOGUES = ("Справочник.Организации", "Справочник.Контрагенты", "Справочник.Договоры", "Справочник.Номенклатура")
MONEY = tuple(f"Документ.{each}РасчетыСКонтрагентами" for each in ("ПБДС", "СБДС", "ПКО", "РКО"))
INVOICE, ORDER, SALE = "Документ.СчетПокупателю", "Документ.ЗаказКлиента", "Документ.РеализацияТоваровУслуг"
PRICES, CORRECTION = "Документ.УстановкаЦенНоменклатуры", "Документ.КорректировкаРеализацииТоваров"


@dataclass(frozen=True)
class Configuration:
    """`invoice`: the type by which it keeps what a client is asked to pay. `prefix`: of the numbers of its own documents."""

    name: str
    invoice: str
    receives: tuple[str, ...]
    sends: tuple[str, ...]
    versions: tuple[str, ...] = ("1.17", "1.19", "1.21")
    prefix: str = "00"

    def declared(self) -> list[tuple[str, bool, bool]]:
        """(type, whether it is sent, whether it is taken), as the header lists them."""
        return [(each, each in self.sends, each in self.receives) for each in dict.fromkeys((*self.receives, *self.sends))]


BP = Configuration("БП", INVOICE, (*CATALOGUES, INVOICE, SALE, CORRECTION), (*CATALOGUES, *MONEY))
UT = Configuration("УТ", ORDER, (*CATALOGUES, ORDER, SALE, CORRECTION, PRICES), (*CATALOGUES, *MONEY), prefix="УТ")
