-- Share of landed commits that another commit undid within 30 days of landing.
-- unit: commit that changed counted lines; merges, reverts, bots and ignored commits left out
-- hit: a revert of it (or of the merge it came with) landed within 30 days, of the whole commit and by its own words, and was not itself undone within them
-- horizon: 30 days; commits that landed later than that before the end of the history are too young
-- interval: wilson
-- source: 85 % of 4,267 declared reverts came within 30 days (docs/accuracy.md); parity of a revert of a revert as in outcomes of Yan et al., EMSE 2019
WITH undone AS (
    SELECT DISTINCT r.repo, r.reverted, v.change AS revert_change, v.landed_time AS undone_time, b.landed_time AS redone_time
    FROM reverts r
    JOIN commits v ON v.repo = r.repo AND v.sha = r.revert
    LEFT JOIN commits b ON b.repo = r.repo AND b.sha = r.reinstated_by
    WHERE NOT r.partial AND r.evidence IN ('declared', 'title')
),
work AS (
    SELECT c.repo, c.sha, c.cohort, c.author,
           c.stratum,
           c.change, c.landed_time,
           c.landed_time + INTERVAL '30' DAY <= p.observed_until AS old_enough
    FROM commits c CROSS JOIN params p
    WHERE NOT c.is_merge AND NOT c.ignored AND c.kind <> 'revert' AND c.lines_added + c.lines_deleted > 0
      AND c.landed_time >= p.since AND c.landed_time <= p.until
),
hits AS (
    SELECT DISTINCT w.repo, w.sha
    FROM work w
    JOIN undone u ON u.repo = w.repo AND (u.reverted = w.sha OR u.reverted = w.change) AND u.revert_change <> w.change
    WHERE u.undone_time <= w.landed_time + INTERVAL '30' DAY
      AND (u.redone_time IS NULL OR u.redone_time > w.landed_time + INTERVAL '30' DAY)
)
SELECT w.cohort, w.old_enough, w.stratum, w.author, CAST(NULL AS VARCHAR(64)) AS cluster,
       COUNT(h.sha) AS hits, COUNT(*) AS total
FROM work w
LEFT JOIN hits h ON h.repo = w.repo AND h.sha = w.sha
GROUP BY w.cohort, w.old_enough, w.stratum, w.author
