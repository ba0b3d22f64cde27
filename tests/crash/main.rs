//! Nothing that was acknowledged is lost: the real server is killed, its disk fails, its room runs out,
//! its database is killed; behind each restart all that was answered with a yes is there.
//!
//! `CRASH_CYCLES` is how many times each kind of server is killed; 200 when nothing is said.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test needs and does not get fails it"
)]

#[path = "../common/real_server.rs"]
mod deck;
mod disk;
mod full;
mod init;
mod kill;
mod limits;
mod path;
#[expect(dead_code, reason = "shared with the tests of the store")]
#[path = "../common/postgres.rs"]
mod postgres;
#[path = "../common/postgres_server.rs"]
mod postgres_server;
mod strace;
mod sync;
mod verify;
mod ways;
mod work;
