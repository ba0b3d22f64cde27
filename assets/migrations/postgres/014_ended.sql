-- Why a key was revoked, how often a key or token that is not valid was presented since, and from where keys are refused.

ALTER TABLE keys ADD COLUMN revoked_reason text NOT NULL DEFAULT '';

DROP TRIGGER keys_stay_revoked ON keys;

CREATE TRIGGER keys_stay_revoked BEFORE UPDATE OF revoked_at, revoked_by, revoked_reason ON keys FOR EACH ROW
    WHEN (old.revoked_at IS NOT NULL)
    EXECUTE FUNCTION refuse('a revoked key stays revoked');

-- One for each filter that pages of revoked keys are read by.
CREATE INDEX keys_by_revoked_at ON keys (revoked_at, id) WHERE revoked_at IS NOT NULL;
CREATE INDEX keys_by_creator_revoked_at ON keys (creator, revoked_at, id) WHERE revoked_at IS NOT NULL;
CREATE INDEX keys_by_project_revoked_at ON keys (project, revoked_at, id) WHERE revoked_at IS NOT NULL;
CREATE INDEX keys_by_old_ends_at ON keys (old_ends_at) WHERE revoked_at IS NULL AND old_ends_at IS NOT NULL;

-- By the rule that says so: since the key was revoked, expired or was disabled, or since it was rotated.
CREATE TABLE ended_uses (
    key bigint NOT NULL,
    rule text COLLATE "C" NOT NULL,
    n bigint NOT NULL,
    last_used_at bigint NOT NULL,
    last_address text,
    last_origin text,
    PRIMARY KEY (key, rule)
);

-- Of keys that were revoked earlier, as far as it is still known.
INSERT INTO ended_uses (key, rule, n, last_used_at)
SELECT u.key, u.rule, u.n, k.last_refused_at
  FROM (SELECT key, rule, sum(n)::bigint AS n FROM usage_hours WHERE rule = 'key-revoked' GROUP BY key, rule) AS u
  JOIN keys AS k ON k.seq = u.key
 WHERE k.last_refused_at > 0;

-- Where a key was last refused: 0 the newest origins or bundle identifiers, 1 the newest addresses.
CREATE TABLE refused_sources (
    key bigint NOT NULL,
    kind smallint NOT NULL CHECK (kind IN (0, 1)),
    name text COLLATE "C" NOT NULL,
    rule text COLLATE "C" NOT NULL,
    n bigint NOT NULL,
    last_refused_at bigint NOT NULL,
    PRIMARY KEY (key, kind, name)
);
