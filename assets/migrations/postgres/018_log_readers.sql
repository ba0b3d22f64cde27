-- Who passes the activity log on, how far each is, and which server does so at the moment.
CREATE TABLE log_readers (
    name text PRIMARY KEY,
    seq bigint NOT NULL CHECK (seq >= 0),
    holder uuid,
    held_until bigint
);
