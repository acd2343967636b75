-- Share of lines that another commit of the same change rewrote before the change landed.
-- unit: non-blank line added to a counted file by a commit of a change of two or more commits that kept its commits (a merge)
-- hit: a later commit of the same change took the line out, so it never reached the branch; a block moved elsewhere and a line brought back did
-- horizon: none; the change has landed
-- interval: cluster-bootstrap
-- source: kept apart from rework so that squashing and merging repositories compare (Code Climate counts both as one)
SELECT c.cohort, TRUE AS old_enough,
       MAX(c.stratum) AS stratum,
       MAX(c.author) AS author, l.born AS cluster,
       SUM(CASE WHEN e.change = c.change THEN l.lines ELSE 0 END) AS hits,
       SUM(l.lines) AS total
FROM line_lives l
JOIN commits c ON c.repo = l.repo AND c.sha = l.born
JOIN changes u ON u.repo = c.repo AND u.change = c.change AND u.shape = 'merge' AND u.commits > 1
LEFT JOIN commits e ON e.repo = l.repo AND e.sha = l.gone
CROSS JOIN params p
WHERE l.counted AND NOT l.blank AND NOT l.continues AND NOT c.is_merge AND NOT c.ignored
  AND c.landed_time >= p.since AND c.landed_time <= p.until
GROUP BY c.cohort, l.born
