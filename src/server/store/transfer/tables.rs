//! What both engines keep, table by table: the columns that a deck consists of.

use tokio_postgres::types::Type;

/// A table, and the columns that its rows are told apart and ordered by.
pub struct Table {
    pub name: &'static str,
    pub key: &'static str,
    pub columns: &'static [Column],
    /// Whether `seq` goes on counting from the greatest one.
    pub counts_on: bool,
}

pub struct Column {
    pub name: &'static str,
    pub kind: Type,
}

const fn is(name: &'static str, kind: Type) -> Column {
    Column { name, kind }
}

/// In an order in which rows refer to those before.
pub const TABLES: [Table; 16] = [
    Table {
        name: "organisation",
        key: "one",
        columns: &[
            is("one", Type::INT4),
            is("id", Type::UUID),
            is("name", Type::TEXT),
            is("created_at", Type::INT8),
        ],
        counts_on: false,
    },
    Table {
        name: "data_keys",
        key: "id",
        columns: &[is("id", Type::INT4), is("wrapped", Type::BYTEA)],
        counts_on: false,
    },
    Table {
        name: "users",
        key: "seq",
        columns: &[
            is("seq", Type::INT8),
            is("id", Type::UUID),
            is("email", Type::TEXT),
            is("email_key", Type::TEXT),
            is("role", Type::TEXT),
            is("token_hash", Type::BYTEA),
            is("created_at", Type::INT8),
            is("removed_at", Type::INT8),
        ],
        counts_on: true,
    },
    Table {
        name: "projects",
        key: "seq",
        columns: &[
            is("seq", Type::INT8),
            is("id", Type::UUID),
            is("name", Type::TEXT),
            is("name_key", Type::TEXT),
            is("creator", Type::INT8),
            is("deployed", Type::BOOL),
            is("created_at", Type::INT8),
            is("removed_at", Type::INT8),
            is("session_url", Type::TEXT),
            is("session_key_name", Type::TEXT),
            is("session_data_key", Type::INT4),
            is("session_sealed", Type::BYTEA),
        ],
        counts_on: true,
    },
    Table {
        name: "session_tokens",
        key: "project",
        columns: &[
            is("project", Type::INT8),
            is("token_hash", Type::BYTEA),
            is("issued_by", Type::INT8),
            is("issued_at", Type::INT8),
        ],
        counts_on: false,
    },
    Table {
        name: "keys",
        key: "seq",
        columns: &[
            is("seq", Type::INT8),
            is("id", Type::UUID),
            is("name", Type::TEXT),
            is("name_key", Type::TEXT),
            is("scope", Type::INT2),
            is("project", Type::INT8),
            is("creator", Type::INT8),
            is("created_at", Type::INT8),
            is("last_used_at", Type::INT8),
            is("version", Type::INT8),
            is("hint", Type::TEXT),
            is("ui_domains", Type::TEXT),
            is("local_development", Type::TEXT),
            is("cross_page_persistence", Type::BOOL),
            is("revoked_at", Type::INT8),
            is("revoked_by", Type::INT8),
            is("token_hash", Type::BYTEA),
            is("data_key", Type::INT4),
            is("sealed", Type::BYTEA),
            is("last_address", Type::TEXT),
            is("last_origin", Type::TEXT),
            is("last_refused_at", Type::INT8),
        ],
        counts_on: true,
    },
    Table {
        name: "key_counts",
        key: "creator, project, scope",
        columns: &[
            is("creator", Type::INT8),
            is("project", Type::INT8),
            is("scope", Type::INT2),
            is("n", Type::INT8),
        ],
        counts_on: false,
    },
    Table {
        name: "activity",
        key: "seq",
        columns: &[
            is("seq", Type::INT8),
            is("at", Type::INT8),
            is("actor", Type::INT8),
            is("address", Type::TEXT),
            is("action", Type::TEXT),
            is("key", Type::INT8),
            is("subject", Type::TEXT),
            is("changes", Type::TEXT),
            is("hash", Type::BYTEA),
            is("key_creator", Type::INT8),
            is("entity", Type::UUID),
            is("state", Type::BYTEA),
            is("baseline", Type::BYTEA),
        ],
        counts_on: false,
    },
    Table {
        name: "baseline",
        key: "kind, number",
        columns: &[
            is("kind", Type::INT8),
            is("number", Type::INT8),
            is("state", Type::BYTEA),
        ],
        counts_on: false,
    },
    Table {
        name: "idempotency",
        key: "creator, token",
        columns: &[
            is("creator", Type::INT8),
            is("token", Type::TEXT),
            is("fingerprint", Type::BYTEA),
            is("key", Type::INT8),
            is("created_at", Type::INT8),
        ],
        counts_on: false,
    },
    Table {
        name: "gateways",
        key: "seq",
        columns: &[
            is("seq", Type::INT8),
            is("id", Type::UUID),
            is("name", Type::TEXT),
            is("added_by", Type::INT8),
            is("added_at", Type::INT8),
            is("token_hash", Type::BYTEA),
            is("removed_at", Type::INT8),
        ],
        counts_on: true,
    },
    Table {
        name: "removals",
        key: "person",
        columns: &[
            is("person", Type::INT8),
            is("heir", Type::INT8),
            is("asked_by", Type::INT8),
            is("address", Type::TEXT),
            is("begun_at", Type::INT8),
            is("finished_at", Type::INT8),
            is("keys", Type::INT8),
            is("projects", Type::INT8),
            is("renamed", Type::INT8),
        ],
        counts_on: false,
    },
    Table {
        name: "clock",
        key: "one",
        columns: &[is("one", Type::INT4), is("at", Type::INT8)],
        counts_on: false,
    },
    Table {
        name: "usage_hours",
        key: "hour, key, rule",
        columns: &[
            is("hour", Type::INT8),
            is("key", Type::INT8),
            is("rule", Type::TEXT),
            is("n", Type::INT8),
        ],
        counts_on: false,
    },
    Table {
        name: "key_sources",
        key: "key, kind, name",
        columns: &[
            is("key", Type::INT8),
            is("kind", Type::INT2),
            is("name", Type::TEXT),
            is("last_used_at", Type::INT8),
        ],
        counts_on: false,
    },
    Table {
        name: "usage_log",
        key: "seq",
        columns: &[
            is("seq", Type::INT8),
            is("bucket", Type::INT8),
            is("tallies", Type::BYTEA),
        ],
        counts_on: true,
    },
];

impl Table {
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        names.join(", ")
    }

    pub fn kinds(&self) -> Vec<Type> {
        self.columns.iter().map(|column| column.kind.clone()).collect()
    }

    /// All rows, in order.
    pub fn select(&self) -> String {
        format!("SELECT {} FROM {} ORDER BY {}", self.names(), self.name, self.key)
    }
}
