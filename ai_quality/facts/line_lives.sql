-- line_lives, from what the pass counts with: `fates` by numbers, `numbered` commits, `placed` paths.
SELECT
    placed.path, placed.kind, placed.counted,
    born.sha AS born, ended.sha AS ended, gone.sha AS gone,
    born.landed AS born_time, ended.landed AS ended_time, gone.landed AS gone_time,
    fates.flags & 1 <> 0 AS blank, fates.flags & 3 <> 0 AS cosmetic, fates.flags & 4 <> 0 AS continues,
    fates.lines
FROM fates
JOIN placed ON placed.number = fates.path
JOIN numbered AS born ON born.number = fates.born
LEFT JOIN numbered AS ended ON ended.number = fates.ended
LEFT JOIN numbered AS gone ON gone.number = fates.gone
WHERE born.lands
ORDER BY fates.row
