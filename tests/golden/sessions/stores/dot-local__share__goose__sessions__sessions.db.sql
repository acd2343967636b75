-- Goose's store: only what a session took altogether
CREATE TABLE sessions (id TEXT PRIMARY KEY, name TEXT, working_dir TEXT, created_at TEXT, updated_at TEXT, provider_name TEXT,
    model_config_json TEXT, accumulated_input_tokens INTEGER, accumulated_output_tokens INTEGER);
CREATE TABLE messages (session_id TEXT, role TEXT, content_json TEXT);
INSERT INTO sessions VALUES ('20261120_1', 'CANARY-b1f6', '/home/dev/shop', '2026-11-20 09:14:00', '2026-11-20 09:20:00', 'anthropic', '{"model_name":"claude-sonnet-4-5"}', 61000, 900);
INSERT INTO messages VALUES ('20261120_1', 'user', 'CANARY-b1f6');
