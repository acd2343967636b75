-- Hours from the first commit of a change to its landing, as a median.
-- unit: landed pull or merge request whose own commits are known (a merge, or a squash whose refs are here)
-- value: landing committer date minus earliest author date of its own commits; negative ones (rewritten dates) are left out
-- horizon: none; the change has landed
-- interval: order-statistic
-- source: git-only lead time for changes; from its opening on it is open_time
SELECT c.cohort, TRUE AS old_enough, CAST(NULL AS VARCHAR(64)) AS stratum,
       CAST(NULL AS VARCHAR(64)) AS author, c.change AS cluster,
       24.0 * EXTRACT(DAY FROM (c.landed - c.first_commit)) + EXTRACT(HOUR FROM (c.landed - c.first_commit))
           + EXTRACT(MINUTE FROM (c.landed - c.first_commit)) / 60.0 AS hits,
       1 AS total
FROM changes c
CROSS JOIN params p
WHERE c.state = 'landed' AND c.shape IN ('merge', 'squash', 'rebase') AND c.first_commit IS NOT NULL AND c.landed >= c.first_commit
  AND c.landed >= p.since AND c.landed <= p.until
