-- How long landed lines lasted: cohort, whole days, gone (else still there at the end of the history), lines.
SELECT c.cohort,
       CAST(FLOOR(EXTRACT(DAY FROM (COALESCE(l.gone_time, p.observed_until) - l.born_time))) AS BIGINT) AS days,
       l.gone_time IS NOT NULL AS gone, SUM(l.lines) AS lines
FROM line_lives l
JOIN commits c ON c.repo = l.repo AND c.sha = l.born
LEFT JOIN commits e ON e.repo = l.repo AND e.sha = l.gone
CROSS JOIN params p
WHERE l.counted AND NOT l.blank AND NOT l.continues AND NOT c.is_merge AND NOT c.ignored
  AND (e.change IS NULL OR e.change <> c.change)
  AND c.landed_time >= p.since AND c.landed_time <= p.until
  AND COALESCE(l.gone_time, p.observed_until) >= l.born_time
GROUP BY c.cohort, CAST(FLOOR(EXTRACT(DAY FROM (COALESCE(l.gone_time, p.observed_until) - l.born_time))) AS BIGINT),
         l.gone_time IS NOT NULL
