"""The folder between the two sides, and what can happen to a message in it."""

from dataclasses import dataclass, field
from pathlib import Path

DAMAGE = 40  # characters that a message cut off lacks


@dataclass
class Folder:
    """`root` holds `out` (written by the other side) and `in` (read by it). `sent`: every message of the base, in order.

    `is_late`: messages of the base do not arrive before `deliver`, and are `late` until then. `carried`: messages of the other side.
    """

    root: Path
    node: str
    other: str
    sent: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    carried: list[str] = field(default_factory=list)
    is_late: bool = False

    @property
    def incoming(self) -> Path:
        """Where the other side's message to this base lies."""
        return self.root / "out" / f"Message_{self.other}_{self.node}.xml"

    @property
    def outgoing(self) -> Path:
        """Where this base's message to the other side lies."""
        return self.root / "in" / f"Message_{self.node}_{self.other}.xml"

    def read(self) -> str | None:
        try:
            return self.incoming.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            return None

    def begin(self, text: str) -> None:
        """The first half of a message that is on its way, under a name that nobody reads."""
        self._temporary().write_text(text[: len(text) // 2], encoding="utf-8-sig")

    def put(self, text: str) -> None:
        """A message, whole at once."""
        temporary = self._temporary()
        temporary.write_text(text, encoding="utf-8-sig")
        temporary.replace(self.outgoing)

    def send(self, text: str) -> None:
        """A message of the base; where messages are late, it waits until `deliver`."""
        self.sent.append(text)
        if self.is_late:
            self.late.append(text)
        else:
            self.put(text)

    def deliver(self, *, newest_first: bool = False) -> None:
        """One of the late messages arrives."""
        self.is_late = False
        if self.late:
            self.put(self.late.pop(-1 if newest_first else 0))

    def keep(self) -> None:
        """What the other side has written is remembered by whoever carries it."""
        text = self.read()
        if text and text not in self.carried[-1:]:
            self.carried.append(text)

    def bring_back(self, back: int = 2) -> None:
        """An earlier message of the other side lies there again."""
        if self.carried:
            self.incoming.parent.mkdir(parents=True, exist_ok=True)
            self.incoming.write_text(self.carried[-min(back, len(self.carried))], encoding="utf-8-sig")

    def _temporary(self) -> Path:
        self.outgoing.parent.mkdir(parents=True, exist_ok=True)
        return self.outgoing.with_suffix(".tmp")

    def lose_incoming(self) -> None:
        self.incoming.unlink(missing_ok=True)

    def lose_outgoing(self) -> None:
        self.outgoing.unlink(missing_ok=True)

    def repeat(self, back: int = 1) -> None:
        """A message that was sent before lies there again: the last, or one that was sent so many before the end."""
        if self.sent:
            self.put(self.sent[-min(back, len(self.sent))])

    def cut_off(self) -> None:
        """The last message, without its end."""
        if self.sent:
            self.put(self.sent[-1][:-DAMAGE])
