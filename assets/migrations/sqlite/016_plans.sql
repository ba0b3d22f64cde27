-- What is done to many keys at once: first a plan, which says what would be done to which keys in which version. Once it is
-- committed it is carried out in portions, by whichever server runs.

CREATE TABLE plans (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16), -- a hash of what it says
    person INTEGER NOT NULL REFERENCES users (seq), -- who made it, and alone may commit it
    change TEXT NOT NULL, -- what is done to each key, as JSON
    asked TEXT NOT NULL, -- which keys were asked for, as JSON
    count INTEGER NOT NULL CHECK (count >= 0),
    made_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    address TEXT, -- from where it was committed
    committed_at INTEGER,
    finished_at INTEGER,
    place INTEGER NOT NULL DEFAULT 0, -- how many keys had their turn
    left_alone INTEGER NOT NULL DEFAULT 0, -- how many of them were not as the plan says
    CHECK (committed_at IS NOT NULL OR (finished_at IS NULL AND place = 0)),
    CHECK (place BETWEEN 0 AND count)
) STRICT;

CREATE INDEX plans_by_person ON plans (person, seq) WHERE committed_at IS NULL;
CREATE INDEX plans_by_end ON plans (ends_at);
CREATE INDEX plans_unfinished ON plans (seq) WHERE committed_at IS NOT NULL AND finished_at IS NULL;

CREATE TABLE plan_keys (
    plan INTEGER NOT NULL REFERENCES plans (seq),
    place INTEGER NOT NULL,
    key INTEGER NOT NULL REFERENCES keys (seq),
    version INTEGER NOT NULL,
    left_alone TEXT, -- why nothing was done to it
    PRIMARY KEY (plan, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX plan_keys_left_alone ON plan_keys (plan, place) WHERE left_alone IS NOT NULL;

CREATE TRIGGER plans_stay_as_they_were_shown BEFORE UPDATE OF seq, id, person, change, asked, count, made_at, ends_at ON plans
BEGIN
    SELECT raise(ABORT, 'what a plan says never changes');
END;

CREATE TRIGGER plans_are_committed_once BEFORE UPDATE OF committed_at, address ON plans WHEN old.committed_at IS NOT NULL
BEGIN
    SELECT raise(ABORT, 'a plan is committed once');
END;

CREATE TRIGGER plans_stay_finished BEFORE UPDATE ON plans WHEN old.finished_at IS NOT NULL
BEGIN
    SELECT raise(ABORT, 'a plan is finished once');
END;

CREATE TRIGGER plan_keys_stay_as_they_were_shown BEFORE UPDATE OF plan, place, key, version ON plan_keys
BEGIN
    SELECT raise(ABORT, 'what a plan says never changes');
END;
