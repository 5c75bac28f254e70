"""The month or day that a run is about: its partition key, which a person types when starting a run by hand."""


def month_of(key):
    """``"2026-02"`` → the month; BadInput in words for anything else, also for no key at all."""
    from pipelines.errors import BadInput
    from pipelines.period import Month

    try:
        return Month.parse(key or "")
    except ValueError:
        raise BadInput.one("ключ раздела (partition key)", f"нужен месяц, например 2026-02; задано: {key or 'ничего'}") from None


def day_of(key):
    """``"2026-02-17"`` → the day; BadInput as above."""
    from datetime import date

    from pipelines.errors import BadInput

    try:
        return date.fromisoformat(key or "")
    except ValueError:
        raise BadInput.one("ключ раздела (partition key)", f"нужен день, например 2026-02-17; задано: {key or 'ничего'}") from None


def moment_of(written):
    """``"2026-02-27T23:50:00+03:00"`` → the moment; BadInput for anything else, also for one that names no time zone."""
    from datetime import datetime

    from pipelines.errors import BadInput

    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadInput.one("Момент", f"нужны дата, время и часовой пояс, например 2026-02-27T23:50:00+03:00; задано: {written}")
    return moment
