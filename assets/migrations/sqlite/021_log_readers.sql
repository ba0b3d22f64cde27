-- Who passes the activity log on, how far each is, and which server does so at the moment.
CREATE TABLE log_readers (
    name TEXT PRIMARY KEY,
    seq INTEGER NOT NULL CHECK (seq >= 0),
    holder BLOB,
    held_until INTEGER
) STRICT;
