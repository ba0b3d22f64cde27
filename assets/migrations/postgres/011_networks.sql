-- A key may be bound to the networks that requests come from; one a line, none is from anywhere.
ALTER TABLE keys ADD COLUMN allowed_networks text NOT NULL DEFAULT '';
