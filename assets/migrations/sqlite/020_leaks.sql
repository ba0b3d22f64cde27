-- Reports that a key has leaked, until somebody has decided what to do. What reported it is a row of `users` that was never
-- there as a person, so that the log and the key name it.

CREATE TABLE leaks (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    fingerprint BLOB NOT NULL UNIQUE CHECK (length(fingerprint) = 32), -- of the token and where it was found
    key INTEGER NOT NULL REFERENCES keys (seq),
    source TEXT NOT NULL,
    url TEXT NOT NULL,
    note TEXT NOT NULL,
    token TEXT NOT NULL, -- which one of a rotation
    reported_at INTEGER NOT NULL,
    response TEXT NOT NULL, -- what was done at once
    decided_at INTEGER,
    decided_by INTEGER REFERENCES users (seq),
    decision TEXT,
    reason TEXT NOT NULL DEFAULT '',
    CHECK ((decided_at IS NULL) = (decision IS NULL))
) STRICT;

CREATE INDEX leaks_by_key ON leaks (key, seq);
CREATE INDEX leaks_undecided ON leaks (seq) WHERE decided_at IS NULL;

CREATE TRIGGER leaks_stay_as_they_were_reported BEFORE UPDATE OF seq, id, fingerprint, key, source, url, note, token, reported_at, response ON leaks
BEGIN
    SELECT raise(ABORT, 'what was reported never changes');
END;

-- However it is revoked: alone, with many, or with its creator.
CREATE TRIGGER leaks_end_with_their_key AFTER UPDATE OF revoked_at ON keys
    WHEN old.revoked_at IS NULL AND new.revoked_at IS NOT NULL
BEGIN
    UPDATE leaks SET decided_at = new.revoked_at, decided_by = new.revoked_by, decision = 'revoked', reason = new.revoked_reason
     WHERE key = new.seq AND decided_at IS NULL;
END;
