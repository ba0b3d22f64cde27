-- The substrings of the names and domains of revoked keys, as key_search has them of the others.
CREATE INDEX revoked_key_search ON keys USING gin (name_key gin_trgm_ops, lower(ui_domains) gin_trgm_ops)
    WHERE revoked_at IS NOT NULL;
