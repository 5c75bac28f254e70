"""Readers of what 1C writes: messages, payments in them, turnover reports; and of the proof bundles that clients get."""

import io
import runpy
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples

from pipelines.delivery.onec.body import read_body
from pipelines.delivery.onec.header import has_content, read_header
from pipelines.errors import Refused
from pipelines.period import Month
from pipelines.receivables.onec_reconciliation import _rows
from pipelines.receivables.turnover_names import KnownNames, by_name
from pipelines.receivables.turnover_sheet import read_report
from tests.bundles import SHIPPED
from tests.onec_money import Money, message
from tests.properties.test_proof import Case
from tests.soak.answers import JSON
from tests.soak.company_readers import SETTINGS
from tests.soak.mutations import damaged, damaged_zip
from tests.soak.reader import XML, Reader
from tests.turnovers import card, turnover_sheet
from tests.unit.rating import worlds

_MESSAGE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Message xmlns:msg="http://www.1c.ru/SSL/Exchange/Message" '
    'xmlns:xs="http://www.w3.org/2001/XMLSchema"><msg:Header>'
    "<msg:Format>http://v8.1c.ru/edi/edi_stnd/EnterpriseData/1.19</msg:Format><msg:CreationDate>2026-04-01T09:30:00</msg:CreationDate>"
    "<msg:Confirmation><msg:ExchangePlan>СинхронизацияДанныхЧерезУниверсальныйФормат</msg:ExchangePlan><msg:To>ТМ</msg:To>"
    "<msg:From>БП</msg:From><msg:MessageNo>3</msg:MessageNo><msg:ReceivedNo>7</msg:ReceivedNo></msg:Confirmation>"
    "<msg:AvailableVersion>1.19</msg:AvailableVersion><msg:NewFrom>БП</msg:NewFrom><msg:AvailableObjectTypes><msg:ObjectType>"
    "<msg:Name>Документ.СчетПокупателю</msg:Name><msg:Sending>*</msg:Sending><msg:Receiving/></msg:ObjectType></msg:AvailableObjectTypes>"
    '<msg:Prefix>БП</msg:Prefix></msg:Header><Body xmlns="http://v8.1c.ru/edi/edi_stnd/EnterpriseData/1.19"><Документ.СчетПокупателю/></Body>'
    "</Message>"
)


def _messages(_: Path) -> list[bytes]:
    return [_MESSAGE.encode(), _MESSAGE.encode("utf-8-sig"), _MESSAGE.replace("UTF-8", "windows-1251").encode("cp1251")]


def _read_message(path: Path) -> object:
    return read_header(path), has_content(path)


def _money(_: Path) -> list[bytes]:
    payments = [Money("1", "5.00", purpose="Оплата"), Money("2", "10.00", kind="out"), Money("3", "7.50", client_reference="C1")]
    whole = message(1, *(each.xml() for each in payments), payments[0].deletion())
    return [whole.encode(), whole.replace("UTF-8", "windows-1251").encode("cp1251")]


def _read_money(path: Path) -> object:
    read_header(path)
    return list(read_body(path))


def _turnovers(folder: Path) -> list[bytes]:
    rows = [("A", None), ("K-A", (300, 0, 500, 0, 800, 0)), ("B", None), ("Договор № K-B от 01.01.2025", (0, 0, "100,00", 0, 100, 0))]
    moves = [("01.03.2026", "Реализация 1", "A\nK-A", "A\nK-A", "62.01", 500, "90.01", 500)]
    made = []
    for number, cells in enumerate((turnover_sheet(rows), card(moves))):
        book = openpyxl.Workbook()
        for row in cells:
            book.active.append(row)
        book.active.merge_cells("A2:H2")
        book.save(folder / f"{number}.xlsx")
        made.append((folder / f"{number}.xlsx").read_bytes())
    return made


def _read_turnovers(path: Path) -> object:
    known = KnownNames({"K-A": "A", "K-B": "B"}, by_name([("A", "A"), ("B", "B")]))
    return read_report(_rows(SETTINGS, path), path.name, Month(2026, 3), known)


@cache
def _verify() -> Callable[[list[str]], int]:
    return runpy.run_path(str(SHIPPED / "verify.py"))["main"]


def _bundles(_: Path) -> list[bytes]:
    """Proof bundles of some worlds, packed."""
    made: list[bytes] = []

    @examples(max_examples=40, derandomize=True, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(worlds.worlds())
    def draw(world: Any) -> None:
        case = Case(world)
        if len(made) < 3 and any(charge.total for charge in case.rated.charges):
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                for name, content in case.bundle(case.invoice("monthly", "close", case.rated.charges)).items():
                    archive.writestr(name, content)
            made.append(packed.getvalue())

    draw()
    return made


def _read_bundle(path: Path) -> object:
    """As a client does: unpacked, and checked by the program that lies in ours, whatever the bundle's own says."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    if "/" not in name and "\\" not in name and name.strip():
                        Path(folder, name).write_bytes(archive.read(name))
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError) as error:
            raise Refused(f"no archive that a client can unpack: {error!r}") from None
        said = io.StringIO()
        with redirect_stdout(said):
            if _verify()([folder]):
                raise Refused(said.getvalue().strip())
        return said.getvalue()


_MONEY = tuple(
    word.encode()
    for word in ("<Сумма>", "</Сумма>", "<Ссылка>", "<Дата>", "<Номер>", "<УдалениеОбъекта/>", "<Контрагент/>", "<Строка/>", "1E+20")
)
_BOOKS = tuple(
    word.encode()
    for word in ("Карточка счета 62", "Сальдо на начало", "Обороты за период", "<v>1E400</v>", "<v>-0.005</v>", "Итого", "62.02")
)
PAPERS: Mapping[str, Reader] = {
    "onec": Reader(_messages, damaged, "Message_БП_ТМ.xml", _read_message, XML),
    "onec_money": Reader(_money, damaged, "Message_BP_FB.xml", _read_money, (*XML, *_MONEY)),
    "turnovers": Reader(_turnovers, damaged_zip, "осв.xlsx", _read_turnovers, (*XML, *_BOOKS)),
    "proof": Reader(_bundles, damaged_zip, "proof.zip", _read_bundle, JSON),
}
