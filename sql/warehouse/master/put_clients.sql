-- grain: row of master.clients
-- inputs: master.clients; :rows, a JSON list of whole rows
-- rerun: the same rows again leave the table as it is
INSERT INTO master.clients (
    client_code, name, full_name, inn, kpp, kind, category, email, phone, address, dealer_code, never_block, delivery, appendix,
    formats, edo_id, manager
)
SELECT
    client_code, name, full_name, inn, kpp, kind, category, email, phone, address, dealer_code, never_block, delivery, appendix,
    formats, edo_id, manager
FROM jsonb_populate_recordset(NULL::master.clients, CAST(:rows AS jsonb))
ON CONFLICT (client_code) DO UPDATE SET
    name = excluded.name,
    full_name = excluded.full_name,
    inn = excluded.inn,
    kpp = excluded.kpp,
    kind = excluded.kind,
    category = excluded.category,
    email = excluded.email,
    phone = excluded.phone,
    address = excluded.address,
    dealer_code = excluded.dealer_code,
    never_block = excluded.never_block,
    delivery = excluded.delivery,
    appendix = excluded.appendix,
    formats = excluded.formats,
    edo_id = excluded.edo_id,
    manager = excluded.manager
