-- A key may be bound to the networks that requests come from; one a line, none is from anywhere.

ALTER TABLE keys ADD COLUMN allowed_networks TEXT NOT NULL DEFAULT '';

-- What a check reads of a key lies together in one place, in the order in which it is read.
DROP INDEX keys_by_token_hash;
DROP INDEX keys_by_old_token_hash;

CREATE INDEX keys_by_token_hash ON keys (token_hash, id, scope, project, revoked_at, expires_at, disabled_at, old_ends_at,
                                         allowed_networks, ui_domains, local_development, cross_page_persistence);
CREATE INDEX keys_by_old_token_hash ON keys (old_token_hash, id, scope, project, revoked_at, expires_at, disabled_at,
                                             old_ends_at, allowed_networks, ui_domains, local_development,
                                             cross_page_persistence)
    WHERE old_token_hash IS NOT NULL;
