-- List-price dollars recorded for a landed change by the line of it that is still there 90 days later, as a median.
-- unit: landed change all of whose records have a price and that has a line left
-- value: sum of its records' dollars, divided by the non-blank counted lines born in it that were there 90 days after it landed
-- horizon: 90 days; changes that landed later than that before the end of the history are too young
-- interval: order-statistic
-- source: AI-Usage records as for cost_per_landed_change, lines as for line_survival
WITH spent AS (
    SELECT u.repo, u.change, SUM(u.usd) AS usd
    FROM usage u
    WHERE u.change IS NOT NULL
    GROUP BY u.repo, u.change
    HAVING COUNT(*) = COUNT(u.usd)
),
living AS (
    SELECT o.repo, o.change, SUM(l.lines) AS lines
    FROM line_lives l
    JOIN commits o ON o.repo = l.repo AND o.sha = l.born
    WHERE l.counted AND NOT l.blank AND NOT l.continues
      AND (l.gone_time IS NULL OR l.gone_time > o.landed_time + INTERVAL '90' DAY)
    GROUP BY o.repo, o.change
)
SELECT CASE WHEN c.cohort = 'mixed' THEN 'ai' ELSE c.cohort END AS cohort,
       c.landed + INTERVAL '90' DAY <= p.observed_until AS old_enough,
       CAST(NULL AS VARCHAR(64)) AS stratum, CAST(NULL AS VARCHAR(64)) AS author, c.change AS cluster,
       s.usd / a.lines AS hits, 1 AS total
FROM changes c
JOIN spent s ON s.repo = c.repo AND s.change = c.change
JOIN living a ON a.repo = c.repo AND a.change = c.change
CROSS JOIN params p
WHERE c.state = 'landed' AND c.landed >= p.since AND c.landed <= p.until
