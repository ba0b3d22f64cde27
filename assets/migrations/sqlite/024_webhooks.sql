-- Who is told when something happens, and what each is to be told: what is written here is sent afterwards, and again until it
-- was taken.

CREATE TABLE webhooks (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    url TEXT NOT NULL,
    events TEXT NOT NULL, -- their names, with spaces between; none is all of them
    data_key INTEGER NOT NULL REFERENCES data_keys (id),
    sealed BLOB NOT NULL,
    old_data_key INTEGER REFERENCES data_keys (id), -- of the secret before, until old_ends_at
    old_sealed BLOB,
    old_ends_at INTEGER,
    created_by INTEGER NOT NULL REFERENCES users (seq),
    created_at INTEGER NOT NULL,
    place INTEGER NOT NULL, -- the last row of the activity log that was looked at for it
    since INTEGER NOT NULL, -- what happened before is not told
    succeeded_at INTEGER,
    disabled_at INTEGER,
    disabled_by INTEGER REFERENCES users (seq), -- nobody: the server did
    disabled_reason TEXT NOT NULL DEFAULT '',
    CHECK ((old_data_key IS NULL) = (old_sealed IS NULL) AND (old_sealed IS NULL) = (old_ends_at IS NULL))
) STRICT;

CREATE INDEX webhooks_by_data_key ON webhooks (data_key);
CREATE INDEX webhooks_by_old_data_key ON webhooks (old_data_key) WHERE old_data_key IS NOT NULL;

CREATE TABLE webhook_deliveries (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16), -- the receiver tells repetitions by it
    webhook INTEGER NOT NULL REFERENCES webhooks (seq),
    event TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER, -- while a server sends it: when another one may
    holder BLOB,
    last_at INTEGER,
    outcome TEXT NOT NULL DEFAULT '',
    status INTEGER,
    delivered_at INTEGER,
    given_up_at INTEGER,
    CHECK ((next_at IS NULL) = (delivered_at IS NOT NULL OR given_up_at IS NOT NULL)),
    CHECK (delivered_at IS NULL OR given_up_at IS NULL)
) STRICT;

CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook, seq);
CREATE INDEX webhook_deliveries_next ON webhook_deliveries (webhook, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (created_at) WHERE next_at IS NOT NULL;
CREATE INDEX webhook_deliveries_done ON webhook_deliveries (webhook, seq) WHERE next_at IS NULL;

-- What was told of something that no row of the activity log says, so that it is told once: of a key by its number, of an
-- address by itself.
CREATE TABLE webhook_told (
    event TEXT NOT NULL,
    subject TEXT NOT NULL,
    about INTEGER NOT NULL,
    step INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (event, subject)
) STRICT, WITHOUT ROWID;
