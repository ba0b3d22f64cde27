-- Which secrets are sealed under a data key: those that are sealed anew, and whether it may go.
CREATE INDEX keys_by_data_key ON keys (data_key, seq) WHERE data_key IS NOT NULL;
