-- grain: consumer of exports and what it may see: lists are codes by commas, NULL: all
CREATE TABLE master.consumers (
    consumer text PRIMARY KEY,
    name text NOT NULL,
    datasets text NOT NULL,
    organizations text,
    dealers text,
    categories text,
    personal_data boolean NOT NULL DEFAULT false,
    connection text,                         -- name of the Airflow connection whose password is its token; NULL: files only
    valid_from date,
    valid_to date CHECK (valid_to >= valid_from)
);

-- grain: CRM x field of a client that it fills
CREATE TABLE master.crm_fields (
    crm text NOT NULL,
    field text NOT NULL,
    heading text NOT NULL,                   -- of the column in the CRM's file
    may_change boolean NOT NULL DEFAULT false,
    PRIMARY KEY (crm, field)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON master.consumers, master.crm_fields TO fleetbill_app;
