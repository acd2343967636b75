-- Changes that landed, a row a commit of theirs that is no merge: are 30 days over, and did a revert undo the change within them?
WITH undone AS (
    SELECT DISTINCT w.repo, w.change
    FROM reverts r
    JOIN commits w ON w.repo = r.repo AND (w.sha = r.reverted OR w.change = r.reverted)
    JOIN commits v ON v.repo = r.repo AND v.sha = r.revert
    LEFT JOIN commits b ON b.repo = r.repo AND b.sha = r.reinstated_by
    WHERE NOT r.partial AND r.evidence IN ('declared', 'title') AND v.change <> w.change AND v.landed_time <= w.landed_time + INTERVAL '30' DAY
      AND (b.landed_time IS NULL OR b.landed_time > w.landed_time + INTERVAL '30' DAY)
)
SELECT u.cohort, u.change, c.sha, u.landed + INTERVAL '30' DAY <= p.observed_until AS old_enough,
       d.change IS NOT NULL AS undone
FROM changes u
JOIN commits c ON c.repo = u.repo AND c.change = u.change AND NOT c.is_merge
LEFT JOIN undone d ON d.repo = u.repo AND d.change = u.change
CROSS JOIN params p
WHERE u.state = 'landed' AND u.landed >= p.since AND u.landed <= p.until
