-- grain: row of master.organizations
-- inputs: master.organizations; :rows, a JSON list of whole rows
-- rerun: the same rows again leave the table as it is
INSERT INTO master.organizations (
    code, name, full_name, inn, kpp, address, bank_account, bank_name, bic, corr_account, director, accountant,
    invoice_prefix, email, time_zone, director_post, logo, facsimile, stamp, edo_id
)
SELECT
    code, name, full_name, inn, kpp, address, bank_account, bank_name, bic, corr_account, director, accountant,
    invoice_prefix, email, time_zone, director_post, logo, facsimile, stamp, edo_id
FROM jsonb_populate_recordset(NULL::master.organizations, CAST(:rows AS jsonb))
ON CONFLICT (code) DO UPDATE SET
    name = excluded.name,
    full_name = excluded.full_name,
    inn = excluded.inn,
    kpp = excluded.kpp,
    address = excluded.address,
    bank_account = excluded.bank_account,
    bank_name = excluded.bank_name,
    bic = excluded.bic,
    corr_account = excluded.corr_account,
    director = excluded.director,
    accountant = excluded.accountant,
    invoice_prefix = excluded.invoice_prefix,
    email = excluded.email,
    time_zone = excluded.time_zone,
    director_post = excluded.director_post,
    logo = excluded.logo,
    facsimile = excluded.facsimile,
    stamp = excluded.stamp,
    edo_id = excluded.edo_id
