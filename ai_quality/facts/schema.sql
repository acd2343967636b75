-- The facts, version 1. Parquet, one folder a table; ids, not names; UTC timestamps.
-- NULL means unknown or not (yet) happened, never zero. A comment after a column is its definition;
-- docs/schema.md is generated from this file.

-- A commit reachable from the measured revision.
CREATE TABLE commits (
    repo VARCHAR NOT NULL,            -- the repository's directory name
    sha VARCHAR NOT NULL,             -- full commit id
    author VARCHAR NOT NULL,          -- keyed hash of the author's e-mail address; the key never leaves the repository
    author_time TIMESTAMP,            -- author date; NULL where git cannot read it
    commit_time TIMESTAMP,            -- committer date
    landed_time TIMESTAMP,            -- committer date of `change`
    change VARCHAR NOT NULL,          -- the first-parent commit of the branch by which it landed (decisions/0004)
    is_merge BOOLEAN NOT NULL,        -- more than one parent
    kind VARCHAR NOT NULL,            -- fix, revert, merge, other
    work VARCHAR NOT NULL,            -- fix, docs (touches documentation alone), feature (says feat), other: a stratum of comparisons
    size_bin BIGINT NOT NULL,         -- whole log2 of 1 + counted lines added and deleted: a stratum of comparisons
    stratum VARCHAR NOT NULL,         -- size_bin, work and quarter of landing together: like is compared with like
    class VARCHAR NOT NULL,           -- agent, assisted, mixed, unmarked, bot
    cohort VARCHAR NOT NULL,          -- ai, unmarked, mixed, bot, uncertain: what the rates count it as
    agent VARCHAR,                    -- id in marks.yml
    model VARCHAR,                    -- as the mark names it
    evidence VARCHAR NOT NULL,        -- identity, declared, observed, pull_request, weak, none
    ai_share DOUBLE,                  -- AI-marked share of the lines it landed; NULL where a squash cannot be resolved
    ignored BOOLEAN NOT NULL,         -- listed in .git-blame-ignore-revs: in no rate, its lines passed through
    lines_added BIGINT NOT NULL,      -- text lines added in counted files, whitespace-only edits left out
    lines_deleted BIGINT NOT NULL,    -- text lines taken out of counted files
    files BIGINT NOT NULL             -- files changed, of any kind
);

-- Lines with the same fate: added by one commit to one file and gone the same way. Only landed commits.
CREATE TABLE line_lives (
    repo VARCHAR NOT NULL,            -- the repository's directory name
    path VARCHAR NOT NULL,            -- where the lines were born; renames carry them on
    kind VARCHAR NOT NULL,            -- source, test, docs, config, other, generated, vendored, lock, binary
    counted BOOLEAN NOT NULL,         -- false for generated, vendored, lock and binary: in no rate
    born VARCHAR NOT NULL,            -- commit that added them, as `git blame -w` says
    ended VARCHAR,                    -- commit that took them out; NULL = alive
    gone VARCHAR,                     -- the same after following reverts, ignored commits and moves that carry a line on
    born_time TIMESTAMP,              -- when `born` landed
    ended_time TIMESTAMP,             -- when `ended` landed
    gone_time TIMESTAMP,              -- when `gone` landed
    blank BOOLEAN NOT NULL,           -- white space only: in no rate
    cosmetic BOOLEAN NOT NULL,        -- blank, or a comment by its first characters
    continues BOOLEAN NOT NULL,       -- carries an earlier line on (a revert brought it back, a commit moved it): no new work
    lines BIGINT NOT NULL             -- how many
);

-- What landed, or was offered, as one unit.
CREATE TABLE changes (
    repo VARCHAR NOT NULL,            -- the repository's directory name
    change VARCHAR,                   -- its mainline commit; NULL if it never landed
    number BIGINT,                    -- pull or merge request number, if told
    state VARCHAR NOT NULL,           -- landed, merged, closed, open, unknown
    shape VARCHAR NOT NULL,           -- merge, squash, rebase, direct, unknown
    opened TIMESTAMP,                 -- when it was offered; NULL: no forge told of it
    first_commit TIMESTAMP,           -- earliest author date of its own commits; NULL for a squash without its refs
    landed TIMESTAMP,                 -- committer date of `change`
    closed TIMESTAMP,                 -- when it was merged or closed; only a forge knows
    class VARCHAR NOT NULL,           -- as for commits
    cohort VARCHAR NOT NULL,          -- as for commits
    agent VARCHAR,                    -- of its strongest mark
    stratum VARCHAR NOT NULL,         -- quarter of landing, or of the first commit of what never landed
    ai_share DOUBLE,                  -- AI-marked share of the non-blank counted lines that landed; NULL: unknown
    commits BIGINT NOT NULL,          -- its own commits, merges left out
    review_rounds BIGINT,             -- heads that people other than its author reviewed; only a forge knows
    review_comments BIGINT,           -- that such people put beside lines; only a forge knows
    draft BOOLEAN,                    -- still a draft; only a forge knows
    bug BOOLEAN,                      -- its label, or that of an issue it closes, says bug; only a forge knows
    first_pass BOOLEAN,               -- merged with no commit but merges after the first review of a person; NULL: unknown, open, or never reviewed
    failed_checks BIGINT,             -- check runs on any of its commits that failed; only a forge knows
    checks BIGINT                     -- check runs on its commits; only a forge knows
);

