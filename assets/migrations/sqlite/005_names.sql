-- Names are compared as `model::compared` says, and are unique among the things of one person. Before this, the
-- program writes down the compared form of each, and tells apart those that have become alike.

DROP INDEX keys_name_in_project;
DROP INDEX keys_name_in_analytics;
DROP INDEX projects_name;
DROP INDEX IF EXISTS users_by_email;

CREATE UNIQUE INDEX keys_name_in_project ON keys (project, name_key, creator)
    WHERE revoked_at IS NULL AND project IS NOT NULL;
CREATE UNIQUE INDEX keys_name_in_analytics ON keys (name_key)
    WHERE revoked_at IS NULL AND project IS NULL;
CREATE UNIQUE INDEX projects_name ON projects (name_key, creator) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX users_by_email ON users (email_key) WHERE removed_at IS NULL;
