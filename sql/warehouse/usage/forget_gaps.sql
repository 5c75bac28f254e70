-- grain: contract × missing thing
-- inputs: usage.gaps; :month
-- rerun: removes what is left
DELETE FROM usage.gaps WHERE month = :month
