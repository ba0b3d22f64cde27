-- Short texts that people find keys by; they decide nothing. One a line, and as they are compared, between line breaks.
ALTER TABLE keys ADD COLUMN labels text NOT NULL DEFAULT '';
ALTER TABLE keys ADD COLUMN labels_key text COLLATE "C" NOT NULL DEFAULT '';

CREATE INDEX keys_by_label ON keys USING gin (string_to_array(labels_key, E'\n'))
    WHERE revoked_at IS NULL AND labels_key <> '';
