-- A key may end at an instant, be disabled for a while, and an organisation may say how long keys live at most.

ALTER TABLE keys ADD COLUMN expires_at INTEGER NOT NULL DEFAULT 9223372036854775807; -- that is never: a NULL could not be paged by
ALTER TABLE keys ADD COLUMN disabled_at INTEGER;
ALTER TABLE keys ADD COLUMN disabled_by INTEGER REFERENCES users (seq)
    CHECK ((disabled_at IS NULL) = (disabled_by IS NULL));
ALTER TABLE keys ADD COLUMN disabled_reason TEXT NOT NULL DEFAULT '';

-- What a check reads of a key lies together in one place.
DROP INDEX keys_by_token_hash;

CREATE INDEX keys_by_token_hash ON keys (token_hash, id, scope, project, revoked_at, expires_at, disabled_at, ui_domains,
                                         local_development, cross_page_persistence);

-- One for each filter that pages are read by; those that have ended are counted by the first alone.
CREATE INDEX keys_by_expires_at ON keys (expires_at, id, scope, project, creator) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_scope_expires_at ON keys (scope, expires_at, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_creator_expires_at ON keys (creator, expires_at, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_project_expires_at ON keys (project, expires_at, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_disabled_at ON keys (disabled_at) WHERE revoked_at IS NULL AND disabled_at IS NOT NULL;

-- The most days that a key of a scope may be given; without a row as many as one likes, and no end at all.
CREATE TABLE lifetimes (
    scope INTEGER PRIMARY KEY CHECK (scope IN (0, 1, 2)),
    days INTEGER NOT NULL CHECK (days > 0)
) STRICT;

DROP TRIGGER activity_states_what_changed;

-- A server of an earlier version that still runs would leave changes that nothing explains.
CREATE TRIGGER activity_states_what_changed BEFORE INSERT ON activity
    WHEN new.state IS NULL
     AND new.action IN ('key_created', 'key_edited', 'key_revoked', 'key_handed_over', 'key_disabled', 'key_enabled',
                         'project_created', 'project_edited', 'project_removed', 'project_handed_over', 'session_server_set',
                         'session_server_removed', 'session_token_issued', 'session_token_revoked', 'user_added', 'user_edited',
                         'user_removed', 'token_replaced', 'gateway_added', 'gateway_removed')
BEGIN
    SELECT raise(ABORT, 'the database is of a newer keydeck; stop this one');
END;
