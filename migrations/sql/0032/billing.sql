-- The newest closed month is asked for every second by whoever waits for news for 1C.
CREATE INDEX ON billing.closed (closed_at);
