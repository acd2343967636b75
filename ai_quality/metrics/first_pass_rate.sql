-- Share of reviewed changes that were merged as they were when first reviewed.
-- unit: pull or merge request, merged or closed, that a person other than its author reviewed
-- hit: it was merged, and nothing but merges was pushed to it after the first such review
-- horizon: none; unknown without a forge (`ai-quality` asks it in CI)
-- interval: wilson
-- source: the forge tells which commit each review looked at; bots' reviews and authors' own answers are no reviews (decisions/0016)
-- needs: forge
SELECT c.cohort, TRUE AS old_enough,
       c.stratum,
       CAST(NULL AS VARCHAR(64)) AS author, CAST(NULL AS VARCHAR(64)) AS cluster,
       SUM(CASE WHEN c.first_pass THEN 1 ELSE 0 END) AS hits, COUNT(*) AS total
FROM changes c
CROSS JOIN params p
WHERE c.first_pass IS NOT NULL
  AND COALESCE(c.landed, c.closed) >= p.since AND COALESCE(c.landed, c.closed) <= p.until
GROUP BY c.cohort, c.stratum
