"""The declared sheets of master data: columns, defaults, allowed values and keys. Data only (contracts.md, Master data)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Value = str | date | Decimal | int | bool | None
Row = dict[str, Value]
Kind = Literal["text", "code", "requisite", "date", "decimal", "integer", "boolean"]

FOR_EVER = date.min
DEFAULT_ZONE = "Europe/Moscow"
EDO_FORMATS = ("upd", "commerceml")
VAT_MODES = ("general", "usn5", "usn7", "exempt")


@dataclass(frozen=True, slots=True)
class MasterColumn:
    """One column; ``note`` is what the template tells the person who fills it in. A code is a text that names a row.

    A requisite (ИНН, КПП, БИК, account) is a text without spaces. Both are identifiers: a number in them is never a quantity.
    """

    name: str
    kind: Kind
    note: str
    required: bool = False
    default: Value = None
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MasterSheet:
    """One sheet. A sheet with an ``end`` column can be ended at a date by ``master retire --from``."""

    name: str
    title: str
    columns: tuple[MasterColumn, ...]
    key: tuple[str, ...]
    end: str | None = None

    def column(self, name: str) -> MasterColumn:
        """The column of that name; KeyError when there is none."""
        return next((column for column in self.columns if column.name == name), None) or _missing(name)

    def key_of(self, row: Row) -> str:
        """The key as the history keeps it: values joined by ``|``, an empty one for an open tier."""
        return "|".join([key_text(row.get(name)) for name in self.key])


def key_text(value: Value) -> str:
    """One value of a key as text; a ``|`` or a backslash inside it is escaped by a backslash."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    text = str(value)
    return text.replace("\\", "\\\\").replace("|", "\\|") if "|" in text or "\\" in text else text


def _missing(name: str) -> MasterColumn:
    raise KeyError(name)


def _text(name: str, note: str, *, required: bool = False, allowed: tuple[str, ...] = (), default: str | None = None) -> MasterColumn:
    return MasterColumn(name, "text", note, required=required, allowed=allowed, default=default)


def _requisite(name: str, note: str, *, required: bool = False) -> MasterColumn:
    return MasterColumn(name, "requisite", note, required=required)


def _code(name: str, note: str, *, required: bool = True) -> MasterColumn:
    return MasterColumn(name, "code", note, required=required)


def _date(name: str, note: str, *, required: bool = False, default: date | None = None) -> MasterColumn:
    return MasterColumn(name, "date", note, required=required, default=default)


def _decimal(name: str, note: str, *, required: bool = False, default: Decimal | None = None) -> MasterColumn:
    return MasterColumn(name, "decimal", note, required=required, default=default)


def _yes_no(name: str, note: str) -> MasterColumn:
    return MasterColumn(name, "boolean", note, default=False)


_TARIFF = (_code("tariff_code", "Код тарифа"), _date("valid_from", "С какого дня действует эта версия тарифа", required=True))
_COMPONENT = (*_TARIFF, MasterColumn("component_no", "integer", "Номер составляющей: 1, 2, …", required=True))

