"""A turn over HTTP killed where it hurts: what 1C was given is there once, and the next turn leaves what an undisturbed one leaves."""

import signal
import subprocess
import sys
from datetime import timedelta

from pipelines.delivery.onec.sending import send_to_all
from pipelines.delivery.onec.status import status
from tests.books import AT, Books, Line
from tests.odata_server import OData
from tests.warehouse.onec.test_odata import BP_CATALOGUES, INVOICE, PAYMENT, SALE
from tests.warehouse.onec.test_odata_offered import CORRECTION
from tests.warehouse.onec.test_peers import declare, row

DIE = """
import os, signal
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
def after(module, name, when=lambda *_: True):
    real = getattr(module, name)
    def killed(*arguments, **named):
        result = real(*arguments, **named)
        if when(*arguments): die()
        return result
    setattr(module, name, killed)
from pipelines.delivery.onec.odata.entities import Entities
from pipelines.delivery.onec.odata import exchange
"""
MOMENTS = {
    "between the write of a client and its answer": "after(Entities, 'create', lambda _, entity, *__: 'Контрагенты' in entity)",
    "between the write of an invoice and its answer": "after(Entities, 'create', lambda _, entity, *__: 'Счет' in entity)",
    "between the posting and its answer": "after(Entities, 'post')",
    "after the base has the document, before the outbox knows": "exchange._OutgoingTurn._accept = die",
}
SEND = "from pipelines.cli.main import main; main(['onec', 'send'])"


def test_a_killed_turn_leaves_nothing_twice(settings, environment, tmp_path, monkeypatch):
    books = Books(settings)
    with OData([*BP_CATALOGUES, INVOICE, SALE, PAYMENT]) as onec:
        onec.put("Catalog_Валюты", Code="643")
        onec.put("Catalog_Организации", ИНН="7707083893", КПП="770701001")
        declare(settings, tmp_path, row("BP", "bp", transport="http", connection="onec_bp"))
        monkeypatch.setenv("AIRFLOW_CONN_ONEC_BP", onec.connection)
        for number, (moment, patch) in enumerate(MOMENTS.items()):
            books.issue(f"K{number}")
            program = f"{DIE}{patch}\n{SEND}"
            sending = subprocess.run(
                [sys.executable, "-c", program],
                env={**environment, "AIRFLOW_CONN_ONEC_BP": onec.connection},
                check=False,
                capture_output=True,
            )
            assert sending.returncode == -signal.SIGKILL, (moment, sending.stderr)
            [turn] = send_to_all(settings, AT)
            assert (turn.problem, turn.message.refused) == ("", ()), moment
            [standing] = status(settings, AT)
            assert (standing.unconfirmed_invoices, standing.unconfirmed_sales, standing.why) == (0, 0, ""), moment
            there = {name: len(rows) for name, rows in onec.sets.items()}
            expected = {
                INVOICE: number + 1,
                SALE: number + 1,
                "Catalog_Контрагенты": number + 1,
                "Catalog_ДоговорыКонтрагентов": number + 1,
            }
            assert {name: there[name] for name in expected} == expected, moment
            assert all(each["Posted"] for each in onec.all(INVOICE)), moment
        created = [(entity, key) for method, entity, key in onec.writes if method == "POST"]
        assert len(created) == len(set(created))


def test_a_turn_killed_at_a_correction_corrects_once(settings, environment, tmp_path, monkeypatch):
    books = Books(settings)
    with OData([*BP_CATALOGUES, INVOICE, SALE, PAYMENT, CORRECTION]) as onec:
        onec.put("Catalog_Валюты", Code="643")
        onec.put("Catalog_Организации", ИНН="7707083893", КПП="770701001")
        declare(settings, tmp_path, row("BP", "bp", transport="http", connection="onec_bp"))
        monkeypatch.setenv("AIRFLOW_CONN_ONEC_BP", onec.connection)
        books.issue("K")
        send_to_all(settings, AT)
        books.issue("K", [Line("1", "100")], kind="adjustment", cause="1", at=AT + timedelta(days=1))
        program = f"{DIE}after(Entities, 'create', lambda _, entity, *__: 'Корректировка' in entity)\n{SEND}"
        sending = subprocess.run(
            [sys.executable, "-c", program], env={**environment, "AIRFLOW_CONN_ONEC_BP": onec.connection}, check=False, capture_output=True
        )
        assert sending.returncode == -signal.SIGKILL, sending.stderr
        [turn] = send_to_all(settings, AT + timedelta(days=1))
        assert (turn.problem, turn.message.refused) == ("", ())
        assert (len(onec.all(SALE)), len(onec.all(CORRECTION)), len(onec.all(SALE)[0]["Услуги"])) == (1, 1, 1)
        assert status(settings, AT)[0].unconfirmed_sales == 0