-- A commit that a landed squash was made of, where its pull request's head is here: what the squash's class and share come of.
CREATE TABLE squashed (
    repo VARCHAR NOT NULL,            -- the repository's directory name
    squash VARCHAR NOT NULL,          -- the commit that landed
    number BIGINT NOT NULL,           -- pull or merge request number
    sha VARCHAR NOT NULL,             -- one of the request's own commits; those of bots and merges are left out
    class VARCHAR NOT NULL,           -- as for commits, by its own marks alone
    cohort VARCHAR NOT NULL,          -- as for commits
    agent VARCHAR,                    -- of its strongest mark
    model VARCHAR,                    -- as the mark names it
    evidence VARCHAR NOT NULL,        -- as for commits
    lines BIGINT                      -- non-blank counted lines it left at the request's head; NULL: not followed, as the squash is not mixed
);

-- One commit undoing another.
CREATE TABLE reverts (
    repo VARCHAR NOT NULL,            -- the repository's directory name
    revert VARCHAR NOT NULL,          -- the commit that undoes
    reverted VARCHAR NOT NULL,        -- the commit undone
    evidence VARCHAR NOT NULL,        -- declared (names the commit), title (names its subject); by lines alone and in no rate: exact, inferred
    partial BOOLEAN NOT NULL,         -- takes back only a part
    reinstated_by VARCHAR             -- the commit that undid the revert, if any still stands
);

-- A fix and a commit that introduced what it mended.
CREATE TABLE defects (
    repo VARCHAR NOT NULL,            -- the repository's directory name
    fix VARCHAR NOT NULL,             -- the mending commit
    introduced VARCHAR NOT NULL,      -- the commit blamed
    lines BIGINT NOT NULL,            -- lines of `introduced` that the fix took out, followed back through moves and reverts (0: it only inserted beside them)
    evidence VARCHAR NOT NULL         -- declared (the message names the cause), traced (through the lines)
);

-- A record of what a commit cost (an AI-Usage trailer or note), each counted once.
CREATE TABLE usage (
    repo VARCHAR NOT NULL,            -- the repository's directory name
    id VARCHAR NOT NULL,              -- the record's own id: the same wherever it was squashed, amended or picked into
    sha VARCHAR NOT NULL,             -- the first commit that states it
    change VARCHAR,                   -- the change it landed by; NULL: it did not
    number BIGINT,                    -- pull or merge request number, if told
    agent VARCHAR NOT NULL,           -- as the record names it
    model VARCHAR,                    -- as the record names it
    requests BIGINT,                  -- API requests it sums up
    input BIGINT,                     -- tokens neither read from nor written to a cache
    cache_read BIGINT,                -- tokens read from a cache
    cache_write_5m BIGINT,            -- tokens written to a cache for five minutes
    cache_write_1h BIGINT,            -- tokens written to a cache for an hour
    output BIGINT,                    -- tokens of the answers, reasoning included
    usd DOUBLE,                       -- list-price estimate in dollars; NULL: unknown, not free
    price_basis VARCHAR,              -- price list and version
    evidence VARCHAR NOT NULL         -- how the spend was tied to the commit: agent-commit, paths, ambiguous, branch+time
);

-- The living lines of the measured revision, as runs of one owner: what `ai-quality blame` shows.
CREATE TABLE owners (
    repo VARCHAR NOT NULL,            -- the repository's directory name
    path VARCHAR NOT NULL,            -- file at the measured revision
    first_line BIGINT NOT NULL,       -- 1-based
    lines BIGINT NOT NULL,            -- length of the run
    born VARCHAR NOT NULL             -- commit that added them, as `git blame -w` says
);

-- One row: what was measured.
CREATE TABLE runs (
    repo VARCHAR NOT NULL,            -- the repository's directory name
    rev VARCHAR NOT NULL,             -- the measured commit
    tip_time TIMESTAMP,               -- its committer date: the end of what can be observed
    schema_version BIGINT NOT NULL,   -- of these tables
    fingerprint VARCHAR NOT NULL,     -- program version, registry and settings: facts are reused only if it is the same
    commits BIGINT NOT NULL,          -- commits reachable, merges included
    merges BIGINT NOT NULL,           -- of those, merges
    pull_refs BIGINT NOT NULL,        -- pull or merge request heads found; 0: offers that never landed are invisible
    fix_convention VARCHAR NOT NULL,  -- how this repository's fixes are told: its own convention, or keywords
    complete BOOLEAN NOT NULL,        -- false when unreadable files were left out at the user's word
    notes VARCHAR NOT NULL            -- JSON list of sentences
);
