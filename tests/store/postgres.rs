//! What every store must do, asked of PostgreSQL; what only it can be asked is in `postgres_only`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test needs and does not get fails it"
)]

mod acting;
mod activity;
mod changes;
mod data_keys;
mod deck;
#[path = "engine_postgres.rs"]
mod engine;
mod paging;
mod people;
#[path = "../common/postgres.rs"]
mod postgres;
mod postgres_only;
mod projects;
mod removal;
mod usage;
