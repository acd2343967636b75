-- Share of landed lines still there 90 days after landing, whatever took the others.
-- unit: non-blank line of a counted file that was there when its change landed; a line that a revert brought back or a commit only moved is no new work
-- hit: no commit took the line out within 90 days; white-space edits, renames, moves of blocks of three lines or more and ignored commits do not, a revert does unless undone
-- horizon: 90 days; lines that landed later than that before the end of the history are too young
-- interval: cluster-bootstrap
-- source: `git blame -w` at landing + 90 days, but for moves (decisions/0023); the curve over all ages is Kaplan-Meier's, whose point at 90 days this is
SELECT c.cohort, c.landed_time + INTERVAL '90' DAY <= p.observed_until AS old_enough,
       MAX(c.stratum) AS stratum,
       MAX(c.author) AS author, l.born AS cluster,
       SUM(CASE WHEN l.gone IS NULL OR l.gone_time > l.born_time + INTERVAL '90' DAY THEN l.lines ELSE 0 END) AS hits,
       SUM(l.lines) AS total
FROM line_lives l
JOIN commits c ON c.repo = l.repo AND c.sha = l.born
LEFT JOIN commits e ON e.repo = l.repo AND e.sha = l.gone
CROSS JOIN params p
WHERE l.counted AND NOT l.blank AND NOT l.continues AND NOT c.is_merge AND NOT c.ignored
  AND (e.change IS NULL OR e.change <> c.change)
  AND c.landed_time >= p.since AND c.landed_time <= p.until
GROUP BY c.cohort, c.landed_time + INTERVAL '90' DAY <= p.observed_until, l.born
