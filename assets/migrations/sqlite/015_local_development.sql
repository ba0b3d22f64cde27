-- Local development ends by itself. What was turned on before has no end, until somebody edits it.

ALTER TABLE keys ADD COLUMN local_development_ends_at INTEGER
    CHECK (local_development_ends_at IS NULL OR local_development IS NOT NULL);

-- What a check reads of a key lies together in one place, in the order of what is presented: one for each token.
DROP INDEX keys_by_token_hash;
DROP INDEX keys_by_old_token_hash;

CREATE INDEX keys_by_token_hash ON keys (token_hash, id, scope, project, revoked_at, expires_at, disabled_at, old_ends_at,
                                         allowed_networks, ui_domains, local_development, local_development_ends_at,
                                         cross_page_persistence);
CREATE INDEX keys_by_old_token_hash ON keys (old_token_hash, id, scope, project, revoked_at, expires_at, disabled_at,
                                             old_ends_at, allowed_networks, ui_domains, local_development,
                                             local_development_ends_at, cross_page_persistence)
    WHERE old_token_hash IS NOT NULL;
