-- Share of landed commits that a fix blamed within 90 days of landing.
-- unit: commit that changed counted lines; merges, reverts, bots and ignored commits left out
-- hit: a fix that landed within 90 days names it as the cause, or ended lines that trace back to it (see `facts defects`)
-- horizon: 90 days; commits that landed later than that before the end of the history are too young
-- interval: wilson
-- source: SZZ (Sliwerski et al. 2005) with the share-and-recency rule of facts/defects.py; its precision and recall are in docs/accuracy.md
WITH work AS (
    SELECT c.repo, c.sha, c.cohort, c.author,
           c.stratum,
           c.landed_time,
           c.landed_time + INTERVAL '90' DAY <= p.observed_until AS old_enough
    FROM commits c CROSS JOIN params p
    WHERE NOT c.is_merge AND NOT c.ignored AND c.kind <> 'revert' AND c.lines_added + c.lines_deleted > 0
      AND c.landed_time >= p.since AND c.landed_time <= p.until
),
hits AS (
    SELECT DISTINCT w.repo, w.sha
    FROM work w
    JOIN defects d ON d.repo = w.repo AND d.introduced = w.sha
    JOIN commits f ON f.repo = d.repo AND f.sha = d.fix
    WHERE f.landed_time <= w.landed_time + INTERVAL '90' DAY
)
SELECT w.cohort, w.old_enough, w.stratum, w.author, CAST(NULL AS VARCHAR(64)) AS cluster,
       COUNT(h.sha) AS hits, COUNT(*) AS total
FROM work w
LEFT JOIN hits h ON h.repo = w.repo AND h.sha = w.sha
GROUP BY w.cohort, w.old_enough, w.stratum, w.author
