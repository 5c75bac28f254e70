-- grain: allocation of a client's free money (credits first, then advances, each the oldest first) to the client's open invoices and debts
--   of go-live of the same organization, oldest due first: both are laid end to end, and where they overlap one pays the other
-- inputs: receivables.payments, receivables.claims, receivables.allocations; :at
-- rerun: under the lock of `lock`, after credits are added; nothing is left to allocate. The last numbers are read once, as in
--   add_allocations. `free`: as receivables.payment_balances has it, as a sum of movements: joined sums, of which nothing is known while
--   a first statement is being stored, were compared payment by payment
INSERT INTO receivables.allocations (payment_id, allocation_no, number, amount, rule, at)
WITH movements AS (
    SELECT payment_id AS whose, amount FROM receivables.payments WHERE reverses IS NULL
    UNION ALL
    SELECT reverses, amount FROM receivables.payments WHERE reverses IS NOT NULL
    UNION ALL
    SELECT coalesce(x.reverses, a.payment_id), -a.amount
    FROM receivables.allocations a
    LEFT JOIN (SELECT payment_id, reverses FROM receivables.payments WHERE reverses IS NOT NULL) x USING (payment_id)
), free AS MATERIALIZED (
    SELECT whose AS payment_id, sum(amount) AS left_over FROM movements GROUP BY whose HAVING sum(amount) > 0
), money AS MATERIALIZED (
    SELECT
        payment_id, p.source, p.organization_code, p.client_code, left_over,
        sum(left_over) OVER (
            PARTITION BY p.organization_code, p.client_code
            ORDER BY p.source <> 'credit', p.paid_on, payment_id COLLATE "C" ROWS UNBOUNDED PRECEDING
        ) AS reaches
    FROM free
    JOIN receivables.payments p USING (payment_id)
    WHERE p.client_code IS NOT NULL
), theirs AS (
    SELECT DISTINCT organization_code, client_code FROM money
), owed AS MATERIALIZED (
    SELECT
        i.number, i.organization_code, i.client_code, i.open,
        sum(i.open) OVER (
            PARTITION BY i.organization_code, i.client_code
            ORDER BY i.due_on, i.issued_on, i.number COLLATE "C" ROWS UNBOUNDED PRECEDING
        ) AS reaches
    FROM (
        SELECT i.number, i.organization_code, i.client_code, i.due_on, i.issued_on, i.total - coalesce(p.paid, 0) AS open
        FROM receivables.claims i
        JOIN theirs USING (organization_code, client_code)
        LEFT JOIN (SELECT number, sum(amount) AS paid FROM receivables.allocations GROUP BY number) p USING (number)
    ) i
    WHERE i.open > 0
), taken AS (
    SELECT
        m.payment_id, m.source, o.number, o.reaches,
        least(m.reaches, o.reaches) - greatest(m.reaches - m.left_over, o.reaches - o.open) AS amount
    FROM money m
    JOIN owed o USING (organization_code, client_code)
    WHERE m.reaches - m.left_over < o.reaches AND o.reaches - o.open < m.reaches
), numbered AS MATERIALIZED (
    SELECT a.payment_id, max(a.allocation_no) AS last_no
    FROM receivables.allocations a
    WHERE a.payment_id IN (SELECT payment_id FROM money)
    GROUP BY a.payment_id
)
SELECT
    t.payment_id,
    coalesce(n.last_no, 0) + row_number() OVER (PARTITION BY t.payment_id ORDER BY t.reaches),
    t.number, t.amount, CASE t.source WHEN 'credit' THEN 'credit' ELSE 'advance' END, :at
FROM taken t
LEFT JOIN numbered n USING (payment_id)
