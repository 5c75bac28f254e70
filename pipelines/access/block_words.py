"""A block in one line that support can read to the client: since when, why, what is still to be paid, how access comes back. Pure."""

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from pipelines.wording.russian import counted, in_roubles, short_date

PARTS: Final = {
    "share_link": ("ссылка", "ссылки", "ссылок"),
    "sub_user": ("пользователь под ней", "пользователя под ней", "пользователей под ней"),
    "vehicle": ("машина", "машины", "машин"),
}
_STATES: Final = {
    None: "платформа ещё не подтвердила",
    "unknown": "что стало с ней на платформе, прочитать не удалось",
    "gone": "на платформе её больше нет",
    "active": "по данным платформы она не отключена",
}


def explanation(first: Mapping[str, Any], counts: Mapping[str, int], lifted: Mapping[str, Any] | None) -> str:
    """Such as «Доступ отключён 24.03.2026: просрочено …. После оплаты доступ вернётся сам. Вместе с учётной записью: 2 ссылки».

    `first`: the row of `access/blocked` of the account itself (of its first part, where only parts of it are blocked by us); `counts`:
    kind of target → how many are blocked with it; `lifted`: the row of what somebody else has let in again.
    """
    is_account = first["target"] == "account"
    opening = "Доступ отключён" if is_account else "Учётную запись отключили не мы, но и мы отключили то, что под ней,"
    sentences = [f"{opening} {short_date(first['since'])}: {first['reason']}"]
    if lifted is None or lifted["state_now"] == "blocked":
        sentences.append(_way_back(first, "доступ вернётся сам" if is_account else "вернём то, что отключили мы"))
    if parts := [counted(counts[kind], *forms) for kind, forms in PARTS.items() if counts.get(kind)]:
        sentences.append(f"{'вместе с учётной записью' if is_account else 'отключено'}: {', '.join(parts)}")
    if first["state"] in _STATES:
        sentences.append(_STATES[first["state"]])
    if lifted:
        sentences.append(_lifted(lifted))
    return ". ".join(sentence[0].upper() + sentence[1:] for sentence in sentences)


def _way_back(first: Mapping[str, Any], returns: str) -> str:
    """What is still to be paid, where that is another sum than at the time of the block, and what happens then."""
    if not first["debt"]:
        return "долг оплачен, доступ возвращается"
    debt = in_roubles(first["debt"])
    return f"после оплаты {returns}" if f"просрочено {debt}:" in first["reason"] else f"сейчас не оплачено {debt}: после оплаты {returns}"


def _lifted(row: Mapping[str, Any]) -> str:
    moment = (row["edited_at"] or row["lifted_at"]).astimezone(ZoneInfo(row["time_zone"]))
    by = f", изменил {row['lifted_by']}" if row["lifted_by"] else ""
    again = "; потом заблокировано, и тоже не нами" if row["state_now"] == "blocked" else ""
    return f"нашу блокировку сняли не мы {moment:%d.%m.%Y %H:%M}{by}{again}"
