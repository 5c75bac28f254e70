"""The price list: every kind of component and every scheme, one change of price, one tariff that begins too late."""

_START = "2024-01-01"
PRICE_CHANGE = "2026-02-15"
LATE_START = "2026-03-01"

# tariff_code, valid_from, name, currency, prices_include_vat
TARIFFS: list[tuple[str, str, str, str, str]] = [
    ("BASE", _START, "Мониторинг", "RUB", "no"),
    ("STEP", _START, "Мониторинг Плюс", "RUB", "no"),
    ("STEP", PRICE_CHANGE, "Мониторинг Плюс, новая цена", "RUB", "no"),
    ("FIX", _START, "Абонемент и машины", "RUB", "no"),
    ("PACK", _START, "Пакеты по десять", "RUB", "no"),
    ("VOL", _START, "Объёмный", "RUB", "no"),
    ("GRAD", _START, "Ступенчатый", "RUB", "no"),
    ("HOUR", _START, "Почасовой", "RUB", "no"),
    ("VIDEO", _START, "Мониторинг и видео", "RUB", "no"),
    ("GROSS", _START, "Всё включено, с НДС", "RUB", "yes"),
    ("DAY", _START, "Посуточный", "RUB", "no"),
    ("SPRING", LATE_START, "Весенний", "RUB", "no"),
    ("NORTH", _START, "Северный", "RUB", "no"),
]

# tariff_code, valid_from, component_no, name, kind, meter, scheme, price, package_size
COMPONENTS: list[tuple[str, str, str, str, str, str, str, str, str]] = [
    ("BASE", _START, "1", "Мониторинг транспорта", "vehicles", "", "unit", "450.00", ""),
    ("STEP", _START, "1", "Мониторинг транспорта", "vehicles", "", "unit", "300.00", ""),
    ("STEP", PRICE_CHANGE, "1", "Мониторинг транспорта", "vehicles", "", "unit", "360.00", ""),
    ("FIX", _START, "1", "Абонентская плата", "fixed", "", "unit", "3100.00", ""),
    ("FIX", _START, "2", "Мониторинг транспорта", "vehicles", "", "unit", "250.00", ""),
    ("PACK", _START, "1", "Пакет на 10 машин", "vehicles", "", "package", "4000.00", "10"),
    ("VOL", _START, "1", "Мониторинг транспорта", "vehicles", "", "volume", "", ""),
    ("GRAD", _START, "1", "Мониторинг транспорта", "vehicles", "", "graduated", "", ""),
    ("HOUR", _START, "1", "Часы на связи", "online_hours", "", "unit", "4.20", ""),
    ("VIDEO", _START, "1", "Мониторинг транспорта", "vehicles", "", "unit", "500.00", ""),
    ("VIDEO", _START, "2", "Видеоархив, ГБ", "meter", "video_gb", "graduated", "", ""),
    ("VIDEO", _START, "3", "Оповещения, СМС", "meter", "sms", "unit", "3.10", ""),
    ("VIDEO", _START, "4", "Поддержка (бесплатно)", "fixed", "", "unit", "0.00", ""),
    ("GROSS", _START, "1", "Мониторинг под ключ", "vehicles", "", "unit", "610.00", ""),
    ("DAY", _START, "1", "Машино-дни", "vehicle_days", "", "unit", "15.50", ""),
    ("SPRING", LATE_START, "1", "Мониторинг транспорта", "vehicles", "", "unit", "420.00", ""),
    ("NORTH", _START, "1", "Мониторинг транспорта", "vehicles", "", "unit", "390.00", ""),
]

# tariff_code, valid_from, component_no, up_to, price
TIERS: list[tuple[str, str, str, str, str]] = [
    *(
        (code, _START, "1", up_to, price)
        for code in ("VOL", "GRAD")
        for up_to, price in (("20", "480.00"), ("50", "420.00"), ("", "380.00"))
    ),
    ("VIDEO", _START, "2", "50", "35.00"),
    ("VIDEO", _START, "2", "", "25.00"),
]
