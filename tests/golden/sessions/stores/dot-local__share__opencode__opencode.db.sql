-- opencode's database: a message that also lies in a file, one of a fork, one with reasoning beside the output
CREATE TABLE session (id TEXT PRIMARY KEY, parent_id TEXT, directory TEXT, title TEXT, time_created INTEGER);
CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT, time_created INTEGER, time_updated INTEGER, data TEXT);
CREATE TABLE part (id TEXT PRIMARY KEY, message_id TEXT, session_id TEXT, time_created INTEGER, time_updated INTEGER, data TEXT);
INSERT INTO session VALUES ('ses_01', NULL, '/home/dev/shop', 'CANARY-b1f6', 1795166040000), ('ses_02', NULL, '/home/dev/shop', 'CANARY-b1f6 (fork)', 1795166130000);
INSERT INTO message VALUES ('msg_00', 'ses_01', 1795166041000, 1795166041000, '{"role":"user","summary":{"title":"CANARY-b1f6"}}');
INSERT INTO message VALUES ('msg_01', 'ses_01', 1795166060000, 1795166081000, '{"role": "assistant", "parentID": "msg_00", "modelID": "claude-sonnet-4-5", "providerID": "anthropic", "time": {"created": 1795166060000, "completed": 1795166081000}, "tokens": {"input": 1840, "output": 420, "reasoning": 0, "cache": {"read": 22016, "write": 512}}}');
INSERT INTO message VALUES ('msg_91', 'ses_02', 1795166130000, 1795166130000, '{"role": "assistant", "parentID": "msg_00", "modelID": "claude-sonnet-4-5", "providerID": "anthropic", "time": {"created": 1795166060000, "completed": 1795166081000}, "tokens": {"input": 1840, "output": 420, "reasoning": 0, "cache": {"read": 22016, "write": 512}}}');
INSERT INTO message VALUES ('msg_02', 'ses_01', 1795166090000, 1795166111000, '{"role": "assistant", "parentID": "msg_00", "modelID": "claude-sonnet-4-5", "providerID": "anthropic", "time": {"created": 1795166090000, "completed": 1795166111000}, "tokens": {"input": 10, "output": 500, "reasoning": 200, "cache": {"read": 24000, "write": 0}}}');
INSERT INTO message VALUES ('msg_03', 'ses_01', 1795166120000, 1795166121000, 'damaged');
INSERT INTO part VALUES ('prt_01', 'msg_02', 'ses_01', 1795166095000, 1795166100000, '{"type": "tool", "tool": "bash", "callID": "c1", "state": {"status": "completed", "input": {"command": "npm test CANARY-b1f6"}, "output": "CANARY-b1f6", "metadata": {"exit": 1}}}');
INSERT INTO part VALUES ('prt_02', 'msg_02', 'ses_01', 1795166095000, 1795166100000, '{"type":"text","text":"CANARY-b1f6 tool"}');
