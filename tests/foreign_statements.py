"""Statements in camt.053 and MT940 as bytes, with one payment of an invoice unless other entries are given."""

OURS, THEIRS = "40702810938000000001", "40702810500000000777"
IBAN = f"RU00044525225{OURS}"

ENTRY = """<Ntry><NtryRef>1</NtryRef><Amt Ccy="RUB">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts>{status}</Sts>
<BookgDt><Dt>2026-03-03</Dt></BookgDt><ValDt><Dt>2026-03-03</Dt></ValDt>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>{code}</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls>{details}</NtryDtls></Ntry>"""
DETAILS = f"""<TxDtls><Refs><EndToEndId>317</EndToEndId></Refs>{{amount}}<RltdPties><Dbtr><Pty><Nm>ООО Клиент</Nm><Id><OrgId><Othr>
<Id>7736207543</Id></Othr></OrgId></Id></Pty></Dbtr><DbtrAcct><Id><Othr><Id>{THEIRS}</Id></Othr></Id></DbtrAcct></RltdPties>
<RmtInf><Ustrd>Оплата по счету ВМ26-000001</Ustrd><Ustrd>за январь</Ustrd></RmtInf>
<RltdDts><TxDtTm>2026-03-02T10:00:00</TxDtTm></RltdDts></TxDtls>"""

SINGLE = DETAILS.format(amount="")


def entry(amount="1220.50", way="CRDT", status="BOOK", code="DMCT", details=SINGLE):
    """One entry of camt.053."""
    return ENTRY.format(amount=amount, way=way, status=status, code=code, details=details)


def camt(*entries, account=f"<IBAN>{IBAN}</IBAN>", closing="2220.50", currency="RUB", head="", message="BkToCstmrStmt"):
    """A statement in camt.053; it opens with 1000.00."""
    day = "<Dt><Dt>2026-03-03</Dt></Dt>"
    balance = '<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy="RUB">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd>{}</Bal>'
    return f"""<?xml version="1.0" encoding="UTF-8"?>{head}
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><{message}><GrpHdr><MsgId>1</MsgId></GrpHdr>
<Stmt><Id>1</Id><CreDtTm>2026-03-04T06:00:00</CreDtTm><FrToDt><FrDtTm>2026-03-03T00:00:00</FrDtTm><ToDtTm>2026-03-03T23:59:59</ToDtTm></FrToDt>
<Acct><Id>{account}</Id><Ccy>{currency}</Ccy></Acct>
{balance.format("OPBD", "1000.00", day)}{balance.format("CLBD", closing, day)}
{"".join(entries)}</Stmt></{message}></Document>""".encode()


def mt940(*movements, account=f"044525225/{OURS}", closing="C260303RUB2220,50", opening="C260303RUB1000,00", end=""):
    """A statement in MT940; it opens with 1000,00."""
    lines = "\n".join(movements)
    return f"{{1:F01BANK}}{{4:\n:20:ST1\n:25:{account}\n:28C:1/1\n:60F:{opening}\n{lines}\n:62F:{closing}\n-}}{end}".encode()


PAID = ":61:2603020303C1220,50NTRF317//REF1\n:86:/ORDP/INN 7736207543 OOO KLIENT " + THEIRS + "/REMI/Оплата по счету\nВМ26-000001 за январь"
