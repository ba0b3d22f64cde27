//! The tables that both engines have, each column once, by name and kind. What is written, read back and moved from
//! one engine to the other follows these lists; a column that is missing here, or is of another kind in a database, is
//! noticed before a deck is moved, and by a test.

/// A table, and the columns that its rows are told apart and ordered by.
pub struct Table {
    pub name: &'static str,
    pub key: &'static str,
    pub columns: &'static [Column],
    /// Whether the database numbers its rows: `seq` goes on from the greatest one.
    pub is_numbered: bool,
}

pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
}

/// What is in a column. SQLite has three kinds, and PostgreSQL one for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Number,
    /// A number of 32 bits.
    Int,
    /// A number of 16 bits.
    Small,
    Flag,
    Text,
    Id,
    Bytes,
}

impl Kind {
    /// As the tables of SQLite declare it.
    pub fn in_sqlite(self) -> &'static str {
        match self {
            Kind::Number | Kind::Int | Kind::Small | Kind::Flag => "INTEGER",
            Kind::Text => "TEXT",
            Kind::Id | Kind::Bytes => "BLOB",
        }
    }

    /// As the tables of PostgreSQL declare it.
    pub fn in_postgres(self) -> &'static str {
        match self {
            Kind::Number => "bigint",
            Kind::Int => "integer",
            Kind::Small => "smallint",
            Kind::Flag => "boolean",
            Kind::Text => "text",
            Kind::Id => "uuid",
            Kind::Bytes => "bytea",
        }
    }
}

macro_rules! table {
    ($table:ident, $name:literal, by $key:literal $(, $numbered:ident)?: $($column:ident $kind:ident),+) => {
        pub static $table: Table = Table {
            name: $name,
            key: $key,
            columns: &[$(Column { name: stringify!($column), kind: Kind::$kind }),+],
            is_numbered: table!(@ $($numbered)?),
        };
    };
    (@) => { false };
    (@ numbered) => { true };
}

table!(ORGANISATION, "organisation", by "one":
    one Int, id Id, name Text, created_at Number);

table!(DATA_KEYS, "data_keys", by "id":
    id Int, wrapped Bytes);

table!(USERS, "users", by "seq", numbered:
    seq Number, id Id, email Text, email_key Text, role Text, token_hash Bytes, created_at Number,
    removed_at Number);

table!(PROJECTS, "projects", by "seq", numbered:
    seq Number, id Id, name Text, name_key Text, creator Number, deployed Flag, created_at Number,
    removed_at Number, session_url Text, session_key_name Text, session_data_key Int, session_sealed Bytes);

table!(SESSION_TOKENS, "session_tokens", by "project":
    project Number, token_hash Bytes, issued_by Number, issued_at Number);

table!(KEYS, "keys", by "seq", numbered:
    seq Number, id Id, name Text, name_key Text, scope Small, project Number, creator Number,
    created_at Number, last_used_at Number, version Number, hint Text, ui_domains Text,
    local_development Text, cross_page_persistence Flag, revoked_at Number, revoked_by Number,
    token_hash Bytes, data_key Int, sealed Bytes, last_address Text, last_origin Text,
    last_refused_at Number, note Text, labels Text, labels_key Text, expires_at Number, disabled_at Number,
    disabled_by Number, disabled_reason Text, rotated_at Number, old_token_hash Bytes, old_hint Text,
    old_ends_at Number, old_data_key Int, old_sealed Bytes, allowed_networks Text, local_development_ends_at Number,
    revoked_reason Text, imported_at Number, marked_expired Flag);

table!(RETIRED_TOKENS, "retired_tokens", by "token_hash":
    token_hash Bytes, key Number, retired_at Number);

table!(LIFETIMES, "lifetimes", by "scope":
    scope Small, days Int);

table!(KEY_COUNTS, "key_counts", by "creator, project, scope":
    creator Number, project Number, scope Small, n Number);

table!(ENDED_COUNTS, "ended_counts", by "creator, project, scope, revoked":
    creator Number, project Number, scope Small, revoked Flag, n Number);

table!(ACTIVITY, "activity", by "seq":
    seq Number, at Number, actor Number, address Text, action Text, key Number, subject Text, changes Text,
    hash Bytes, key_creator Number, entity Id, state Bytes, baseline Bytes);

table!(ACTIVITY_HEAD, "activity_head", by "one":
    one Int, seq Number, hash Bytes, pending Bytes);

table!(LOG_READERS, "log_readers", by "name":
    name Text, seq Number, holder Id, held_until Number);

table!(BASELINE, "baseline", by "kind, number":
    kind Number, number Number, state Bytes);

table!(IDEMPOTENCY, "idempotency", by "creator, token":
    creator Number, token Text, fingerprint Bytes, key Number, created_at Number);

