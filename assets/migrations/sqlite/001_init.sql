-- The first schema. Ids are the 16 bytes of a UUID, times are microseconds since the epoch, scopes are their
-- rank (0 Web, 1 Mobile, 2 Analytics). `seq` is internal: short, and the order of insertion. A `_key` column is
-- its neighbour in lower case, folded by the program.

CREATE TABLE organisation (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id BLOB NOT NULL CHECK (length(id) = 16),
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Each wrapped under the root key, which is never in the database.
CREATE TABLE data_keys (
    id INTEGER PRIMARY KEY,
    wrapped BLOB NOT NULL
) STRICT;

CREATE TABLE users (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('owner', 'support', 'analytics', 'editor')),
    token_hash BLOB UNIQUE CHECK (length(token_hash) = 32),
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE projects (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    name TEXT NOT NULL UNIQUE,
    name_key TEXT NOT NULL,
    creator INTEGER NOT NULL REFERENCES users (seq),
    deployed INTEGER NOT NULL CHECK (deployed IN (0, 1)),
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX projects_by_name ON projects (name_key, id);
CREATE INDEX projects_by_creator ON projects (creator, name_key, id);

-- Active keys and tombstones. What pages show stands before what they don't.
CREATE TABLE keys (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL CHECK (length(id) = 16),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    scope INTEGER NOT NULL CHECK (scope IN (0, 1, 2)),
    project INTEGER REFERENCES projects (seq),
    creator INTEGER NOT NULL REFERENCES users (seq),
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL DEFAULT 0, -- 0 is never: a NULL could not be paged by
    version INTEGER NOT NULL DEFAULT 1,
    hint TEXT NOT NULL,
    ui_domains TEXT NOT NULL, -- ASCII, one a line
    local_development TEXT,
    cross_page_persistence INTEGER NOT NULL CHECK (cross_page_persistence IN (0, 1)),
    revoked_at INTEGER,
    revoked_by INTEGER REFERENCES users (seq),
    token_hash BLOB NOT NULL CHECK (length(token_hash) = 32),
    data_key INTEGER REFERENCES data_keys (id),
    sealed BLOB,
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL)),
    CHECK ((data_key IS NULL) = (sealed IS NULL)),
    CONSTRAINT only_active_web_and_mobile_keys_have_a_secret
        CHECK ((sealed IS NULL) = (scope = 2 OR revoked_at IS NOT NULL)),
    CONSTRAINT analytics_keys_have_no_project CHECK ((project IS NULL) = (scope = 2))
) STRICT;

CREATE UNIQUE INDEX keys_by_id ON keys (id);
CREATE UNIQUE INDEX keys_by_token_hash ON keys (token_hash);
CREATE UNIQUE INDEX keys_name_in_project ON keys (project, name)
    WHERE revoked_at IS NULL AND project IS NOT NULL;
CREATE UNIQUE INDEX keys_name_in_analytics ON keys (name)
    WHERE revoked_at IS NULL AND project IS NULL;

