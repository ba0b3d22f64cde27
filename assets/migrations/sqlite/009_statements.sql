-- The activity log states what decides who may do what: a row that tells of a change carries a digest of what there is
-- behind it, of the person, project or gateway `entity` or of the row's key. What was there before has its digests in
-- `baseline` (kind 0 a person, 1 a project, 2 a gateway, 3 a key; `number` is its seq), and the digest of these waits in
-- `pending` for the next row of the log. The program fills both.

ALTER TABLE activity ADD COLUMN entity BLOB;
ALTER TABLE activity ADD COLUMN state BLOB;
ALTER TABLE activity ADD COLUMN baseline BLOB;
ALTER TABLE activity_head ADD COLUMN pending BLOB;

CREATE INDEX activity_by_entity ON activity (entity) WHERE entity IS NOT NULL;
CREATE INDEX activity_by_baseline ON activity (seq) WHERE baseline IS NOT NULL;

CREATE TABLE baseline (
    kind INTEGER NOT NULL,
    number INTEGER NOT NULL,
    state BLOB NOT NULL CHECK (length(state) = 32),
    PRIMARY KEY (kind, number)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER baseline_is_not_rewritten BEFORE UPDATE ON baseline
BEGIN
    SELECT raise(ABORT, 'what was there at the beginning stays as it was stated');
END;

CREATE TRIGGER baseline_is_not_shortened BEFORE DELETE ON baseline
BEGIN
    SELECT raise(ABORT, 'what was there at the beginning stays as it was stated');
END;

DROP TRIGGER activity_is_not_rewritten;

CREATE TRIGGER activity_is_not_rewritten
    BEFORE UPDATE OF seq, at, actor, address, action, key, subject, changes, hash, entity, state, baseline ON activity
BEGIN
    SELECT raise(ABORT, 'the activity log is append-only');
END;

-- A server of an earlier version that still runs would leave changes that nothing explains.
CREATE TRIGGER activity_states_what_changed BEFORE INSERT ON activity
    WHEN new.state IS NULL
     AND new.action IN ('key_created', 'key_edited', 'key_revoked', 'key_handed_over', 'project_created', 'project_edited',
                         'project_removed', 'project_handed_over', 'session_server_set', 'session_server_removed', 'session_token_issued', 'session_token_revoked',
                         'user_added', 'user_edited', 'user_removed', 'token_replaced', 'gateway_added', 'gateway_removed')
BEGIN
    SELECT raise(ABORT, 'the database is of a newer keydeck; stop this one');
END;
