-- Share of landed lines that were rewritten or deleted within 21 days of landing.
-- unit: non-blank line of a counted file that was there when its change landed; a line that a revert brought back or a commit only moved is no new work
-- hit: a later change took the line out within 21 days; white-space edits, renames, moves of blocks of three lines or more, ignored commits and reverts of its commit are no rework
-- horizon: 21 days; lines that landed later than that before the end of the history are too young
-- interval: cluster-bootstrap
-- source: the 21 days of LinearB, Code Climate and Hatica; birth cohort and moves as in GitClear (decisions/0023)
WITH undone AS (
    SELECT DISTINCT repo, revert, reverted FROM reverts WHERE evidence IN ('declared', 'title')
)
SELECT c.cohort, c.landed_time + INTERVAL '21' DAY <= p.observed_until AS old_enough,
       MAX(c.stratum) AS stratum,
       MAX(c.author) AS author, l.born AS cluster,
       SUM(CASE WHEN l.gone_time <= l.born_time + INTERVAL '21' DAY AND u.revert IS NULL AND m.revert IS NULL
                THEN l.lines ELSE 0 END) AS hits,
       SUM(l.lines) AS total
FROM line_lives l
JOIN commits c ON c.repo = l.repo AND c.sha = l.born
LEFT JOIN commits e ON e.repo = l.repo AND e.sha = l.gone
LEFT JOIN undone u ON u.repo = l.repo AND u.revert = l.gone AND u.reverted = l.born
LEFT JOIN undone m ON m.repo = l.repo AND m.revert = l.gone AND m.reverted = c.change AND c.change <> l.born
CROSS JOIN params p
WHERE l.counted AND NOT l.blank AND NOT l.continues AND NOT c.is_merge AND NOT c.ignored
  AND (e.change IS NULL OR e.change <> c.change)
  AND c.landed_time >= p.since AND c.landed_time <= p.until
GROUP BY c.cohort, c.landed_time + INTERVAL '21' DAY <= p.observed_until, l.born
