-- Nothing is lost.
DROP INDEX billing.closed_closed_at_idx;
