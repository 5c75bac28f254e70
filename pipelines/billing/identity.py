"""Who an invoice is, whatever its figures: contract, period, kind and cause (domain.md §7)."""

import hashlib
import json
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from pipelines.period import Month

_INVOICES = UUID("5e0a4d0e-6a55-4f0e-9d7a-1b7d0a3c9f21")


def invoice_id(contract_no: str, month: Month, kind: str, cause: str) -> UUID:
    """The same UUID for the same contract, period, kind and cause, for ever."""
    return uuid5(_INVOICES, "\x1f".join((contract_no, str(month), kind, cause)))


def canonical(value: Any) -> str:
    """JSON that is equal for equal values: sorted keys, no spaces, decimals and dates as text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_text)


def digest(*parts: str) -> str:
    """sha256 (hex) of texts, each with its length before it."""
    state = hashlib.sha256()
    for part in parts:
        raw = part.encode()
        state.update(len(raw).to_bytes(8, "big"))
        state.update(raw)
    return state.hexdigest()


def _text(value: Any) -> str:
    if isinstance(value, Decimal | date | UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")
