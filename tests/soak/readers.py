"""Every reader of files and values from outside, with valid input for it and what it may answer to the rest."""

import gzip
import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path

from pipelines import settings as configuration
from pipelines.delivery.mail.dsn import read_reports
from pipelines.evidence import gate_verdicts, normalise
from pipelines.platforms import files
from pipelines.platforms.bounds import FileBounds
from pipelines.platforms.interface import Platform
from pipelines.receivables.bank_formats import parse as parse_statement
from pipelines.receivables.incoming import sort_documents
from pipelines.receivables.statement_text import StatementLimits
from pipelines.receivables.statement_totals import compare_totals
from tests.delivery_reports import forwarded, recipient, report
from tests.foreign_statements import DETAILS, PAID, camt, entry, mt940
from tests.ledger_world import ACCOUNTS, Paper, statement
from tests.soak.answers import ANSWERED
from tests.soak.company_readers import COMPANY, SETTINGS
from tests.soak.mutations import damaged, damaged_gzip, damaged_parquet
from tests.soak.paper_readers import PAPERS
from tests.soak.reader import Reader

_BOUNDS = FileBounds(8, 20_000, 500)
_PLATFORM = Platform("gps1", "files", None, None, "Europe/Moscow")
_AT = datetime(2026, 1, 16, tzinfo=UTC)


def _statements(folder: Path) -> list[bytes]:
    papers = [Paper(str(number), f"{number}50.00", f"Оплата по счету ВМ26-{number:06}", "7736207543") for number in range(1, 6)]
    one = statement(folder / "1.txt", *papers).read_bytes()
    two = statement(folder / "2.txt", *papers[:2], Paper("9", "10.00", "Возврат", goes=True), created="2026-04-01").read_bytes()
    section = "СекцияРасчСчет\r\nДатаНачала=01.01.2026\r\nДатаКонца=31.03.2026\r\nРасчСчет={0}\r\nНачальныйОстаток=0.00\r\n".format
    totals = "ВсегоПоступило=150.00\r\nВсегоСписано=0.00\r\nКонечныйОстаток=150.00\r\nКонецРасчСчет\r\n"
    three = one.replace("СекцияДокумент".encode("cp1251"), (section(ACCOUNTS["ORG"]) + totals + "СекцияДокумент").encode("cp1251"), 1)
    return [one, two, three, one + two, one.decode("cp1251").replace("Windows", "UTF-8").encode()]


def _foreign_statements(_: Path) -> list[bytes]:
    batch = "".join(DETAILS.format(amount=f'<Amt Ccy="RUB">{amount}</Amt>') for amount in ("1000.50", "220.00"))
    return [camt(entry(), entry(way="DBIT")), camt(entry(details=batch)), mt940(PAID, PAID), mt940(PAID) + b"\n" + mt940(PAID)]


def _read_statement(path: Path) -> object:
    file = parse_statement(path.read_bytes(), path.name, StatementLimits(8, 20_000))
    owners = {number: code for code, number in ACCOUNTS.items()}
    return [(sort_documents(each, owners), compare_totals(each)) for each in file.statements]


def _letter() -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Message-ID"] = "buh@vega.example", "a@one.example", "<fleetbill.1@vega.example>"
    letter["Subject"] = "Счёт"
    letter.set_content("Добрый день!")
    return letter


def _reports(_: Path) -> list[bytes]:
    whole = report(_letter(), recipient("a@one.example"), recipient("b@one.example", "delayed", "4.4.1"))
    return [whole, report(_letter(), recipient("a@one.example"), headers_only=True), forwarded(whole)]


_DAY = (
    "vehicle_id,account_id,parent_account_id,name,plate,vin,hw_id,state,last_message_at,online_minutes,is_clone,meter_fuel\n"
    + "".join(
        f'{number},{10 + number % 3},10,"Газель, {number}",А{number:03}ВС77,,86{number:013},{state},2026-01-15T10:0{number}:00+03:00,'
        f"{number * 60}.5,{number % 2},{number}.25\n"
        for number, state in enumerate(("active", "blocked", "deactivated", "active", "active", "active"))
    )
).encode()


def _days(_: Path) -> list[bytes]:
    return [
        _DAY,
        _DAY.replace(b",", b";").replace(b"; ", b", "),
        _DAY.decode().encode("utf-8-sig"),
        b"vehicle_id,state\n1,active\n2,blocked\n",
    ]


