-- grain: one work
-- inputs: :work, :holder, :at
-- rerun: overwrites the turn of a process that died (the advisory lock proves that it is gone)
INSERT INTO billing.turns (work, holder, since) VALUES (:work, :holder, :at)
ON CONFLICT (work) DO UPDATE SET holder = excluded.holder, since = excluded.since
