"""Damage done to valid input: bytes, lines and containers, all drawn from one generator, so that a number gives the same input again."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

TOKENS = (
    b"\0", b"\r", b"\n", b"\r\n", b"\n\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\x1a", b"\x80", b"\xc0\xaf", b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80", b'"', b'""', b"'",
    b";", b",", b"=", b"<", b">", b"&", b"--", b"%", b"\\", b"\t", b"\xc2\xa0", "\u202e".encode(),
    "\u200b".encode(),
    b"-1", b"0", b"-0", b"1e400", b"1E+5", b"NaN", b"inf", b"1,000", b"9" * 40, b"0" * 400, b"1" * 5000, b"0.1" + b"0" * 300, b"8.6E+14",
    b"0000-00-00", b"9999-12-31", b"10000-01-01", b"2026-02-30", b"31.02.2026", b"29.02.2028", b"24:00:00", b"+99:99", b"Z",
    "я".encode(), "я".encode("cp1251"), "Ё".encode("cp866"), "\U0001f69a".encode(), b"true", b"None", b"../../x", b"\x1b[31m",
)  # fmt: skip


def damaged(content: bytes, random: Random, words: Sequence[bytes] = (), others: Sequence[bytes] = ()) -> bytes:
    """The content after one to four pieces of damage; ``words`` mean something to its reader, ``others`` may be spliced in."""
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        content = random.choice(_DAMAGE)(content, random, words or TOKENS, others or (content,))
    return content


def _place(content: bytes, random: Random) -> tuple[int, int]:
    start = random.randrange(len(content) + 1)
    return start, min(len(content), start + random.choice((1, 1, 2, 4, 16, 64, 512)))


def _flip(content: bytes, random: Random, *_: Sequence[bytes]) -> bytes:
    if not content:
        return content
    at = random.randrange(len(content))
    return content[:at] + bytes([content[at] ^ (1 << random.randrange(8))]) + content[at + 1 :]


def _cut(content: bytes, random: Random, *_: Sequence[bytes]) -> bytes:
    start, end = _place(content, random)
    return content[:start] + content[end:]


def _end(content: bytes, random: Random, *_: Sequence[bytes]) -> bytes:
    return content[: random.randrange(len(content) + 1)]


def _repeat(content: bytes, random: Random, *_: Sequence[bytes]) -> bytes:
    start, end = _place(content, random)
    return content[:end] + content[start:end] * random.choice((1, 1, 2, 3, 50)) + content[end:]


def _insert(content: bytes, random: Random, words: Sequence[bytes], _: Sequence[bytes]) -> bytes:
    at = random.randrange(len(content) + 1)
    return content[:at] + random.choice(random.choice((TOKENS, words))) + content[at:]


def _replace(content: bytes, random: Random, words: Sequence[bytes], _: Sequence[bytes]) -> bytes:
    start, end = _place(content, random)
    return content[:start] + random.choice(random.choice((TOKENS, words))) + content[end:]


def _value(content: bytes, random: Random, words: Sequence[bytes], _: Sequence[bytes]) -> bytes:
    """What stands between two separators becomes something else."""
    edges = [at for at, byte in enumerate(content) if byte in b',;=\n\r<>"']
    if len(edges) < 2:
        return content
    number = random.randrange(len(edges) - 1)
    return content[: edges[number] + 1] + random.choice(random.choice((TOKENS, words))) + content[edges[number + 1] :]


def _lines(content: bytes, random: Random, *_: Sequence[bytes]) -> bytes:
    """A line moved, doubled, dropped, or all of them ended in another way."""
    lines = content.splitlines(keepends=True)
    if len(lines) < 2:
        return content
    first, second = random.randrange(len(lines)), random.randrange(len(lines))
    deed = random.randrange(5)
    if deed == 0:
        lines[first], lines[second] = lines[second], lines[first]
    elif deed == 1:
        lines.insert(second, lines[first])
    elif deed == 2:
        del lines[first]
    elif deed == 3:
        lines[first:first] = [lines[first]] * 40
    else:
        ending = random.choice((b"\n", b"\r", b"\r\n", b"\n\n", b" \n"))
        lines = [line.rstrip(b"\r\n") + ending for line in lines]
    return b"".join(lines)


def _splice(content: bytes, random: Random, _: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    other = random.choice(others)
    return content[: random.randrange(len(content) + 1)] + other[random.randrange(len(other) + 1) :]


def _encode(content: bytes, random: Random, *_: Sequence[bytes]) -> bytes:
    """The same text in another encoding."""
    for encoding in ("utf-8", "cp1251"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text.encode(random.choice(("utf-8-sig", "cp1251", "cp866", "koi8-r", "utf-16")), "replace")
    return content


_DAMAGE: tuple[Callable[[bytes, Random, Sequence[bytes], Sequence[bytes]], bytes], ...] = (
    _flip, _flip, _cut, _end, _repeat, _insert, _insert, _replace, _replace, _value, _value, _value, _lines, _lines, _splice, _encode,
)  # fmt: skip


_VALUES: tuple[object, ...] = (
    None, True, False, 0, -1, 1, 2**63, 10**30, 0.5, -0.0, 1e308, "", "x", "0",
    "1", "2001", "\u0000", "\ud800", "2026-02-30", "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00", "x" * 5000, [], {}, [None], [[]], [{}], {"id": None}, {"value": []},
)  # fmt: skip


def damaged_json(content: bytes, random: Random, words: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    """A line, and a JSON document below it: sound JSON in which values are other ones, gone, doubled or swapped; or damaged bytes."""
    head, _, body = content.partition(b"\n")
    try:
        value = json.loads(body)
    except ValueError:
        return damaged(content, random, words, others)
    if random.randrange(3) == 0:
        return head + b"\n" + damaged(body, random, words, [each.partition(b"\n")[2] for each in others])
    for _ in range(random.choice((1, 1, 2, 3))):
        value = _with_another(value, random)
    return head + b"\n" + json.dumps(value).encode()


def _with_another(value: Any, random: Random) -> Any:
    """The value with one of those inside it changed; any of them alike."""
    places = list(_places(value))
    if not places:
        return random.choice(_VALUES)
    holder, key = random.choice(places)
    deed = random.randrange(6)
    if deed == 0:
        del holder[key]
    elif deed == 1 and isinstance(holder, list):
        holder.insert(key, holder[key])
    elif deed == 1 and isinstance(key, str):
        holder[random.choice((key.upper(), key + "s", "id", "value"))] = holder.pop(key)
    elif deed == 2:
        other, place = random.choice(places)
        holder[key] = json.loads(json.dumps(other[place]))
    else:
        holder[key] = random.choice(_VALUES)
    return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """(container, key or place) of everything inside a value."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


