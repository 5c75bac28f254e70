"""The one contract that somebody asked for: is it known, and was it in force?"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines.errors import BadInput, Refused
from pipelines.period import Month
from pipelines.usage.sources import ContractSpan, known_contracts

if TYPE_CHECKING:
    from sqlalchemy import Connection


class NotInForce(Refused):
    """The contract exists, and none of its days lies in the months that were asked for."""

    def __init__(self, contract: ContractSpan, months: Sequence[Month]) -> None:
        until = f" until {contract.ends_on}" if contract.ends_on else ""
        months_shown = str(months[0]) if len(months) == 1 else f"{months[0]}…{months[-1]}"
        super().__init__(f"contract {contract.contract_no} is in force from {contract.starts_on}{until}, not in {months_shown}")


def asked_for(connection: "Connection", contract_no: str | None) -> ContractSpan | None:
    """The contract, None when nobody asked for one; BadInput when it is unknown."""
    if contract_no is None:
        return None
    for contract in known_contracts(connection):
        if contract.contract_no == contract_no:
            return contract
    raise BadInput.one("--contract", f"unknown contract {contract_no!r}")
