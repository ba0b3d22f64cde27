-- The substrings of the names and domains of revoked keys, as key_search has them of the others.

CREATE VIEW searchable_revoked_keys AS
    SELECT seq, name_key, domains FROM searchable_keys WHERE revoked_at IS NOT NULL;

CREATE VIRTUAL TABLE revoked_key_search USING fts5(
    name_key, domains,
    content = 'searchable_revoked_keys', content_rowid = 'seq', columnsize = 0, detail = column, tokenize = 'trigram case_sensitive 1'
);

INSERT INTO revoked_key_search (revoked_key_search, rank) VALUES ('crisismerge', 400);
INSERT INTO revoked_key_search (revoked_key_search) VALUES ('rebuild');

CREATE VIRTUAL TABLE revoked_key_trigrams USING fts5vocab(revoked_key_search, row);

CREATE TRIGGER keys_are_searchable_once_revoked AFTER INSERT ON keys WHEN new.revoked_at IS NOT NULL
BEGIN
    INSERT INTO revoked_key_search (rowid, name_key, domains)
    SELECT seq, name_key, domains FROM searchable_keys WHERE seq = new.seq;
END;

-- What is taken out of the index must be what was put in, so it is taken out before it changes.
CREATE TRIGGER revoked_keys_leave_the_search BEFORE UPDATE OF name_key, ui_domains ON keys
    WHEN old.revoked_at IS NOT NULL
BEGIN
    INSERT INTO revoked_key_search (revoked_key_search, rowid, name_key, domains)
    SELECT 'delete', seq, name_key, domains FROM searchable_keys WHERE seq = old.seq;
END;

CREATE TRIGGER revoked_keys_return_to_the_search AFTER UPDATE OF name_key, ui_domains ON keys
    WHEN old.revoked_at IS NOT NULL
BEGIN
    INSERT INTO revoked_key_search (rowid, name_key, domains)
    SELECT seq, name_key, domains FROM searchable_keys WHERE seq = new.seq;
END;

CREATE TRIGGER revoked_keys_come_to_the_search AFTER UPDATE OF revoked_at ON keys
    WHEN old.revoked_at IS NULL AND new.revoked_at IS NOT NULL
BEGIN
    INSERT INTO revoked_key_search (rowid, name_key, domains)
    SELECT seq, name_key, domains FROM searchable_keys WHERE seq = new.seq;
END;
