-- What the session server of a project identifies itself with when it asks whether a connection token is still good.
-- A token that is revoked or replaced leaves no row.
CREATE TABLE session_tokens (
    project INTEGER PRIMARY KEY REFERENCES projects (seq),
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    issued_by INTEGER NOT NULL REFERENCES users (seq),
    issued_at INTEGER NOT NULL
) STRICT;
