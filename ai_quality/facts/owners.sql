-- owners, from runs by numbers and `numbered` commits.
SELECT names.path, runs_of.first_line, runs_of.lines, numbered.sha AS born
FROM runs_of
JOIN names ON names.number = runs_of.file
JOIN numbered ON numbered.number = runs_of.born
ORDER BY runs_of.file, runs_of.first_line
