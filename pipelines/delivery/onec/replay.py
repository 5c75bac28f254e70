"""Send again what 1C has confirmed and lost, by a person's word: after its base was restored from a backup."""

from pipelines.clock import Authorship
from pipelines.delivery.onec import declared
from pipelines.delivery.onec.peers import take_turn
from pipelines.errors import BadInput
from pipelines.logs import verb
from pipelines.settings import Settings
from pipelines.warehouse import engine, query


def replay(settings: Settings, first_no: int, author: Authorship, code: str | None = None) -> int:
    """Forget that our messages from `first_no` on carried anything; number of the last that is sent again.

    `code`: of the base, None for that of the settings. BadInput: no such base, or it was never sent such a message.
    Nothing is sent here: the next message carries it, each object under its own UUID.
    """
    code = code or settings.onec_peer
    with verb("delivery", "replay_to_onec", peer=code, from_no=first_no), engine.transaction(settings) as connection:
        declared.chosen(settings, connection, (code,))
        peer = take_turn(connection, code)
        if first_no > peer.sent_no:
            raise BadInput.one("--from", f"the last message that we sent is {peer.sent_no}")
        word = {"by_name": author.by, "reason": author.reason, "at": author.at}
        binds = {"peer": code, "from_no": first_no, "confirmed_before": peer.confirmed_no}
        query.run(connection, "delivery/onec/add_replay", **binds, **word)
        query.run(connection, "delivery/onec/forget_carried", peer=code, confirmed_no=first_no - 1)
        return peer.sent_no
