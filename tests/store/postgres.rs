//! What every store must do, asked of PostgreSQL; what only it can be asked is in `only`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test needs and does not get fails it"
)]

#[path = "../common/postgres.rs"]
mod postgres;

/// So named that they can be left out where there is no PostgreSQL.
#[path = "."]
mod on_postgres {
    mod acting;
    mod activity;
    mod alike;
    mod at_once;
    mod attention;
    mod called;
    mod changes;
    mod data_keys;
    mod deck;
    #[path = "postgres_edges.rs"]
    mod edges;
    mod ended;
    mod ends;
    #[path = "engine_postgres.rs"]
    mod engine;
    mod handed_over;
    mod imports;
    mod instants;
    mod kept_counts;
    mod leaks;
    mod local_development;
    mod log_readers;
    mod marks;
    mod names;
    #[path = "postgres_only.rs"]
    mod only;
    mod paging;
    mod people;
    mod plans;
    mod projects;
    mod removal;
    mod rotation;
    mod set_back;
    mod statements;
    #[path = "../common/unmarked.rs"]
    mod unmarked;
    mod usage;
    mod webhooks;
    mod weeks;
}
