-- Share of the recorded list-price cents that went into changes closed unmerged or into commits undone within 30 days.
-- unit: cent of a priced record of a change that landed or was closed
-- hit: the change was closed without landing, or the commit (or its whole change) was undone within 30 days of landing, by its revert's own words
-- horizon: 30 days; what landed later than that before the end of the history is too young
-- interval: cluster-bootstrap
-- source: AI-Usage records as for cost_per_landed_change; offers closed without landing are known by the pull-request refs (merge_pass_rate)
WITH undone AS (
    SELECT DISTINCT r.repo, r.reverted, v.landed_time AS undone_time
    FROM reverts r
    JOIN commits v ON v.repo = r.repo AND v.sha = r.revert
    WHERE NOT r.partial AND r.evidence IN ('declared', 'title') AND r.reinstated_by IS NULL
),
spent AS (
    SELECT u.repo, u.id, u.sha, u.change, u.number, u.usd, c.cohort, c.state, c.landed,
           COALESCE(c.landed, c.first_commit) AS moment
    FROM usage u
    JOIN changes c ON c.repo = u.repo
      AND (c.change = u.change OR (u.change IS NULL AND c.change IS NULL AND c.number = u.number))
    WHERE u.usd IS NOT NULL AND c.state IN ('landed', 'closed')
),
wasted AS (
    SELECT DISTINCT s.repo, s.id
    FROM spent s
    LEFT JOIN undone d ON d.repo = s.repo AND (d.reverted = s.sha OR d.reverted = s.change)
      AND d.undone_time <= s.landed + INTERVAL '30' DAY
    WHERE s.state = 'closed' OR d.reverted IS NOT NULL
)
SELECT CASE WHEN s.cohort = 'mixed' THEN 'ai' ELSE s.cohort END AS cohort,
       s.state = 'closed' OR s.landed + INTERVAL '30' DAY <= p.observed_until AS old_enough,
       CAST(NULL AS VARCHAR(64)) AS stratum, CAST(NULL AS VARCHAR(64)) AS author,
       COALESCE(s.change, CAST(s.number AS VARCHAR(20))) AS cluster,
       CAST(ROUND(100 * SUM(CASE WHEN w.id IS NOT NULL THEN s.usd ELSE 0 END)) AS BIGINT) AS hits,
       CAST(ROUND(100 * SUM(s.usd)) AS BIGINT) AS total
FROM spent s
LEFT JOIN wasted w ON w.repo = s.repo AND w.id = s.id
CROSS JOIN params p
WHERE s.moment >= p.since AND s.moment <= p.until
GROUP BY s.cohort, s.state, s.landed, p.observed_until, s.change, s.number
