"""A message of 1C with 100,000 payments, applied: beside bare lxml.iterparse and one COPY of the same rows, in one run.

    python tests/bench/bench_onec_in.py [payments] [megabytes of the large message]

Bars: at most 3 × the reference; and a message of 500 MB (of which most is no payment), which comes before the database has statistics of
the first, at most 150 MiB above what the small one takes, and no longer than the first.
Of 10,000 clients with 20,000 open invoices; half of the payments name their invoice, a quarter the contract, the rest only the payer.
"""

import io
import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree

from pipelines.delivery.onec.receiving import AnswerOutcome
from pipelines.runs.exchange import take_answers
from pipelines.settings import Settings
from pipelines.warehouse import embedded, engine, migrate
from tests.ledger_world import ACCOUNTS, House

MAX_RATIO = 3
MAX_GROWTH_MIB = 150
CLIENTS, INVOICES = 10_000, 20_000
AT = datetime(2026, 4, 2, 6, tzinfo=UTC)
NAMESPACE = "http://v8.1c.ru/edi/edi_stnd/EnterpriseData/1.19"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Message xmlns:msg="http://www.1c.ru/SSL/Exchange/Message"><msg:Header>'
    f"<msg:Format>{NAMESPACE}</msg:Format><msg:CreationDate>2026-04-02T03:00:00</msg:CreationDate><msg:Confirmation>"
    "<msg:ExchangePlan>СинхронизацияДанныхЧерезУниверсальныйФормат</msg:ExchangePlan><msg:To>FB</msg:To><msg:From>BP</msg:From>"
    "<msg:MessageNo>{no}</msg:MessageNo><msg:ReceivedNo>0</msg:ReceivedNo></msg:Confirmation>"
    f'<msg:AvailableVersion>1.19</msg:AvailableVersion></msg:Header>\n<Body xmlns="{NAMESPACE}">\n'
)
PURPOSES = (
    "Оплата по счету № {number} от 01.04.2026 за услуги мониторинга транспорта. В т.ч. НДС 22% - 440.00 руб.",
    "за абонентское обслуживание по сч.{number} согласно договору K-C{client} от 01.02.2026, НДС не облагается",
    "Оплата по договору № K-C{client} от 01.02.2026 за март 2026 г., НДС 22%",
    "Услуги мониторинга за март 2026, 15 машин по 300 руб., в т.ч. НДС",
)
DOCUMENT = """<Документ.ПБДСРасчетыСКонтрагентами>
  <КлючевыеСвойства>
    <Ссылка>{reference}</Ссылка>
    <Дата>2026-04-01T00:00:00</Дата>
    <Номер>0000-{no:06}</Номер>
    <Организация>
      <Ссылка>6a2f4c1e-0b7a-11ef-9f10-005056a0b001</Ссылка>
      <Наименование>ООО "Телематика"</Наименование>
      <ИНН>7707083893</ИНН>
      <КПП>770701001</КПП>
      <ЮридическоеФизическоеЛицо>ЮридическоеЛицо</ЮридическоеФизическоеЛицо>
    </Организация>
  </КлючевыеСвойства>
  <ОбщиеДанные>
    <ДатаВыписки>2026-04-01</ДатаВыписки>
    <ДатаВходящегоДокумента>2026-04-01</ДатаВходящегоДокумента>
    <НомерВходящегоДокумента>{no}</НомерВходящегоДокумента>
    <Валюта><ДанныеКлассификатора><Код>643</Код><Наименование>руб.</Наименование></ДанныеКлассификатора></Валюта>
    <Сумма>{amount}</Сумма>
    <БанковскийСчетОрганизации>
      <НомерСчета>{ours}</НомерСчета>
      <Владелец>
        <ОрганизацииСсылка>
          <Наименование>ООО "Телематика"</Наименование>
          <ЮридическоеФизическоеЛицо>ЮридическоеЛицо</ЮридическоеФизическоеЛицо>
        </ОрганизацииСсылка>
      </Владелец>
    </БанковскийСчетОрганизации>
    <НазначениеПлатежа>{purpose}</НазначениеПлатежа>
  </ОбщиеДанные>
  <ВидРасчетов>СПокупателем</ВидРасчетов>
  <Контрагент>
    <Ссылка>0c1d2e3f-1111-4a4a-8b8b-{client:012}</Ссылка>
    <Наименование>ООО Автопарк {client}</Наименование>
    <НаименованиеПолное>Общество с ограниченной ответственностью "Автопарк {client}"</НаименованиеПолное>
    <ИНН>{inn}</ИНН>
    <ЮридическоеФизическоеЛицо>ЮридическоеЛицо</ЮридическоеФизическоеЛицо>
  </Контрагент>
  <РасшифровкаПлатежа>
    <Строка>
      <Сумма>{amount}</Сумма>
      <СуммаНДС>44.00</СуммаНДС>
      <СтавкаНДС>
        <Ставка>22</Ставка>
        <РасчетнаяСтавка>false</РасчетнаяСтавка>
        <НеОблагается>false</НеОблагается>
        <ВидСтавки>Общая</ВидСтавки>
      </СтавкаНДС>
      <ДанныеВзаиморасчетов/>
    </Строка>
  </РасшифровкаПлатежа>
</Документ.ПБДСРасчетыСКонтрагентами>
"""
OTHER = "<Справочник.Склады><КлючевыеСвойства><Наименование>{}</Наименование></КлючевыеСвойства></Справочник.Склады>\n".format(
    "Склад " * 150
)
_PATHS = (
    "КлючевыеСвойства/Ссылка", "ОбщиеДанные/НомерВходящегоДокумента", "ОбщиеДанные/ДатаВыписки", "ОбщиеДанные/Сумма",
    "ОбщиеДанные/БанковскийСчетОрганизации/НомерСчета", "Контрагент/ИНН", "Контрагент/НаименованиеПолное", "ОбщиеДанные/НазначениеПлатежа",
)  # fmt: skip
PATHS = tuple("/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/")) for path in _PATHS)


