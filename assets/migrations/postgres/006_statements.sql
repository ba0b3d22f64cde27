-- The activity log states what decides who may do what: a row that tells of a change carries a digest of what there is
-- behind it, of the person, project or gateway `entity` or of the row's key. What was there before has its digests in
-- `baseline` (kind 0 a person, 1 a project, 2 a gateway, 3 a key; `number` is its seq), and the digest of these waits in
-- `pending` for the next row of the log. The program fills both.

ALTER TABLE activity ADD COLUMN entity uuid, ADD COLUMN state bytea, ADD COLUMN baseline bytea;
ALTER TABLE activity_head ADD COLUMN pending bytea;

CREATE INDEX activity_by_entity ON activity (entity, seq) WHERE entity IS NOT NULL;
CREATE INDEX activity_by_baseline ON activity (seq) WHERE baseline IS NOT NULL;

CREATE TABLE baseline (
    kind bigint NOT NULL,
    number bigint NOT NULL,
    state bytea NOT NULL CHECK (octet_length(state) = 32),
    PRIMARY KEY (kind, number)
);

CREATE TRIGGER baseline_is_not_rewritten BEFORE UPDATE OR DELETE ON baseline FOR EACH ROW
    EXECUTE FUNCTION refuse('what was there at the beginning stays as it was stated');

CREATE TRIGGER baseline_is_not_emptied BEFORE TRUNCATE ON baseline FOR EACH STATEMENT
    EXECUTE FUNCTION refuse('what was there at the beginning stays as it was stated');

DROP TRIGGER activity_is_not_rewritten ON activity;

CREATE TRIGGER activity_is_not_rewritten
    BEFORE UPDATE OF seq, at, actor, address, action, key, subject, changes, hash, entity, state, baseline ON activity
    FOR EACH ROW
    EXECUTE FUNCTION refuse('the activity log is append-only');

-- A server of an earlier version that still runs would leave changes that nothing explains.
CREATE TRIGGER activity_states_what_changed BEFORE INSERT ON activity FOR EACH ROW
    WHEN (new.state IS NULL
     AND new.action IN ('key_created', 'key_edited', 'key_revoked', 'key_handed_over', 'project_created', 'project_edited',
                         'project_removed', 'project_handed_over', 'session_server_set', 'session_server_removed', 'session_token_issued', 'session_token_revoked',
                         'user_added', 'user_edited', 'user_removed', 'token_replaced', 'gateway_added', 'gateway_removed'))
    EXECUTE FUNCTION refuse('the database is of a newer keydeck; stop this one');