ORGANIZATIONS = MasterSheet(
    "organizations",
    "Продавцы: реквизиты, счёт, режим НДС",
    (
        _code("code", "Код организации"),
        _text("name", "Краткое название", required=True),
        _text("full_name", "Полное название, как в уставе"),
        _requisite("inn", "ИНН: 10 цифр у компании, 12 у предпринимателя; ячейка — текст", required=True),
        _requisite("kpp", "КПП: 9 знаков; у предпринимателя пусто"),
        _text("address", "Адрес"),
        _requisite("bank_account", "Расчётный счёт: 20 цифр; ячейка — текст", required=True),
        _text("bank_name", "Название банка", required=True),
        _requisite("bic", "БИК: 9 цифр; ячейка — текст", required=True),
        _requisite("corr_account", "Корреспондентский счёт: 20 цифр; ячейка — текст"),
        _text("director", "Руководитель: фамилия и инициалы"),
        _text("accountant", "Главный бухгалтер: фамилия и инициалы"),
        _text("vat_mode", "general — общий режим, usn5 и usn7 — упрощённые, exempt — без НДС", required=True, allowed=VAT_MODES),
        _date("vat_mode_from", "С какого дня этот режим; пусто — с начала. Новый режим — новая строка", default=FOR_EVER),
        _text("invoice_prefix", "Начало номера счёта; у каждой организации своё", required=True),
        _text("email", "Адрес отправителя; несколько — через запятую"),
        _text("time_zone", "Часовой пояс; пусто — Europe/Moscow"),
        _text("director_post", "Должность руководителя; пусто — «Руководитель»"),
        _text("logo", "Логотип на документах: имя файла PNG или JPEG рядом с этим файлом"),
        _text("facsimile", "Факсимиле подписи руководителя, для счетов: имя файла PNG или JPEG"),
        _text("stamp", "Печать, для счетов: имя файла PNG или JPEG"),
        _text("edo_id", "Идентификатор участника ЭДО, как его дал оператор (2BM-…); пусто — ИНН-КПП"),
    ),
    ("code", "vat_mode_from"),
)
CLIENTS = MasterSheet(
    "clients",
    "Клиенты: кто платит",
    (
        _code("client_code", "Код клиента"),
        _text("name", "Краткое название", required=True),
        _text("full_name", "Полное название или фамилия, имя, отчество"),
        _requisite("inn", "ИНН: 10 цифр у компании, 12 у предпринимателя и физического лица; ячейка — текст"),
        _requisite("kpp", "КПП: 9 знаков, только у компании"),
        _text(
            "kind",
            "legal — компания, entrepreneur — предприниматель, individual — физическое лицо",
            required=True,
            allowed=("legal", "entrepreneur", "individual"),
        ),
        _text("category", "Группа клиентов: свободное слово для лестницы долгов и отчётов"),
        _text("email", "Куда слать счета; несколько адресов — через запятую"),
        _text("phone", "Телефон"),
        _text("address", "Адрес"),
        _code("dealer_code", "Код дилера: другой клиент из этого листа", required=False),
        _yes_no("never_block", "yes — доступ не отключается никогда"),
        _text(
            "delivery",
            "Какими путями уходят документы: email — почтой, 1c — через 1С, both — обоими, off — никакими",
            allowed=("off", "email", "1c", "both"),
            default="both",
        ),
        _yes_no("appendix", "yes — с документами месяца уходит приложение: машины по дням (PDF и Excel)"),
        _text("formats", f"Какие файлы для ЭДО и учётных систем делать, через запятую: {', '.join(EDO_FORMATS)}; пусто — никаких"),
        _text("edo_id", "Идентификатор участника ЭДО, как его дал оператор (2BM-…); пусто — ИНН-КПП"),
        _text("manager", "Кто ведёт клиента: имя, по которому отчёты о долгах складывают клиентов"),
    ),
    ("client_code",),
)
CONTRACTS = MasterSheet(
    "contracts",
    "Договоры",
    (
        _code("contract_no", "Номер договора"),
        _code("client_code", "Код клиента"),
        _code("organization_code", "Код организации-продавца"),
        _date("signed_on", "Дата подписания"),
        _date("starts_on", "Первый день действия", required=True),
        _date("ends_on", "Последний день действия; пусто — бессрочный"),
    ),
    ("contract_no",),
    end="ends_on",
)
TERMS = MasterSheet(
    "terms",
    "Условия договоров: действуют с даты до следующей строки",
    (
        _code("contract_no", "Номер договора"),
        _date("valid_from", "С какого дня действуют эти условия", required=True),
        _code("tariff_code", "Код тарифа"),
        _text(
            "counting",
            "used — машина считается в дни связи; connected — всегда",
            allowed=("used", "connected"),
            default="used",
        ),
        _text("basis", "peak — по наибольшему числу машин, average — по среднему", allowed=("peak", "average"), default="peak"),
        MasterColumn("prepaid_vehicles", "integer", "Сколько машин оплачивается вперёд; 0 — оплата по факту", default=0),
        _decimal("discount_percent", "Скидка в процентах, от 0 до 100: 10 значит десять процентов", default=Decimal(0)),
        _decimal("minimum", "Наименьшая сумма за месяц, руб.", default=Decimal(0)),
        MasterColumn("payment_days", "integer", "Сколько дней на оплату", default=10),
    ),
    ("contract_no", "valid_from"),
)
TARIFFS = MasterSheet(
    "tariffs",
    "Тарифы: версия действует с даты до следующей",
    (
        *_TARIFF,
        _text("name", "Название тарифа", required=True),
        _text("currency", "Валюта: только RUB", allowed=("RUB",), default="RUB"),
        _yes_no("prices_include_vat", "yes — цены вместе с НДС"),
    ),
    ("tariff_code", "valid_from"),
)
COMPONENTS = MasterSheet(
    "components",
    "Составляющие тарифов",
    (
        *_COMPONENT,
        _text("name", "Название услуги в счёте", required=True),
        _text(
            "kind",
            "fixed — в месяц, vehicles — машина в месяц, vehicle_days — машино-день, online_hours — час, meter — по счётчику",
            required=True,
            allowed=("fixed", "vehicles", "vehicle_days", "online_hours", "meter"),
        ),
        _code("meter", "Имя счётчика (колонка meter_ИМЯ), только для kind = meter", required=False),
        _text(
            "scheme",
            "unit — по цене, graduated — каждая ступень по своей, volume — всё по цене ступени, package — пакетами",
            allowed=("unit", "graduated", "volume", "package"),
            default="unit",
        ),
        _decimal("price", "Цена, руб.; пусто, если цены заданы ступенями"),
        _decimal("package_size", "Размер пакета, только для scheme = package"),
    ),
    ("tariff_code", "valid_from", "component_no"),
)
TIERS = MasterSheet(
    "tiers",
    "Ступени цен",
    (
        *_COMPONENT,
        _decimal("up_to", "До какого количества включительно; пусто — последняя, открытая ступень"),
        _decimal("price", "Цена на этой ступени, руб.", required=True),
    ),
    ("tariff_code", "valid_from", "component_no", "up_to"),
)
PLATFORMS = MasterSheet(
    "platforms",
    "Телематические платформы",
    (
        _code("platform", "Код платформы"),
        _text("kind", "Чем читается: files, sql, traccar, wialon", required=True, allowed=("files", "sql", "traccar", "wialon")),
        _text("source", "Папка, адрес или запрос; без паролей"),
        _code("connection", "Имя подключения Airflow, где лежит пароль", required=False),
        _text("time_zone", "Часовой пояс; пусто — как у организации"),
        _yes_no("block_sub_users", "yes — с учётной записью блокируются и пользователи под ней"),
        _yes_no("block_vehicles", "yes — с учётной записью блокируются и её машины, по одной; их сообщения теряются"),
    ),
    ("platform",),
)
ACCOUNTS = MasterSheet(
    "accounts",
    "Учётные записи платформ и договоры",
    (
        _code("platform", "Код платформы"),
        _code("account_id", "Учётная запись на платформе; ячейка — текст"),
        _code("contract_no", "Номер договора"),
        _date("valid_from", "С какого дня", required=True),
        _date("valid_to", "По какой день включительно; пусто — бессрочно"),
        MasterColumn("block_sub_users", "boolean", "Блокировать ли и пользователей под ней; пусто — как у платформы"),
        MasterColumn("block_vehicles", "boolean", "Блокировать ли и её машины по одной; пусто — как у платформы"),
    ),
    ("platform", "account_id", "contract_no", "valid_from"),
    end="valid_to",
)

