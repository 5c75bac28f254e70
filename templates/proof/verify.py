"""Проверка счёта по данным, на которых он стоит: python verify.py [папка или архив zip]

Один файл, Python 3.8 или новее, без других программ и пакетов. Считает счёт заново по машино-дням, условиям и тарифам
и сверяет отпечатки (SHA-256) всех файлов и запись счёта в цепочке. Лишний, повторённый или недостающий файл — тоже отказ.
Код выхода: 0 — сходится, 1 — не сходится, 2 — не прочитать.
"""

import os
import sys

if __name__ == "__main__":  # файл json.py, подложенный рядом, не подменит библиотеку Python
    sys.path[:] = [path for path in sys.path if os.path.realpath(path) != os.path.dirname(os.path.realpath(__file__))]

import csv
import datetime
import hashlib
import io
import json
import zipfile
import zlib
from fractions import Fraction

FILES = (
    "README.txt",
    "earlier.json",
    "evidence.json",
    "history.csv",
    "invoice.json",
    "snapshots.csv",
    "tariffs.json",
    "vat.json",
    "vehicle_days.csv",
    "vehicle_days.parquet",
    "verify.py",
)
NAMES = (*FILES, "digests.json")
RATES = {
    "general": (("0001-01-01", 20), ("2026-01-01", 22)),
    "usn5": (("0001-01-01", 5),),
    "usn7": (("0001-01-01", 7),),
    "exempt": (("0001-01-01", None),),
}
STATES = ("active", "deactivated", "blocked")
REASONS = ("billed", "unused", "deactivated", "blocked", "duplicate")
AHEAD = ("advance", "corrective", "adjustment")
NO_FILE = "не файл, а ссылка, папка, канал или устройство"


# ---- файлы --------------------------------------------------------------------------------------------------------------------


class Folder:
    """Папка, в которую распакован архив; что кладёт в неё сама операционная система, не в счёт."""

    LEFT_BY_SYSTEMS = (".DS_Store", "Thumbs.db", "desktop.ini")

    def __init__(self, path):
        self.path = path

    def names(self):
        return [name for name in os.listdir(self.path) if name not in self.LEFT_BY_SYSTEMS]

    def open(self, name):
        return open(os.path.join(self.path, name), "rb")

    def oddity(self, name):
        """Чем это не простой файл: папка, ссылка на что-то снаружи, канал, из которого чтение не кончится; "" — простой."""
        path = os.path.join(self.path, name)
        return "" if os.path.isfile(path) and not os.path.islink(path) else NO_FILE


class Archive:
    """Архив zip, каким его прислали: читается не распаковывая, наружу ничего не пишется."""

    def __init__(self, path):
        self.zip = zipfile.ZipFile(path)

    def names(self):
        return [entry.orig_filename for entry in self.zip.infolist()]

    def open(self, name):
        return self.zip.open(name)

    def oddity(self, name):
        """Чем это не простой файл: и способ сжатия здесь тот, каким доказательства пишутся; "" — простой."""
        entry = self.zip.getinfo(name)
        kind = entry.external_attr >> 28  # старшие биты прав Unix: 8 — файл, 0 — не сказано
        if kind not in (0, 8):
            return NO_FILE
        return "" if entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) else "сжат не так, как сжимают доказательства"


def file_problems(source):
    """Те ли это файлы: каждый из известных ровно один раз, и никаких других."""
    names = source.names()
    for name in sorted(set(names)):
        if leads_out(name):
            yield "путь %r ведёт наружу: такого файла в доказательстве нет" % name
        elif name not in NAMES:
            yield "лишний файл %r: в доказательстве его нет" % name
        elif names.count(name) > 1:
            yield "файл %s в архиве не один, их %d" % (name, names.count(name))
    for name in odd_names(source):
        yield "%s — %s" % (name, source.oddity(name))
    for name in sorted(set(NAMES) - set(names)):
        yield "нет файла %s" % name


def odd_names(source):
    """Известные имена, под которыми лежит не простой файл: читать их нельзя, чтение может и не кончиться."""
    return [name for name in sorted(set(source.names()) & set(NAMES)) if source.oddity(name)]


