-- grain: transaction: all of a report shows one moment, so that its checks compare like with like
-- inputs: none; first statement of its transaction
-- rerun: the same
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY
