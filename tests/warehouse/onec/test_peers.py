"""Several bases of 1C side by side: each its own numbers, folder, scope and version."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from pipelines.clock import Authorship
from pipelines.delivery.onec.header import read_header
from pipelines.delivery.onec.sending import send, send_to_all
from pipelines.delivery.onec.status import status
from pipelines.errors import BadInput
from pipelines.master.importing import import_master
from pipelines.master.retire import StillUsed, retire
from pipelines.period import Month
from pipelines.runs.exchange import take_answers
from pipelines.warehouse import engine
from tests.books import AT, Books, Line
from tests.onec_money import Money, message
from tests.sheets import as_csv
from tests.stand_in_1c import Onec
from tests.warehouse.onec.test_sending import numbers, objects

SALE, INVOICE = "Документ.РеализацияТоваровУслуг", "Документ.СчетПокупателю"
ANNA = Authorship("Анна", "ещё одна база", AT)


def declare(settings, tmp_path, *rows, at=AT):
    """Rows of the sheet, as a person imports them."""
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    cells = [[row.get(heading, "") for heading in headings] for row in rows]
    return import_master(settings, as_csv({"peers": [headings, *cells]}, tmp_path / "peers"), replace(ANNA, at=at))


def row(peer, configuration="ut", **more):
    return {"peer": peer, "configuration": configuration, **more}


def out(settings, peer):
    return settings.exchange / "onec" / ("" if peer == "BP" else peer) / "out" / f"Message_FB_{peer}.xml"


def findings(settings):
    with engine.engine(settings).connect() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT kind, subject FROM findings.occurrences ORDER BY 1, 2"))]


def test_two_bases_have_their_own_numbers_folders_and_answers(settings, tmp_path):
    books = Books(settings)
    first = books.issue("K1")
    send(settings, AT)
    declare(settings, tmp_path, row("UT"))
    second = books.issue("K2")
    turns = {turn.peer: turn for turn in send_to_all(settings, AT)}
    assert {peer: turn.message.message_no for peer, turn in turns.items()} == {"BP": 2, "UT": 1}
    assert (
        numbers(out(settings, "BP"), INVOICE) == numbers(out(settings, "UT"), INVOICE) == [first, second]
    )  # a new base has the old ones too
    trade = Onec(settings.exchange, "UT")
    trade.folder = settings.exchange / "onec" / "UT"
    trade.read()
    trade.enter(Money("7", "500.00"))
    trade.write()
    [answer] = take_answers(settings, AT)
    assert (answer.file, str(answer.outcome)) == ("Message_UT_FB.xml", "taken")
    standing = {each.peer: each for each in status(settings, AT)}
    assert (standing["UT"].unconfirmed_invoices, standing["BP"].unconfirmed_invoices, standing["UT"].confirmed_no) == (0, 2, 1)
    assert standing["BP"].why == "message 2 lies in its folder, and 1C has not answered it"
    assert (settings.exchange / "onec" / "UT" / "done" / "Message_UT_FB.1.xml").exists()
    books.issue("K1", [Line("1", "100")], kind="adjustment", cause="x", at=AT + timedelta(days=1))  # a further version of its sale
    later = {turn.peer: turn.message for turn in send_to_all(settings, AT + timedelta(days=1))}
    assert (later["UT"].sales, later["UT"].invoices, later["BP"].sales) == (1, 1, 2)
    assert len(objects(out(settings, "UT"), "Документ.КорректировкаРеализацииТоваров")) == 1  # its list of types names corrections
    assert send(settings, AT + timedelta(days=1)).is_new is False


def test_a_new_base_gets_everything_from_its_day_on(settings, tmp_path):
    books = Books(settings)
    books.issue("K1", month=Month(2025, 12), at=AT - timedelta(days=31))  # issued on 1 January for December
    ahead = books.issue("K2", kind="advance", at=AT - timedelta(days=40))  # for January
    january = books.issue("K1", at=AT)
    declare(settings, tmp_path, row("UT", from_date="2026-01-02"))
    [turn] = send_to_all(settings, AT, ("UT",))
    assert numbers(out(settings, "UT"), INVOICE) == [ahead, january]
    assert turn.message.sales == 2
    declare(settings, tmp_path, row("UT", from_date="2025-12-31"))  # an earlier day: what it lacks goes
    [turn] = send_to_all(settings, AT, ("UT",))
    assert (turn.message.message_no, turn.message.invoices, turn.message.sales) == (2, 3, 3)


def test_a_base_of_one_organization_gets_nothing_of_another(settings, tmp_path):
    books = Books(settings)
    books.issue("K1")
    with engine.transaction(settings) as connection:
        connection.execute(
            text(
                "INSERT INTO master.organizations (code, name, inn, bank_account, bank_name, bic, invoice_prefix)"
                " SELECT 'OTHER', name, inn, bank_account, bank_name, bic, 'ДР' FROM master.organizations"
            )
        )
    declare(settings, tmp_path, row("UT", organizations="OTHER"))
    [turn] = send_to_all(settings, AT, ("UT",))
    assert turn.message is None
    declare(settings, tmp_path, row("UT", organizations=""))


def test_the_version_is_the_highest_common_one_up_to_the_declared(settings, tmp_path):
    Books(settings).issue("K1")
    declare(settings, tmp_path, row("UT", version="1.19"), row("BP", "bp", version="1.17"))
    send_to_all(settings, AT)
    assert [read_header(out(settings, peer)).version for peer in ("BP", "UT")] == ["1.17", "1.19"]
    folder = settings.exchange / "onec" / "UT" / "in"
    folder.mkdir(parents=True, exist_ok=True)
    told = message(1, sender="UT").replace(
        "<msg:AvailableVersion>1.19<", "<msg:AvailableVersion>1.21</msg:AvailableVersion><msg:AvailableVersion>1.17<"
    )
    (folder / "Message_UT_FB.xml").write_text(told, encoding="utf-8")
    take_answers(settings, AT)
    Books(settings, 7).issue("K3")
    send_to_all(settings, AT)
    assert read_header(out(settings, "UT")).version == "1.17"


def test_what_a_retired_base_has_not_acknowledged_is_kept(settings, tmp_path):
    books = Books(settings)
    books.issue("K1")
    declare(settings, tmp_path, row("UT", from_date="2026-01-01"))
    send_to_all(settings, AT)
    late = AT + timedelta(days=10)
    send_to_all(settings, late)
    assert ("silent_peer", "UT") in findings(settings)
    with pytest.raises(StillUsed, match="objects sent or to be sent still refer to it; end it with --from"):
        retire(settings, "peers", "UT", ANNA)
    retire(settings, "peers", "UT", replace(ANNA, at=late), from_date=date(2026, 2, 5))
    books.issue("K2", at=late)
    [turn] = send_to_all(settings, late, ("UT",))
    assert turn.message is None
    assert [subject for kind, subject in findings(settings) if subject.startswith("UT")] == []
    [standing] = [each for each in status(settings, late) if each.peer == "UT"]
    assert (standing.unconfirmed_invoices, standing.is_over, standing.why) == (
        1,
        True,
        "the peer is declared no more, nothing is written to it",
    )
    declare(settings, tmp_path, row("UT", from_date="2026-01-01", valid_to=""), at=late + timedelta(hours=1))
    [turn] = send_to_all(settings, late, ("UT",))
    assert turn.message.invoices == 2  # what was issued meanwhile too


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (row("../UT"), "cannot be the code of an exchange node"),
        (row("In"), "is a folder of the exchange itself"),
        (row("UT", "erp"), "is not allowed"),
        (row("UT", version="1.6"), "1.6"),
        (row("UT", transport="http"), "must be given for transport http"),
        (row("UT", organizations="NOBODY"), "unknown organization 'NOBODY'"),
        (row("UT", from_date="2026-02-01", valid_to="2026-01-01"), "lies before from_date"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused(settings, tmp_path, bad, said):
    with pytest.raises(BadInput, match=said):
        declare(settings, tmp_path, bad)


def test_an_unknown_base_is_bad_input(settings):
    with pytest.raises(BadInput, match="there is no base 'XX'; the bases are BP"):
        send_to_all(settings, AT, ("XX",))
