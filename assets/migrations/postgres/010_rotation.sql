-- A key may have two tokens for a while: the one that it has, and the one before. What decides of both stands in the key's
-- row, so that a check reads no more than before; tokens that are neither any more are known, and never given again.

ALTER TABLE keys
    ADD COLUMN rotated_at bigint, -- when it got the token that it has, if that is not its first
    ADD COLUMN old_token_hash bytea CHECK (octet_length(old_token_hash) = 32),
    ADD COLUMN old_hint text,
    ADD COLUMN old_ends_at bigint,
    ADD COLUMN old_data_key integer REFERENCES data_keys (id),
    ADD COLUMN old_sealed bytea,
    ADD CHECK ((old_token_hash IS NULL) = (old_ends_at IS NULL) AND (old_token_hash IS NULL) = (old_hint IS NULL)),
    ADD CHECK (old_token_hash <> token_hash),
    ADD CHECK ((old_data_key IS NULL) = (old_sealed IS NULL)),
    ADD CHECK (old_sealed IS NULL OR (scope <> 2 AND revoked_at IS NULL AND old_token_hash IS NOT NULL));

CREATE UNIQUE INDEX keys_by_old_token_hash ON keys (old_token_hash) WHERE old_token_hash IS NOT NULL;
CREATE INDEX keys_by_old_data_key ON keys (old_data_key, seq) WHERE old_data_key IS NOT NULL;

CREATE TABLE retired_tokens (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    key bigint NOT NULL REFERENCES keys (seq),
    retired_at bigint NOT NULL
);

CREATE TRIGGER retired_tokens_stay BEFORE UPDATE OR DELETE ON retired_tokens FOR EACH ROW
    EXECUTE FUNCTION refuse('a token that was retired is never given again');

CREATE TRIGGER retired_tokens_are_not_emptied BEFORE TRUNCATE ON retired_tokens FOR EACH STATEMENT
    EXECUTE FUNCTION refuse('a token that was retired is never given again');

-- What was let through by which token, while a key has two: a token by the first 8 bytes of its hash.
CREATE TABLE token_uses (
    key bigint NOT NULL,
    token bigint NOT NULL,
    hour bigint NOT NULL,
    n bigint NOT NULL,
    last_used_at bigint NOT NULL,
    last_address text,
    last_origin text,
    PRIMARY KEY (key, token, hour)
);

CREATE INDEX token_uses_by_hour ON token_uses (hour);

DROP TRIGGER keys_stay_what_they_are ON keys;

CREATE TRIGGER keys_stay_what_they_are BEFORE UPDATE OF seq, id, scope, project, created_at ON keys FOR EACH ROW
    EXECUTE FUNCTION refuse('the id, scope, project and time of a key never change');

CREATE TRIGGER keys_stay_as_they_were_presented BEFORE UPDATE OF token_hash, old_token_hash ON keys FOR EACH ROW
    WHEN (old.revoked_at IS NOT NULL)
    EXECUTE FUNCTION refuse('a revoked key keeps its tokens');

CREATE TRIGGER keys_keep_their_own_token BEFORE UPDATE OF old_token_hash ON keys FOR EACH ROW
    WHEN (new.old_token_hash IS DISTINCT FROM old.old_token_hash AND new.old_token_hash <> old.token_hash)
    EXECUTE FUNCTION refuse('the token before is one that the key had');

-- The indexes say that no two keys have the same token; this, that it was no key's before.
CREATE FUNCTION refuse_token_of_before() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM keys WHERE old_token_hash = new.token_hash AND old_token_hash IS NOT NULL AND seq <> new.seq)
        OR EXISTS (SELECT FROM retired_tokens WHERE token_hash = new.token_hash)
    THEN
        RAISE EXCEPTION 'a token is never given again' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN new;
END $$;

CREATE TRIGGER keys_have_a_token_each BEFORE INSERT ON keys FOR EACH ROW EXECUTE FUNCTION refuse_token_of_before();

CREATE TRIGGER keys_get_a_new_token BEFORE UPDATE OF token_hash ON keys FOR EACH ROW
    WHEN (new.token_hash IS DISTINCT FROM old.old_token_hash)
    EXECUTE FUNCTION refuse_token_of_before();

CREATE FUNCTION refuse_lost_token() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM retired_tokens WHERE token_hash = old.token_hash AND key = old.seq) THEN
        RAISE EXCEPTION 'the token that a key had stays known' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN new;
END $$;

CREATE TRIGGER keys_lose_no_token BEFORE UPDATE OF token_hash ON keys FOR EACH ROW
    WHEN (new.token_hash <> old.token_hash AND new.old_token_hash IS DISTINCT FROM old.token_hash)
    EXECUTE FUNCTION refuse_lost_token();

DROP TRIGGER activity_states_what_changed ON activity;

-- A server of an earlier version that still runs would leave changes that nothing explains.
CREATE TRIGGER activity_states_what_changed BEFORE INSERT ON activity FOR EACH ROW
    WHEN (new.state IS NULL
     AND new.action IN ('key_created', 'key_edited', 'key_revoked', 'key_handed_over', 'key_disabled', 'key_enabled',
                         'key_rotated', 'key_rotation_extended', 'key_rotation_ended', 'key_rotation_cancelled',
                         'project_created', 'project_edited', 'project_removed', 'project_handed_over', 'session_server_set',
                         'session_server_removed', 'session_token_issued', 'session_token_revoked', 'user_added', 'user_edited',
                         'user_removed', 'token_replaced', 'gateway_added', 'gateway_removed'))
    EXECUTE FUNCTION refuse('the database is of a newer keydeck; stop this one');
