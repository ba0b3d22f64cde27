//! What every store must do. The subjects ask through `dyn Store`; what only SQLite can be asked is
//! in `sqlite`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test needs and does not get fails it"
)]

mod acting;
mod activity;
mod alike;
mod at_once;
mod attention;
mod called;
mod changes;
mod data_keys;
mod deck;
mod ended;
mod ends;
#[path = "engine_sqlite.rs"]
mod engine;
mod handed_over;
mod imports;
mod indexes;
mod instants;
mod kept_counts;
mod leaks;
mod local_development;
mod log;
mod log_readers;
mod marks;
mod migration;
mod names;
mod paging;
mod people;
mod plans;
mod projects;
mod released;
mod removal;
mod rotation;
mod set_back;
mod sqlite;
mod statements;
#[path = "../common/unmarked.rs"]
mod unmarked;
#[path = "../common/unrotated.rs"]
mod unrotated;
mod usage;
mod webhooks;
mod weeks;
