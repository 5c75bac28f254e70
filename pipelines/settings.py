"""Configuration: read from the environment here and nowhere else, and where the shipped files lie."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pipelines.errors import BadInput, Problem

PREFIX = "FLEETBILL_"
_PACKAGE = Path(__file__).resolve().parent


def resource(name: str) -> Path:
    """Folder of shipped files: ``sql``, ``templates``, ``expectations`` or ``migrations``.

    In an installed wheel they lie inside the package, in a checkout beside it.
    """
    packed = _PACKAGE / "resources" / name
    return packed if packed.is_dir() else _PACKAGE.parent / name


@dataclass(frozen=True, slots=True)
class Rule:
    """What values a setting may have, and how that is said; a value that may hold a password is not shown."""

    allows: Callable[[Any], bool]
    expected: str
    is_secret: bool = False


_ANY = Rule(lambda _: True, "")
_SHARE = Rule(lambda value: value.is_finite() and 0 <= value <= 1, "a share from 0 to 1")
_AMOUNT = Rule(lambda value: value.is_finite() and value >= 0, "a number from 0 on")
_COUNT = Rule(lambda value: value >= 0, "a whole number from 0 on")
_POSITIVE = Rule(lambda value: value >= 1, "a whole number from 1 on")
_FLAG = Rule(lambda value: value in (0, 1), "0 or 1")


def _matching(pattern: str, expected: str) -> Rule:
    compiled = re.compile(pattern, re.ASCII)
    return Rule(lambda value: compiled.fullmatch(value) is not None, expected)


def _is_postgresql(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_place = bool(parts.port is not None or parts.netloc or parts.query)
    except ValueError:
        return False
    return parts.scheme in ("postgresql", "postgres", "postgresql+psycopg2") and has_place


_POSTGRESQL = Rule(_is_postgresql, "the URL of a PostgreSQL database, such as postgresql://user@host:5432/database", is_secret=True)
_NODE = _matching(r"[A-Za-z0-9_-]{1,36}", "a code of letters, digits, - and _, at most 36")
_VERSION = _matching(r"1\.(17|19|21)", "1.17, 1.19 or 1.21")
_MEMORY = _matching(r"[1-9]\d*(\.\d+)? ?([KMGT]i?B)", "an amount of memory such as 3GB")
_DAYS_BY_PLATFORM = _matching(
    r"[1-9]\d{0,3}(\s*,\s*[^,=\s]+=[1-9]\d{0,3})*", "days, such as 3, and of single platforms after it: 3,gps2=10"
)
_LEVEL = Rule(lambda value: value in ("INFO", "WARNING", "ERROR"), "INFO, WARNING or ERROR")
_LOG_FORMAT = Rule(lambda value: value in ("text", "json"), "text or json")
_HOST_PORT = _matching(r"[^\s/]+:[1-9]\d{0,4}", "host:port, such as localhost:8125")
_HTTP = _matching(r"https?://[^\s/]+(/\S*)?", "a URL such as http://localhost:4318")
_ZONE = Rule(lambda value: value in available_timezones(), "a time zone such as Europe/Kaliningrad")
_ADDRESS = r"[^@\s,;<>]+@[^@\s,;<>]+"
_ONE_ADDRESS = _matching(_ADDRESS, "one e-mail address")
_WEB_ADDRESS = _matching(r"https?://[A-Za-z0-9.:\[\]-]+", "the address of a site without a path, such as https://cabinet.example.ru")
_HOSTS = _matching(r"[0-9A-Fa-f.:/]+(\s*,\s*[0-9A-Fa-f.:/]+)*", "addresses such as 127.0.0.1, by commas")
_ADDRESSES = _matching(rf"{_ADDRESS}(\s*,\s*{_ADDRESS})*", "e-mail addresses, by commas")


def _setting(default: object, doc: str, rule: Rule = _ANY) -> Any:
    return field(default=default, metadata={"doc": doc, "rule": rule}, repr=not rule.is_secret)


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, its default and its meaning: the README's table says the same."""

    home: Path = _setting(Path("var"), "folder of the embedded server, lake, documents and exchange folders")
    database_url: str = _setting("", "PostgreSQL ≥ 15 of the application; empty: the embedded server under FLEETBILL_HOME", _POSTGRESQL)
    database_owner_url: str = _setting("", "the same database as its owner, for `db upgrade`; empty: FLEETBILL_DATABASE_URL", _POSTGRESQL)
    lake_url: str = _setting("", "folder or object storage of the snapshots; empty: HOME/lake")
    documents_url: str = _setting("", "folder or object storage of PDF files and workbooks; empty: HOME/documents")
    exchange_dir: str = _setting("", "folder of the exchanges with 1C, banks and platforms; empty: HOME/exchange")
    snapshot_max_drop: Decimal = _setting(
        Decimal("0.3"), "share of vehicles a platform may lose overnight before its snapshot is quarantined", _SHARE
    )
    snapshot_max_growth: Decimal = _setting(Decimal("1.0"), "share of vehicles a platform may gain overnight without a warning", _AMOUNT)
    snapshot_max_duplicates: Decimal = _setting(
        Decimal("0.1"), "share of vehicles that may lose to duplicates of their own snapshot before it is quarantined", _SHARE
    )
    snapshot_max_broken: Decimal = _setting(
        Decimal("0.01"),
        "share of vehicles whose moment, minutes or meter may be set aside as impossible before all are quarantined",
        _SHARE,
    )
    snapshot_max_megabytes: int = _setting(2048, "size that a snapshot's file may unpack to, MiB", _POSITIVE)
    snapshot_max_rows: int = _setting(10_000_000, "vehicles that one snapshot may list", _POSITIVE)
    snapshot_max_columns: int = _setting(500, "columns that a snapshot's file may have", _POSITIVE)
    blocking_max_share: Decimal = _setting(Decimal("0.1"), "share of clients that one run may block without a person's word", _SHARE)
    blocking_data_hours: int = _setting(72, "payment data older than this many hours: nobody is blocked", _POSITIVE)
    bank_max_megabytes: int = _setting(256, "size of a bank's file that is read, in MB; a larger one is refused", _POSITIVE)
    bank_max_documents: int = _setting(500_000, "documents that one bank's file may hold; more are refused", _POSITIVE)
    block_after_days: int = _setting(14, "days after the due date when access is blocked", _POSITIVE)
    least_debt: Decimal = _setting(
        Decimal(100), "roubles; a client that owes less for invoices as late as a step asks is neither reminded nor blocked", _AMOUNT
    )
    cabinet_promise_days: int = _setting(
        3, "days by which a client may put off its block once for a debt in its cabinet, by a promise of payment; 0: not at all", _COUNT
    )
    unattended_invoices: int = _setting(200, "advance and corrective invoices that one run may issue without a person", _COUNT)
    unattended_total: Decimal = _setting(Decimal(5_000_000), "their sum with VAT that one run may issue without a person, roubles", _AMOUNT)
    unattended_share: Decimal = _setting(
        Decimal("0.5"), "share of clients that one run may bill ahead without a person (20 clients always)", _SHARE
    )
    onec_node: str = _setting("FB", "our code in the exchange with 1C", _NODE)
    onec_peer: str = _setting("BP", "code of the 1C base that receives invoices and sales", _NODE)
    onec_version: str = _setting(
        "1.19",
        "version of EnterpriseData of the first message to a base (1.17, 1.19, 1.21); then the highest that both sides know",
        _VERSION,
    )
    onec_maps: str = _setting("", "folder with own maps of entities for 1C bases over HTTP, PEER.json; empty: those of the package")
    onec_payment_days: int = _setting(
        62, "days back in which documents of money of a 1C base over HTTP are looked at for changes", _POSITIVE
    )
    master_max_megabytes: int = _setting(512, "size of a source of master data, unpacked, that is read, in MB", _POSITIVE)
    master_max_rows: int = _setting(500_000, "rows of a sheet of master data that are read", _POSITIVE)
    master_max_columns: int = _setting(200, "columns of a sheet of master data that are read", _POSITIVE)
    duckdb_memory: str = _setting("2GB", "memory limit of the pass over the lake", _MEMORY)
    silent_days: str = _setting(
        "3",
        "days without a message or a value after which a tracker or a sensor is a finding; of single platforms: `3,gps2=10`",
        _DAYS_BY_PLATFORM,
    )
    debug: int = _setting(0, "1: a failed command shows its whole trace", _FLAG)
    log_level: str = _setting("ERROR", "lines of the log that a command writes to stderr, from this level on: INFO, WARNING, ERROR", _LEVEL)
    log_format: str = _setting("text", "how a command writes lines of the log: text, or json, an object a line", _LOG_FORMAT)
    statsd: str = _setting("", "host:port of a StatsD server that is given what was measured, by UDP", _HOST_PORT)
    otlp: str = _setting("", "URL of an OpenTelemetry collector (OTLP over HTTP) that is given what was measured", _HTTP)
    workers: int = _setting(0, "processes that render documents; 0: one per core", _COUNT)
    print_batch: int = _setting(2000, "invoices whose papers one task of a DAG prints; further ones are printed beside it", _POSITIVE)
    last_time_zone: str = _setting(
        "Europe/Kaliningrad", "time zone of the platform whose day ends last: fleet_daily runs at 00:15 there", _ZONE
    )
    approvers: str = _setting("finance", "Airflow users who may answer the approval of a month, by commas; empty: whoever may run the DAG")
    four_eyes: bool = _setting(default=False, doc="true: a run is issued only after two different people have approved it")
    alerts_to: str = _setting("", "e-mail addresses that DAGs alert, by commas; needs the Airflow connection smtp_default", _ADDRESSES)
    mail_dry_run: bool = _setting(default=False, doc="true: mails are shown and not sent (for test systems)")
    mail_redirect: str = _setting("", "one address that all mail goes to instead of its recipients (for test systems)", _ONE_ADDRESS)
    mail_batch: int = _setting(1000, "mails that one run of `mail send` hands over at most", _POSITIVE)
    health_hours: int = _setting(24, "hours after which `health` calls a letter or an object for 1C that has not left late", _POSITIVE)
    health_backup_hours: int = _setting(48, "hours after which `health` misses a newer backup", _POSITIVE)
    health_free_megabytes: int = _setting(2048, "free space of a disk, in MB, below which `health` complains", _COUNT)
    mail_from: str = _setting(
        "", "sender of mails that belong to no organization; empty: that of the first organization with an address", _ONE_ADDRESS
    )
    mail_managers: str = _setting("", "addresses told of exceeded prepaid limits, by commas", _ADDRESSES)
    mail_dealers: bool = _setting(default=False, doc="true: dealers may be mailed their reports (`dealers send`, a month issued)")
    cabinet_url: str = _setting(
        "", "where clients reach the cabinet, such as https://cabinet.example.ru; empty: where `cabinet` listens", _WEB_ADDRESS
    )
    cabinet_proxies: str = _setting(
        "", "addresses of proxies, by commas, whose word on who asks (X-Forwarded-For) the cabinet believes", _HOSTS
    )
    cabinet_link_minutes: int = _setting(30, "minutes that a one-time link to the cabinet is good for", _POSITIVE)
    mail_technical: str = _setting(
        "", "addresses of the technical team (snapshots that are missing, a digest of findings a day), by commas", _ADDRESSES
    )

    def silent_days_of(self, platform: str) -> int:
        """Days without a message after which a silent tracker, or a sensor without a value, of a platform is a finding."""
        house, *of_platforms = (part.strip() for part in self.silent_days.split(","))
        return int(dict(part.split("=") for part in of_platforms).get(platform, house))

    @property
    def lake(self) -> str:
        """URL or path of the lake."""
        return self.lake_url or str(self.home / "lake")

    @property
    def documents(self) -> str:
        """URL or path of the documents."""
        return self.documents_url or str(self.home / "documents")

    @property
    def exchange(self) -> Path:
        """Folder of the exchanges with 1C, banks and platforms."""
        return Path(self.exchange_dir) if self.exchange_dir else self.home / "exchange"

    @property
    def onec_maps_folder(self) -> Path | None:
        """Folder of the operator's own maps of entities for 1C; None: those of the package alone."""
        return Path(self.onec_maps) if self.onec_maps else None

    @property
    def embedded(self) -> bool:
        """Whether the embedded server is used."""
        return not self.database_url


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from `FLEETBILL_…` variables. BadInput names every variable that is unknown or has a value that cannot be meant."""
    env = os.environ if environ is None else environ
    given = {key: value.strip() for key, value in env.items() if key.startswith(PREFIX)}
    values: dict[str, object] = {}
    problems: list[Problem] = []
    for known in fields(Settings):
        if text := given.pop(variable(known), ""):
            try:
                values[known.name] = _parsed(known, text)
            except ValueError as error:
                shown = "its value" if known.metadata["rule"].is_secret else repr(text)
                problems.append(Problem(variable(known), f"{shown} is not {error}"))
    problems += [Problem(name, _unknown(name)) for name in sorted(given)]
    if problems:
        raise BadInput(problems)
    return Settings(**{"home": Path("var"), **values})  # type: ignore[arg-type]  # each value was parsed by its field's own parser


def variable(setting: "Field[Any]") -> str:
    """Name of a setting's environment variable."""
    return PREFIX + setting.name.upper()


