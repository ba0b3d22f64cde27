-- A key may have two tokens for a while: the one that it has, and the one before. What decides of both stands in the key's
-- row, so that a check reads no more than before; tokens that are neither any more are known, and never given again.

ALTER TABLE keys ADD COLUMN rotated_at INTEGER; -- when it got the token that it has, if that is not its first
ALTER TABLE keys ADD COLUMN old_token_hash BLOB CHECK (length(old_token_hash) = 32);
ALTER TABLE keys ADD COLUMN old_hint TEXT;
ALTER TABLE keys ADD COLUMN old_ends_at INTEGER
    CHECK ((old_token_hash IS NULL) = (old_ends_at IS NULL) AND (old_token_hash IS NULL) = (old_hint IS NULL)
           AND (old_token_hash IS NULL OR old_token_hash <> token_hash));
ALTER TABLE keys ADD COLUMN old_data_key INTEGER REFERENCES data_keys (id);
ALTER TABLE keys ADD COLUMN old_sealed BLOB
    CHECK ((old_data_key IS NULL) = (old_sealed IS NULL)
           AND (old_sealed IS NULL OR (scope <> 2 AND revoked_at IS NULL AND old_token_hash IS NOT NULL)));

CREATE INDEX keys_by_old_data_key ON keys (old_data_key, seq) WHERE old_data_key IS NOT NULL;

CREATE TABLE retired_tokens (
    token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
    key INTEGER NOT NULL REFERENCES keys (seq),
    retired_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER retired_tokens_stay BEFORE DELETE ON retired_tokens
BEGIN
    SELECT raise(ABORT, 'a token that was retired is never given again');
END;

CREATE TRIGGER retired_tokens_stay_what_they_are BEFORE UPDATE ON retired_tokens
BEGIN
    SELECT raise(ABORT, 'a token that was retired is never given again');
END;

-- What was let through by which token, while a key has two: a token by the first 8 bytes of its hash.
CREATE TABLE token_uses (
    key INTEGER NOT NULL,
    token INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    n INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    last_address TEXT,
    last_origin TEXT,
    PRIMARY KEY (key, token, hour)
) STRICT, WITHOUT ROWID;

CREATE INDEX token_uses_by_hour ON token_uses (hour);

-- What a check reads of a key lies together in one place, in the order of what is presented: one for each token.
DROP INDEX keys_by_token_hash;

CREATE INDEX keys_by_token_hash ON keys (token_hash, id, scope, project, revoked_at, expires_at, disabled_at, old_ends_at,
                                         ui_domains, local_development, cross_page_persistence);
CREATE INDEX keys_by_old_token_hash ON keys (old_token_hash, id, scope, project, revoked_at, expires_at, disabled_at,
                                             old_ends_at, ui_domains, local_development, cross_page_persistence)
    WHERE old_token_hash IS NOT NULL;

-- As these indexes are not unique, the triggers say that a token is.
DROP TRIGGER keys_stay_what_they_are;

CREATE TRIGGER keys_stay_what_they_are BEFORE UPDATE OF seq, id, scope, project, created_at ON keys
BEGIN
    SELECT raise(ABORT, 'the id, scope, project and time of a key never change');
END;

CREATE TRIGGER keys_stay_as_they_were_presented BEFORE UPDATE OF token_hash, old_token_hash ON keys
    WHEN old.revoked_at IS NOT NULL
BEGIN
    SELECT raise(ABORT, 'a revoked key keeps its tokens');
END;

DROP TRIGGER keys_have_a_token_each;

CREATE TRIGGER keys_have_a_token_each BEFORE INSERT ON keys
BEGIN
    SELECT raise(ABORT, 'two keys have the same token')
     WHERE EXISTS (SELECT 1 FROM keys WHERE token_hash = new.token_hash)
        OR EXISTS (SELECT 1 FROM keys WHERE old_token_hash = new.token_hash)
        OR EXISTS (SELECT 1 FROM retired_tokens WHERE token_hash = new.token_hash);
END;

CREATE TRIGGER keys_get_a_new_token BEFORE UPDATE OF token_hash ON keys
    WHEN new.token_hash IS NOT old.old_token_hash
BEGIN
    SELECT raise(ABORT, 'a token is never given again')
     WHERE EXISTS (SELECT 1 FROM keys WHERE token_hash = new.token_hash)
        OR EXISTS (SELECT 1 FROM keys WHERE old_token_hash = new.token_hash)
        OR EXISTS (SELECT 1 FROM retired_tokens WHERE token_hash = new.token_hash);
END;

CREATE TRIGGER keys_lose_no_token BEFORE UPDATE OF token_hash ON keys
    WHEN new.token_hash <> old.token_hash AND new.old_token_hash IS NOT old.token_hash
BEGIN
    SELECT raise(ABORT, 'the token that a key had stays known')
     WHERE NOT EXISTS (SELECT 1 FROM retired_tokens WHERE token_hash = old.token_hash AND key = old.seq);
END;

CREATE TRIGGER keys_keep_their_own_token BEFORE UPDATE OF old_token_hash ON keys
    WHEN new.old_token_hash IS NOT NULL AND new.old_token_hash IS NOT old.old_token_hash
     AND new.old_token_hash <> old.token_hash
BEGIN
    SELECT raise(ABORT, 'the token before is one that the key had');
END;

DROP TRIGGER activity_states_what_changed;

-- A server of an earlier version that still runs would leave changes that nothing explains.
CREATE TRIGGER activity_states_what_changed BEFORE INSERT ON activity
    WHEN new.state IS NULL
     AND new.action IN ('key_created', 'key_edited', 'key_revoked', 'key_handed_over', 'key_disabled', 'key_enabled',
                         'key_rotated', 'key_rotation_extended', 'key_rotation_ended', 'key_rotation_cancelled',
                         'project_created', 'project_edited', 'project_removed', 'project_handed_over', 'session_server_set',
                         'session_server_removed', 'session_token_issued', 'session_token_revoked', 'user_added', 'user_edited',
                         'user_removed', 'token_replaced', 'gateway_added', 'gateway_removed')
BEGIN
    SELECT raise(ABORT, 'the database is of a newer keydeck; stop this one');
END;