BANK_ACCOUNTS = MasterSheet(
    "bank_accounts",
    "Другие и прежние счета организаций",
    (
        _code("organization_code", "Код организации"),
        _requisite("bank_account", "Расчётный счёт: 20 цифр; ячейка — текст", required=True),
        _requisite("bic", "БИК: 9 цифр; ячейка — текст", required=True),
        _text("bank_name", "Название банка"),
        _requisite("corr_account", "Корреспондентский счёт: 20 цифр; ячейка — текст"),
        _date("valid_from", "С какого дня счёт открыт; пусто — с начала"),
        _date("valid_to", "Последний день счёта; пусто — открыт и сейчас"),
    ),
    ("organization_code", "bank_account"),
    end="valid_to",
)

LETTERS = ("reminder", "notice", "warning", "final")
LADDER = MasterSheet(
    "ladder",
    "Лестница долгов: что и когда происходит с просроченным; без этого листа — обычная",
    (
        _code("organization_code", "Код организации"),
        _text("category", "Группа клиентов из листа clients; пусто — все остальные клиенты организации"),
        _code("step", "Название ступени: reminder, notice, warning, final, block или своё"),
        MasterColumn("days", "integer", "Через сколько дней после срока оплаты; до срока — со знаком минус", required=True),
        _text("action", "message — письмо, block — отключение доступа", required=True, allowed=("message", "block")),
        _text("channel", "Чем сообщается: email — почтой", allowed=("email",), default="email"),
        _date("valid_from", "С какого дня эта лестница, все её ступени вместе; пусто — с начала", default=FOR_EVER),
        _decimal("least_debt", "При меньшем долге ступень пропускается, руб.; пусто — как в настройке FLEETBILL_LEAST_DEBT"),
        _text(
            "letter",
            "Каким письмом говорит ступень: reminder, notice, warning, final; пусто — по названию или по порядку",
            allowed=LETTERS,
        ),
        _text(
            "on_days_off",
            "Если день ступени или срок оплаты выходной: stay — ничего не сдвигать, next_working_day — сдвинуть на рабочий день",
            allowed=("stay", "next_working_day"),
            default="stay",
        ),
    ),
    ("organization_code", "category", "valid_from", "step"),
)
CALENDAR = MasterSheet(
    "calendar",
    "Производственный календарь: чем дни организации отличаются от банковских",
    (
        _code("organization_code", "Код организации"),
        MasterColumn("day", "date", "День", required=True),
        _text("kind", "off — выходной, work — рабочий (например, рабочая суббота)", required=True, allowed=("off", "work")),
        _text("note", "Что это за день"),
    ),
    ("organization_code", "day"),
)

