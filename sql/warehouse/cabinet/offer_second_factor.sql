-- grain: address with a secret that waits for its first code; one that was confirmed stays
-- inputs: cabinet.second_factors; :address, :secret, :at
-- rerun: another secret takes the place of one that was not confirmed
INSERT INTO cabinet.second_factors (address, secret, made_at) VALUES (:address, :secret, :at)
ON CONFLICT (address) DO UPDATE SET secret = excluded.secret, made_at = excluded.made_at, last_step = 0
WHERE cabinet.second_factors.confirmed_at IS NULL
