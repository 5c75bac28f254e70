-- grain: one order, numbered after the last
-- inputs: access.orders; :platform, :account_id, :target, :target_id, :client_code, :organization_code, :action, :state_before, :reason,
--   :approved_by, :effective_on, :at
-- rerun: under the lock of `lock`; in the ordering transaction only
INSERT INTO access.orders (
    order_no, platform, account_id, target, target_id, client_code, organization_code, action, state_before, reason, approved_by,
    effective_on, at
)
SELECT
    coalesce(max(order_no), 0) + 1, :platform, :account_id, :target, :target_id, :client_code, :organization_code, :action, :state_before,
    :reason, :approved_by, CAST(:effective_on AS date), CAST(:at AS timestamptz)
FROM access.orders
