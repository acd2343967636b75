-- How much each cohort is: commits that are no merges, the changes they landed in, counted lines added, lines alive.
-- Of the lines added also how many are AI-marked (a squash only partly AI-marked by its share), and of how many nobody can tell.
WITH own AS (
    SELECT c.cohort, COUNT(*) AS commits, SUM(c.lines_added) AS lines_added,
           SUM(COALESCE(c.ai_share, 0) * c.lines_added) AS lines_marked,
           SUM(CASE WHEN c.ai_share IS NULL THEN c.lines_added ELSE 0 END) AS lines_unknown
    FROM commits c CROSS JOIN params p
    WHERE NOT c.is_merge AND c.landed_time >= p.since AND c.landed_time <= p.until
    GROUP BY c.cohort
),
units AS (
    SELECT u.cohort, COUNT(*) AS changes
    FROM changes u CROSS JOIN params p
    WHERE u.state = 'landed' AND u.landed >= p.since AND u.landed <= p.until
    GROUP BY u.cohort
),
living AS (
    SELECT c.cohort, SUM(l.lines) AS lines_alive
    FROM line_lives l
    JOIN commits c ON c.repo = l.repo AND c.sha = l.born
    CROSS JOIN params p
    WHERE l.ended IS NULL AND l.counted AND NOT l.blank AND c.landed_time >= p.since AND c.landed_time <= p.until
    GROUP BY c.cohort
)
SELECT o.cohort, o.commits, COALESCE(u.changes, 0) AS changes, o.lines_added, COALESCE(a.lines_alive, 0) AS lines_alive,
       o.lines_marked, o.lines_unknown
FROM own o
LEFT JOIN units u ON u.cohort = o.cohort
LEFT JOIN living a ON a.cohort = o.cohort
