"""A bank's file in whichever format it is: 1CClientBankExchange, camt.053 or MT940, told by its content (domain.md §8)."""

import re

from pipelines.receivables import bank_statement, camt053, mt940_statement
from pipelines.receivables.bank_statement import BankFile
from pipelines.receivables.statement_text import TITLE, StatementLimits, refuse_large

_LOOKED_AT = 4096
_XML = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\x00]*<")
_MT940 = re.compile(rb"(?:^|[\r\n]|\{4:)\s*:20:")


def parse(data: bytes, name: str, limits: StatementLimits) -> BankFile:
    """The statements of a file's bytes; `name` is the file's name in messages.

    BadInput lists every problem by line, and for a currency other than roubles; then nothing of the file is taken.
    """
    beginning = data[:_LOOKED_AT]
    if _XML.match(beginning):
        refuse_large(data, name, limits)
        return camt053.parse(data, name, limits)
    if _MT940.search(beginning) and TITLE.encode() not in beginning:
        refuse_large(data, name, limits)
        return mt940_statement.parse(data, name, limits)
    return bank_statement.parse(data, name, limits)
