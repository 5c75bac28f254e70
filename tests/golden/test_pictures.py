"""What is taken for a picture of an organization's papers, and what the papers do with one that cannot be drawn."""

import io
import logging
import struct
import zlib
from dataclasses import replace

import pypdf
import pytest
from PIL import Image

from pipelines.documents import pdf
from pipelines.documents.pdf import render_document
from pipelines.pictures import LARGEST_FILE, NotAPicture, Picture, look
from tests.unit.documents import samples


def picture(kind="PNG", size=(60, 20)):
    written = io.BytesIO()
    Image.new("RGB", size, (10, 90, 120)).save(written, kind)
    return written.getvalue()


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*chunks):
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


HEAD = chunk(b"IHDR", struct.pack(">IIBBBBB", 60, 20, 8, 2, 0, 0, 0))
UNDRAWABLE = png(HEAD, chunk(b"IDAT", b"no deflated data"), chunk(b"IEND", b""))


@pytest.mark.parametrize(("kind", "named"), [("PNG", "png"), ("JPEG", "jpeg")])
def test_pictures_have_a_size(kind, named):
    assert look(picture(kind)) == Picture(named, 60, 20)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no picture"),
        (b"%PDF-1.7", "no picture"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>', "an SVG"),
        (b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaa">]><SVG>&a;</SVG>', "an SVG"),
        (picture() + b" " * LARGEST_FILE, "bytes, at most"),
        (picture()[:-20], "damaged PNG"),
        (picture().replace(b"IDAT", b"IDAX"), "damaged PNG"),
        (png(chunk(b"IHDR", struct.pack(">II", 60_000, 60_000)), chunk(b"IDAT", b""), chunk(b"IEND", b"")), "60000 × 60000 pixels"),
        (png(chunk(b"IHDR", struct.pack(">II", 0, 1)), chunk(b"IDAT", b""), chunk(b"IEND", b"")), "0 × 1 pixels"),
        (picture("JPEG")[:200], "damaged JPEG"),
        (b"\xff\xd8\xff\xe0\x00\x00", "damaged JPEG"),
        (b"\xff\xd8\xff\xe0" + b"\x00\x00" * 40, "damaged JPEG"),
    ],
    ids=range(12),
)
def test_what_is_no_picture_is_said(content, said):
    with pytest.raises(NotAPicture, match=said):
        look(content)


def images(content):
    return sum(len(page.images) for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def test_an_invoice_shows_all_three_and_an_act_the_logo_alone():
    seller = replace(samples.SELLER, logo=picture(), facsimile=picture("JPEG"), stamp=picture(size=(30, 30)))
    invoice = samples.invoice(seller=seller)
    assert images(render_document(invoice)) == 3
    assert images(render_document(replace(samples.act(invoice), seller=seller))) == 1
    assert images(render_document(samples.invoice())) == 0


def test_a_picture_that_cannot_be_drawn_is_said_once_and_the_paper_is_printed_without(caplog):
    pdf._PICTURELESS.clear()
    invoice = samples.invoice(seller=replace(samples.SELLER, logo=UNDRAWABLE))
    with caplog.at_level(logging.WARNING, "fleetbill.documents"):
        assert render_document(invoice) == render_document(samples.invoice())
        render_document(replace(samples.act(invoice), seller=invoice.seller))
    assert [record.getMessage() for record in caplog.records] == [
        "a picture of organization НСМ cannot be drawn: its papers are printed without"
    ]


def test_the_post_is_the_one_that_is_known():
    seller = replace(samples.SELLER, director_post="Генеральный директор")
    text = pypdf.PdfReader(io.BytesIO(render_document(samples.invoice(seller=seller)))).pages[0].extract_text()
    assert "Генеральный директор" in text
    assert "Руководитель" not in text