def documents(first: int, count: int, numbers: list[str]) -> Iterator[str]:
    """So many payments of our invoices, in parts."""
    for number in range(first, first + count):
        client = number % CLIENTS
        purpose = PURPOSES[number % 4].format(number=numbers[number % INVOICES], client=client)
        yield DOCUMENT.format(
            reference=f"0c1d2e3f-7777-4a4a-8b8b-{number:012}",
            no=number,
            amount=f"{100 + number % 900}.50",
            ours=ACCOUNTS["ORG"],
            purpose=purpose,
            client=client,
            inn=7700000000 + client,
        )


def write(path: Path, no: int, objects: Iterator[str], filling: int = 0) -> None:
    """A message of these objects and, before them, as many bytes of objects that nobody knows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig") as file:
        file.write(HEAD.format(no=no))
        for _ in range(filling // len(OTHER.encode())):
            file.write(OTHER)
        file.writelines(objects)
        file.write("</Body>\n</Message>\n")


def reference(settings: Settings, path: Path) -> float:
    """Seconds of bare lxml.iterparse and one COPY of the rows."""
    start = time.perf_counter()
    lines = []
    for _, element in etree.iterparse(str(path), tag=f"{{{NAMESPACE}}}Документ.ПБДСРасчетыСКонтрагентами"):
        lines.append("\t".join(element.findtext(each) or "" for each in PATHS))
        element.clear()
        del element.getparent()[: element.getparent().index(element)]
    with engine.transaction(settings) as connection, connection.connection.cursor() as cursor:
        columns = ", ".join(f"c{place} text" for place in range(len(PATHS)))
        cursor.execute(f"CREATE TEMPORARY TABLE bare ({columns}) ON COMMIT DROP")
        cursor.copy_expert("COPY bare FROM STDIN", io.StringIO("\n".join(lines) + "\n"))
        cursor.execute("SELECT count(*) FROM bare")
    return time.perf_counter() - start


def applied(settings: Settings) -> tuple[float, float]:
    """Seconds that the message in the folder takes, and the peak memory of this process in MiB."""
    start = time.perf_counter()
    [answer] = take_answers(settings, AT)
    if answer.outcome != AnswerOutcome.TAKEN:
        raise SystemExit(answer.detail)
    return time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_a_process(settings: Settings) -> tuple[float, float]:
    """The same in a fresh process, whose peak is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(applied, (settings,))


