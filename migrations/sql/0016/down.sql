-- Takes away what is known of targets; refused where orders for anything but accounts exist.
DO $$
BEGIN
    IF EXISTS (SELECT FROM access.orders WHERE target <> 'account') THEN
        RAISE EXCEPTION 'access.orders has orders for share links, sub-users or vehicles, which an earlier version does not know';
    END IF;
END
$$;
DROP VIEW access.lifted, access.targets, access.blocked;
DROP TABLE access.readings, access.attempts;
ALTER TABLE access.outcomes DROP COLUMN is_ours;
ALTER TABLE access.outcomes DROP CONSTRAINT outcomes_state_after_check;
ALTER TABLE access.outcomes ADD CONSTRAINT outcomes_state_after_check CHECK (state_after IN ('blocked', 'active', 'unknown')) NOT VALID;
ALTER TABLE access.orders DROP COLUMN target, DROP COLUMN target_id;
CREATE VIEW access.blocked AS
SELECT l.* FROM (
    SELECT DISTINCT ON (platform, account_id, client_code, organization_code) *
    FROM access.orders
    ORDER BY platform, account_id, client_code, organization_code, order_no DESC
) l
WHERE l.action = 'block';
GRANT SELECT ON access.blocked TO fleetbill_app;
ALTER TABLE master.platforms DROP COLUMN block_sub_users, DROP COLUMN block_vehicles;
ALTER TABLE master.accounts DROP COLUMN block_sub_users, DROP COLUMN block_vehicles;
