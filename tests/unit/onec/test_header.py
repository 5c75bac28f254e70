"""Headers of the peer's messages: forgiven where harmless, refused where hostile."""

from datetime import datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.delivery.onec.header import DeclaredType, has_content, read_header
from pipelines.delivery.onec.message import Envelope, ObjectType
from pipelines.errors import BadInput
from tests.onec_messages import write_message


def saved(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "Message_BP_FB.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_what_we_write_we_read(tmp_path):
    types = (ObjectType("Документ.СчетПокупателю", sending=True),)
    envelope = Envelope("FB", "BP", 12, 5, datetime(2026, 4, 1), object_types=types, prefix="НВ")  # noqa: DTZ001 - wall time
    header = read_header(write_message(tmp_path, envelope).path)
    assert (header.sender, header.receiver, header.message_no, header.received_no) == ("FB", "BP", 12, 5)
    assert (header.version, header.prefix, header.available_versions) == ("1.19", "НВ", ("1.17", "1.19", "1.21"))
    assert header.object_types == (DeclaredType("Документ.СчетПокупателю", "*", ""),)


def test_lenient_about_order_namespaces_and_missing_parts(tmp_path):
    header = read_header(
        saved(
            tmp_path,
            """
        <Message><!-- by hand --><Header><Prefix>БП</Prefix><Odd/><Confirmation><From> БП </From><MessageNo> 4 </MessageNo></Confirmation>
        <Format>http://v8.1c.ru/edi/edi_stnd/EnterpriseData/1.20.1</Format></Header><Body><broken""",
        )
    )
    assert (header.sender, header.receiver, header.message_no, header.received_no) == ("БП", "", 4, None)
    assert (header.version, header.prefix, header.available_versions, header.object_types) == ("1.20.1", "БП", (), ())


def test_utf16_and_bom(tmp_path):
    text = "<Message><Header><Confirmation><From>БП</From></Confirmation></Header></Message>"
    assert read_header(saved(tmp_path, text.encode("utf-16"))).sender == "БП"
    assert read_header(saved(tmp_path, text.encode("utf-8-sig"))).sender == "БП"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "not xml",
        "<Message>",
        "<Message><Header>",
        "<Message/>",
        "<Message><Body/></Message>",
        "<Other><Header/></Other>",
        "<Message><Header><Confirmation><MessageNo>-1</MessageNo></Confirmation></Header></Message>",
        "<Message><Header><Confirmation><MessageNo>٣</MessageNo></Confirmation></Header></Message>",
        "<Message><Header><Confirmation><ReceivedNo>9999999999999999</ReceivedNo></Confirmation></Header></Message>",
    ],
)
def test_what_is_no_message_is_bad_input_at_its_place(tmp_path, text):
    with pytest.raises(BadInput) as caught:
        read_header(saved(tmp_path, text))
    assert caught.value.problems[0].place == "Message_BP_FB.xml"


