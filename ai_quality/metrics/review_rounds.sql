-- How often people looked at a change before it was merged, as a median.
-- unit: merged pull or merge request
-- value: different heads of it that people other than its author reviewed; 0 where nobody did
-- horizon: none; unknown without a forge
-- interval: order-statistic
-- source: a review is of the commit that was the head then, so a round is what was looked at between two pushes (decisions/0016)
-- needs: forge
SELECT c.cohort, TRUE AS old_enough, CAST(NULL AS VARCHAR(64)) AS stratum,
       CAST(NULL AS VARCHAR(64)) AS author, CAST(c.number AS VARCHAR(64)) AS cluster,
       c.review_rounds AS hits, 1 AS total
FROM changes c
CROSS JOIN params p
WHERE c.review_rounds IS NOT NULL AND c.state IN ('landed', 'merged')
  AND COALESCE(c.landed, c.closed) >= p.since AND COALESCE(c.landed, c.closed) <= p.until
