-- A page of keys shows a week of each, so that what was counted by the hour is kept by the day too: a row a key, so that it is one
-- look. `day` is the newest day (of UTC, counted since the epoch) that something was counted on. Of the seven up to it, `a0`
-- is how often the key was allowed on the one whose number is divisible by 7, `a1` on the one after that, and so on; `r0` how
-- often it was refused.
CREATE TABLE usage_weeks (
    key bigint PRIMARY KEY,
    day bigint NOT NULL,
    a0 bigint NOT NULL,
    a1 bigint NOT NULL,
    a2 bigint NOT NULL,
    a3 bigint NOT NULL,
    a4 bigint NOT NULL,
    a5 bigint NOT NULL,
    a6 bigint NOT NULL,
    r0 bigint NOT NULL,
    r1 bigint NOT NULL,
    r2 bigint NOT NULL,
    r3 bigint NOT NULL,
    r4 bigint NOT NULL,
    r5 bigint NOT NULL,
    r6 bigint NOT NULL
);

INSERT INTO usage_weeks (key, day, a0, a1, a2, a3, a4, a5, a6, r0, r1, r2, r3, r4, r5, r6)
SELECT key, newest,
       sum(CASE WHEN day % 7 = 0 THEN allowed ELSE 0 END)::bigint,
       sum(CASE WHEN day % 7 = 1 THEN allowed ELSE 0 END)::bigint,
       sum(CASE WHEN day % 7 = 2 THEN allowed ELSE 0 END)::bigint,
       sum(CASE WHEN day % 7 = 3 THEN allowed ELSE 0 END)::bigint,
       sum(CASE WHEN day % 7 = 4 THEN allowed ELSE 0 END)::bigint,
       sum(CASE WHEN day % 7 = 5 THEN allowed ELSE 0 END)::bigint,
       sum(CASE WHEN day % 7 = 6 THEN allowed ELSE 0 END)::bigint,
       sum(CASE WHEN day % 7 = 0 THEN refused ELSE 0 END)::bigint,
       sum(CASE WHEN day % 7 = 1 THEN refused ELSE 0 END)::bigint,
       sum(CASE WHEN day % 7 = 2 THEN refused ELSE 0 END)::bigint,
       sum(CASE WHEN day % 7 = 3 THEN refused ELSE 0 END)::bigint,
       sum(CASE WHEN day % 7 = 4 THEN refused ELSE 0 END)::bigint,
       sum(CASE WHEN day % 7 = 5 THEN refused ELSE 0 END)::bigint,
       sum(CASE WHEN day % 7 = 6 THEN refused ELSE 0 END)::bigint
  FROM (SELECT key, day, allowed, refused, max(day) OVER (PARTITION BY key) AS newest
          FROM (SELECT key, hour / 24 AS day, sum(CASE WHEN rule = '' THEN n ELSE 0 END) AS allowed,
                       sum(CASE WHEN rule = '' THEN 0 ELSE n END) AS refused
                  FROM usage_hours GROUP BY key, hour / 24) AS days) AS weeks
 WHERE day > newest - 7
 GROUP BY key, newest;

-- Pages in the order of the last refusal.
DROP INDEX keys_by_last_refused_at;

CREATE INDEX keys_by_last_refused_at ON keys (last_refused_at, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_by_scope_last_refused_at ON keys (scope, last_refused_at, id) WHERE revoked_at IS NULL;

-- Pages by project go along its keys from project to project; that no two of them are in one place, this says.
DROP INDEX projects_by_name;

CREATE UNIQUE INDEX projects_by_name ON projects (name_key, id) WHERE removed_at IS NULL;

-- Some projects and people have very many of the keys, whatever the average is: a page of theirs is a walk along an index, and
-- must not be planned as if all of them were soon fetched and sorted.
ALTER TABLE keys ALTER COLUMN project SET (n_distinct = 10), ALTER COLUMN creator SET (n_distinct = 10);
ANALYZE keys (project, creator);