def main(count: int, megabytes: int) -> int:
    """Print both times and their ratio, then the peaks; exit 1 when a bar is missed."""
    folder = Path(tempfile.mkdtemp(prefix="fb-onec-in-", dir="/tmp"))
    try:
        embedded.ensure_running(folder)
        settings = Settings(home=folder, database_owner_url=embedded.address(folder, embedded.OWNER))
        migrate.upgrade(settings)
        house = House(settings)
        print("filling the house …", flush=True)
        numbers = _house(house)
        path = settings.exchange / "onec" / "in" / "Message_BP_FB.xml"
        write(path, 1, documents(0, 100, numbers))
        _, least = in_a_process(settings)
        write(path, 2, documents(100, count, numbers))
        size = path.stat().st_size / 1e6
        bare = min(reference(settings, path) for _ in range(2))
        seconds, peak = in_a_process(settings)
        print(
            f"{count} payments, {size:.0f} MB: {seconds:.1f} s; iterparse and COPY {bare:.1f} s; {seconds / bare:.2f} × (bar {MAX_RATIO})"
        )
        [(stored, matched)] = house.rows("SELECT count(*), count(client_code) FROM receivables.payments")
        print(f"{stored} payments stored, {matched} of them a client's; peak {peak:.0f} MiB", flush=True)
        write(path, 3, documents(count + 100, count // 10, numbers), megabytes * 1_000_000)
        large_seconds, large = in_a_process(settings)
        print(f"{megabytes} MB, {count // 10} payments: {large_seconds:.1f} s, peak {large:.0f} MiB; 100 payments: {least:.0f} MiB")
        engine.engine(settings).dispose()
    finally:
        embedded.stop(folder)
        subprocess.run(["rm", "-rf", str(folder)], check=True)
    is_right = (stored, matched) == (count + 100, count + 100)
    is_quick = seconds / bare <= MAX_RATIO and large_seconds <= seconds
    return 0 if is_right and is_quick and max(peak, large) - least <= MAX_GROWTH_MIB else 1


def _house(house: House) -> list[str]:
    """10,000 clients with two open invoices each; the numbers of the invoices."""
    house.client("C0", "7700000000")
    with house.owner() as connection:
        connection.exec_driver_sql(
            "INSERT INTO master.clients (client_code, name, inn, kind) "
            f"SELECT 'C' || n, 'Автопарк ' || n, (7700000000 + n)::text, 'legal' FROM generate_series(1, {CLIENTS - 1}) n"
        )
        connection.exec_driver_sql(
            "INSERT INTO master.contracts (contract_no, client_code, organization_code, starts_on) "
            f"SELECT 'K-C' || n, 'C' || n, 'ORG', '2025-01-01' FROM generate_series(1, {CLIENTS - 1}) n"
        )
    wanted = [(f"C{number % CLIENTS}", "2440.00", f"2026-04-{10 + number // CLIENTS}") for number in range(INVOICES)]
    numbers = house.invoices(wanted)
    with house.owner() as connection:
        connection.exec_driver_sql("DELETE FROM delivery.onec_outbox")
    return numbers


if __name__ == "__main__":
    raise SystemExit(main(*(int(each) for each in (*sys.argv[1:], "100000", "500")[:2]) if len(sys.argv) != 2 else (int(sys.argv[1]), 500)))
