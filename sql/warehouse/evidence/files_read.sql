-- grain: state of a day's file that was read, and platform-day with a snapshot whose file no state is known of (file_name '')
-- inputs: evidence.files_read, evidence.snapshots; :platform, :first, :last (dates, inclusive)
-- rerun: reads only
SELECT business_date, file_name, stamp
FROM evidence.files_read
WHERE platform = :platform AND business_date BETWEEN :first AND :last
UNION ALL
SELECT DISTINCT snapshot.business_date, '', ''
FROM evidence.snapshots AS snapshot
WHERE snapshot.platform = :platform AND snapshot.business_date BETWEEN :first AND :last
    AND NOT EXISTS (
        SELECT FROM evidence.files_read AS known
        WHERE known.platform = snapshot.platform AND known.business_date = snapshot.business_date
    )
