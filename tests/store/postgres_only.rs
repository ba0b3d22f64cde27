//! What only PostgreSQL can be asked.
