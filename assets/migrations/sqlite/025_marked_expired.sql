-- Pages of keys that have not ended need not step over those that have: an index has the marked ones apart. The server marks
-- keys some time after they expire. What a list shows is decided by the clock, whatever is marked.

ALTER TABLE keys ADD COLUMN marked_expired INTEGER NOT NULL DEFAULT 0 CHECK (marked_expired IN (0, 1));

DROP TRIGGER keys_count_once_ended;
DROP TRIGGER keys_count_ends;
DROP TABLE ended_counts;
DROP INDEX keys_by_scope;
DROP INDEX keys_by_name;
DROP INDEX keys_by_created_at;
DROP INDEX keys_by_last_used_at;
DROP INDEX keys_by_last_refused_at;
DROP INDEX keys_by_scope_created_at;
DROP INDEX keys_by_scope_last_used_at;
DROP INDEX keys_by_scope_last_refused_at;
DROP INDEX keys_by_creator_scope;
DROP INDEX keys_by_creator_name;
DROP INDEX keys_by_creator_created_at;
DROP INDEX keys_by_creator_last_used_at;
DROP INDEX keys_by_project_scope;
DROP INDEX keys_by_project_name;
DROP INDEX keys_by_project_created_at;
DROP INDEX keys_by_project_last_used_at;

UPDATE keys SET marked_expired = 1
 WHERE revoked_at IS NULL AND expires_at <= CAST(round(unixepoch('subsec') * 1000) AS INTEGER) * 1000;

CREATE INDEX keys_by_scope ON keys (marked_expired, scope, name_key, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_name ON keys (marked_expired, name_key, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_created_at ON keys (marked_expired, created_at, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_last_used_at ON keys (marked_expired, last_used_at, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_last_refused_at ON keys (marked_expired, last_refused_at, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_scope_created_at ON keys (scope, marked_expired, created_at, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_scope_last_used_at ON keys (scope, marked_expired, last_used_at, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_scope_last_refused_at ON keys (scope, marked_expired, last_refused_at, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_creator_scope ON keys (creator, marked_expired, scope, name_key, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_creator_name ON keys (creator, marked_expired, name_key, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_creator_created_at ON keys (creator, marked_expired, created_at, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_creator_last_used_at ON keys (creator, marked_expired, last_used_at, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_project_scope ON keys (project, marked_expired, scope, name_key, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_project_name ON keys (project, marked_expired, name_key, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_project_created_at ON keys (project, marked_expired, created_at, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_project_last_used_at ON keys (project, marked_expired, last_used_at, id) WHERE revoked_at IS NULL;

-- Those that are marked wrongly, by the clock: as few as expired since the server last looked.
CREATE INDEX keys_by_mark ON keys (marked_expired, expires_at)
    WHERE revoked_at IS NULL AND (marked_expired = TRUE OR expires_at < 9223372036854775807);

CREATE TRIGGER keys_lose_their_mark AFTER UPDATE OF expires_at ON keys
    WHEN new.marked_expired AND new.expires_at <> old.expires_at
BEGIN
    UPDATE keys SET marked_expired = 0 WHERE seq = new.seq;
END;

-- How many keys were revoked, and how many of the others are marked, so that they are not counted one by one. 0 as creator or
-- project is any.
CREATE TABLE ended_counts (
    creator INTEGER NOT NULL,
    project INTEGER NOT NULL,
    scope INTEGER NOT NULL,
    revoked INTEGER NOT NULL CHECK (revoked IN (0, 1)),
    n INTEGER NOT NULL,
    PRIMARY KEY (creator, project, scope, revoked)
) STRICT, WITHOUT ROWID;

CREATE TEMP TABLE ended AS
SELECT creator, project, scope, revoked_at IS NOT NULL AS revoked, count(*) AS n
  FROM keys
 WHERE revoked_at IS NOT NULL OR marked_expired
 GROUP BY 1, 2, 3, 4;

INSERT INTO ended_counts (creator, project, scope, revoked, n)
SELECT creator, project, scope, revoked, sum(n)
  FROM (SELECT 0 AS creator, 0 AS project, scope, revoked, n FROM ended
         UNION ALL SELECT creator, 0, scope, revoked, n FROM ended
         UNION ALL SELECT 0, project, scope, revoked, n FROM ended WHERE project IS NOT NULL
         UNION ALL SELECT creator, project, scope, revoked, n FROM ended WHERE project IS NOT NULL)
 GROUP BY 1, 2, 3, 4;

DROP TABLE ended;

CREATE TRIGGER keys_count_once_ended AFTER INSERT ON keys WHEN new.revoked_at IS NOT NULL OR new.marked_expired
BEGIN
    INSERT INTO ended_counts (creator, project, scope, revoked, n)
    SELECT column1, column2, new.scope, new.revoked_at IS NOT NULL, 1
      FROM (VALUES (0, 0), (new.creator, 0), (0, new.project), (new.creator, new.project))
     WHERE column2 IS NOT NULL
        ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER keys_count_ends AFTER UPDATE OF revoked_at, marked_expired, creator ON keys
    WHEN old.revoked_at IS NULL
     AND (new.revoked_at IS NOT NULL OR old.marked_expired <> new.marked_expired
          OR new.marked_expired AND old.creator <> new.creator)
BEGIN
    UPDATE ended_counts SET n = n - 1
     WHERE old.marked_expired AND creator IN (0, old.creator) AND project IN (0, old.project) AND scope = old.scope AND revoked = 0;
    INSERT INTO ended_counts (creator, project, scope, revoked, n)
    SELECT column1, column2, new.scope, new.revoked_at IS NOT NULL, 1
      FROM (VALUES (0, 0), (new.creator, 0), (0, new.project), (new.creator, new.project))
     WHERE column2 IS NOT NULL AND (new.revoked_at IS NOT NULL OR new.marked_expired)
        ON CONFLICT DO UPDATE SET n = n + 1;
END;
