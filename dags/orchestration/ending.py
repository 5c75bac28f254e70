"""How a task ends whose work was refused: in words, as one line and a list, without a trace; and whether it is tried again."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from airflow.sdk import RetryDecision, RetryPolicy

log = logging.getLogger("fleetbill")


class Ended(SystemExit):
    """The task ends with these words. Airflow writes the trace of every exception into the log, and none of a SystemExit."""

    def __init__(self, words: str, *, is_final: bool = True) -> None:
        super().__init__(1)
        self.words = words
        self.is_final = is_final

    def __str__(self) -> str:
        return self.words


class AskedAgain(Ended):
    """A person's answer cannot be carried out: the question is put again at once, with what is wrong."""


class Patience(RetryPolicy):
    """What no other try can mend fails at once; a question is put again at once; everything else is tried as the task says.

    ``tries``: after so many, whatever is no question put again fails, however many retries the task has.
    """

    def __init__(self, tries: int | None = None) -> None:
        self.tries = tries

    def evaluate(self, exception, try_number, max_tries, context=None):
        """Called by Airflow in the process of the task."""
        if isinstance(exception, AskedAgain):
            return RetryDecision.retry(timedelta(), "the question is put again")
        if (isinstance(exception, Ended) and exception.is_final) or (self.tries and try_number >= self.tries):
            return RetryDecision.fail()
        return RetryDecision.default()


@contextmanager
def in_words() -> Iterator[None]:
    """A refusal of the work inside ends the task in words: each line of it in the log, all of it in the alert."""
    from pipelines.errors import BadInput, Refused, no_room

    try:
        yield
    except BadInput as error:
        words = [f"Во входных данных ошибок: {len(error.problems)}", *(f"– {problem}" for problem in error.problems)]
    except Refused as error:
        words = [f"Отказано: {error}"]
        raise _ended(words, is_final=_is_final(error)) from None
    except OSError as error:
        if not (refusal := no_room(error)):
            raise
        raise _ended([f"Отказано: {refusal}"], is_final=False) from None
    else:
        return
    raise _ended(words) from None


def ended(words: str) -> Ended:
    """The end of a task for a reason of its own, logged."""
    return _ended([words])


def _ended(words: list[str], *, is_final: bool = True) -> Ended:
    for line in words:
        log.error("%s", line)
    return Ended("\n".join(words), is_final=is_final)


def _is_final(error: Exception) -> bool:
    """Whether the same work would be refused again: it needs another word of a person, or other facts."""
    from pipelines.access.reblock import NotToBeBlocked
    from pipelines.billing import approval
    from pipelines.billing.transitions import IllegalMove
    from pipelines.billing.unlikely_dates import NotMeant
    from pipelines.platforms.errors import AuthFailed, NotBuilt
    from pipelines.runs.correct import NotClosed
    from pipelines.runs.draft_to_issue import NothingBillable
    from pipelines.runs.questions import NotAnswered, NotIssued

    words = (approval.RunChanged, approval.NothingDrafted, approval.SecondPersonNeeded, approval.NotAPerson, approval.NothingLeft)
    logins = (AuthFailed, NotBuilt)  # a further try with the same word could lock the service user out
    return isinstance(error, (*words, *logins, NotToBeBlocked, IllegalMove, NotMeant, NothingBillable, NotClosed, NotAnswered, NotIssued))
