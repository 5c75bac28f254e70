"""Logo, facsimile and stamp: files beside the source, known by their content from then on."""

import io

import pytest
from PIL import Image
from sqlalchemy import text

from pipelines.documents.assembly import invoice_document, issued_rows
from pipelines.documents.pdf import render_document
from pipelines.errors import BadInput
from pipelines.master.importing import import_master
from pipelines.warehouse import engine
from tests.books import Books
from tests.company import ORGANIZATION
from tests.sheets import as_csv, as_workbook, company, problems

APPROVED = """INSERT INTO billing.approvals (month, purpose, approval_no, decision, digest, by_name, reason, at, invoices, total)
    VALUES ('2026-01-01', 'close', 1, 'approved', 'd', 'Анна', 'проверено', now(), 1, 0)"""


def picture(red):
    written = io.BytesIO()
    Image.new("RGB", (40, 20), (red, 90, 120)).save(written, "PNG")
    return written.getvalue()


def with_pictures(**cells):
    sheets = company()
    head, row = sheets["organizations"]
    return {**sheets, "organizations": [[*head, *cells], [*row, *cells.values()]]}


def stored(settings):
    with engine.transaction(settings) as connection:
        return connection.execute(text("SELECT director_post, logo, facsimile, stamp FROM master.organizations")).one()


def test_pictures_come_in_by_their_files_and_stay_by_their_digests(settings, author, tmp_path):
    folder = tmp_path / "csv"
    (folder / "pictures").mkdir(parents=True)
    (folder / "pictures" / "logo.png").write_bytes(picture(1))
    (folder / "stamp.png").write_bytes(picture(2))
    sheets = with_pictures(director_post="Генеральный директор", logo="pictures/logo.png", stamp="stamp.png")
    import_master(settings, as_csv(sheets, folder), author)
    post, logo, facsimile, stamp = stored(settings)
    assert (post, facsimile) == ("Генеральный директор", None)
    assert logo.startswith("sha256:")
    assert logo != stamp
    again = import_master(settings, str(folder), author)
    assert [sheet.changed + sheet.added for sheet in again.sheets] == [0] * len(again.sheets)
    # by digest, from a place without the files, and by a sheet that does not speak of them
    for other in (with_pictures(director_post="Генеральный директор", logo=logo, stamp=stamp), company()):
        import_master(settings, as_workbook(other, tmp_path / "other.xlsx"), author)
        assert stored(settings) == (post, logo, None, stamp)


def test_what_is_no_picture_is_refused_at_its_place_and_nothing_changes(settings, author, tmp_path):
    folder = tmp_path / "csv"
    folder.mkdir()
    (folder / "logo.png").write_text("<svg onload='x'/>")
    (folder / "big.png").write_bytes(picture(1) + b"0" * 2_000_000)
    for cells, said in (
        ({"logo": "logo.png", "stamp": "big.png"}, ["'logo.png' is an SVG; a PNG or JPEG is needed", "'big.png' has 1,000,001 bytes"]),
        ({"logo": "none.png", "facsimile": "../csv.png"}, ["'none.png' cannot be read beside the source", "lies outside the folder"]),
        ({"logo": "sha256:" + "0" * 64, "stamp": "."}, ["was never imported here", "'.' cannot be read beside the source"]),
        ({"logo": "a" * 900}, ["cannot be read beside the source"]),
    ):
        with pytest.raises(BadInput) as raised:
            import_master(settings, as_csv(with_pictures(**cells), folder), author)
        told = problems(raised)
        assert len(told) == len(said), told
        for problem, part in zip(told, said, strict=True):
            assert part in str(problem)
            assert "organizations.csv:2 column" in str(problem)
    with engine.transaction(settings) as connection:
        assert connection.execute(text("SELECT count(*) FROM master.pictures")).scalar() == 0


def test_what_was_issued_prints_the_same_after_the_logo_has_changed(settings, author, tmp_path, monkeypatch):
    """The digest is frozen with the invoice, and the content stays."""
    digests = []
    for red in (1, 2):
        folder = tmp_path / str(red)
        folder.mkdir()
        (folder / "logo.png").write_bytes(picture(red))
        import_master(settings, as_csv(with_pictures(logo="logo.png"), folder), author)
        digests.append(stored(settings).logo)
    monkeypatch.setitem(ORGANIZATION, "logo", digests[0])
    with engine.transaction(settings) as connection:
        connection.execute(text(APPROVED))
    Books(settings).issue()
    with engine.transaction(settings) as connection:
        ids = connection.execute(text("SELECT invoice_id FROM billing.invoices")).scalars().all()
        [row] = issued_rows(connection, ids)
    document = invoice_document(row)
    assert document.seller.logo == picture(1)
    assert b"/Image" in render_document(document)
