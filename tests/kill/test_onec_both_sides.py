"""Both sides of the exchange killed at every point that has a name: after one more turn all hold the same, each document once."""

import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from unittest.mock import patch

import pytest

from pipelines.delivery.onec import assembly, journal, receiving, sending, unacknowledged
from pipelines.delivery.onec.sending import send_to_all
from pipelines.runs.exchange import take_answers
from tests.ledger_world import House
from tests.onec_faults import Exchange, prepare
from tests.stand_in_1c import READING, WRITING, Onec

LONGEST = 60  # seconds of a child that does not die


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying_after(real: Callable[..., object]) -> Callable[..., object]:
    def deed(*arguments: object, **named: object) -> None:
        real(*arguments, **named)
        die()

    return deed


def first_object_only(real: Callable[..., Iterator[object]]) -> Callable[..., Iterator[object]]:
    def objects(*arguments: object) -> Iterator[object]:
        yield next(real(*arguments))
        die()

    return objects


RECEIVING = {
    "header read": (receiving, "has_content", die),
    "some objects applied": (receiving, "read_body", first_object_only(receiving.read_body)),
    "applied, number not committed": (receiving, "_require_unchanged", die),
    "applied, folder does not know": (journal, "note_received", die),
    "folder knows, message not put away": (receiving, "_move", die),
    "message put away, number not committed": (receiving, "sync_folder", die),
}
SENDING = {
    "number taken, nothing written": (sending, "prepare_message", die),
    "file half written": (assembly, "sale", die),
    "file written, number not stored": (sending, "prepare_message", dying_after(sending.prepare_message)),
    "number stored, not committed": (unacknowledged, "refresh", die),
    "number committed, file not visible": (sending, "publish", die),
    "file visible, folder does not know": (journal, "note_sent", die),
}


@pytest.fixture
def exchange(settings):
    prepare(settings)
    return Exchange(settings, House(settings), with_trade=False)


def killed(deed: Callable[[], object]) -> bool:
    """Whether a child process that did it was killed on its way; one that hangs or ends was not."""
    child = os.fork()
    if not child:
        signal.alarm(LONGEST)
        try:
            deed()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _news(exchange: Exchange) -> None:
    """Something for each side to tell."""
    for step in ("we issue", "BP enters", "BP changes"):
        exchange.take(step)


def _ours(exchange: Exchange, point: tuple[object, str, Callable[..., object]]) -> None:
    module, name, deadly = point
    with patch.object(module, name, deadly):
        take_answers(exchange.settings, exchange.at + timedelta(days=3650))
        send_to_all(exchange.settings, exchange.at)


def test_ours_killed_at_each_point_and_run_again(exchange):
    for name, point in (RECEIVING | SENDING).items():
        _news(exchange)
        exchange.take("BP exchanges")
        assert killed(lambda point=point: _ours(exchange, point)), name
        exchange.settle()
        assert exchange.problems() == [], name


def test_a_base_killed_at_each_point_and_run_again(exchange, tmp_path):
    """The base is a process of its own, whose state is on disk; the next process goes on from there."""
    side = exchange.sides["BP"]
    store = tmp_path / "BP.state"
    for name in (*READING, *WRITING):
        base = side.onec = _stored(exchange, store)
        _news(exchange)
        for step in ("we receive", "we send"):
            exchange.take(step)
        base.reached = lambda now, name=name: die() if now == name else None
        assert killed(base.exchange), name
        side.onec = _stored(exchange, store)
        exchange.settle()
        assert exchange.problems() == [], name


def _stored(exchange: Exchange, store: os.PathLike[str]) -> Onec:
    return Onec(exchange.settings.exchange, now=exchange.wall_time, store=store)
