-- Share of offered changes that were merged, of those that were merged or closed.
-- unit: pull or merge request with commits of its own; open ones are left out
-- hit: it landed on the branch, or was merged into another one
-- horizon: none; unknown where the repository holds no pull or merge request refs and no forge was asked, since closed offers leave no other trace
-- interval: wilson
-- source: merged / (merged + closed unmerged), as in the AIDev studies; from git alone precision .99 and recall .955 are the bar
SELECT c.cohort, TRUE AS old_enough,
       c.stratum,
       CAST(NULL AS VARCHAR(64)) AS author, CAST(NULL AS VARCHAR(64)) AS cluster,
       SUM(CASE WHEN c.state IN ('landed', 'merged') THEN 1 ELSE 0 END) AS hits, COUNT(*) AS total
FROM changes c
CROSS JOIN params p
WHERE c.number IS NOT NULL AND c.state IN ('landed', 'merged', 'closed')
  AND (p.pull_refs > 0 OR c.opened IS NOT NULL)
  AND COALESCE(c.landed, c.first_commit) >= p.since AND COALESCE(c.landed, c.first_commit) <= p.until
GROUP BY c.cohort, c.stratum
