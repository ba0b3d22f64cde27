-- Gateways may ask whether keys are allowed through, and how keys are used is counted. Keys are never deleted, so
-- that what is written with each second of use refers to them by number without a check of the reference.

CREATE TABLE gateways (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    name TEXT NOT NULL,
    added_by INTEGER NOT NULL REFERENCES users (seq),
    added_at INTEGER NOT NULL,
    token_hash BLOB UNIQUE CHECK (length(token_hash) = 32),
    removed_at INTEGER,
    CHECK ((token_hash IS NULL) = (removed_at IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX gateways_name ON gateways (name) WHERE removed_at IS NULL;

-- The last request that was allowed, beside its time; and when one was last refused. 0 is never.
ALTER TABLE keys ADD COLUMN last_address TEXT;
ALTER TABLE keys ADD COLUMN last_origin TEXT;
ALTER TABLE keys ADD COLUMN last_refused_at INTEGER NOT NULL DEFAULT 0;

CREATE INDEX keys_by_last_refused_at ON keys (last_refused_at)
    WHERE revoked_at IS NULL AND last_refused_at > 0;

-- How often a key was presented in an hour (of UTC, counted since the epoch), by the rule that refused; '' is allowed.
-- What is written together lies together: the hour comes first.
CREATE TABLE usage_hours (
    hour INTEGER NOT NULL,
    key INTEGER NOT NULL,
    rule TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (hour, key, rule)
) STRICT, WITHOUT ROWID;

-- Where a key was last used from: 0 the newest origins or bundle identifiers, 1 the newest addresses.
CREATE TABLE key_sources (
    key INTEGER NOT NULL,
    kind INTEGER NOT NULL CHECK (kind IN (0, 1)),
    name TEXT NOT NULL,
    last_used_at INTEGER NOT NULL,
    PRIMARY KEY (key, kind, name)
) STRICT, WITHOUT ROWID;

-- When very many keys are used within a second, what was counted is put down here first, and carried over to the
-- tables above a bucket of keys at a time.
CREATE TABLE usage_log (
    seq INTEGER PRIMARY KEY,
    bucket INTEGER NOT NULL,
    tallies BLOB NOT NULL -- as the program packs them
) STRICT;

CREATE INDEX usage_log_by_bucket ON usage_log (bucket);
