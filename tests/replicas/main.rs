//! Several servers over one PostgreSQL: what one is told the others know, and one that is cut off from
//! the database lets nobody through and comes back by itself.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test needs and does not get fails it"
)]

#[expect(dead_code, reason = "shared with the tests of TLS")]
#[path = "../common/authority.rs"]
mod authority;
#[path = "../common/checks.rs"]
mod checks;
#[expect(dead_code, reason = "shared with the crash tests")]
#[path = "../common/real_server.rs"]
mod deck;
#[expect(dead_code, reason = "shared with the tests of the store")]
#[path = "../common/postgres.rs"]
mod postgres;
/// So named that they can be left out where there is no PostgreSQL.
#[path = "."]
mod on_postgres {
    mod away;
    mod balancer;
    mod revoked;
    mod rotation;
    mod together;
    pub mod wire;
}
