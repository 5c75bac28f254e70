"""The exported workbook imports back unchanged, whatever its texts and numbers: by the import's own reader and plan."""

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.master import plan
from pipelines.master.cell_values import Misread, clean, value_of
from pipelines.master.export import sheets_of
from pipelines.master.lines import flaws_of, parse
from pipelines.master.sheets import FOR_EVER, SHEETS, TABLES
from pipelines.master.source import read
from pipelines.master.template import write_new


def _importable(text):
    """What the import would have stored of it; None where it would have refused it."""
    try:
        return value_of(text, SHEETS["clients"].column("name"))
    except Misread:
        return None


TEXTS = st.one_of(
    st.sampled_from(["=1+1", "@SUM(A1)", "+7 999", "-1", "007", "1E+05", "2026-01-31", "yes", "'x", '"', "<b>&amp;</b>", "_x0041_",
                     "_xFFFE_", "#N/A", "http://x.example", "{=A1}", "ＡＢＣ", "日本", "👩‍👩‍👧", "a\u200bb", "a\uffffb",
                     "\ufffe", "я" * 32_767]),
    st.text(st.characters(exclude_categories=("Cs", "Cc"))),
).map(clean).map(_importable).filter(bool)  # fmt: skip
PRICES = st.decimals(0, 10**9, places=6, allow_nan=False).map(abs)
DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))


def _row(sheet, **values):
    return {column.name: values.get(column.name, column.default) for column in TABLES[sheet].columns}


@st.composite
def companies(draw):
    """A stored company: an organization with two VAT modes, clients, and a tariff with a tier."""
    day, text = draw(DAYS), lambda: draw(TEXTS)
    rows = {
        "organizations": [_row("organizations", code="O", name=text(), address=text(), inn="007", bank_account="0", bic="0",
                               bank_name=text(), invoice_prefix="П", time_zone="Europe/Moscow")],
        "vat_modes": [_row("vat_modes", code="O", vat_mode="general", vat_mode_from=FOR_EVER),
                      _row("vat_modes", code="O", vat_mode="usn5", vat_mode_from=day)],
        "clients": [_row("clients", client_code=f"C{number}", name=text(), full_name=text(), inn=None, kind="legal", category=text(),
                         never_block=draw(st.booleans())) for number in range(draw(st.integers(0, 3)))],
        "tiers": [_row("tiers", tariff_code="T", valid_from=day, component_no=1, up_to=None, price=draw(PRICES))],
        "components": [_row("components", tariff_code="T", valid_from=day, component_no=1, name=text(), kind="vehicles",
                            price=draw(PRICES), package_size=Decimal("1E+3"))],
        "tariffs": [_row("tariffs", tariff_code="T", valid_from=day, name=text(), currency="RUB")],
    }  # fmt: skip
    return {name: {TABLES[name].key_of(row): row for row in rows.get(name, [])} for name in TABLES}


@settings(max_examples=40)
@given(companies())
def test_a_stored_company_comes_back_as_it_is(tmp_path_factory, state):
    path = tmp_path_factory.mktemp("export") / "master.xlsx"
    write_new(path, sheets_of(state))
    given_back = read(str(path))
    tables = {raw.name: parse(raw) for raw in given_back.sheets}
    assert [str(problem) for problem in given_back.problems] == []
    assert [str(flaw.problem) for flaw in flaws_of(tables.values())] == []
    plan.fill(tables, state)
    assert plan.changes(tables, state) == []
    assert set(tables) == set(SHEETS)