def leads_out(name):
    steps = name.replace("\\", "/").split("/")
    return steps[0] == "" or ":" in steps[0] or ".." in steps or "\0" in name


def read_json(source, name):
    with source.open(name) as handle:
        content = handle.read()
    try:
        return json.loads(content.decode("utf-8"))
    except ValueError as error:
        raise ValueError("%s: %s" % (name, error)) from error


class Bundle:
    """Файлы, прочитанные в память, кроме машино-дней: те читаются строка за строкой."""

    def __init__(self, source):
        self.source = source
        self.digests = self.json("digests.json")
        self.invoice = self.json("invoice.json")
        self.evidence = self.json("evidence.json")
        self.tariffs = self.json("tariffs.json")
        # у счетов, выставленных раньше, чем режим стали замораживать вместе со счётом, он известен только из vat.json
        self.modes = self.evidence.get("vat_modes") or self.json("vat.json")
        self.earlier = self.json("earlier.json")
        year, month = map(int, self.invoice["month"].split("-"))
        self.month_first = datetime.date(year, month, 1)
        self.month_days = ((self.month_first + datetime.timedelta(31)).replace(day=1) - self.month_first).days

    def json(self, name):
        return read_json(self.source, name)

    def text(self, name):
        return io.TextIOWrapper(self.source.open(name), encoding="utf-8-sig", newline="")


# ---- отпечатки ----------------------------------------------------------------------------------------------------------------


def digest_problems(source, digests):
    written = digests["files"]
    if digests["format"] != 1:
        yield "digests.json: неизвестный формат"
    for name in FILES:
        if name not in written:
            yield "digests.json не называет файл %s" % name
        elif sha256(source, name) != written[name]:
            yield "файл %s изменён: отпечаток не тот" % name
    for name in sorted(set(written) - set(FILES)):
        yield "digests.json называет лишний файл %s" % name


def sha256(source, name):
    state = hashlib.sha256()
    with source.open(name) as handle:
        for piece in iter(lambda: handle.read(1 << 20), b""):
            state.update(piece)
    return state.hexdigest()


def chain_problems(bundle):
    link, invoice = bundle.digests["chain"], bundle.invoice
    for word in ("number", "organization"):
        if bundle.digests[word] != invoice[word]:
            yield "digests.json: %s не от этого счёта" % word
    for problem in link_problems(link, sha256(bundle.source, "invoice.json"), invoice["number"]):
        yield problem
    if sha256(bundle.source, "evidence.json") != invoice["evidence"]:
        yield "evidence.json не тот, на котором стоит счёт"
    if bundle.json("vat.json") != bundle.modes:
        yield "vat.json: режим НДС не тот, с которым выставлен счёт"
    for each in bundle.earlier:
        content = json.loads(each["invoice"])
        for problem in link_problems(each["chain"], text_sha256(each["invoice"]), content["number"]):
            yield problem
        if each["chain"]["link_no"] >= link["link_no"]:
            yield "счёт %s выставлен не раньше этого" % content["number"]
        for word in ("organization", "contract", "month"):
            if content[word] != invoice[word]:
                yield "счёт %s: другой %s" % (content["number"], word)


def link_problems(link, content, number):
    if link["content"] != content:
        yield "счёт %s изменён: в цепочке другой отпечаток" % number
    if text_sha256(link["previous"] + link["content"]) != link["digest"]:
        yield "счёт %s: запись цепочки не следует из предыдущей" % number
    if not isinstance(link["link_no"], int) or link["link_no"] < 1 or (link["link_no"] == 1) != (link["previous"] == "0" * 64):
        yield "счёт %s: номер записи в цепочке невозможен" % number


