-- Takes the metrics away: figures for a monitor, no evidence of anything.
DROP TABLE runs.metrics;