def test_entities_are_never_resolved(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    for prologue, inside in [
        (f'<!DOCTYPE Message [<!ENTITY x SYSTEM "{secret.as_uri()}">]>', "&x;"),
        (f'<!DOCTYPE Message [<!ENTITY l0 "ha">{laughs}]>', "&l11;"),
        (f'<!DOCTYPE Message SYSTEM "{secret.as_uri()}">', ""),
        ('<!DOCTYPE Message SYSTEM "http://127.0.0.1:9/x.dtd">', ""),
        ("<!DOCTYPE Message>", ""),
    ]:
        text = f"{prologue}<Message><Header><Confirmation><From>{inside}</From></Confirmation></Header></Message>"
        with pytest.raises(BadInput) as caught:
            read_header(saved(tmp_path, text))
        assert "DOCTYPE" in str(caught.value)
    attribute = f'<!DOCTYPE Message [<!ENTITY l0 "ha">{laughs}]><Message a="&l11;"><Header/></Message>'
    with pytest.raises(BadInput) as caught:
        read_header(saved(tmp_path, attribute))
    assert "s3cret" not in str(caught.value)


def test_a_huge_header_is_refused(tmp_path):
    with pytest.raises(BadInput):
        read_header(saved(tmp_path, f"<Message><Header><Prefix>{'x' * 11_000_000}</Prefix></Header></Message>"))


def test_a_doctype_is_found_wherever_it_stands(tmp_path):
    path = saved(tmp_path, f"<?xml version='1.0'?><!-- {'x' * 200_000} -->\n<!DOCTYPE Message><Message><Header/></Message>")
    with pytest.raises(BadInput, match="DOCTYPE"):
        read_header(path)


def test_content_is_an_element_of_the_body_and_nothing_else(tmp_path):
    assert has_content(saved(tmp_path, "<Message><Header/><Body><!-- none --> \n</Body></Message>")) is False
    assert has_content(saved(tmp_path, "<Message><Header/><Body> <a/><broken")) is True
    with pytest.raises(BadInput, match="well-formed"):
        has_content(saved(tmp_path, "<Message><Header/><Body>"))


WHOLE = (
    "<?xml version='1.0' encoding='UTF-8'?><Message xmlns:msg='http://www.1c.ru/SSL/Exchange/Message'><msg:Header><msg:Confirmation>"
    "<msg:From>БП</msg:From><msg:MessageNo>4</msg:MessageNo></msg:Confirmation><msg:AvailableVersion>1.19</msg:AvailableVersion>"
    "</msg:Header><Body xmlns='http://v8.1c.ru/edi/edi_stnd/EnterpriseData/1.19'></Body></Message>"
).encode()
PIECES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"<!DOCTYPE a>", b"&x;", b"&#0;", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<a/>", b"</Body>", b"encoding='utf-7'", b"\xff\xfe"]
    ),
)


@given(PIECES, st.integers(0, len(WHOLE)), st.integers(0, 60))
def test_bytes_thrown_into_a_message_never_do_worse_than_refuse(tmp_path_factory, noise, place, cut):
    path = saved(tmp_path_factory.mktemp("noise"), WHOLE[:place] + noise + WHOLE[place + cut :])
    try:
        header, filled = read_header(path), has_content(path)
    except BadInput:
        return
    assert "\x00" not in str(header)
    assert filled in (True, False)


def _archived(path: Path, *entries: tuple[str, bytes]) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def test_a_message_is_read_out_of_the_archive_that_1c_puts_it_into(tmp_path):
    plain = write_message(tmp_path, Envelope("BP", "FB", 12, 5, datetime(2026, 4, 1))).path  # noqa: DTZ001 - wall time
    packed = _archived(tmp_path / "Message_BP_FB.zip", ("Message_BP_FB.xml", plain.read_bytes()))
    assert read_header(packed) == read_header(plain)
    assert has_content(packed) is has_content(plain) is False


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ((), "must hold one message, and holds 0 files"),
        ((("a.xml", b"<Message/>"), ("b.xml", b"<Message/>")), "must hold one message, and holds 2 files"),
        ((("setup.exe", b"<Message/>"),), "must hold one message, and holds 1 files"),
        ((("../../Message_BP_FB.xml", b"<Envelope/>"),), "is not a message of 1C: it begins with <Envelope>"),
    ],
)
def test_an_archive_of_anything_else_is_refused(tmp_path, entries, said):
    with pytest.raises(BadInput, match=said):
        read_header(_archived(tmp_path / "Message_BP_FB.zip", *entries))
    assert [path.name for path in tmp_path.iterdir()] == ["Message_BP_FB.zip"]


def test_an_archive_that_is_cut_off_is_not_whole(tmp_path):
    path = _archived(tmp_path / "Message_BP_FB.zip", ("Message_BP_FB.xml", b"<Message/>" * 1000))
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(BadInput, match="is not a whole archive"):
        read_header(path)
