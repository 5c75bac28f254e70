-- grain: organization × day whose ladder was taken
-- inputs: :organization_code, :day, :at
-- rerun: the first one of a day stays
INSERT INTO access.runs (organization_code, day, at) VALUES (:organization_code, :day, :at) ON CONFLICT DO NOTHING
