-- A person who has very many keys is removed in portions, so that other changes don't wait; a removal that was
-- begun is finished, by whichever server runs.

CREATE TABLE removals (
    person bigint PRIMARY KEY REFERENCES users (seq),
    heir bigint REFERENCES users (seq), -- who gets the keys and projects; NULL: the keys are revoked
    asked_by bigint NOT NULL REFERENCES users (seq),
    address text, -- from where it was asked for
    begun_at bigint NOT NULL,
    finished_at bigint,
    keys bigint NOT NULL DEFAULT 0, -- revoked or handed over so far
    projects bigint NOT NULL DEFAULT 0, -- handed over so far
    renamed bigint NOT NULL DEFAULT 0, -- got a number after their name, so far
    CHECK (heir IS DISTINCT FROM person)
);

-- Every check looks here whether the creator of a key is being removed; it is empty nearly always.
CREATE INDEX removals_unfinished ON removals (heir, person) WHERE finished_at IS NULL;

CREATE OR REPLACE FUNCTION refuse_with_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM keys WHERE project = new.seq AND revoked_at IS NULL AND TG_TABLE_NAME = 'projects')
        OR EXISTS (SELECT FROM keys WHERE creator = new.seq AND revoked_at IS NULL AND TG_TABLE_NAME = 'users'
                      AND NOT EXISTS (SELECT FROM removals WHERE person = new.seq AND finished_at IS NULL))
    THEN
        RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN new;
END $$;

CREATE FUNCTION refuse_to_leave_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM keys WHERE creator = new.person AND revoked_at IS NULL) THEN
        RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN new;
END $$;

CREATE TRIGGER removals_leave_no_keys BEFORE UPDATE OF finished_at ON removals FOR EACH ROW
    WHEN (new.finished_at IS NOT NULL)
    EXECUTE FUNCTION refuse_to_leave_keys('a person with active keys is not removed');

CREATE TRIGGER removals_stay_finished BEFORE UPDATE ON removals FOR EACH ROW WHEN (old.finished_at IS NOT NULL)
    EXECUTE FUNCTION refuse('a removal is finished once');

-- How late it is at least: the time up to which servers have run, which no clock that jumps moves on faster than
-- twice the time that passes. What is too old is decided by it too. Without a row until something is decided.
CREATE TABLE clock (
    one integer PRIMARY KEY CHECK (one = 1),
    at bigint NOT NULL
);

INSERT INTO clock (one, at)
SELECT 1, least(newest, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
  FROM (SELECT greatest(coalesce((SELECT at FROM activity ORDER BY seq DESC LIMIT 1), 0),
                        coalesce((SELECT max(hour) FROM usage_hours), 0) * 3600000000) AS newest) AS evidence
 WHERE newest > 0;
