-- grain: block order that a person has asked for after somebody else had lifted our block, not carried out yet, of one client
-- inputs: access.orders, access.outcomes, access.blocked, access.lifted; :client_code
-- rerun: reads only; none once every one of them has been read back, or the client was given access back since
SELECT o.order_no, o.organization_code, o.platform, o.account_id, o.target, o.target_id, o.approved_by
FROM access.blocked b
JOIN access.orders o USING (order_no)
LEFT JOIN access.outcomes x USING (order_no)
WHERE o.client_code = :client_code AND o.approved_by IS NOT NULL AND x.order_no IS NULL
    AND EXISTS (
        SELECT FROM access.lifted l
        WHERE (l.platform, l.target, l.target_id) = (o.platform, o.target, o.target_id) AND l.order_no < o.order_no
    )
ORDER BY o.order_no
