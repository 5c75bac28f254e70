"""The proof held against many random worlds: `verify.py` comes to every invoice that rating makes of them, and no changed cell passes.

python -m tests.soak.proofs --count 300                  # so many worlds, over the three properties of tests/properties/test_proof.py
"""

import argparse
import sys

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.properties import test_proof
from tests.unit.rating import worlds


def main(count: int) -> int:
    """Every property over a third of the worlds; 1 where one of them failed."""
    properties = {
        test_proof.test_every_monthly_invoice_is_come_to: (worlds.worlds(),),
        test_proof.test_advance_corrective_and_credit_are_come_to: (worlds.worlds(ahead=st.integers(1, 30)), st.integers(0, 30)),
        test_proof.test_the_correction_of_a_closed_month_is_come_to: (worlds.worlds(), worlds.worlds()),
    }
    each = -(-count // len(properties))
    for held, strategies in properties.items():
        many = settings(max_examples=each, phases=[Phase.generate], deadline=None, suppress_health_check=list(HealthCheck))
        many(given(*strategies)(held.hypothesis.inner_test))()
        print(f"{held.__name__}: {each} worlds")
    passed, tried = test_proof.passing(1)
    print(f"changed cells: {tried} tried, {len(passed)} passed {passed or ''}")
    return int(bool(passed))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300)
    sys.exit(main(parser.parse_args().count))
