"""Invoices of django-silver, started by bench_invoices.py with the Python of django-silver's environment: HOST USER DATABASE COUNT.

Each customer gets a draft with one entry, which is then issued: a number, a due date, the state, the archived customer and provider, the
totals. Its documents are not printed. The tables and customers are made before the clock starts, and one invoice more. Says `ready`, waits
for a line, and prints processor seconds of this process.
"""

import sys
import time
from decimal import Decimal

import django
from django.conf import settings


def configure(host: str, user: str, database: str) -> None:
    """django-silver alone, on the PostgreSQL of the other side."""
    where = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database,
        "USER": user,
        "HOST": host,
    }
    apps = ["django.contrib.auth", "django.contrib.contenttypes", "rest_framework", "django_filters", "django_fsm", "silver"]
    settings.configure(
        INSTALLED_APPS=apps,
        DATABASES={"default": where},
        SECRET_KEY="bench",
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        PAYMENT_PROCESSORS={},
        SILVER_AUTOMATICALLY_CREATE_TRANSACTIONS=False,
        SILVER_DEFAULT_DUE_DAYS=10,
        PAYMENT_METHOD_SECRET=b"",
        LOGGING_CONFIG=None,
    )
    django.setup()


def main(host: str, user: str, database: str, count: int) -> None:
    configure(host, user, database)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from silver.models import Customer, DocumentEntry, Invoice, Provider

    provider = Provider.objects.create(
        name="P", company="P", address_1="A", country="RU", city="M", flow="invoice", invoice_series="S", invoice_starting_number=1
    )
    customers = [
        Customer.objects.create(
            first_name="F", last_name=str(number), company=f"C{number}", address_1="A", country="RU", city="M",
            sales_tax_percent=Decimal("22"), sales_tax_name="VAT", currency="RUB", payment_due_days=10,
        )
        for number in range(count + 1)
    ]  # fmt: skip

    def issue(customer: Customer) -> None:
        invoice = Invoice.objects.create(customer=customer, provider=provider, currency="RUB", transaction_currency="RUB")
        DocumentEntry.objects.create(invoice=invoice, description="Monitoring", quantity=Decimal("10"), unit_price=Decimal("300.00"))
        invoice.issue()

    before = Invoice.objects.filter(state="issued").count()
    issue(customers.pop())
    print("ready", flush=True)
    sys.stdin.readline()
    start = time.process_time()
    for customer in customers:
        issue(customer)
    seconds = time.process_time() - start
    issued = Invoice.objects.filter(state="issued").count() - before - 1
    if issued != count:
        raise SystemExit(f"django-silver issued {issued} of {count}")
    print(seconds)


if __name__ == "__main__":
    main(*sys.argv[1:4], int(sys.argv[4]))
