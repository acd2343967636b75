-- Hours from opening a change to its landing, as a median.
-- unit: merged pull or merge request
-- value: landing committer date (of what landed elsewhere, the time of merging) minus the time it was opened; negative ones are left out
-- horizon: none; unknown without a forge
-- interval: order-statistic
-- source: what of the lead time the review takes; the whole of it is cycle_time
-- needs: forge
SELECT c.cohort, TRUE AS old_enough, CAST(NULL AS VARCHAR(64)) AS stratum,
       CAST(NULL AS VARCHAR(64)) AS author, CAST(c.number AS VARCHAR(64)) AS cluster,
       24.0 * EXTRACT(DAY FROM (COALESCE(c.landed, c.closed) - c.opened))
           + EXTRACT(HOUR FROM (COALESCE(c.landed, c.closed) - c.opened))
           + EXTRACT(MINUTE FROM (COALESCE(c.landed, c.closed) - c.opened)) / 60.0 AS hits,
       1 AS total
FROM changes c
CROSS JOIN params p
WHERE c.state IN ('landed', 'merged') AND c.opened IS NOT NULL AND COALESCE(c.landed, c.closed) >= c.opened
  AND COALESCE(c.landed, c.closed) >= p.since AND COALESCE(c.landed, c.closed) <= p.until
