-- grain: platform × day whose usage is carried forward
-- inputs: :platform, :business_date, :by_name, :reason, :at
-- rerun: a day carried already is left as it is
INSERT INTO evidence.carries (platform, business_date, by_name, reason, at)
VALUES (:platform, :business_date, :by_name, :reason, :at)
ON CONFLICT (platform, business_date) DO NOTHING
