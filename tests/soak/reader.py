"""What a reader of something from outside is to the fuzzer: valid contents, how they are damaged, and the reading itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from pipelines.delivery.mail.dsn import NoReport
from pipelines.errors import BadInput, Refused
from tests.soak.mutations import TOKENS

Damage = Callable[[bytes, Random, Sequence[bytes], Sequence[bytes]], bytes]
ANSWERS = (BadInput, Refused, NoReport)  # in words, for people; everything else that a reader raises is a fault of it


@dataclass(frozen=True)
class Reader:
    """Valid contents, what is done to them, the name under which a file lies, and the reading itself."""

    seeds: Callable[[Path], list[bytes]]
    damage: Damage
    name: str
    read: Callable[[Path], object]
    words: tuple[bytes, ...] = TOKENS

    def input(self, folder: Path, random: Random) -> bytes:
        """A damaged content."""
        seeds = _seeds(self, folder)
        return self.damage(random.choice(seeds), random, self.words, seeds)


@cache
def _seeds(reader: Reader, folder: Path) -> list[bytes]:
    return reader.seeds(folder)


XML = (
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&a;", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?x?>", b'<c r="ZZZ1"', b'r="A0"', b't="s"',
    b't="d"', b't="n"', b's="99"', b"<row>", b"</row>", b"<v>1</v>", b"<f>1+1</f>", b"_x000D_", b"_xD800_", b"xmlns=''",
    b'encoding="utf-7"', b'ref="A1:XFD1048576"',
)  # fmt: skip
"""What means something to readers of XML and workbooks."""
