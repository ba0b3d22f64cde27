-- What people should know of a key; nothing is no note. It decides nothing.
ALTER TABLE keys ADD COLUMN note text NOT NULL DEFAULT '';