def _packed_days(folder: Path) -> list[bytes]:
    return [gzip.compress(each, 1, mtime=0) for each in _days(folder)]


def _parquet_days(_: Path) -> list[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyarrow import csv

    table = csv.read_csv(io.BytesIO(_DAY))
    texts = pa.table({name: table[name].cast(pa.string()) if name != "last_message_at" else table[name] for name in table.column_names})
    made = []
    for each, options in ((table, {}), (texts, {"compression": "gzip", "use_dictionary": False}), (texts, {"data_page_version": "2.0"})):
        target = io.BytesIO()
        pq.write_table(each, target, **options)
        made.append(target.getvalue())
    return [*made, _DAY]  # the last one, text, is written as Parquet when it is damaged


def _read_day(path: Path) -> object:
    day = files.DayFile(date(2026, 1, 15), str(path))
    snapshot = files.read(_PLATFORM, day, str(path.parent), None, _AT, _BOUNDS)
    made = normalise.identify(snapshot)
    return normalise.arrange(made), gate_verdicts.of_content(made, SETTINGS)


def _trees(_: Path) -> list[bytes]:
    return [b"account_id,parent_account_id,name,enabled\n10,,Main,1\n11,10,North,1\n12,10,South,0\n"]


def _read_tree(path: Path) -> object:
    (path.parent / "2026-01-15.csv").write_bytes(_DAY)
    delivery = files.find("gps1", str(path.parent), None, _BOUNDS)
    snapshot = files.read(_PLATFORM, delivery.days[0], str(path.parent), delivery.accounts, _AT, _BOUNDS)
    return gate_verdicts.of_content(normalise.identify(snapshot), SETTINGS)


def _environments(_: Path) -> list[bytes]:
    defaults = {configuration.variable(each): str(getattr(SETTINGS, each.name)) for each in configuration.fields(configuration.Settings)}
    return ["\n".join(f"{name}={value}" for name, value in defaults.items()).encode(), b"FLEETBILL_FOUR_EYES=yes\nFLEETBILL_HOME=~/x\n"]


def _read_environment(path: Path) -> object:
    lines = path.read_bytes().decode("utf-8", "surrogateescape").splitlines()
    return configuration.load(dict(line.split("=", 1) for line in lines if "=" in line))


_BANK = tuple(
    word.encode("cp1251")
    for word in (
        "СекцияДокумент=Платежное поручение\r\n", "КонецДокумента\r\n", "СекцияРасчСчет\r\n", "КонецРасчСчет\r\n", "КонецФайла\r\n",
        "1CClientBankExchange\r\n", "НазначениеПлатежа7=", "НазначениеПлатежа=", "Сумма=", "Дата=", "Кодировка=DOS\r\n", "РасчСчет=",
        "ПлательщикИНН=", "Ключ=значение\r\n", "ДатаПоступило=", "0.00", "1.000,00", "31.12.9999",
    )
)  # fmt: skip
_MAIL = (
    b"Content-Type: multipart/report; boundary=x\n", b"Content-Type: message/rfc822\n", b"Content-Transfer-Encoding: base64\n", b"--x\n",
    b"Status: 5.1.1\n", b"Action: failed\n", b"Final-Recipient: rfc822; ", b"=?utf-8?B?", b"charset=x-unknown", b"boundary=", b"\n\n",
)  # fmt: skip
READERS: Mapping[str, Reader] = {
    "bank": Reader(_statements, damaged, "statement.txt", _read_statement, _BANK),
    "foreign bank": Reader(_foreign_statements, damaged, "statement.xml", _read_statement),
    "bounces": Reader(_reports, damaged, "report.eml", lambda path: read_reports(path.read_bytes()), _MAIL),
    **COMPANY,
    "settings": Reader(_environments, damaged, "environment", _read_environment),
    "snapshot_csv": Reader(_days, damaged, "2026-01-15.csv", _read_day),
    "snapshot_gz": Reader(_packed_days, damaged_gzip, "2026-01-15.csv.gz", _read_day),
    "snapshot_parquet": Reader(_parquet_days, damaged_parquet, "2026-01-15.parquet", _read_day),
    "accounts_csv": Reader(_trees, damaged, "accounts.csv", _read_tree),
    **PAPERS,
    **ANSWERED,
}
