"""Every inner word that the workbook may have to show has a Russian one."""

from typing import get_args

from pipelines.billing.model import HELD, Purpose
from pipelines.documents.bridge_words import PART_NAMES
from pipelines.documents.model import InvoiceKind
from pipelines.documents.parked_words import NEXT_STEPS, REASONS
from pipelines.documents.report_money import UNITS
from pipelines.documents.run_words import RUN_NAMES
from pipelines.documents.workbook_sheets import KINDS
from pipelines.documents.workbook_summary import CLOSING
from pipelines.rating.charges import Cause
from pipelines.rating.model import Kind
from pipelines.reports.bridge import BridgePart


def test_reasons_of_parked_contracts():
    assert {*map(str, Cause), HELD} == set(REASONS) == set(NEXT_STEPS)


def test_parts_of_the_bridge():
    assert list(PART_NAMES) == list(BridgePart)


def test_runs_kinds_of_invoices_and_units():
    assert set(RUN_NAMES) == {Purpose.CLOSE, Purpose.PREPAY, Purpose.WATCH, Purpose.CORRECT}
    assert RUN_NAMES[Purpose.CLOSE] == CLOSING
    assert set(KINDS) == set(get_args(InvoiceKind))
    assert set(UNITS) == {kind.value for kind in Kind}
