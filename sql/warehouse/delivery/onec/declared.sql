-- grain: declared peer, by its code; ended ones too, for what they answer is still taken
-- inputs: master.peers
-- rerun: reads only
SELECT peer AS code, configuration, version, valid_to, transport, connection, from_date FROM master.peers ORDER BY peer
