-- Copilot CLI's store: a row a request; the session's shutdown totals in events.jsonl say the same again
CREATE TABLE sessions (id TEXT PRIMARY KEY, cwd TEXT, repository TEXT, branch TEXT, summary TEXT);
CREATE TABLE assistant_usage_events (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT, turn_index INTEGER, model TEXT,
    input_tokens INTEGER, output_tokens INTEGER, cache_read_tokens INTEGER, cache_write_tokens INTEGER,
    reasoning_tokens INTEGER, total_nano_aiu INTEGER, created_at TEXT);
INSERT INTO sessions VALUES ('c1', '/home/dev/shop', 'acme/shop', 'feat/cart', 'CANARY-b1f6');
INSERT INTO assistant_usage_events VALUES (1, 'c1', 0, 'gpt-5.3-codex', 23110, 412, 20000, 0, 256, 0, '2026-11-20 09:14:05');
INSERT INTO assistant_usage_events VALUES (2, 'c1', 0, 'gpt-5.3-codex', 23600, 90, 23000, 0, 10, 0, '2026-11-20 09:14:11');
