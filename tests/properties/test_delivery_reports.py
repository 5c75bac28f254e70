"""Delivery reports of any bytes: read, or refused in words."""

from hypothesis import given
from hypothesis import strategies as st

from pipelines.delivery.mail.dsn import NoReport, read_reports
from tests.delivery_reports import recipient
from tests.delivery_reports import report as delivery_report
from tests.unit.mail.test_dsn import letter


@given(st.binary(max_size=400), st.integers(0, 1500))
def test_bytes_thrown_into_a_report_never_do_worse_than_refuse(noise, place):
    made = delivery_report(letter(), recipient("gone@client.example"))
    place = min(place, len(made))
    for content in (noise, made[:place] + noise + made[place:]):
        try:
            reports = read_reports(content)
        except NoReport:
            continue
        words = str(
            [(report.report_id, report.letters, [(each.addresses, each.explanation) for each in report.recipients]) for report in reports]
        )
        assert "\x00" not in words
        words.encode("utf-8")
