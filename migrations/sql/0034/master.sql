-- grain: day on which an organization does not work, or works although others do not; without a row as the banks do
CREATE TABLE master.calendar (
    organization_code text NOT NULL REFERENCES master.organizations (code),
    day date NOT NULL,
    kind text NOT NULL CHECK (kind IN ('off', 'work')),
    note text,
    PRIMARY KEY (organization_code, day)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON master.calendar TO fleetbill_app;

-- whether a step whose day is a day off is taken on it, or (with the due date that it counts from) on the next working day
ALTER TABLE master.ladder ADD COLUMN on_days_off text NOT NULL DEFAULT 'stay' CHECK (on_days_off IN ('stay', 'next_working_day'));
