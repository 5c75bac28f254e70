"""What the kinds of findings are called for finance (domain.md §10)."""

from typing import Final

KIND_NAMES: Final = {
    "orphan": "машины без владельца",
    "duplicate": "дубли",
    "suspected_duplicate": "возможные дубли",
    "placeholder_device": "машины без номера устройства",
    "contract_without_accounts": "договоры без учётных записей на платформах",
    "unknown_account": "учётные записи без договора",
    "out_of_contract": "машины вне срока договора",
    "silent_unbilled": "невыставляемые машины без сообщений",
    "double_mapping": "учётная запись у двух договоров",
    "several_owners": "машины с несколькими владельцами",
    "month_end_dip": "провал в конце месяца",
    "transfer": "переход между договорами",
    "missing_snapshot": "дни без снимка",
    "snapshot_warning": "замечания к снимкам",
    "snapshot_quarantined": "снимки в карантине",
    "parked_contract": "отложенные договоры",
    "prepaid_limit": "превышен предоплаченный парк",
    "prepaid_unused": "предоплаченный парк не использован",
    "zero_price": "цена 0 при ненулевом количестве",
    "block_lifted": "нашу блокировку сняли не мы",
    "block_stays": "доступ возвращён, а платформа его не даёт",
    "unmatched_payment": "неопознанные платежи",
    "unacknowledged": "не подтверждено 1С",
    "missing_address": "клиенты без адреса почты",
    "bounced_address": "почта не принимает адрес",
    "undelivered_mail": "письма не отправлены",
    "unconfirmed_mail": "письма с неизвестной судьбой",
}
