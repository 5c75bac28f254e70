"""The exchange with 1C as finance reads it: each base in a sentence, with what it has not confirmed."""

from dataclasses import dataclass
from datetime import datetime

from pipelines.delivery.onec.status import ExchangeStanding, status
from pipelines.settings import Settings

CONFIGURATIONS = {"bp": "Бухгалтерия предприятия", "ut": "Управление торговлей", "other": "другая конфигурация", None: "не объявлена"}


@dataclass(frozen=True, slots=True)
class BaseStanding:
    """A base of 1C; ``state``: what it waits for, in words; ``needs_somebody``: it does not go on by itself."""

    standing: ExchangeStanding
    state: str
    needs_somebody: bool

    @property
    def configuration(self) -> str:
        """What it is called."""
        return CONFIGURATIONS.get(self.standing.configuration, "другая конфигурация")

    @property
    def unconfirmed(self) -> int:
        """Objects that it has not confirmed."""
        return self.standing.unconfirmed_invoices + self.standing.unconfirmed_sales + self.standing.unconfirmed_others


def bases(settings: Settings, at: datetime) -> list[BaseStanding]:
    """Every base of 1C that we exchange with, or once did."""
    return [_base(each) for each in status(settings, at)]


def _base(base: ExchangeStanding) -> BaseStanding:
    if base.is_over:
        return BaseStanding(base, "обмен с базой закончен: ей больше ничего не пишется", needs_somebody=False)
    if base.refused:
        return BaseStanding(base, f"не может принять объектов: {base.refused}. Причина: {base.why}", needs_somebody=True)
    if not base.oldest_queued_at:
        return BaseStanding(base, "всё подтверждено", needs_somebody=False)
    if base.file_waiting:
        return BaseStanding(base, f"сообщение {base.sent_no} лежит в папке обмена, 1С его ещё не прочитала", needs_somebody=False)
    if base.sent_no > base.confirmed_no:
        return BaseStanding(base, f"1С взяла сообщение {base.sent_no} и не подтвердила его", needs_somebody=True)
    return BaseStanding(base, "уйдёт со следующим сеансом обмена", needs_somebody=False)
