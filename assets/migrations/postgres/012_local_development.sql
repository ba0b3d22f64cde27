-- Local development ends by itself. What was turned on before has no end, until somebody edits it.

ALTER TABLE keys
    ADD COLUMN local_development_ends_at bigint,
    ADD CHECK (local_development_ends_at IS NULL OR local_development IS NOT NULL);
