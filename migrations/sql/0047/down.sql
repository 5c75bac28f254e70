-- Takes the causes of differences away: the next run of a month tells them again.
DROP TABLE billing.causes;
