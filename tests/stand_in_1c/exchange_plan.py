"""The node of the exchange plan, as 1C keeps it: two counters, and the changes that wait for the other side's confirmation.

What the Library of Standard Subsystems does with them: a message is the next number with every change that is registered; a change that is
registered anew loses the number that carried it; a ReceivedNo takes away what was carried up to it. Of a base that was restored from a
backup there are two behaviours. The reader of a plan's own messages sees a ReceivedNo beyond what it sent, takes away nothing, and goes on
counting from there. The reader of the universal format does not look: it takes away what was carried up to it, and counts on from its own.
"""

from dataclasses import dataclass, field


@dataclass
class Node:
    """`changes`: UUID → number of the message that carried the change, None while none has. `resumes`: see above."""

    resumes: bool = True
    sent_no: int = 0
    received_no: int = 0
    changes: dict[str, int | None] = field(default_factory=dict)

    def register(self, key: str) -> None:
        """A change that must reach the other side."""
        self.changes.pop(key, None)
        self.changes[key] = None

    def select(self) -> list[str]:
        """The changes of the next message, marked with its number; the number itself is stored by `store_sent`."""
        for key, carried in self.changes.items():
            self.changes[key] = carried or self.sent_no + 1
        return list(self.changes)

    def store_sent(self) -> None:
        self.sent_no += 1

    def is_stale(self, message_no: int) -> bool:
        """Whether a message of that number was received before: nothing of it is read."""
        return message_no <= self.received_no

    def confirm(self, received_no: int) -> None:
        """The other side has had everything up to that number."""
        if self.resumes and received_no > self.sent_no:
            self.sent_no = received_no
            self.changes = dict.fromkeys(self.changes)
            return
        self.changes = {key: carried for key, carried in self.changes.items() if not carried or carried > received_no}

    def store_received(self, message_no: int) -> None:
        self.received_no = message_no
