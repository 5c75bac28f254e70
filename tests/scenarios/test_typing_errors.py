"""A name typed wrong is refused, never answered with an empty list as if there were nothing."""


def test_an_unknown_kind_of_finding(run_cli):
    code, out, err = run_cli("findings", "--kind", "orphans")
    assert (code, out) == (2, "")
    assert "unknown kind 'orphans'; did you mean 'orphan'?" in err
    assert run_cli("findings", "--kind", "orphan", "--format", "json")[:2] == (0, "[]\n")


def test_a_contract_that_the_history_does_not_know(run_cli):
    code, out, err = run_cli("master", "history", "--contract", "NOPE")
    assert (code, out) == (1, "")
    assert "NOPE" in err


def test_a_month_that_was_never_closed_is_not_corrected(run_cli):
    code, out, err = run_cli("correct", "--month", "2026-01")
    assert (code, out) == (1, "")
    assert "2026-01 is not closed" in err