def text_sha256(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


# ---- машино-дни ---------------------------------------------------------------------------------------------------------------


class Usage:
    """Сколько чего было в каждый день: машины, минуты на связи, показания счётчиков."""

    def __init__(self):
        self.fleet, self.minutes, self.meters, self.known = {}, {}, {}, set()

    def add(self, row):
        day = row["date"]
        self.fleet[day] = self.fleet.get(day, 0) + 1
        if row["online_minutes"]:
            self.minutes[day] = self.minutes.get(day, 0) + Fraction(row["online_minutes"])
        for column in row:
            if column.startswith("meter_") and row[column]:
                meter = self.meters.setdefault(column[len("meter_") :], {})
                meter[day] = meter.get(day, 0) + Fraction(row[column])


def count_rows(bundle, problems):
    """Парк по дням из строк; каждая строка должна подтверждать, почему машина посчитана или нет."""
    usage, last = Usage(), ()
    terms = sorted(bundle.evidence["terms"], key=lambda row: row["valid_from"])
    rules = {}
    with bundle.text("vehicle_days.csv") as handle:
        for place, row in enumerate(csv.DictReader(handle), 2):
            day, key = row["date"], (row["date"], row["platform"], row["vehicle_id"])
            if day not in rules:
                rules[day] = next((each["counting"] for each in reversed(terms) if each["valid_from"] <= day), "used")
            wrong = row_problem(row, rules[day])
            if key <= last:
                wrong = "строки не по порядку или повторяются"
            if wrong and len(problems) < 20:
                problems.append("vehicle_days.csv, запись %d: %s" % (place, wrong))
            last = key
            if row["counts"] == "1":
                usage.add(row)
            else:
                usage.fleet.setdefault(day, 0)
    return usage


def row_problem(row, rule):
    reason, used, state = row["reason"], row["used"], row["state"]
    if None in row or None in row.values() or reason not in REASONS or used not in "01" or not used or state not in STATES:
        return "непонятные значения"
    if (row["counts"], reason == "billed") not in (("1", True), ("0", False)):
        return "«counts» и «reason» противоречат друг другу"
    if row["online_minutes"] and Fraction(row["online_minutes"]) > 0 and used == "0":
        return "минуты на связи есть, а машина названа неиспользованной"
    if reason == "billed" and (state != "active" or (rule == "used" and used == "0")):
        return "машина посчитана, хотя по правилу «%s» не должна" % rule
    if reason == "unused" and (state != "active" or rule != "used" or used == "1"):
        return "машина не посчитана как неиспользованная, хотя должна"
    if reason == "deactivated" and state != "deactivated":
        return "машина не посчитана как отключённая, а на платформе она не отключена"
    return ""


def stated_days(bundle):
    """Дни, по которым выставлен счёт, как их заморозили при выставлении: дата → (машины, минуты, счётчики)."""
    days = {}
    for row in bundle.evidence["days"]:
        if isinstance(row, dict):
            number, size, minutes, meters = row["day"], row["fleet_size"], row.get("online_minutes"), row.get("meters", {})
        else:
            number, size, minutes, meters = row
        days[str(bundle.month_first.replace(day=number))] = (size, minutes, meters or {})
    return days


def usage_problems(usage, stated):
    for day in sorted(set(usage.fleet) - set(stated)):
        yield "%s: машины есть, а счёт этого дня не считал" % day
    for day, (size, minutes, meters) in sorted(stated.items()):
        usage.known.add(day)
        counted = usage.fleet.get(day, 0)
        if counted != size:
            yield "%s: в счёте машин %s, по строкам %s" % (day, size, counted)
        if minutes is not None and Fraction(minutes) != usage.minutes.get(day, 0):
            yield "%s: в счёте минут %s, по строкам %s" % (day, minutes, shown(usage.minutes.get(day, 0)))
        for name, amount in meters.items():
            counted = usage.meters.get(name, {}).get(day, 0)
            if Fraction(amount) != counted:
                yield "%s: счётчик %s в счёте %s, по строкам %s" % (day, name, amount, shown(counted))


# ---- цены ---------------------------------------------------------------------------------------------------------------------


class Card:
    """Что действует подряд несколько дней: условия, версия тарифа и сами дни."""

    def __init__(self, terms, tariff, priced, day):
        self.terms, self.tariff, self.priced, self.days = terms, tariff, priced, [day]


def number(text):
    return None if text is None else Fraction(str(text))


def in_force(rows, day):
    begun = [row for row in rows if row["valid_from"] <= day]
    return max(begun, key=lambda row: row["valid_from"]) if begun else None


def cards(bundle):
    contract, result = bundle.evidence["contract"], []
    for offset in range(bundle.month_days):
        day = str(bundle.month_first + datetime.timedelta(offset))
        if day < contract["starts_on"] or (contract.get("ends_on") and day > contract["ends_on"]):
            continue
        terms = in_force(bundle.evidence["terms"], day)
        if terms is None:
            raise ValueError("%s: нет условий договора" % day)
        tariff = in_force([row for row in bundle.tariffs if row["tariff_code"] == terms["tariff_code"]], day)
        if tariff is None:
            raise ValueError("%s: нет тарифа %s" % (day, terms["tariff_code"]))
        priced = what_prices(terms, tariff)
        if result and result[-1].priced == priced:
            result[-1].days.append(day)
            result[-1].terms, result[-1].tariff = terms, tariff
        else:
            result.append(Card(terms, tariff, priced, day))
    return result


def what_prices(terms, tariff):
    components = sorted(tariff["components"], key=lambda each: each["component_no"])
    return (
        terms["tariff_code"],
        terms["counting"],
        terms["basis"],
        terms["prepaid_vehicles"],
        number(terms["discount_percent"]),
        number(terms["minimum"]) or 0,
        tariff["prices_include_vat"],
        [component_prices(each) for each in components],
    )


def component_prices(each):
    plain = (each["component_no"], each["kind"], each["meter"], each["scheme"])
    return (*plain, number(each["price"]), number(each["package_size"]), steps(each))


def steps(component):
    """Ступени цены по возрастанию: (включительно до, цена); последняя без границы."""
    read = [(number(top), number(price)) for top, price in component["tiers"]]
    return sorted(read, key=lambda step: (step[0] is None, step[0] or 0))


def cost_of(component, quantity):
    scheme = component["scheme"]
    if scheme == "unit":
        return quantity * number(component["price"])
    if scheme == "package":
        size = number(component["package_size"])
        return -(-quantity // size) * number(component["price"])
    if scheme == "volume":
        return quantity * next(price for top, price in steps(component) if top is None or quantity <= top)
    if scheme != "graduated":
        raise ValueError("неизвестная схема цены «%s»" % scheme)
    cost, below = Fraction(0), Fraction(0)
    for top, price in steps(component):
        upper = quantity if top is None else min(top, quantity)
        if upper > below:
            cost += (upper - below) * price
            below = upper
    return cost


def quantity_of(component, basis, days, usage):
    kind, sizes = component["kind"], [usage.fleet.get(day, 0) for day in days]
    if kind == "fixed":
        return Fraction(1)
    if kind == "vehicles":
        return Fraction(max(sizes)) if basis == "peak" else Fraction(sum(sizes), len(days))
    if kind == "vehicle_days":
        return Fraction(sum(sizes))
    if kind == "online_hours":
        return sum((usage.minutes.get(day, 0) for day in days), Fraction(0)) / 60
    if kind == "meter":
        return sum((usage.meters.get(component["meter"], {}).get(day, 0) for day in days), Fraction(0))
    raise ValueError("неизвестный вид составляющей «%s»" % kind)


def kopecks(roubles):
    """Точная сумма в рублях → целые копейки, половина от нуля."""
    doubled = abs(roubles) * 200
    whole = (doubled.numerator // doubled.denominator + 1) // 2
    return whole if roubles >= 0 else -whole


def money(text):
    return kopecks(Fraction(text))


def with_vat(amount, rate, included):
    """Копейки строки → (без НДС, НДС, всего)."""
    if not rate:
        return amount, 0, amount
    rate = Fraction(rate)
    if included:
        vat = kopecks(Fraction(amount, 100) * rate / (100 + rate))
        return amount - vat, vat, amount
    vat = kopecks(Fraction(amount, 100) * rate / 100)
    return amount, vat, amount + vat


def rate_on(bundle, day):
    begun = [row for row in bundle.modes if row["from"] <= day]
    if not begun:
        raise ValueError("%s: не сказано, какой НДС у продавца" % day)
    mode = max(begun, key=lambda row: row["from"])["mode"]
    return [percent for since, percent in RATES[mode] if since <= day][-1]


class Item:
    """Строка счёта или то, что должно в нём стоять; деньги в копейках, кратко: без НДС, НДС, всего."""

    def __init__(self, tariff, component_no, first, last, rate, sums, included, quantity=None):
        self.tariff, self.component_no, self.first, self.last = tariff, component_no, first, last
        self.rate, self.sums, self.included, self.quantity = rate, sums, included, quantity

    def key(self):
        tariff = "" if self.component_no == 0 else self.tariff
        return (self.component_no, tariff, self.first, self.last, -1 if self.rate is None else self.rate)


def priced_item(bundle, card, component, quantity):
    exact = cost_of(component, quantity)
    if component["kind"] in ("fixed", "vehicles"):
        exact = exact * len(card.days) / bundle.month_days
    amount = kopecks(exact * (100 - number(card.terms["discount_percent"])) / 100)
    rate, included = rate_on(bundle, card.days[-1]), card.tariff["prices_include_vat"]
    return Item(
        card.tariff["tariff_code"],
        component["component_no"],
        card.days[0],
        card.days[-1],
        rate,
        with_vat(amount, rate, included),
        included,
        quantity,
    )


def ahead_of(bundle, card, usage, until, at_close):
    """Составляющие, оплаченные вперёд: наибольшее из предоплаченных машин и посчитанного."""
    agreed = card.terms["prepaid_vehicles"]
    days = [day for day in card.days if day <= until and (at_close or day in usage.known)]
    for component in card.tariff["components"]:
        if component["kind"] == "vehicles" and agreed > 0:
            counts = days and (at_close or card.terms["basis"] == "peak")
            quantity = quantity_of(component, card.terms["basis"], days, usage) if counts else Fraction(0)
            yield priced_item(bundle, card, component, max(Fraction(agreed), quantity))


def postpaid(bundle, card, usage):
    for component in sorted(card.tariff["components"], key=lambda each: each["component_no"]):
        if component["kind"] == "vehicles" and card.terms["prepaid_vehicles"] > 0:
            continue
        quantity = quantity_of(component, card.terms["basis"], card.days, usage)
        if quantity:
            yield priced_item(bundle, card, component, quantity)


def topped_up(bundle, all_cards, items):
    """Доплата до минимальной суммы месяца."""
    minimum = sum((number(card.terms["minimum"] or 0) * len(card.days) / bundle.month_days for card in all_cards), Fraction(0))
    if minimum <= 0:
        return
    last = all_cards[-1]
    included = last.tariff["prices_include_vat"]
    charged = sum(item.sums[2] if included else item.sums[0] for item in items)
    lacking = kopecks(minimum - Fraction(charged, 100))
    if lacking > 0:
        rate = rate_on(bundle, last.days[-1])
        yield Item(
            last.tariff["tariff_code"],
            0,
            all_cards[0].days[0],
            last.days[-1],
            rate,
            with_vat(lacking, rate, included),
            included,
            Fraction(1),
        )


# ---- что должно стоять в счёте ------------------------------------------------------------------------------------------------


def expected_items(bundle, usage):
    invoice = bundle.invoice
    kind, purpose, all_cards = invoice["kind"], invoice["purpose"], cards(bundle)
    month_last = str(bundle.month_first + datetime.timedelta(bundle.month_days - 1))
    earlier = [item for each in bundle.earlier for item in lines_of(json.loads(each["invoice"]), AHEAD if purpose != "correct" else None)]
    if kind == "advance" or purpose == "watch":
        until = invoice["cause"][:10] if purpose == "watch" else str(bundle.month_first)
        targets = [item for card in all_cards for item in ahead_of(bundle, card, usage, until, False)]
        return differences(targets, earlier, lambda total: total > 0)
    missing = [day for card in all_cards for day in card.days if day not in usage.known]
    if missing:
        raise ValueError("нет данных за %s" % ", ".join(missing))
    ahead = [item for card in all_cards for item in ahead_of(bundle, card, usage, month_last, True)]
    rest = [item for card in all_cards for item in postpaid(bundle, card, usage)]
    rest.extend(topped_up(bundle, all_cards, ahead + rest) if all_cards else ())
    if kind == "monthly":
        return rest
    if purpose == "correct":
        return differences(ahead + rest, earlier, None)
    if purpose == "close" and kind == "corrective":
        return differences(ahead, earlier, lambda total: total > 0)
    if purpose == "close" and kind == "adjustment":
        return differences(ahead, earlier, lambda total: total <= 0)
    raise ValueError("счёт вида «%s» (%s) эта проверка считать не умеет" % (kind, purpose))


def lines_of(invoice, kinds=None):
    if kinds is not None and invoice["kind"] not in kinds:
        return []
    return [
        Item(
            line["tariff_code"],
            line["component_no"],
            line["segment_from"],
            line["segment_to"],
            number(line["vat_rate"]),
            (money(line["net"]), money(line["vat"]), money(line["total"])),
            line["prices_include_vat"],
            number(line["quantity"]),
        )
        for line in invoice["lines"]
    ]


def differences(new, old, wanted):
    """Новое минус выставленное по составляющей и отрезку; wanted — какие разницы выставляются (None: все, по прежней ставке НДС)."""
    by_component = {}
    for is_new, items in ((True, new), (False, old)):
        for item in items:
            by_component.setdefault(("" if item.component_no == 0 else item.tariff, item.component_no), []).append((item, is_new))
    result = []
    for key in sorted(by_component):
        for group in touching(by_component[key]):
            entries = at_old_rate(group) if wanted is None else group
            sums = signed(entries)
            if any(sums) and (wanted is None or wanted(sums[2])):
                result.extend(one_per_rate(entries))
    return result


def touching(entries):
    """Отрезки одной составляющей, которые пересекаются, сравниваются вместе."""
    groups, last = [], ""
    for entry in sorted(entries, key=lambda each: each[0].first):
        if not groups or entry[0].first > last:
            groups.append([])
            last = ""
        groups[-1].append(entry)
        last = max(last, entry[0].last)
    return groups


def at_old_rate(group):
    billed = [item for item, is_new in group if not is_new]
    if not billed:
        return group
    return [(repriced(item, billed) if is_new else item, is_new) for item, is_new in group]


def repriced(item, billed):
    """По ставке, по которой выставлена услуга того же дня; где их несколько — по той, на которую пришлось больше денег."""
    near = [each for each in billed if each.first <= item.last <= each.last] or billed
    weights = {}
    for each in near:
        weights[each.rate] = weights.get(each.rate, 0) + each.sums[2]
    rate = max(weights, key=lambda each: (abs(weights[each]), each == item.rate, each or 0))
    amount = item.sums[2] if item.included else item.sums[0]
    sums = with_vat(amount, rate, item.included)
    return Item(item.tariff, item.component_no, item.first, item.last, rate, sums, item.included, item.quantity)


def signed(group):
    return tuple(sum(item.sums[place] if is_new else -item.sums[place] for item, is_new in group) for place in range(3))


def one_per_rate(group):
    for rate in {item.rate for item, _ in group}:
        part = [(item, is_new) for item, is_new in group if item.rate == rate]
        sums = signed(part)
        if not any(sums):
            continue
        if len(part) == 1 and part[0][1]:
            yield part[0][0]
            continue
        pattern = ([item for item, is_new in part if is_new] or [item for item, _ in part])[-1]
        first, last = min(item.first for item, _ in part), max(item.last for item, _ in part)
        yield Item(pattern.tariff, pattern.component_no, first, last, rate, sums, pattern.included)


def line_problems(bundle, expected):
    invoice = bundle.invoice
    stated = lines_of(invoice)
    pending = {}
    for item in expected:
        pending.setdefault(item.key(), []).append(item)
    for place, item in enumerate(stated, 1):
        candidates = pending.get(item.key())
        if not candidates:
            yield "строка %d (%s – %s, всего %s) из данных не следует" % (place, item.first, item.last, roubles(item.sums[2]))
            continue
        right = candidates.pop(0)
        if right.sums != item.sums:
            yield "строка %d: в счёте %s, по данным %s" % (place, three(item.sums), three(right.sums))
        if right.quantity is not None and right.quantity != item.quantity:
            yield "строка %d: в счёте количество %s, по данным %s" % (place, shown(item.quantity), shown(right.quantity))
        if right.included != item.included:
            yield "строка %d: цены с НДС или без него — не как в тарифе" % place
        if item.sums[0] + item.sums[1] != item.sums[2]:
            yield "строка %d: сумма без НДС и НДС не дают суммы строки" % place
    for left in (item for items in pending.values() for item in items):
        yield "в счёте нет строки за %s – %s на %s" % (left.first, left.last, roubles(left.sums[2]))
    for index, word in enumerate(("net", "vat", "total")):
        if money(invoice[word]) != sum(item.sums[index] for item in stated):
            yield "итог «%s» %s, а строки дают %s" % (word, invoice[word], roubles(sum(item.sums[index] for item in stated)))


# ---- слова --------------------------------------------------------------------------------------------------------------------


def roubles(amount):
    return "%s%d.%02d" % ("-" if amount < 0 else "", abs(amount) // 100, abs(amount) % 100)


def three(sums):
    return "%s + НДС %s = %s" % tuple(map(roubles, sums))


def shown(value):
    """Число с тремя знаками после запятой, без лишних нулей."""
    if value is None:
        return "—"
    thousandths = kopecks(Fraction(value) * 10)
    text = "%s%d.%03d" % ("-" if thousandths < 0 else "", abs(thousandths) // 1000, abs(thousandths) % 1000)
    return text.rstrip("0").rstrip(".")


def told(bundle, usage):
    invoice, link = bundle.invoice, bundle.digests["chain"]
    yield "Счёт %s, договор %s, %s" % (invoice["number"], invoice["contract"], invoice["month"])
    days = sorted(usage.known)
    if days:
        sizes = [usage.fleet.get(day, 0) for day in days]
        peak = max(sizes)
        yield "Дней: %d, машино-дней: %d" % (len(days), sum(sizes))
        yield "Наибольший парк: %d (%s), в среднем: %s" % (peak, days[sizes.index(peak)], shown(Fraction(sum(sizes), len(sizes))))
    for place, item in enumerate(lines_of(invoice), 1):
        yield "Строка %d: %s – %s, %s" % (place, item.first, item.last, three(item.sums))
    yield "НДС: %s, всего: %s" % (invoice["vat"], invoice["total"])
    yield "Запись %d в цепочке счетов: %s" % (link["link_no"], link["digest"])


UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    ArithmeticError,
    EOFError,
    RuntimeError,
    csv.Error,
    zipfile.BadZipFile,
    zlib.error,
)


def check(path):
    """(что посчитано, что не сходится): папки или архива. Где файла нет, он не простой или его не прочитать, считать нечего."""
    source = Folder(path) if os.path.isdir(path) else Archive(path)
    problems = list(file_problems(source))
    if set(NAMES) - set(source.names()) or odd_names(source):
        return [], problems
    try:
        problems.extend(digest_problems(source, read_json(source, "digests.json")))
        return counted(Bundle(source), problems), problems
    except UNREADABLE as error:
        if not problems:
            raise
        return [], [*problems, "дальше не прочитать: %s: %s" % (type(error).__name__, error)]


def counted(bundle, problems):
    """Что посчитано; что не сходится, добавляется к problems."""
    problems.extend(chain_problems(bundle))
    usage = count_rows(bundle, problems)
    problems.extend(usage_problems(usage, stated_days(bundle)))
    try:
        problems.extend(line_problems(bundle, expected_items(bundle, usage)))
    except ValueError as error:
        problems.append(str(error))
    return list(told(bundle, usage))


def main(arguments):
    path = arguments[0] if arguments else os.path.dirname(os.path.abspath(__file__))
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    try:
        lines, problems = check(path)
    except UNREADABLE as error:
        print("НЕ ПРОЧИТАТЬ: %s: %s" % (type(error).__name__, error))
        return 2
    for line in lines:
        print(line)
    if problems:
        print("НЕ СХОДИТСЯ:")
        for problem in problems:
            print("- " + problem)
        return 1
    print("СХОДИТСЯ. Сравните начало последнего отпечатка с мелким шрифтом внизу счёта.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
