"""Why a contract is left out of a run, and what finance does next, in Russian."""

REASONS = {
    "missing_days": "нет данных за дни",
    "no_terms": "нет условий договора",
    "no_tariff": "нет версии тарифа",
    "broken_tariff": "тариф нельзя рассчитать",
    "unknown_online": "нет времени на связи",
    "missing_meter": "нет данных счётчика",
    "negative_usage": "отрицательный показатель",
    "no_vat_mode": "нет режима НДС",
    "held": "придержан",
}

NEXT_STEPS = {
    "missing_days": "загрузить снимки этих дней или перенести предыдущий день",
    "no_terms": "внести условия договора (лист terms)",
    "no_tariff": "внести версию тарифа, действующую в эти дни",
    "broken_tariff": "исправить составляющие тарифа",
    "unknown_online": "получить снимки с временем на связи или сменить тариф",
    "missing_meter": "получить снимки с этим счётчиком или сменить тариф",
    "negative_usage": "сверить счётчик на платформе и загрузить снимки заново",
    "no_vat_mode": "указать режим НДС организации",
    "held": "решить с клиентом и отпустить",
}
"""The next close bills the contract once this is done."""


def next_step(reason: str) -> str:
    """What to do about a parked contract."""
    return NEXT_STEPS.get(reason, "разобраться с причиной")
