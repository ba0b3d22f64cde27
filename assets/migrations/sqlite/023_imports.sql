-- Keys that come from another product. Of one that is known by its hash alone there is nothing to be revealed.
ALTER TABLE keys DROP CONSTRAINT only_active_web_and_mobile_keys_have_a_secret;
ALTER TABLE keys ADD COLUMN imported_at INTEGER
    CONSTRAINT only_active_web_and_mobile_keys_have_a_secret
    CHECK (CASE WHEN scope = 2 OR revoked_at IS NOT NULL THEN sealed IS NULL
                ELSE sealed IS NOT NULL OR imported_at IS NOT NULL END);

-- An import arrives in portions. Nobody sees anything of it until one transaction makes keys of all that there is of it.
CREATE TABLE imports (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    person INTEGER NOT NULL REFERENCES users (seq),
    begun_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    committed_at INTEGER,
    imported INTEGER,
    skipped INTEGER
) STRICT;

CREATE INDEX imports_by_person ON imports (person);
CREATE INDEX imports_by_end ON imports (ends_at);

-- What a key has from its settings is one document: its members are columns of `keys`.
CREATE TABLE import_keys (
    import INTEGER NOT NULL REFERENCES imports (seq),
    line INTEGER NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    scope INTEGER NOT NULL CHECK (scope IN (0, 1, 2)),
    project INTEGER REFERENCES projects (seq),
    creator INTEGER NOT NULL REFERENCES users (seq),
    created_at INTEGER NOT NULL,
    hint TEXT NOT NULL,
    token_hash BLOB NOT NULL CHECK (length(token_hash) = 32),
    data_key INTEGER,
    sealed BLOB CHECK (sealed IS NULL OR scope <> 2),
    settings TEXT NOT NULL,
    disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    disabled_reason TEXT NOT NULL,
    PRIMARY KEY (import, line)
) STRICT, WITHOUT ROWID;
