-- What the session server of a project identifies itself with when it asks whether a connection token is still good.
-- A token that is revoked or replaced leaves no row.
CREATE TABLE session_tokens (
    project bigint PRIMARY KEY REFERENCES projects (seq),
    token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    issued_by bigint NOT NULL REFERENCES users (seq),
    issued_at bigint NOT NULL
);
