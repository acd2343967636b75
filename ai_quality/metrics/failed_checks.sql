-- Share of merged changes on which a check run failed before: did the cost of verifying move to CI?
-- unit: merged pull or merge request with a check run on any of its commits
-- hit: at least one of these failed or timed out; runs on commits that were pushed over are not seen
-- horizon: none; unknown without a forge, or to a token without `checks: read`
-- interval: wilson
-- source: check runs, the latest of each name; a cancelled or skipped one did not fail (decisions/0016)
-- needs: forge
SELECT c.cohort, TRUE AS old_enough,
       c.stratum,
       CAST(NULL AS VARCHAR(64)) AS author, CAST(NULL AS VARCHAR(64)) AS cluster,
       SUM(CASE WHEN c.failed_checks > 0 THEN 1 ELSE 0 END) AS hits, COUNT(*) AS total
FROM changes c
CROSS JOIN params p
WHERE c.checks > 0 AND c.state IN ('landed', 'merged')
  AND COALESCE(c.landed, c.closed) >= p.since AND COALESCE(c.landed, c.closed) <= p.until
GROUP BY c.cohort, c.stratum
