"""A promise of payment that a client gives itself: for a few days, once for a debt, where a block is near or there (domain.md §9)."""

from datetime import date, datetime, timedelta

from pipelines.access.promises import promise_once
from pipelines.access.standing import Standing
from pipelines.clock import Authorship
from pipelines.settings import Settings

REASON = "обещанный платёж из личного кабинета"


def may_promise(settings: Settings, standing: Standing) -> date | None:
    """Until when a client may put off its block by its own word, inclusive; None where there is nothing to put off, or it has done so.

    What decides when it is given is `access.promises.promise_once`; this only says whether to offer it.
    """
    days, late = settings.cabinet_promise_days, standing.late_since
    until = standing.on + timedelta(days=days)
    is_near = standing.blocked_since is not None or (standing.blocks_on is not None and standing.blocks_on <= until)
    if not days or late is None or not is_near or (standing.promised_on is not None and standing.promised_on > late):
        return None
    return until


def promise(settings: Settings, client_code: str, organization_code: str, by: str, at: datetime) -> date:
    """Take the word; its last day. `by`: the address that is signed in. NotPutOff where the ladder does not allow it (any more)."""
    return promise_once(settings, client_code, organization_code, settings.cabinet_promise_days, Authorship(by, REASON, at))
