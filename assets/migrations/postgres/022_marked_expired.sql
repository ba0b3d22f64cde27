-- Pages of keys that have not ended need not step over those that have: an index has the marked ones apart. The server marks
-- keys some time after they expire. What a list shows is decided by the clock, whatever is marked.
ALTER TABLE keys ADD COLUMN marked_expired boolean NOT NULL DEFAULT false;

DROP FUNCTION count_ended_keys CASCADE;
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

UPDATE keys SET marked_expired = true
 WHERE revoked_at IS NULL AND expires_at <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;

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

-- Those that are marked wrongly, by the clock: as few as expired since a server last looked.
CREATE INDEX keys_by_mark ON keys (marked_expired, expires_at)
    WHERE revoked_at IS NULL AND (marked_expired = TRUE OR expires_at < 9223372036854775807);

CREATE FUNCTION lose_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    new.marked_expired := false;
    RETURN new;
END $$;

CREATE TRIGGER keys_lose_their_mark BEFORE UPDATE OF expires_at ON keys FOR EACH ROW
    WHEN (new.marked_expired AND new.expires_at <> old.expires_at)
    EXECUTE FUNCTION lose_mark();

-- How many keys were revoked, and how many of the others are marked, so that they are not counted one by one. 0 as creator or
-- project is any.
CREATE TABLE ended_counts (
    creator bigint NOT NULL,
    project bigint NOT NULL,
    scope smallint NOT NULL,
    revoked boolean NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (creator, project, scope, revoked)
);

INSERT INTO ended_counts (creator, project, scope, revoked, n)
SELECT c.creator, p.project, k.scope, k.revoked, sum(k.n)::bigint
  FROM (SELECT creator, project, scope, revoked_at IS NOT NULL AS revoked, count(*) AS n
          FROM keys
         WHERE revoked_at IS NOT NULL OR marked_expired
         GROUP BY 1, 2, 3, 4) AS k
 CROSS JOIN LATERAL (VALUES (0::bigint), (k.creator)) AS c (creator)
 CROSS JOIN LATERAL (VALUES (0::bigint), (k.project)) AS p (project)
 WHERE p.project IS NOT NULL
 GROUP BY 1, 2, 3, 4;

-- In one order, so that no two changes wait for each other.
CREATE FUNCTION count_ended_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ended_counts AS counted (creator, project, scope, revoked, n)
    SELECT c.creator, p.project, k.scope, k.revoked, sum(k.n)::bigint
      FROM (VALUES (old.creator, old.project, old.scope, CASE WHEN old.marked_expired THEN false END, -1),
                   (new.creator, new.project, new.scope, CASE WHEN new.revoked_at IS NOT NULL THEN true
                                                              WHEN new.marked_expired THEN false END, 1))
           AS k (creator, project, scope, revoked, n)
     CROSS JOIN LATERAL (VALUES (0::bigint), (k.creator)) AS c (creator)
     CROSS JOIN LATERAL (VALUES (0::bigint), (k.project)) AS p (project)
     WHERE k.revoked IS NOT NULL AND p.project IS NOT NULL
     GROUP BY 1, 2, 3, 4 HAVING sum(k.n) <> 0
     ORDER BY 1, 2, 3, 4
        ON CONFLICT (creator, project, scope, revoked) DO UPDATE SET n = counted.n + excluded.n;
    RETURN NULL;
END $$;

CREATE TRIGGER keys_count_once_ended AFTER INSERT ON keys FOR EACH ROW
    WHEN (new.revoked_at IS NOT NULL OR new.marked_expired)
    EXECUTE FUNCTION count_ended_keys();

-- Of any column, since a trigger takes the mark away where the statement doesn't name it.
CREATE TRIGGER keys_count_ends AFTER UPDATE ON keys FOR EACH ROW
    WHEN (old.revoked_at IS NULL
          AND (new.revoked_at IS NOT NULL OR old.marked_expired <> new.marked_expired
               OR (new.marked_expired AND old.creator <> new.creator)))
    EXECUTE FUNCTION count_ended_keys();
