"""The payment QR code of a счёт: ST00012 text (ГОСТ Р 56042) and its picture. Pure."""

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.documents import qr_matrix
from pipelines.documents.model import InvoiceDocument
from pipelines.documents.requisites import Party
from pipelines.wording import outside, russian

if TYPE_CHECKING:
    import segno

_LONGEST = {"Name": 160, "BankName": 45, "Purpose": 210}


def purpose(document: InvoiceDocument) -> str:
    """What the payer writes into the payment: number, date, contract and VAT."""
    rates = {row.vat_rate for row in document.rows}
    vat = "Без НДС" if rates == {None} else "В т.ч. НДС"
    if len(rates) == 1 and None not in rates:
        vat += " " + _plain(russian.percent(next(rate for rate in rates if rate is not None)))
    if rates != {None} and document.to_pay == document.total:
        vat += f" - {document.vat:.2f}"
    head = f"Оплата по счету № {outside.clean(document.number)} от {russian.short_date(document.issued_on)}"
    tail = f". {vat}"
    basis = f" по договору № {outside.clean(document.contract.number)}"
    room = _LONGEST["Purpose"] - len(head) - len(tail)
    return head + (basis if len(basis) <= room else "") + tail


def purpose_of_one(number: str) -> str:
    """The purpose of a payment for what is left of one счёт."""
    return f"Оплата по счету № {outside.clean(number)}"[: _LONGEST["Purpose"]]


def purpose_of_several(numbers: Sequence[str]) -> str:
    """The purpose of one payment for several счета: as many numbers as fit."""
    words = "Оплата по счетам №"
    for place, number in enumerate(map(outside.clean, numbers)):
        longer = f"{words}{',' if place else ''} {number}"
        if len(longer) > _LONGEST["Purpose"]:
            break
        words = longer
    return words


def purpose_of_a_debt(name: str) -> str:
    """The purpose of a payment for a debt that has a name and no счёт."""
    return f"Оплата долга за услуги: {outside.clean(name)}"[: _LONGEST["Purpose"]]


def payload(document: InvoiceDocument) -> str | None:
    """The text of the QR code of a счёт, or None where there is nothing to pay or no account to pay to."""
    return payload_of(document.seller, document.to_pay, purpose(document)) if document.to_pay > 0 else None


def payload_of(seller: Party, amount: Decimal, words: str) -> str | None:
    """The text of the QR code of a payment to a seller, or None without an account.

    Values lose ``|`` (it parts the fields) and are cut to the standard's lengths; the sum is in kopecks.
    """
    bank = seller.bank
    if bank is None:
        return None
    fields = {
        "Name": seller.full_name or seller.name,
        "PersonalAcc": bank.account,
        "BankName": bank.name,
        "BIC": bank.bic,
        "CorrespAcc": bank.corr_account or "0",
        "Sum": str(int(amount * Decimal(100))),
        "Purpose": words,
        "PayeeINN": seller.inn,
        "KPP": seller.kpp,
    }
    pairs = ((key, _plain(value)[: _LONGEST.get(key)]) for key, value in fields.items() if value)
    return "|".join(["ST00012", *(f"{key}={value}" for key, value in pairs)])


def picture(text: str) -> str:
    """The code as an SVG drawing, one unit per module, without a margin: for pages."""
    size, runs = qr_matrix.runs(text)
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in runs)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path d="{path}"/></svg>'


def drawn(text: str) -> bytes:
    """The same in words of a PDF file, in a square of one by one with the first row on top."""
    size, runs = qr_matrix.runs(text)
    rows, lengths = [f" {row} " for row in range(size)], [f"{length} 1 re " for length in range(size + 1)]
    columns = [str(column) for column in range(size)]
    scale = f"{1 / size:.8f}"
    path = "".join([columns[x] + rows[y] + lengths[length] for x, y, length in runs])
    return f"{scale} 0 0 {scale} 0 0 cm\n{path}\nf\n".encode()


def png(text: str) -> bytes:
    """The code as a PNG picture with its quiet zone, four pixels per module: for mails."""
    drawing = io.BytesIO()
    _code(text).save(drawing, kind="png", scale=4)
    return drawing.getvalue()


def _code(text: str) -> "segno.QRCode":
    import segno  # a quick command does not pay for it

    # any of the eight masks is valid; weighing all of them in Python takes long
    return segno.make_qr(text, error="m", mask=qr_matrix.MASK, encoding="utf-8", boost_error=False)


def _plain(text: str) -> str:
    return " ".join(outside.clean(text).replace("|", " ").replace(russian.FIXED, " ").replace(russian.THIN, " ").split())
