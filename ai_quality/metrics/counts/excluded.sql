-- What no rate counts, and how much of it: reason, commits, lines added.
SELECT 'lines in ' || l.kind || ' files' AS reason, CAST(NULL AS BIGINT) AS commits, SUM(l.lines) AS lines
FROM line_lives l JOIN commits c ON c.repo = l.repo AND c.sha = l.born CROSS JOIN params p
WHERE NOT l.counted AND c.landed_time >= p.since AND c.landed_time <= p.until
GROUP BY l.kind
UNION ALL
SELECT 'squashes only partly AI-marked, share unknown', COUNT(*), SUM(c.lines_added)
FROM commits c CROSS JOIN params p
WHERE c.cohort = 'mixed' AND c.ai_share IS NULL AND c.landed_time >= p.since AND c.landed_time <= p.until
HAVING COUNT(*) > 0
UNION ALL
SELECT 'squashes only partly AI-marked, share known', COUNT(*), SUM(c.lines_added)
FROM commits c CROSS JOIN params p
WHERE c.cohort = 'mixed' AND c.ai_share IS NOT NULL AND c.landed_time >= p.since AND c.landed_time <= p.until
HAVING COUNT(*) > 0
UNION ALL
SELECT 'marks too weak to count (branch name, suggestion)', COUNT(*), SUM(c.lines_added)
FROM commits c CROSS JOIN params p
WHERE c.cohort = 'uncertain' AND NOT c.is_merge AND c.landed_time >= p.since AND c.landed_time <= p.until
HAVING COUNT(*) > 0
UNION ALL
SELECT 'bots', COUNT(*), SUM(c.lines_added)
FROM commits c CROSS JOIN params p
WHERE c.cohort = 'bot' AND NOT c.is_merge AND c.landed_time >= p.since AND c.landed_time <= p.until
HAVING COUNT(*) > 0
UNION ALL
SELECT 'commits that .git-blame-ignore-revs lists', COUNT(*), SUM(c.lines_added)
FROM commits c CROSS JOIN params p
WHERE c.ignored AND c.landed_time >= p.since AND c.landed_time <= p.until
HAVING COUNT(*) > 0
