"""A 1C that shares no code with the product: its own counters, documents, reader and writer, and what goes wrong with it."""

from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.onec_money import NAMESPACE, Money, message

_MSG = "{http://www.1c.ru/SSL/Exchange/Message}"


@dataclass
class State:
    """What the base keeps, and what a backup of it brings back. `documents`: UUID → (type, number, sum), None where deleted."""

    sent_no: int = 0
    received_no: int = 0
    clock: int = 0
    documents: dict[str, tuple[str, str, Decimal] | None] = field(default_factory=dict)
    money: dict[str, Money | None] = field(default_factory=dict)  # UUID → as it is now; None: deleted
    unconfirmed: dict[str, int] = field(default_factory=dict)  # UUID of a changed document of ours → number of the message, 0: none yet


class Onec:
    """The base BP and its folder: it reads what lies in our `out`, and writes into our `in`."""

    def __init__(self, exchange: Path, node: str = "BP", other: str = "FB") -> None:
        self.folder, self.node, self.other = exchange / "onec", node, other
        self.state = State()
        self.clock = 0

    # what people do in it

    def enter(self, document: Money) -> None:
        """Post a document, or post it anew after a change."""
        self.state.money[document.reference] = document
        self.state.unconfirmed[document.reference] = 0

    def delete(self, document: Money) -> None:
        if document.reference in self.state.money:
            self.state.money[document.reference] = None
            self.state.unconfirmed[document.reference] = 0

    def backup(self) -> State:
        return deepcopy(self.state)

    def restore(self, backup: State) -> None:
        self.state = deepcopy(backup)

    # the exchange

    def read(self) -> bool:
        """Load the message in our `out`; False where there is none, or its number has been received before."""
        path = self.folder / "out" / f"Message_{self.other}_{self.node}.xml"
        try:
            root = ET.fromstring(path.read_text(encoding="utf-8-sig"))  # noqa: S314 (our own message)
        except (FileNotFoundError, ET.ParseError):
            return False
        confirmation = root.find(f"{_MSG}Header/{_MSG}Confirmation")
        number, received = (int(confirmation.findtext(f"{_MSG}{tag}")) for tag in ("MessageNo", "ReceivedNo"))
        if number <= self.state.received_no:
            return False
        for element in root.find("{*}Body"):
            self._load(element)
        self.state.received_no = number
        if received > self.state.sent_no:  # it has more of ours than we remember: a backup was restored here
            self.state.sent_no = received
            self.state.unconfirmed = dict.fromkeys(self.state.unconfirmed, 0)
        for key, carried in list(self.state.unconfirmed.items()):
            if carried and carried <= received:
                del self.state.unconfirmed[key]
        return True

    def write(self) -> str:
        """The next message with all that is unconfirmed, into our `in`; its text."""
        self.state.sent_no += 1
        self.clock += 1
        for key in self.state.unconfirmed:
            self.state.unconfirmed[key] = self.state.unconfirmed[key] or self.state.sent_no
        objects = [self._xml(key) for key in self.state.unconfirmed]
        created = f"2026-03-02T{self.clock // 3600 % 24:02}:{self.clock // 60 % 60:02}:{self.clock % 60:02}"
        text = message(self.state.sent_no, *objects, received_no=self.state.received_no, sender=self.node, receiver=self.other)
        text = text.replace("2026-03-02T18:00:00", created)
        self.put(text)
        return text

    def greet(self) -> None:
        """Settings of the exchange alone: a Format without version, no numbers, no Body."""
        text = message(0, sender=self.node, receiver=self.other)
        self.put(text.replace(f"<msg:Format>{NAMESPACE}<", "<msg:Format>http://v8.1c.ru/edi/edi_stnd/EnterpriseData<"))

    def put(self, text: str) -> None:
        """A message in our `in`, whole at once."""
        folder = self.folder / "in"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"Message_{self.node}_{self.other}.xml"
        path.with_suffix(".tmp").write_text(text, encoding="utf-8")
        path.with_suffix(".tmp").replace(path)

    def _xml(self, key: str) -> str:
        document = self.state.money[key]
        return document.xml() if document else Money("1", "1.00", uuid=key).deletion()

    def _load(self, element: ET.Element) -> None:
        tag = element.tag.rpartition("}")[2]
        if tag == "УдалениеОбъекта":
            for link in element.iter():
                if link.tag.endswith("Ссылка") and link.text and link.text.strip():
                    self.state.documents[link.text.strip()] = None
        elif tag.startswith("Документ."):
            key = element.find("{*}КлючевыеСвойства")
            known = (tag, key.findtext("{*}Номер"), Decimal(element.findtext("{*}Сумма")))
            self.state.documents[key.findtext("{*}Ссылка")] = known

    # what it has come to

    def sums(self, type_name: str) -> dict[str, Decimal]:
        """Number → sum of the documents of a type that are not deleted; a number that stands twice is a fault."""
        documents = [each for each in self.state.documents.values() if each and each[0] == f"Документ.{type_name}"]
        assert len({number for _, number, _ in documents}) == len(documents)
        return {number: amount for _, number, amount in documents}

    def received(self) -> list[Decimal]:
        """Sums of its own documents of money."""
        return sorted(Decimal(each.amount) for each in self.state.money.values() if each)
