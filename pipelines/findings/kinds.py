"""Kinds of findings: what each is called, who looks after it, and when it is over (domain.md §10)."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class FindingOwner(StrEnum):
    """The role that a finding waits for."""

    FINANCE = "finance"
    TECHNICAL = "technical"
    ACCOUNT_MANAGER = "account_manager"


OWNER_NAMES: Final = MappingProxyType(
    {
        FindingOwner.FINANCE.value: "финансы",
        FindingOwner.TECHNICAL.value: "техническая служба",
        FindingOwner.ACCOUNT_MANAGER.value: "менеджер клиента",
    }
)


class Closing(StrEnum):
    """What says that a finding is over."""

    DAY = "day"  # it is not seen on the newest covered day of its platform; of none: on the newest day that has evidence
    MONTH = "month"  # it happened on a day, and the month after it is over
    GONE = "gone"  # whoever writes it takes it away


@dataclass(frozen=True, slots=True)
class FindingKind:
    """A kind: its name for people, its owner, and what closes it."""

    name: str
    owner: FindingOwner
    closing: Closing = Closing.DAY


_FINANCE, _TECHNICAL, _MANAGER = FindingOwner.FINANCE, FindingOwner.TECHNICAL, FindingOwner.ACCOUNT_MANAGER

FINDING_KINDS: Final = MappingProxyType(
    {
        "orphan": FindingKind("машины без владельца", _MANAGER),
        "duplicate": FindingKind("дубли", _TECHNICAL),
        "suspected_duplicate": FindingKind("возможные дубли", _TECHNICAL),
        "placeholder_device": FindingKind("машины без номера устройства", _TECHNICAL),
        "contract_without_accounts": FindingKind("договоры без учётных записей на платформах", _MANAGER),
        "unknown_account": FindingKind("учётные записи без договора", _MANAGER),
        "out_of_contract": FindingKind("машины вне срока договора", _MANAGER),
        "silent_unbilled": FindingKind("невыставляемые машины без сообщений", _MANAGER),
        "silent_billed": FindingKind("выставляемые машины без сообщений", _MANAGER),
        "silent_device": FindingKind("трекеры без сообщений", _TECHNICAL),
        "failed_sensor": FindingKind("датчики без показаний", _TECHNICAL),
        "came_and_went": FindingKind("машины, мелькнувшие между снимками", _MANAGER, Closing.MONTH),
        "double_mapping": FindingKind("учётная запись у двух договоров", _FINANCE),
        "several_owners": FindingKind("машины с несколькими владельцами", _FINANCE),
        "month_end_dip": FindingKind("провал в конце месяца", _MANAGER, Closing.MONTH),
        "transfer": FindingKind("переход между договорами", _MANAGER, Closing.MONTH),
        "missing_snapshot": FindingKind("дни без снимка", _TECHNICAL),
        "snapshot_warning": FindingKind("замечания к снимкам", _TECHNICAL),
        "snapshot_quarantined": FindingKind("снимки в карантине", _TECHNICAL, Closing.GONE),
        "parked_contract": FindingKind("отложенные договоры", _FINANCE, Closing.GONE),
        "prepaid_limit": FindingKind("превышен предоплаченный парк", _MANAGER, Closing.MONTH),
        "prepaid_unused": FindingKind("предоплаченный парк не использован", _MANAGER, Closing.MONTH),
        "zero_price": FindingKind("цена 0 при ненулевом количестве", _FINANCE, Closing.MONTH),
        "block_lifted": FindingKind("нашу блокировку сняли не мы", _MANAGER),
        "block_stays": FindingKind("доступ возвращён, а платформа его не даёт", _TECHNICAL),
        "block_of_others": FindingKind("учётные записи клиентов, заблокированные не нами", _MANAGER),
        "block_not_applied": FindingKind("список отключений не исполнен платформой", _TECHNICAL),
        "unmatched_payment": FindingKind("неопознанные платежи", _FINANCE, Closing.GONE),
        "doubtful_payment": FindingKind("возможно, один платёж", _FINANCE, Closing.GONE),
        "onec_contradicts": FindingKind("1С изменила платёж, о котором говорит и другой источник", _FINANCE, Closing.GONE),
        "onec_not_counted": FindingKind("документ 1С, который не учтён", _FINANCE, Closing.GONE),
        "onec_offer": FindingKind("1С предлагает изменить справочник", _FINANCE, Closing.GONE),
        "unacknowledged": FindingKind("не подтверждено 1С", _FINANCE),
        "silent_peer": FindingKind("1С молчит", _FINANCE),
        "missing_address": FindingKind("клиенты без адреса почты", _MANAGER),
        "bounced_address": FindingKind("почта не принимает адрес", _MANAGER),
        "undelivered_mail": FindingKind("письма не отправлены", _FINANCE),
        "unconfirmed_mail": FindingKind("письма с неизвестной судьбой", _FINANCE),
    }
)

KIND_NAMES: Final = MappingProxyType({code: kind.name for code, kind in FINDING_KINDS.items()})
"""Code → what people read instead of it."""

CLOSED_WITH_THE_MONTH: Final = tuple(code for code, kind in FINDING_KINDS.items() if kind.closing is Closing.MONTH)
OPEN_WHILE_THERE: Final = tuple(code for code, kind in FINDING_KINDS.items() if kind.closing is Closing.GONE)
