-- Post of whoever signs for an organization, and the pictures of its papers; `pictures` only grows, so that a paper prints the same for ever.
ALTER TABLE master.organizations
    ADD COLUMN director_post text,
    ADD COLUMN logo text,
    ADD COLUMN facsimile text,
    ADD COLUMN stamp text;

-- grain: picture by its content
CREATE TABLE master.pictures (
    digest text PRIMARY KEY CHECK (digest ~ '^sha256:[0-9a-f]{64}$'),
    content bytea NOT NULL
);
GRANT SELECT, INSERT ON master.pictures TO fleetbill_app;
