-- How many keys have ended, so that they are not counted one by one. 0 as creator or project is any. `span` is -1 for keys that
-- were revoked; of the others, those that never expire left out, it is the time at which they expire, in steps of 2^38
-- microseconds (76 hours). What has expired is in the spans that lie before the present one, whatever the clock says.
CREATE TABLE ended_counts (
    creator INTEGER NOT NULL,
    project INTEGER NOT NULL,
    scope INTEGER NOT NULL,
    span INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (creator, project, scope, span)
) STRICT, WITHOUT ROWID;

CREATE TEMP TABLE ended AS
SELECT creator, project, scope, CASE WHEN revoked_at IS NOT NULL THEN -1 ELSE expires_at >> 38 END AS span, count(*) AS n
  FROM keys
 WHERE revoked_at IS NOT NULL OR expires_at < 9223372036854775807
 GROUP BY 1, 2, 3, 4;

INSERT INTO ended_counts (creator, project, scope, span, n)
SELECT creator, project, scope, span, sum(n)
  FROM (SELECT 0 AS creator, 0 AS project, scope, span, n FROM ended
         UNION ALL SELECT creator, 0, scope, span, n FROM ended
         UNION ALL SELECT 0, project, scope, span, n FROM ended WHERE project IS NOT NULL
         UNION ALL SELECT creator, project, scope, span, n FROM ended WHERE project IS NOT NULL)
 GROUP BY 1, 2, 3, 4;

DROP TABLE ended;

CREATE TRIGGER keys_count_once_ended AFTER INSERT ON keys
    WHEN new.revoked_at IS NOT NULL OR new.expires_at < 9223372036854775807
BEGIN
    INSERT INTO ended_counts (creator, project, scope, span, n)
    SELECT column1, column2, new.scope, CASE WHEN new.revoked_at IS NOT NULL THEN -1 ELSE new.expires_at >> 38 END, 1
      FROM (VALUES (0, 0), (new.creator, 0), (0, new.project), (new.creator, new.project))
     WHERE column2 IS NOT NULL
        ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER keys_count_ends AFTER UPDATE OF revoked_at, expires_at, creator ON keys
    WHEN old.revoked_at IS NULL
     AND (new.revoked_at IS NOT NULL OR old.expires_at <> new.expires_at OR old.creator <> new.creator)
BEGIN
    UPDATE ended_counts SET n = n - 1
     WHERE creator IN (0, old.creator) AND project IN (0, old.project) AND scope = old.scope
       AND old.expires_at < 9223372036854775807 AND span = old.expires_at >> 38;
    INSERT INTO ended_counts (creator, project, scope, span, n)
    SELECT column1, column2, new.scope, CASE WHEN new.revoked_at IS NOT NULL THEN -1 ELSE new.expires_at >> 38 END, 1
      FROM (VALUES (0, 0), (new.creator, 0), (0, new.project), (new.creator, new.project))
     WHERE column2 IS NOT NULL AND (new.revoked_at IS NOT NULL OR new.expires_at < 9223372036854775807)
        ON CONFLICT DO UPDATE SET n = n + 1;
END;
