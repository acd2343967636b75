-- Comments that people put beside the lines of a change before it was merged, as a median: the cost of proofreading.
-- unit: merged pull or merge request
-- value: review comments by people other than its author; 0 where there were none
-- horizon: none; unknown without a forge
-- interval: order-statistic
-- source: the forge's review comments; what is said in the conversation below is not counted (decisions/0016)
-- needs: forge
SELECT c.cohort, TRUE AS old_enough, CAST(NULL AS VARCHAR(64)) AS stratum,
       CAST(NULL AS VARCHAR(64)) AS author, CAST(c.number AS VARCHAR(64)) AS cluster,
       c.review_comments AS hits, 1 AS total
FROM changes c
CROSS JOIN params p
WHERE c.review_comments IS NOT NULL AND c.state IN ('landed', 'merged')
  AND COALESCE(c.landed, c.closed) >= p.since AND COALESCE(c.landed, c.closed) <= p.until
