"""What support reads to a client whose access is off, in every case that there is."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pipelines.access.block_words import explanation

REASON = "просрочено 3\u202f600,00\xa0₽: ВМ26-000001 (срок 10.03.2026, 3\u202f600,00\xa0₽)"
OFF = f"Доступ отключён 24.03.2026: {REASON}"
MOMENT = datetime(2026, 3, 25, 7, tzinfo=UTC)


def block(target: str = "account", debt: str = "3600.00", state: str | None = "blocked"):
    return {"target": target, "since": date(2026, 3, 24), "reason": REASON, "state": state, "debt": Decimal(debt)}


def lifted(by: str | None = None, now: str = "active"):
    return {"edited_at": None, "lifted_at": MOMENT, "lifted_by": by, "state_now": now, "time_zone": "Europe/Moscow"}


@pytest.mark.parametrize(
    ("row", "counts", "theirs", "said"),
    [
        (block(), {}, None, f"{OFF}. После оплаты доступ вернётся сам"),
        (block(debt="2000.00"), {}, None, f"{OFF}. Сейчас не оплачено 2\u202f000,00\xa0₽: после оплаты доступ вернётся сам"),
        (block(debt="0.00"), {}, None, f"{OFF}. Долг оплачен, доступ возвращается"),
        (
            block(), {"share_link": 2, "vehicle": 1}, None,
            f"{OFF}. После оплаты доступ вернётся сам. Вместе с учётной записью: 2\xa0ссылки, 1\xa0машина",
        ),
        (block(state=None), {}, None, f"{OFF}. После оплаты доступ вернётся сам. Платформа ещё не подтвердила"),
        (block(state="unknown"), {}, None, f"{OFF}. После оплаты доступ вернётся сам. Что стало с ней на платформе, прочитать не удалось"),
        (block(state="gone"), {}, None, f"{OFF}. После оплаты доступ вернётся сам. На платформе её больше нет"),
        (block(state="active"), {}, None, f"{OFF}. После оплаты доступ вернётся сам. По данным платформы она не отключена"),
        (block(), {}, lifted("диспетчер"), f"{OFF}. Нашу блокировку сняли не мы 25.03.2026 10:00, изменил диспетчер"),
        (
            block(), {}, lifted(now="blocked"),
            f"{OFF}. После оплаты доступ вернётся сам. Нашу блокировку сняли не мы 25.03.2026 10:00; потом заблокировано, и тоже не нами",
        ),
        (
            block(target="share_link"), {"share_link": 1}, None,
            f"Учётную запись отключили не мы, но и мы отключили то, что под ней, 24.03.2026: {REASON}. "
            "После оплаты вернём то, что отключили мы. Отключено: 1\xa0ссылка",
        ),
    ],
)  # fmt: skip
def test_one_line_for_the_client(row, counts, theirs, said):
    line = explanation(row, counts, theirs)
    assert line == said
    assert "\n" not in line
