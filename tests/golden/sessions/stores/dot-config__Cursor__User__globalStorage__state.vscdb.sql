-- Cursor's store: conversations whose token counts are zeros
CREATE TABLE cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);
INSERT INTO cursorDiskKV VALUES ('composerData:cu1', '{"composerId":"cu1","name":"CANARY-b1f6","createdAt":1795166040000,"modelConfig":{"modelName":"composer-1"}}');
INSERT INTO cursorDiskKV VALUES ('bubbleId:cu1:b1', '{"text":"CANARY-b1f6","tokenCount":{"inputTokens":0,"outputTokens":0}}');
