-- People and projects can be removed, projects have session servers, and each row of the activity log carries a
-- hash over the one before. Runs with foreign keys off, since tables are made anew; they are checked at its end.

CREATE TABLE new_users (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'support', 'analytics', 'editor')),
    token_hash BLOB UNIQUE CHECK (length(token_hash) = 32),
    created_at INTEGER NOT NULL,
    removed_at INTEGER, -- the row stays, for what the person did before
    CHECK (removed_at IS NULL OR token_hash IS NULL)
) STRICT;

INSERT INTO new_users (seq, id, email, email_key, role, token_hash, created_at)
SELECT seq, id, email, email_key, role, token_hash, created_at FROM users;
DROP TABLE users;
ALTER TABLE new_users RENAME TO users;

CREATE UNIQUE INDEX users_by_email ON users (email_key) WHERE removed_at IS NULL;
CREATE INDEX users_by_email_ever ON users (email_key);
CREATE INDEX users_by_role ON users (role) WHERE removed_at IS NULL;

CREATE TABLE new_projects (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    creator INTEGER NOT NULL REFERENCES users (seq),
    deployed INTEGER NOT NULL CHECK (deployed IN (0, 1)),
    created_at INTEGER NOT NULL,
    removed_at INTEGER, -- the row stays, for its revoked keys
    session_url TEXT,
    session_key_name TEXT,
    session_data_key INTEGER REFERENCES data_keys (id),
    session_sealed BLOB,
    CHECK ((session_url IS NULL) = (session_key_name IS NULL)),
    CHECK ((session_url IS NULL) = (session_data_key IS NULL)),
    CHECK ((session_url IS NULL) = (session_sealed IS NULL)),
    CHECK (removed_at IS NULL OR (session_sealed IS NULL AND deployed = 0))
) STRICT;

INSERT INTO new_projects (seq, id, name, name_key, creator, deployed, created_at)
SELECT seq, id, name, name_key, creator, deployed, created_at FROM projects;
DROP TABLE projects;
ALTER TABLE new_projects RENAME TO projects;

CREATE UNIQUE INDEX projects_name ON projects (name) WHERE removed_at IS NULL;
CREATE INDEX projects_by_name ON projects (name_key, id) WHERE removed_at IS NULL;
CREATE INDEX projects_by_creator ON projects (creator, name_key, id) WHERE removed_at IS NULL;

-- What must hold whatever the program does.
CREATE TRIGGER projects_with_keys_stay BEFORE UPDATE OF removed_at ON projects WHEN new.removed_at IS NOT NULL
BEGIN
    SELECT raise(ABORT, 'a project with active keys is not removed')
     WHERE EXISTS (SELECT 1 FROM keys WHERE project = new.seq AND revoked_at IS NULL);
END;

CREATE TRIGGER people_with_keys_stay BEFORE UPDATE OF removed_at ON users WHEN new.removed_at IS NOT NULL
BEGIN
    SELECT raise(ABORT, 'a person with active keys is not removed')
     WHERE EXISTS (SELECT 1 FROM keys WHERE creator = new.seq AND revoked_at IS NULL);
END;

-- An active key can be handed over.
DROP TRIGGER keys_stay_what_they_are;

CREATE TRIGGER keys_stay_what_they_are BEFORE UPDATE OF seq, id, scope, project, created_at, token_hash ON keys
BEGIN
    SELECT raise(ABORT, 'the id, scope, project, time and token of a key never change');
END;

CREATE TRIGGER keys_stay_whose_they_were BEFORE UPDATE OF creator ON keys WHEN old.revoked_at IS NOT NULL
BEGIN
    SELECT raise(ABORT, 'a revoked key is not handed over');
END;

CREATE TRIGGER keys_count_over AFTER UPDATE OF creator ON keys WHEN old.creator <> new.creator
BEGIN
    UPDATE key_counts SET n = n - 1
     WHERE creator = old.creator AND project IN (0, new.project) AND scope = new.scope;
    INSERT INTO key_counts (creator, project, scope, n)
    SELECT new.creator, column1, new.scope, 1
      FROM (VALUES (0), (new.project))
     WHERE column1 IS NOT NULL
        ON CONFLICT DO UPDATE SET n = n + 1;
END;

DROP TRIGGER activity_is_not_rewritten;
DROP TRIGGER activity_is_not_shortened;
DROP INDEX activity_by_key;
DROP INDEX activity_by_key_creator;
ALTER TABLE activity RENAME TO old_activity;

CREATE TABLE activity (
    seq INTEGER PRIMARY KEY CHECK (seq > 0), -- without gaps
    at INTEGER NOT NULL,
    actor INTEGER REFERENCES users (seq), -- NULL when nobody was signed in
    address TEXT,
    action TEXT NOT NULL,
    key INTEGER REFERENCES keys (seq),
    subject TEXT NOT NULL,
    changes TEXT, -- JSON; NULL when nothing is to be told
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    key_creator INTEGER REFERENCES users (seq) -- whose the key is now; not in the hash
) STRICT;

-- The newest row, so that one that was taken from the end is missed.
CREATE TABLE activity_head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

INSERT INTO activity_head (one, seq, hash) VALUES (1, 0, zeroblob(32));

-- The program carries the rows over, since it makes the hashes, and drops old_activity.

CREATE INDEX activity_by_key ON activity (key) WHERE key IS NOT NULL;
CREATE INDEX activity_by_key_creator ON activity (key_creator) WHERE key_creator IS NOT NULL;
CREATE INDEX activity_by_action ON activity (action);
CREATE INDEX activity_by_actor ON activity (actor);
CREATE INDEX activity_by_actor_action ON activity (actor, action);

CREATE TRIGGER activity_is_not_rewritten
    BEFORE UPDATE OF seq, at, actor, address, action, key, subject, changes, hash ON activity
BEGIN
    SELECT raise(ABORT, 'the activity log is append-only');
END;

CREATE TRIGGER activity_is_not_shortened BEFORE DELETE ON activity
BEGIN
    SELECT raise(ABORT, 'the activity log is append-only');
END;

CREATE TRIGGER activity_head_is_not_set_back BEFORE UPDATE ON activity_head WHEN new.seq < old.seq
BEGIN
    SELECT raise(ABORT, 'the activity log is append-only');
END;

CREATE TRIGGER activity_head_stays BEFORE DELETE ON activity_head
BEGIN
    SELECT raise(ABORT, 'the activity log is append-only');
END;
