-- How many keys have ended, so that they are not counted one by one. 0 as creator or project is any. `span` is -1 for keys that
-- were revoked; of the others, those that never expire left out, it is the time at which they expire, in steps of 2^38
-- microseconds (76 hours). What has expired is in the spans that lie before the present one, whatever the clock says.
CREATE TABLE ended_counts (
    creator bigint NOT NULL,
    project bigint NOT NULL,
    scope smallint NOT NULL,
    span bigint NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (creator, project, scope, span)
);

INSERT INTO ended_counts (creator, project, scope, span, n)
SELECT c.creator, p.project, k.scope, k.span, sum(k.n)::bigint
  FROM (SELECT creator, project, scope, CASE WHEN revoked_at IS NOT NULL THEN -1 ELSE expires_at >> 38 END AS span,
               count(*) AS n
          FROM keys
         WHERE revoked_at IS NOT NULL OR expires_at < 9223372036854775807
         GROUP BY 1, 2, 3, 4) AS k
 CROSS JOIN LATERAL (VALUES (0::bigint), (k.creator)) AS c (creator)
 CROSS JOIN LATERAL (VALUES (0::bigint), (k.project)) AS p (project)
 WHERE p.project IS NOT NULL
 GROUP BY 1, 2, 3, 4;

-- In one order, so that no two changes wait for each other.
CREATE FUNCTION count_ended_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ended_counts AS counted (creator, project, scope, span, n)
    SELECT c.creator, p.project, k.scope, k.span, sum(k.n)::bigint
      FROM (VALUES (old.creator, old.project, old.scope, CASE WHEN old.expires_at < 9223372036854775807 THEN old.expires_at >> 38 END, -1),
                   (new.creator, new.project, new.scope, CASE WHEN new.revoked_at IS NOT NULL THEN -1
                                                              WHEN new.expires_at < 9223372036854775807 THEN new.expires_at >> 38 END, 1))
           AS k (creator, project, scope, span, n)
     CROSS JOIN LATERAL (VALUES (0::bigint), (k.creator)) AS c (creator)
     CROSS JOIN LATERAL (VALUES (0::bigint), (k.project)) AS p (project)
     WHERE k.span IS NOT NULL AND p.project IS NOT NULL
     GROUP BY 1, 2, 3, 4 HAVING sum(k.n) <> 0
     ORDER BY 1, 2, 3, 4
        ON CONFLICT (creator, project, scope, span) DO UPDATE SET n = counted.n + excluded.n;
    RETURN NULL;
END $$;

CREATE TRIGGER keys_count_once_ended AFTER INSERT ON keys FOR EACH ROW
    WHEN (new.revoked_at IS NOT NULL OR new.expires_at < 9223372036854775807)
    EXECUTE FUNCTION count_ended_keys();

CREATE TRIGGER keys_count_ends AFTER UPDATE OF revoked_at, expires_at, creator ON keys FOR EACH ROW
    WHEN (old.revoked_at IS NULL
          AND (new.revoked_at IS NOT NULL OR old.expires_at <> new.expires_at OR old.creator <> new.creator))
    EXECUTE FUNCTION count_ended_keys();
