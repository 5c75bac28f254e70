"""A name typed wrong is refused, never answered with an empty list as if there were nothing."""

from datetime import date

import pytest

from tests.company import Company, steady


def test_an_unknown_kind_of_finding(run_cli):
    code, out, err = run_cli("findings", "--kind", "orphans")
    assert (code, out) == (2, "")
    assert "unknown kind 'orphans'; did you mean 'orphan'?" in err
    assert run_cli("findings", "--kind", "orphan", "--format", "json")[:2] == (0, "[]\n")


def test_a_contract_that_the_history_does_not_know(run_cli):
    code, out, err = run_cli("master", "history", "--contract", "NOPE")
    assert (code, out) == (2, "")
    assert "NOPE" in err


NAME = ("--by", "Анна", "--reason", "опечатка")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("master history --contract NOPE", "--contract: the history knows nothing of contract 'NOPE'"),
        ("master history --tariff NOPE --as-of 2026-01-31", "--tariff: the history knows nothing of tariff 'NOPE'"),
        ("master history --client NOPE", "--client: the history knows nothing of client 'NOPE'"),
        ("master retire tarifs T1", "SHEET: there is no sheet 'tarifs'"),
        ("master retire clients NOPE", "KEY: clients has no row 'NOPE'"),
        ("correct --month 2026-01 --contract NOPE", "--contract: unknown contract 'NOPE'"),
        ("preview --month 2026-01 --contract NOPE", "--contract: unknown contract 'NOPE'"),
        ("snapshot take --platform nope", "--platform: platform 'nope' is not declared"),
        ("snapshot land --platform nope", "--platform: platform 'nope' is not declared"),
        ("snapshot carry --platform nope --date 2026-01-02", "--platform: platform 'nope' is not declared"),
        ("snapshot accept abcdef012345", "DIGEST: no snapshot has the digest 'abcdef012345'"),
        ("snapshot withdraw abcdef012345", "DIGEST: no snapshot has the digest 'abcdef012345'"),
        ("snapshot withdraw abc", "DIGEST: 'abc' is too short"),
        ("explain NOPE", "NUMBER: no invoice has the number 'NOPE'"),
        ("payments import /nonexist", "FILE: there is no file '/nonexist'"),
        ("access --client NOPE", "--client: no client 'NOPE'"),
        ("mail resolve invoice NOPE --as sent", "KIND KEY: there is no letter 'invoice' 'NOPE'"),
    ],
)
def test_a_name_that_does_not_exist_is_bad_input(run_cli, command, said):
    takes_name = command.split()[1] in ("retire", "carry", "accept", "withdraw", "resolve")
    code, out, err = run_cli(*command.split(), *(NAME if takes_name else ()))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(said)


def test_a_folder_that_is_not_there_is_bad_input_and_a_contract_that_is_not_billable_is_refused(run_cli, tmp_path):
    company = Company({"K1": steady(1)}, starts_on=date(2026, 2, 1))
    assert run_cli("master", "import", company.write_master(tmp_path / "master"))[0] == 0
    assert run_cli("snapshot", "land", "--platform", "gps1", "--source", "/nonexist") == (
        2, "", "/nonexist: there is no such file or folder\n",
    )  # fmt: skip
    for command, said in (
        (("preview", "--month", "2026-01", "--contract", "K1"), "refused: contract K1 is in force from 2026-02-01, not in 2026-01"),
        (("correct", "--month", "2026-01", "--contract", "K1"), "refused: 2026-01 is not closed"),
        (("snapshot", "carry", "--platform", "gps1", "--date", "2026-02-02", *NAME), "refused: gps1 has neither"),
    ):
        code, out, err = run_cli(*command)
        assert (code, out) == (1, "")
        assert err.startswith(said)


def test_a_month_that_was_never_closed_is_not_corrected(run_cli):
    code, out, err = run_cli("correct", "--month", "2026-01")
    assert (code, out) == (1, "")
    assert "2026-01 is not closed" in err
