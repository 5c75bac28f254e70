"""Papers of a close beside those of another revision: python tests/bench/bench_papers.py CHECKOUT [PAPERS [KINDS]].

CHECKOUT is a work tree of the other revision. Both print the same invoices and acts (half each), in turns, in processes of their own:
clients of different names and addresses, sums and explanations of different lengths, KINDS tariffs (3). Processor seconds, from which an
empty turn is taken, so what is compared is the work and not the start. Bar: at least three times the other's papers.
"""

import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
MIN_RATIO, TURNS = 3.0, 3


def explained(vehicles: int, price: int, number: int) -> str:
    """What a row says below its name: of a peak or of an average, in one line or two."""
    if number % 2:
        return f"за январь 2026 г.: максимум {vehicles} {'машина' if vehicles % 10 == 1 else 'машин'} ({number % 31 + 1:02}.01.2026)"
    days = vehicles * 31
    return f"за январь 2026 г.: в среднем {vehicles} машин: {days} машино-дней ÷ 31 день; {days} ÷ 31 × {price},00 = {vehicles * price},00"


def papers(count: int, kinds: int):
    """Invoices and acts, as their own build draws them: run with a checkout as the path of modules."""
    from tests.unit.documents import samples

    dice = random.Random(1)
    for number in range(count // 2):
        vehicles, price = int(dice.paretovariate(0.8) * 5) % 5000, dice.randrange(150, 400)
        title = f"Мониторинг, тариф {'АБВГДЕЖЗИК'[number % kinds]}"
        rows = (samples.row(1, title, str(vehicles), f"{price}.00", text=explained(vehicles, price, number)),)
        name = f"Общество с ограниченной ответственностью «Автопарк {number} {'Север' * (number % 3)}»"
        buyer = replace(samples.BUYER, full_name=name, inn=str(dice.randrange(10**9, 10**10)))
        invoice = samples.invoice(rows, number=f"НСМ-2026-{number:06}", buyer=buyer)
        yield invoice
        yield samples.act(invoice)


def printed(checkout: Path, count: int, kinds: int) -> float:
    """Processor seconds of a process of a checkout, and of those that it started."""
    before = os.times()
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    subprocess.run([sys.executable, __file__, "--turn", str(count), str(kinds)], check=True, env=environment, cwd=checkout)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def turn(count: int, kinds: int) -> None:
    """What a process does: all papers, on one core, kept by nobody."""
    from pipelines.documents.pdf import render_documents

    sys.path.insert(0, str(Path.cwd()))
    sum(len(content) for _, content in render_documents(papers(count, kinds), workers=1))


def main(other: Path, count: int, kinds: int) -> int:
    found: dict[Path, list[float]] = {other: [], HERE: []}
    for _ in range(TURNS):
        for checkout, seconds in found.items():
            seconds.append(printed(checkout, count, kinds) - printed(checkout, 2, kinds))
    theirs, ours = (min(seconds) / count * 1000 for seconds in found.values())
    ratios = sorted(each / own for each, own in zip(found[other], found[HERE], strict=True))
    print(f"{count} papers of {kinds} tariffs: {ours:.2f} ms of processor each, the other revision {theirs:.2f} ms")
    print(f"{theirs / ours:.1f} × its papers; turns {', '.join(f'{each:.1f}' for each in ratios)} (bar: {MIN_RATIO} ×)")
    return 0 if theirs >= MIN_RATIO * ours else 1


if __name__ == "__main__":
    if "--turn" in sys.argv:
        turn(int(sys.argv[2]), int(sys.argv[3]))
        raise SystemExit(0)
    if len(sys.argv) < 2:
        print("needs a checkout of another revision: left out")
        raise SystemExit(0)
    given = [int(each) for each in sys.argv[2:4]]
    raise SystemExit(main(Path(sys.argv[1]).resolve(), *(given or [1000]), *([] if len(given) > 1 else [3])))
