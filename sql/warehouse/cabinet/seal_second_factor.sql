-- grain: address whose secret is kept under another seal; none where it was changed meanwhile
-- inputs: cabinet.second_factors; :address, :was (as it was kept), :secret (as it is kept from now on)
-- rerun: changes nothing
UPDATE cabinet.second_factors SET secret = :secret WHERE address = :address AND secret = :was