DATASETS = ("clients", "contracts", "fleets", "statuses", "debts")
CONSUMERS = MasterSheet(
    "consumers",
    "Кому выгружаются данные: CRM, подрядчики, логистика",
    (
        _code("consumer", "Код получателя: латинские буквы, цифры, - и _"),
        _text("name", "Кто это", required=True),
        _text("datasets", f"Какие наборы, через запятую: {', '.join(DATASETS)}", required=True),
        _text("organizations", "Только клиенты и договоры этих организаций, коды через запятую; пусто — всех"),
        _text("dealers", "Только эти дилеры и все под ними, коды через запятую; пусто — все"),
        _text("categories", "Только клиенты этих групп, через запятую; пусто — всех"),
        _yes_no("personal_data", "yes — с адресами почты, телефонами, адресами и именами физических лиц"),
        _code("connection", "Имя подключения Airflow с токеном для HTTP; пусто — только файлы", required=False),
        _date("valid_from", "С какого дня получает; пусто — с начала"),
        _date("valid_to", "Последний день; пусто — бессрочно"),
    ),
    ("consumer",),
    end="valid_to",
)
CRM_CHANGEABLE = ("name", "full_name", "email", "phone", "address")
CRM_FIELDS = MasterSheet(
    "crm_fields",
    "Колонки CRM и поля клиента: что CRM заводит и что вправе менять",
    (
        _code("crm", "Код CRM"),
        _text(
            "field",
            "Поле листа clients",
            required=True,
            allowed=("client_code", "inn", "kpp", "kind", "category", *CRM_CHANGEABLE),
        ),
        _text("heading", "Заголовок колонки в файле CRM", required=True),
        _yes_no("may_change", "yes — CRM вправе менять это у известного клиента; только имена и контакты"),
    ),
    ("crm", "field"),
)

PEERS = MasterSheet(
    "peers",
    "Базы 1С, с которыми идёт обмен; без этого листа — одна, из настроек",
    (
        _code("peer", "Код узла базы в плане обмена: буквы, цифры, - и _"),
        _text(
            "configuration",
            "bp — Бухгалтерия предприятия, ut — Управление торговлей, other — другая",
            required=True,
            allowed=("bp", "ut", "other"),
        ),
        _text("version", "Наибольшая версия EnterpriseData; пусто — наибольшая общая", allowed=("1.17", "1.19", "1.21")),
        _text(
            "transport",
            "folder — через папку обмена; http — прямо в базу, через её интерфейс OData",
            allowed=("folder", "http"),
            default="folder",
        ),
        _code("connection", "Имя подключения Airflow с адресом и паролем базы; только для http", required=False),
        _text("organizations", "Только документы этих организаций, коды через запятую; пусто — всех"),
        _date("from_date", "С какого дня база получает документы; пусто — все"),
        _date("valid_to", "Последний день; пусто — бессрочно"),
    ),
    ("peer",),
    end="valid_to",
)

_ALL = (
    ORGANIZATIONS,
    CLIENTS,
    CONTRACTS,
    TERMS,
    TARIFFS,
    COMPONENTS,
    TIERS,
    PLATFORMS,
    ACCOUNTS,
    BANK_ACCOUNTS,
    LADDER,
    CALENDAR,
    PEERS,
    CONSUMERS,
    CRM_FIELDS,
)
SHEETS: dict[str, MasterSheet] = {sheet.name: sheet for sheet in _ALL}

# What is stored: an organization's VAT modes have a table and a history of their own.
_MODE = ("vat_mode", "vat_mode_from")
VAT_MODE_ROWS = MasterSheet(
    "vat_modes",
    "Режимы НДС организаций",
    (ORGANIZATIONS.column("code"), *(ORGANIZATIONS.column(name) for name in _MODE)),
    ("code", "vat_mode_from"),
)
TABLES: dict[str, MasterSheet] = {
    "organizations": MasterSheet(
        "organizations", ORGANIZATIONS.title, tuple(column for column in ORGANIZATIONS.columns if column.name not in _MODE), ("code",)
    ),
    "vat_modes": VAT_MODE_ROWS,
    **{name: sheet for name, sheet in SHEETS.items() if name != "organizations"},
}
ORDER = {name: index for index, name in enumerate(SHEETS)}
