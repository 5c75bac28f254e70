-- grain: month × contract that a run has priced: what it came to, and the causes of its difference from the month before, told by that run
CREATE TABLE billing.causes (
    month date NOT NULL,
    contract_no text NOT NULL,
    rated numeric(16, 2) NOT NULL,           -- the whole month as it was priced, all kinds of invoices together, with VAT
    priced_by text NOT NULL,                 -- digest of all that the month was priced from
    told_from text NOT NULL,                 -- digest of all that the month before is priced from
    figures jsonb NOT NULL,                  -- what the month used: peak, vehicle_days, days, online_minutes, meters
    fleet numeric(16, 2) NOT NULL,           -- causes, roubles with VAT; all 0.00 where the months cannot be told apart
    terms numeric(16, 2) NOT NULL,
    tariff numeric(16, 2) NOT NULL,
    vat numeric(16, 2) NOT NULL,
    changed jsonb NOT NULL,                  -- what changed, for the words: usage, terms, versions
    PRIMARY KEY (month, contract_no)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON billing.causes TO fleetbill_app;
