-- grain: contract whose causes of the month are told anew
-- inputs: billing.causes; :month, :contracts (array)
-- rerun: nothing is left to delete
DELETE FROM billing.causes WHERE month = :month AND contract_no = ANY(:contracts)