-- One for each sort under each filter that pages are read by, in either direction.
CREATE INDEX keys_by_scope ON keys (scope, name_key, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_name ON keys (name_key, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_created_at ON keys (created_at, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_last_used_at ON keys (last_used_at, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_scope_created_at ON keys (scope, created_at, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_scope_last_used_at ON keys (scope, last_used_at, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_creator_scope ON keys (creator, scope, name_key, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_creator_name ON keys (creator, name_key, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_creator_created_at ON keys (creator, created_at, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_creator_last_used_at ON keys (creator, last_used_at, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_project_scope ON keys (project, scope, name_key, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_project_name ON keys (project, name_key, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_project_created_at ON keys (project, created_at, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_project_last_used_at ON keys (project, last_used_at, id) WHERE revoked_at IS NULL;

CREATE TRIGGER keys_stay BEFORE DELETE ON keys
BEGIN
    SELECT raise(ABORT, 'a key is revoked, never deleted');
END;

CREATE TRIGGER keys_stay_revoked BEFORE UPDATE OF revoked_at, revoked_by ON keys WHEN old.revoked_at IS NOT NULL
BEGIN
    SELECT raise(ABORT, 'a revoked key stays revoked');
END;

CREATE TRIGGER keys_stay_what_they_are BEFORE UPDATE OF seq, id, scope, project, creator, created_at, token_hash ON keys
BEGIN
    SELECT raise(ABORT, 'the id, scope, project, creator and token of a key never change');
END;

-- How many active keys there are, so that none are ever counted. 0 as creator or project is any.
CREATE TABLE key_counts (
    creator INTEGER NOT NULL,
    project INTEGER NOT NULL,
    scope INTEGER NOT NULL,
    n INTEGER NOT NULL CHECK (n >= 0),
    PRIMARY KEY (creator, project, scope)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER keys_count_up AFTER INSERT ON keys WHEN new.revoked_at IS NULL
BEGIN
    INSERT INTO key_counts (creator, project, scope, n)
    SELECT column1, column2, new.scope, 1
      FROM (VALUES (0, 0), (new.creator, 0), (0, new.project), (new.creator, new.project))
     WHERE column2 IS NOT NULL
        ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER keys_count_down AFTER UPDATE OF revoked_at ON keys
    WHEN old.revoked_at IS NULL AND new.revoked_at IS NOT NULL
BEGIN
    UPDATE key_counts SET n = n - 1
     WHERE creator IN (0, new.creator) AND project IN (0, new.project) AND scope = new.scope;
END;

-- The substrings of the active keys' names and domains. The schemes of origins are left out: nearly every key has
-- one. The two line breaks let a trigram begin at each character of the text.
CREATE VIEW searchable_keys AS
    SELECT seq, revoked_at, name_key || char(10, 10) AS name_key,
           replace(replace(lower(ui_domains), 'https://', ''), 'http://', '') || char(10, 10) AS domains
      FROM keys NOT INDEXED; -- in the order of seq, as the index is built fastest

CREATE VIEW searchable_active_keys AS
    SELECT seq, name_key, domains FROM searchable_keys WHERE revoked_at IS NULL;

CREATE VIRTUAL TABLE key_search USING fts5(
    name_key, domains,
    content = 'searchable_active_keys', content_rowid = 'seq', columnsize = 0, detail = column, tokenize = 'trigram case_sensitive 1'
);

-- Segments are merged a little with each write. At 16 of them, the default, everything would be merged at once,
-- which takes seconds when there are a million keys.
INSERT INTO key_search (key_search, rank) VALUES ('crisismerge', 400);

-- Its trigrams, and in how many keys each is.
CREATE VIRTUAL TABLE key_trigrams USING fts5vocab(key_search, row);

CREATE TRIGGER keys_become_searchable AFTER INSERT ON keys WHEN new.revoked_at IS NULL
BEGIN
    INSERT INTO key_search (rowid, name_key, domains)
    SELECT seq, name_key, domains FROM searchable_keys WHERE seq = new.seq;
END;

-- What is taken out of the index must be what was put in, so it is taken out before it changes.
CREATE TRIGGER keys_leave_the_search BEFORE UPDATE OF name_key, ui_domains, revoked_at ON keys
    WHEN old.revoked_at IS NULL
BEGIN
    INSERT INTO key_search (key_search, rowid, name_key, domains)
    SELECT 'delete', seq, name_key, domains FROM searchable_keys WHERE seq = old.seq;
END;

CREATE TRIGGER keys_return_to_the_search AFTER UPDATE OF name_key, ui_domains, revoked_at ON keys
    WHEN new.revoked_at IS NULL
BEGIN
    INSERT INTO key_search (rowid, name_key, domains)
    SELECT seq, name_key, domains FROM searchable_keys WHERE seq = new.seq;
END;

CREATE TABLE activity (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor INTEGER NOT NULL REFERENCES users (seq),
    address TEXT,
    action TEXT NOT NULL,
    key INTEGER REFERENCES keys (seq),
    key_creator INTEGER REFERENCES users (seq),
    subject TEXT NOT NULL,
    changes TEXT -- JSON; NULL when nothing is to be told
) STRICT;

CREATE INDEX activity_by_key ON activity (key) WHERE key IS NOT NULL;
CREATE INDEX activity_by_key_creator ON activity (key_creator) WHERE key_creator IS NOT NULL;

CREATE TRIGGER activity_is_not_rewritten BEFORE UPDATE ON activity
BEGIN
    SELECT raise(ABORT, 'the activity log is append-only');
END;

CREATE TRIGGER activity_is_not_shortened BEFORE DELETE ON activity
BEGIN
    SELECT raise(ABORT, 'the activity log is append-only');
END;

-- What an Idempotency-Key was used for in the last 24 hours.
CREATE TABLE idempotency (
    creator INTEGER NOT NULL REFERENCES users (seq),
    token TEXT NOT NULL,
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
    key INTEGER NOT NULL REFERENCES keys (seq),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (creator, token)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_by_age ON idempotency (created_at);
