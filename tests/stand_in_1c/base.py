"""One base of 1C: what its people do in it, and its turns of the exchange, with the moments at which it may die."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tests.onec_money import Money
from tests.stand_in_1c import envelope, schema
from tests.stand_in_1c.configuration import BP, Configuration
from tests.stand_in_1c.documents import Documents, arithmetic
from tests.stand_in_1c.envelope import Numbers
from tests.stand_in_1c.exchange_plan import Node
from tests.stand_in_1c.own import Own
from tests.stand_in_1c.transport import Folder

READING = ("read", "confirmed", "half applied", "applied", "number received stored")
WRITING = ("changes selected", "file half written", "number sent stored", "file moved")
_BEGAN = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - wall time, as 1C writes it


@dataclass
class State:
    """What the database of the base keeps, and what a backup of it brings back. `own`: UUID → (object, whether it is deleted)."""

    node: Node = field(default_factory=Node)
    documents: Documents = field(default_factory=Documents)
    own: dict[str, tuple[Own, bool]] = field(default_factory=dict)
    version: str = "1.19"

    def copy(self) -> "State":
        documents = Documents(dict(self.documents.held), dict(self.documents.skipped))
        return State(replace(self.node, changes=dict(self.node.changes)), documents, dict(self.own), self.version)


class Onec:
    """A base with its folder: it reads what lies in `out` of it, and writes into `in`.

    `resumes`: which reader of messages it has, see `exchange_plan`. `validates`: whether each message is held against 1C's schema.
    `reached`: called at every moment of READING and WRITING, when all that precedes it is stored. `store`: file of the state, for a
    base whose process ends.
    """

    def __init__(
        self, exchange: Path, node: str = "BP", other: str = "FB", configuration: Configuration = BP, *, root: Path | None = None,
        resumes: bool = True, validates: bool = False, now: Callable[[], datetime] | None = None, store: Path | None = None,
    ) -> None:  # fmt: skip
        self.node, self.other, self.configuration, self.validates = node, other, configuration, validates
        self.transport = Folder(root or exchange / "onec", node, other)
        self.reached: Callable[[str], None] = lambda _moment: None
        self.problems: list[str] = []
        self._store, self._ticks, self._now = store, 0, now
        self.state = pickle.loads(store.read_bytes()) if store and store.exists() else State(Node(resumes))  # noqa: S301 - its own file

    @property
    def folder(self) -> Path:
        return self.transport.root

    @folder.setter
    def folder(self, root: Path) -> None:
        self.transport.root = root

    # what people do in it

    def enter(self, *objects: Own) -> None:
        """Objects entered, or changed and saved again."""
        for each in objects:
            self.state.own[each.reference] = (each, False)
            self.state.node.register(each.reference)
        self._commit()

    def delete(self, document: Own) -> None:
        """Marked as deleted; nothing where the base does not have it."""
        if document.reference in self.state.own:
            self.state.own[document.reference] = (self.state.own[document.reference][0], True)
            self.state.node.register(document.reference)
        self._commit()

    def backup(self) -> State:
        return self.state.copy()

    def restore(self, backup: State) -> None:
        self.state = backup.copy()
        self._commit()

    def register_all_since(self, backup: State) -> None:
        """All that people have changed since that backup is to be sent anew, as they order it when the base was restored from it."""
        for key, own in self.state.own.items():
            if backup.own.get(key) != own:
                self.state.node.register(key)
        self._commit()

    # the exchange

    @property
    def has_mail(self) -> bool:
        """Whether a message of the other side lies there that `read` would load."""
        text = self.transport.read()
        message = envelope.parse(text) if text else None
        return bool(message and message.version and not self.state.node.is_stale(message.numbers.message_no))

    def read(self) -> bool:
        """Load the message of the other side; False where there is none, it is cut off, or its number has been received before."""
        text = self.transport.read()
        message = envelope.parse(text) if text else None
        if text is None or message is None or not message.version or self.state.node.is_stale(message.numbers.message_no):
            return False
        self.problems += schema.violations(text, message.version) if self.validates else []
        self.reached("read")
        common = {*message.offered} & {*self.configuration.versions}
        self.state.version = max(common, key=lambda version: [int(part) for part in version.split(".")], default=self.state.version)
        self.state.node.confirm(message.numbers.received_no)
        self._commit("confirmed")
        for place, element in enumerate(message.objects):
            if place == len(message.objects) // 2:
                self._commit("half applied")
            self.state.documents.load(element, self.configuration.receives)
            self.problems += arithmetic(element)
        self._commit("applied")
        self.state.node.store_received(message.numbers.message_no)
        self._commit("number received stored")
        return True

    def write(self) -> str:
        """The next message with all that is unconfirmed, into the folder; its text."""
        node = self.state.node
        keys = node.select()
        self._commit("changes selected")
        text = self._message(Numbers(node.sent_no + 1, node.received_no), [self._xml(key) for key in keys])
        self.transport.begin(text)
        self.reached("file half written")
        node.store_sent()
        self._commit("number sent stored")
        self.transport.send(text)
        self.reached("file moved")
        return text

    def exchange(self) -> bool:
        """A session as 1C runs it by its schedule: read, then write; whether there was something to read."""
        is_new = self.read()
        self.write()
        return is_new

    def greet(self) -> None:
        """Settings of the exchange alone: no numbers, no Body."""
        self.transport.put(self._message(Numbers(), [], settings_only=True))

    def put(self, text: str) -> None:
        """A message in the folder, whole at once."""
        self.transport.put(text)

    def _message(self, numbers: Numbers, objects: list[str], *, settings_only: bool = False) -> str:
        self._ticks += 1
        created = self._now() if self._now else _BEGAN + timedelta(seconds=self._ticks)
        return envelope.text(
            self.configuration, self.node, self.other, numbers, created, self.state.version, objects, settings_only=settings_only
        )

    def _xml(self, key: str) -> str:
        own, is_deleted = self.state.own[key]
        return own.deletion() if is_deleted else own.xml()

    def _commit(self, moment: str | None = None) -> None:
        if self._store:
            temporary = self._store.with_suffix(".tmp")
            temporary.write_bytes(pickle.dumps(self.state))
            temporary.replace(self._store)
        if moment:
            self.reached(moment)

    # what it has come to

    def sums(self, type_name: str) -> dict[str, Decimal]:
        """Number → sum of the other side's documents of a type that are not deleted."""
        return self.state.documents.sums(type_name)

    def money(self) -> list[Money]:
        """Its own documents of money that are not deleted."""
        return [own for own, is_deleted in self.state.own.values() if isinstance(own, Money) and not is_deleted]

    def received(self) -> list[Decimal]:
        """Sums of its own documents of money, from the least."""
        return sorted(Decimal(each.amount) for each in self.money())

    @property
    def unconfirmed(self) -> dict[str, int | None]:
        """Its objects that the other side has not confirmed, and the message that carried each last."""
        return self.state.node.changes