def damaged_gzip(content: bytes, random: Random, words: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    """A packed file, damaged outside or inside, or its stream followed by something."""
    deed = random.randrange(4)
    if deed == 0:
        return damaged(content, random)
    packed = gzip.compress(damaged(gzip.decompress(content), random, words, [gzip.decompress(each) for each in others]), 1, mtime=0)
    return packed + random.choice((packed, b"\0" * 10, b"tail")) if deed == 1 else packed


def damaged_parquet(content: bytes, random: Random, words: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    """A Parquet file damaged outside; or a damaged CSV file's cells, whatever bytes they are, as columns of text of a sound one."""
    if random.randrange(2):
        return damaged(random.choice([each for each in others if each.startswith(b"PAR1")]), random)
    import pyarrow as pa
    import pyarrow.parquet as pq

    lines = [line.split(b",") for line in damaged(others[-1], random, words).splitlines()]
    width = len(lines[0]) if lines else 0
    rows = [(line + [b""] * width)[:width] for line in lines]
    names = [name.decode("utf-8", "replace") for name in rows[0]] if rows else []
    columns = [pa.array([row[place] for row in rows[1:]], pa.binary()) for place in range(width)]
    texts = [pa.StringArray.from_buffers(len(each), *each.buffers()[1:], each.buffers()[0]) for each in columns]
    target = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(texts, names), target)
    return target.getvalue()


def damaged_zip(content: bytes, random: Random, words: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    """A workbook, damaged outside, or one of its members damaged, dropped, doubled, renamed or taken from another."""
    if random.randrange(6) == 0:
        return damaged(content, random)
    members = _members(content)
    name = random.choice(sorted(members))
    deed = random.randrange(8)
    if deed == 0:
        del members[name]
    elif deed == 1:
        members[random.choice((name.upper(), name.replace("/", "\\"), "/" + name, name + " "))] = members.pop(name)
    elif deed == 2:
        strangers = _members(random.choice(others))
        members[name] = strangers[random.choice(sorted(strangers))]
    else:
        members[name] = damaged(members[name], random, words, [members[each] for each in sorted(members)])
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for each, inside in members.items():
            archive.writestr(each, inside)
    return target.getvalue()


def _members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
