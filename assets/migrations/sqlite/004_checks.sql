-- What a check reads of a key lies together in one place, in the order of what is presented.

DROP INDEX keys_by_token_hash;

CREATE INDEX keys_by_token_hash ON keys (token_hash, id, scope, project, revoked_at, ui_domains, local_development,
                                         cross_page_persistence);

-- As the index is not unique, this says that a token is. A token never changes afterwards.
CREATE TRIGGER keys_have_a_token_each BEFORE INSERT ON keys
BEGIN
    SELECT raise(ABORT, 'two keys have the same token')
     WHERE EXISTS (SELECT 1 FROM keys WHERE token_hash = new.token_hash);
END;
