-- What is wrong with an answer, in words for whoever gave it; such an answer counts for nothing, and the question is put again.
ALTER TABLE billing.answers ADD COLUMN mistakes text[] NOT NULL DEFAULT '{}';
