"""A folder without a fleetbill: every listing says so in one line, and makes nothing there."""

import pytest

from pipelines.cli.main import run

LISTINGS = (
    "status",
    "db status",
    "snapshot list",
    "snapshot coverage --month 2026-01",
    "snapshot show abcdef",
    "snapshot diff abcdef abcdee",
    "usage --month 2026-01",
    "findings",
    "leakage --month 2026-01",
    "hold list",
    "review --month 2026-01",
    "preview --month 2026-01",
    "invoices",
    "explain A-1",
    "payments",
    "ageing --date 2026-01-01",
    "statement --client C --from 2026-01-01 --to 2026-01-31",
    "dunning --date 2026-01-01 --dry-run",
    "access",
    "onec status",
    "mail status",
    "master history",
    "master verify",
)


@pytest.mark.parametrize("command", LISTINGS)
@pytest.mark.parametrize("is_there", [False, True], ids=["no folder", "an empty folder"])
def test_a_listing_without_a_house_makes_none(command, is_there, tmp_path, monkeypatch, capsys):
    home = tmp_path / "home"
    if is_there:
        home.mkdir()
    monkeypatch.setenv("FLEETBILL_HOME", str(home))
    monkeypatch.delenv("FLEETBILL_DATABASE_URL", raising=False)
    assert run(command.split()) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"refused: there is no fleetbill in {home} (FLEETBILL_HOME): `fleetbill db upgrade` makes one there\n"
    assert list(tmp_path.rglob("*")) == ([home] if is_there else [])


@pytest.mark.parametrize(
    ("home", "folder", "why"),
    [("file/home", "file", "File exists"), (f"{'x' * 300}/home", f"{'x' * 300}/home", "File name too long")],
    ids=["a file", "a name too long"],
)
def test_a_house_that_cannot_be_made_is_bad_input(home, folder, why, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FLEETBILL_HOME", str(tmp_path / home))
    assert run(["db", "upgrade"]) == 2
    assert capsys.readouterr().err == f"FLEETBILL_HOME: {tmp_path}/{folder} cannot be made a folder: {why}\n"
