-- Short texts that people find keys by; they decide nothing. One a line, and as they are compared, between line breaks.
ALTER TABLE keys ADD COLUMN labels TEXT NOT NULL DEFAULT '';
ALTER TABLE keys ADD COLUMN labels_key TEXT NOT NULL DEFAULT '';

-- Each label of an active key, as it is compared.
CREATE TABLE label_search (
    label TEXT NOT NULL,
    key INTEGER NOT NULL,
    PRIMARY KEY (label, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX label_search_by_key ON label_search (key);

CREATE TRIGGER keys_get_labels AFTER INSERT ON keys WHEN new.revoked_at IS NULL AND new.labels_key <> ''
BEGIN
    INSERT INTO label_search (label, key)
    SELECT DISTINCT value, new.seq
      FROM json_each('["' || replace(replace(replace(trim(new.labels_key, char(10)), '\', '\\'), '"', '\"'),
                                     char(10), '","') || '"]');
END;

CREATE TRIGGER keys_change_labels AFTER UPDATE OF labels_key ON keys WHEN old.labels_key <> new.labels_key
BEGIN
    DELETE FROM label_search WHERE key = new.seq;
    INSERT INTO label_search (label, key)
    SELECT DISTINCT value, new.seq
      FROM json_each('["' || replace(replace(replace(trim(new.labels_key, char(10)), '\', '\\'), '"', '\"'),
                                     char(10), '","') || '"]')
     WHERE new.labels_key <> '' AND new.revoked_at IS NULL;
END;

CREATE TRIGGER keys_lose_labels AFTER UPDATE OF revoked_at ON keys
    WHEN new.revoked_at IS NOT NULL AND new.labels_key <> ''
BEGIN
    DELETE FROM label_search WHERE key = new.seq;
END;