table!(GATEWAYS, "gateways", by "seq", numbered:
    seq Number, id Id, name Text, added_by Number, added_at Number, token_hash Bytes, removed_at Number);

table!(REMOVALS, "removals", by "person":
    person Number, heir Number, asked_by Number, address Text, begun_at Number, finished_at Number,
    keys Number, projects Number, renamed Number);

table!(PLANS, "plans", by "seq", numbered:
    seq Number, id Id, person Number, change Text, asked Text, count Number, made_at Number, ends_at Number,
    address Text, committed_at Number, finished_at Number, place Number, left_alone Number);

table!(PLAN_KEYS, "plan_keys", by "plan, place":
    plan Number, place Number, key Number, version Number, left_alone Text);

table!(IMPORTS, "imports", by "seq", numbered:
    seq Number, id Id, person Number, begun_at Number, ends_at Number, committed_at Number, imported Number,
    skipped Number);

table!(IMPORT_KEYS, "import_keys", by "import, line":
    import Number, line Number, id Id, name Text, name_key Text, scope Small, project Number, creator Number,
    created_at Number, hint Text, token_hash Bytes, data_key Int, sealed Bytes, settings Text, disabled Flag,
    disabled_reason Text);

table!(LEAKS, "leaks", by "seq", numbered:
    seq Number, id Id, fingerprint Bytes, key Number, source Text, url Text, note Text, token Text,
    reported_at Number, response Text, decided_at Number, decided_by Number, decision Text, reason Text);

table!(WEBHOOKS, "webhooks", by "seq", numbered:
    seq Number, id Id, url Text, events Text, data_key Int, sealed Bytes, old_data_key Int, old_sealed Bytes,
    old_ends_at Number, created_by Number, created_at Number, place Number, since Number, succeeded_at Number,
    disabled_at Number, disabled_by Number, disabled_reason Text);

table!(WEBHOOK_DELIVERIES, "webhook_deliveries", by "seq", numbered:
    seq Number, id Id, webhook Number, event Text, payload Text, created_at Number, attempts Int, next_at Number,
    holder Id, last_at Number, outcome Text, status Int, delivered_at Number, given_up_at Number);

table!(WEBHOOK_TOLD, "webhook_told", by "event, subject":
    event Text, subject Text, about Number, step Number, at Number);

table!(CLOCK, "clock", by "one":
    one Int, at Number);

table!(USAGE_HOURS, "usage_hours", by "hour, key, rule":
    hour Number, key Number, rule Text, n Number);

table!(USAGE_WEEKS, "usage_weeks", by "key":
    key Number, day Number, a0 Number, a1 Number, a2 Number, a3 Number, a4 Number, a5 Number, a6 Number,
    r0 Number, r1 Number, r2 Number, r3 Number, r4 Number, r5 Number, r6 Number);

table!(TOKEN_USES, "token_uses", by "key, token, hour":
    key Number, token Number, hour Number, n Number, last_used_at Number, last_address Text, last_origin Text);

table!(KEY_SOURCES, "key_sources", by "key, kind, name":
    key Number, kind Small, name Text, last_used_at Number);

table!(ENDED_USES, "ended_uses", by "key, rule":
    key Number, rule Text, n Number, last_used_at Number, last_address Text, last_origin Text);

table!(REFUSED_SOURCES, "refused_sources", by "key, kind, name":
    key Number, kind Small, name Text, rule Text, n Number, last_refused_at Number);

table!(USAGE_LOG, "usage_log", by "seq", numbered:
    seq Number, bucket Number, tallies Bytes);

/// In an order in which rows refer to those before.
pub static TABLES: [&Table; 33] = [
    &ORGANISATION,
    &DATA_KEYS,
    &USERS,
    &PROJECTS,
    &SESSION_TOKENS,
    &KEYS,
    &RETIRED_TOKENS,
    &LIFETIMES,
    &KEY_COUNTS,
    &ENDED_COUNTS,
    &ACTIVITY,
    &ACTIVITY_HEAD,
    &LOG_READERS,
    &BASELINE,
    &IDEMPOTENCY,
    &GATEWAYS,
    &REMOVALS,
    &PLANS,
    &PLAN_KEYS,
    &IMPORTS,
    &IMPORT_KEYS,
    &LEAKS,
    &WEBHOOKS,
    &WEBHOOK_DELIVERIES,
    &WEBHOOK_TOLD,
    &CLOCK,
    &USAGE_HOURS,
    &USAGE_WEEKS,
    &TOKEN_USES,
    &KEY_SOURCES,
    &ENDED_USES,
    &REFUSED_SOURCES,
    &USAGE_LOG,
];

impl Table {
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        names.join(", ")
    }

    /// All rows, in order.
    pub fn select(&self) -> String {
        format!("SELECT {} FROM {} ORDER BY {}", self.names(), self.name, self.key)
    }
}
