-- List-price dollars recorded for a landed change, as a median.
-- unit: landed change all of whose records (trailers and notes AI-Usage) have a price; changes without a record are left out, not counted as free
-- value: sum of its records' dollars, each record once
-- horizon: none; the change has landed
-- interval: order-statistic
-- source: AI-Usage records written at commit time (docs/usage.md); a list-price estimate, not a bill
SELECT CASE WHEN c.cohort = 'mixed' THEN 'ai' ELSE c.cohort END AS cohort, TRUE AS old_enough,
       CAST(NULL AS VARCHAR(64)) AS stratum, CAST(NULL AS VARCHAR(64)) AS author, c.change AS cluster,
       SUM(u.usd) AS hits, 1 AS total
FROM changes c
JOIN usage u ON u.repo = c.repo AND u.change = c.change
CROSS JOIN params p
WHERE c.state = 'landed' AND c.landed >= p.since AND c.landed <= p.until
GROUP BY c.cohort, c.change
HAVING COUNT(*) = COUNT(u.usd)
