-- grain: the newest promise of a client that was given after the moment; none: nobody has given one
-- inputs: access.promises; :client_code, :since
-- rerun: reads only
SELECT until, by_name, reason, at FROM access.promises
WHERE client_code = :client_code AND at > CAST(:since AS timestamptz)
ORDER BY at DESC
LIMIT 1
