-- A person who has very many keys is removed in portions, so that other changes don't wait; a removal that was
-- begun is finished, by whichever server runs. Runs with foreign keys off; they are checked at its end.

CREATE TABLE removals (
    person INTEGER PRIMARY KEY REFERENCES users (seq),
    heir INTEGER REFERENCES users (seq), -- who gets the keys and projects; NULL: the keys are revoked
    asked_by INTEGER NOT NULL REFERENCES users (seq),
    address TEXT, -- from where it was asked for
    begun_at INTEGER NOT NULL,
    finished_at INTEGER,
    keys INTEGER NOT NULL DEFAULT 0, -- revoked or handed over so far
    projects INTEGER NOT NULL DEFAULT 0, -- handed over so far
    renamed INTEGER NOT NULL DEFAULT 0, -- got a number after their name, so far
    CHECK (heir IS NOT person)
) STRICT;

-- Every check looks here whether the creator of a key is being removed; it is empty nearly always.
CREATE INDEX removals_unfinished ON removals (heir, person) WHERE finished_at IS NULL;

DROP TRIGGER people_with_keys_stay;

CREATE TRIGGER people_with_keys_stay BEFORE UPDATE OF removed_at ON users WHEN new.removed_at IS NOT NULL
BEGIN
    SELECT raise(ABORT, 'a person with active keys is not removed')
     WHERE EXISTS (SELECT 1 FROM keys WHERE creator = new.seq AND revoked_at IS NULL)
       AND NOT EXISTS (SELECT 1 FROM removals WHERE person = new.seq AND finished_at IS NULL);
END;

CREATE TRIGGER removals_leave_no_keys BEFORE UPDATE OF finished_at ON removals WHEN new.finished_at IS NOT NULL
BEGIN
    SELECT raise(ABORT, 'a person with active keys is not removed')
     WHERE EXISTS (SELECT 1 FROM keys WHERE creator = new.person AND revoked_at IS NULL);
END;

CREATE TRIGGER removals_stay_finished BEFORE UPDATE ON removals WHEN old.finished_at IS NOT NULL
BEGIN
    SELECT raise(ABORT, 'a removal is finished once');
END;

-- How late it is at least: the time up to which servers have run, which no clock that jumps moves on faster than
-- twice the time that passes. What is too old is decided by it too. Without a row until something is decided.
CREATE TABLE clock (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    at INTEGER NOT NULL
) STRICT;

INSERT INTO clock (one, at)
SELECT 1, min(newest, CAST(unixepoch() AS INTEGER) * 1000000)
  FROM (SELECT max(coalesce((SELECT at FROM activity ORDER BY seq DESC LIMIT 1), 0),
                   coalesce((SELECT max(hour) FROM usage_hours), 0) * 3600000000) AS newest)
 WHERE newest > 0;