def _parsed(setting: "Field[Any]", text: str) -> object:
    """The value of a setting; ValueError says what is expected instead."""
    parse, expected = _PARSERS[setting.type]
    rule: Rule = setting.metadata["rule"]
    try:
        value = parse(text)
    except (ValueError, InvalidOperation):
        raise ValueError(rule.expected or expected) from None
    if not rule.allows(value):
        raise ValueError(rule.expected)
    return value


def _unknown(name: str) -> str:
    near = get_close_matches(name.removeprefix(PREFIX).lower(), [known.name for known in fields(Settings)], n=1)
    return f"no such setting{f'; did you mean {PREFIX}{near[0].upper()}?' if near else ''}"


def wants_colour(environ: Mapping[str, str] | None = None) -> bool:
    """Whether a terminal may be written to in colour: not when NO_COLOR holds anything (no-color.org), nor on a dumb terminal."""
    env = os.environ if environ is None else environ
    return not env.get("NO_COLOR") and env.get("TERM") != "dumb"


def keep_libraries_offline() -> None:
    """Great Expectations reports its use over the network unless the environment says no; called before it is imported."""
    os.environ["GX_ANALYTICS_ENABLED"] = "False"


def connection(name: str, environ: Mapping[str, str] | None = None) -> str | None:
    """URI or JSON of an Airflow connection from the environment (`AIRFLOW_CONN_NAME`), or None. Never log it."""
    env = os.environ if environ is None else environ
    return env.get(f"AIRFLOW_CONN_{name.upper()}")


def _absolute(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:  # ~ of somebody who is not known here
        raise ValueError(text) from None


def _yes_no(text: str) -> bool:
    if text.lower() not in {"1", "true", "yes", "on", "0", "false", "no", "off"}:
        raise ValueError(text)
    return text.lower() in {"1", "true", "yes", "on"}


_PARSERS: dict[Any, tuple[Callable[[str], object], str]] = {
    Path: (_absolute, "a path"),
    int: (int, "a whole number"),
    Decimal: (Decimal, "a number"),
    str: (str, "text"),
    bool: (_yes_no, "true or false"),
}
